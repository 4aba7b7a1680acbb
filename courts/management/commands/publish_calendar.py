"""`scripts/manage publish_calendar 2027 FILE --source 文号 --by USER`: a year's holiday notice, day by day."""

from __future__ import annotations

import datetime as dt
import hashlib
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from courts.actions.calendar import PublishedDay, publish_year
from courts.models import User
from kernel import time
from kernel.errors import BadInput, DomainError

WORDS = {"休": False, "班": True}


class Command(BaseCommand):
    help = "公布一年的放假安排，代替暂定的日子；在办案件的期限随后自动重算。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int, metavar="年份")
        parser.add_argument(
            "file", metavar="文件", help="每行一日：2027-01-01 休 元旦；2027-01-31 班 调休上班"
        )
        parser.add_argument("--source", required=True, metavar="文号", help="例如 国办发明电〔2026〕9号")
        parser.add_argument("--by", required=True, metavar="用户名", help="谁办理，须是系统管理员")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            text = Path(options["file"]).read_text(encoding="utf-8-sig")
            actor = User.objects.get(username=options["by"])
            written = publish_year(
                year=options["year"],
                days=_days(text),
                source=options["source"],
                actor=actor,
                at=time.now(),
                key=f"publish:{options['year']}:{hashlib.sha256(text.encode()).hexdigest()[:16]}",
            )
        except (OSError, UnicodeDecodeError):
            self._stop(_("读不了文件“%s”。核对文件名，存成 UTF-8。") % options["file"])
        except User.DoesNotExist:
            self._stop(_("没有用户“%s”。核对用户名。") % options["by"])
        except DomainError as refused:
            self._stop(refused.in_full)
        else:
            words = {"year": options["year"], "n": written}
            self.stdout.write(_("%(year)d 年放假安排：写入 %(n)d 天。") % words)

    def _stop(self, words: str) -> None:
        self.stderr.write(words)
        sys.exit(1)


def _days(text: str) -> list[PublishedDay]:
    """The days of the file. Raises BadInput with the line that cannot be read."""
    days = []
    for number, line in enumerate(text.splitlines(), start=1):
        parts = line.split()
        if not parts or parts[0].startswith("#"):
            continue
        try:
            on, state, *name = parts
            days.append(PublishedDay(dt.date.fromisoformat(on), WORDS[state], "".join(name)[:30]))
        except (ValueError, KeyError) as error:
            raise BadInput(
                _("第 %(n)d 行看不懂：%(line)s。") % {"n": number, "line": line[:60]},
                field="file",
                fix=_("写成 2027-01-01 休 元旦 或 2027-01-31 班 调休上班。"),
            ) from error
    return days
