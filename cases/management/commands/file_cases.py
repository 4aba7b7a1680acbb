"""`scripts/manage file_cases SHEET.xlsx --user USERNAME`: file the cases of a court's own ledger."""

import datetime as dt
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.actions.filing import file_case
from cases.ledger import Ledger, choose_sheet, read_ledger
from cases.ledger_rows import Entry, Problem
from cases.models import Case
from cases.selectors.ledger import place_of
from cases.states import CaseState
from courts.models import Court, User
from events import log
from kernel import time
from kernel.errors import BadInput, DomainError
from kernel.workbooks import read_workbook

COLUMNS = ("行", "列", "问题", "怎样处理")
UNSEEN = "案号已经立案，案号、日期、标的、姓名一致，其他内容可能有出入，没有改动。"


class Command(BaseCommand):
    help = (
        "把法院自己的案件台账（.xlsx）逐行立案。立案日期在今天以前的作为补录，不通知当事人；"
        "重复执行不会重复立案；有问题的行不写入，改好后再执行一次即可。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="台账文件（.xlsx）")
        parser.add_argument("--user", required=True, help="以谁的名义立案：有立案权限的本院人员的用户名")
        parser.add_argument("--court", default="", help="法院代字，例如 鄂9901；默认是这名人员所在的法院")
        parser.add_argument("--sheet", default="", help="工作表名；只有一个像台账的工作表时可以不写")
        parser.add_argument("--dry-run", action="store_true", help="只检查，不写入")

    def handle(self, *_args: Any, **options: Any) -> None:
        at = time.now()
        actor = find_actor(options["user"])
        court = find_court(options["court"], actor)
        try:
            sheet = choose_sheet(read_workbook(options["file"]), options["sheet"])
            ledger = read_ledger(sheet, place=place_of(court), at=at)
        except BadInput as error:
            raise CommandError(error.in_full) from error
        filed, standing = self._file(ledger, court, actor, at, dry_run=options["dry_run"])
        self._report(ledger, filed, standing, dry_run=options["dry_run"])
        if ledger.problems:
            sys.exit(1)

    def _file(
        self, ledger: Ledger, court: Court, actor: User, at: dt.datetime, *, dry_run: bool
    ) -> tuple[int, int]:
        """File what can be filed, a transaction a row; (newly filed, stood already)."""
        filed = standing = 0
        for entry in ledger.entries:
            if dry_run:
                is_new = not stands(court, entry)
            else:
                try:
                    is_new = self._file_row(ledger, entry, court, actor, at)
                except DomainError as error:
                    title = ledger.titles.get(error.field, "")
                    ledger.problems.append(Problem(entry.row, title, str(error), str(error.fix)))
                    continue
            filed += is_new
            standing += not is_new
        return filed, standing

    def _file_row(self, ledger: Ledger, entry: Entry, court: Court, actor: User, at: dt.datetime) -> bool:
        """Whether the row became a case now. Raises DomainError when the verb refuses it."""
        key = f"ledger:{court.code}:{entry.number.loose_key}:{entry.digest}"
        found = file_case(court=court, filing=entry.filing, actor=actor, at=at, key=key)
        if not found.is_new and log.find(found.case.about, key) is None:
            ledger.repeats.append(
                Problem(entry.row, ledger.titles["number"], UNSEEN, "需要更正的，在案件页办理。")
            )
        return found.is_new

    def _report(self, ledger: Ledger, filed: int, standing: int, *, dry_run: bool) -> None:
        write = self.stdout.write
        write(f"工作表“{ledger.sheet}”：")
        write(f"  {'可以立案' if dry_run else '新立案'} {filed} 件")
        write(
            f"  已经立案、没有改动 {standing} 件{'（正式执行时再核对内容）' if dry_run and standing else ''}"
        )
        write(f"  重复或有出入 {len({problem.row for problem in ledger.repeats})} 行")
        write(f"  有问题、没有录入 {ledger.bad_rows} 行")
        if ledger.passed_over:
            write(f"  跳过合计、表尾等：第 {'、'.join(map(str, ledger.passed_over))} 行")
        if ledger.ignored:
            write(f"  没有录入的列：{'、'.join(ledger.ignored)}")
        for heading, problems in (("有问题的行", ledger.problems), ("重复或有出入的行", ledger.repeats)):
            if problems:
                write(f"\n{heading}")
                for line in table(problems):
                    write(line)
        if dry_run:
            write("\n这是试运行，什么也没有写入。")


def find_actor(username: str) -> User:
    """An active member of staff who may file cases. Raises CommandError."""
    user = User.objects.filter(username__iexact=username.strip()).first()
    if user is None:
        raise CommandError(f"没有用户“{username}”。请核对用户名。")
    if not user.scope.may("file", "W"):
        raise CommandError(f"{user} 没有立案的权限。请用立案人员的用户名，或请系统管理员调整角色。")
    return user


def find_court(code: str, actor: User) -> Court:
    """The court named, or the actor's own; one for which the actor may file. Raises CommandError."""
    court = (
        Court.objects.select_related("parent")
        .filter(**({"code": code} if code else {"pk": actor.court_id}))
        .first()
    )
    if court is None:
        codes = "、".join(Court.objects.order_by("code").values_list("code", flat=True))
        raise CommandError(
            f"没有法院代字为“{code}”的法院。现有：{codes}。" if code else "请用 --court 写明法院代字。"
        )
    if court.pk not in actor.scope.courts | actor.scope.home:
        raise CommandError(f"{actor} 不能为{court.name}立案。请用该院立案人员的用户名。")
    return court


def stands(court: Court, entry: Entry) -> bool:
    """Whether a case of this number stands already."""
    cases = Case.objects.filter(court=court, number_key=entry.number.loose_key)
    return cases.exclude(state=CaseState.CANCELLED).exists()


def table(problems: Sequence[Problem]) -> list[str]:
    """The rows of a table in columns as wide as their longest text; a Chinese character takes two places."""
    rows = [COLUMNS, *((f"{p.row}", p.column, p.what, p.fix) for p in problems)]
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(text + " " * (size - _width(text)) for text, size in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
