"""`scripts/manage seed_calendar`: fill the table of working days; years not yet published are provisional."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from courts.actions.calendar import seed_calendar
from kernel import time


class Command(BaseCommand):
    help = "写入工作日历（已公布年份按国务院通知，未公布年份标为暂定）。重复执行不改动已有日期。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--through", type=int, default=0, help="写到哪一年，默认今后十年")

    def handle(self, *_args: Any, **options: Any) -> None:
        at = time.now()
        added = seed_calendar(at=at, through=options["through"] or time.today(at).year + 10)
        self.stdout.write(f"工作日历：新写入 {added} 天。")
