"""`scripts/manage verify_audit [STREAM]`: name every event that is not as it was written; exit 1 if there is one."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from events.audit import flaws
from events.models import Event


class Command(BaseCommand):
    help = "核验事件日志：逐条核对摘要链，指出被改动、缺失的记录。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("stream", nargs="?", help="只核验一条事件流，例如 case:12")

    def handle(self, *_args: Any, **options: Any) -> None:
        found = 0
        for flaw in flaws(options["stream"]):
            found += 1
            self.stdout.write(f"事件 {flaw.event_id}（{flaw.stream} 第 {flaw.seq} 号）：{flaw.problem}")
        total = Event.objects.count()
        self.stdout.write(f"共核验 {total} 条事件，发现问题 {found} 处。")
        if found:
            sys.exit(1)
