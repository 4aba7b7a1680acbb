"""`manage.py seed_templates`: put in the preset texts where none stands."""

from typing import Any

from django.core.management import BaseCommand

from kernel import time
from notices.actions.templates import seed_templates


class Command(BaseCommand):
    help = "写入预置的短信文本；已有的文本不改动。"

    def handle(self, *_args: Any, **_options: Any) -> None:
        added = seed_templates(at=time.now())
        self.stdout.write(f"新增 {added} 条短信文本。")
