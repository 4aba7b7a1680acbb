"""`manage whatif PACK.yaml`: which running clocks would move under a changed pack, before it is released."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.whatif import Line, Tally, Trial, batches, summary, try_cases
from courts.models import Court
from kernel.dates import long_date
from regimes import packfile
from regimes.errors import PackErrors
from regimes.packs import Pack, parse_pack

CHANGES = {
    "moved": _lazy("变动"),
    "started": _lazy("新开始"),
    "ended": _lazy("不再适用"),
    "met": _lazy("视为已完成"),
}


class Command(BaseCommand):
    help = "预览：在办案件换用这份规则包以后，哪些期限会变（原到期日 → 新到期日）。不写入任何内容。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="文件", help="规则包文件，可以还没有发布")
        parser.add_argument("--court", default="", metavar="代字", help="只看这个法院，例如 鄂1003")
        parser.add_argument("--json", action="store_true", dest="as_json", help="输出 JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        pack = self._pack(Path(options["file"]))
        court = self._court(options["court"])
        trial, tally, lines = Trial(pack), Tally(), list[Line]()
        for cases in batches(pack.code, court and court.pk):
            lines += try_cases(trial, cases, tally)
        self.stdout.write(
            _as_text(pack, tally, lines) if options["as_json"] else _as_lines(pack, tally, lines)
        )

    def _pack(self, file: Path) -> Pack:
        try:
            return parse_pack(packfile.read(file.read_bytes(), str(file)), str(file))
        except OSError:
            self.stderr.write(_("读不了文件“%s”。核对文件名。") % file)
        except PackErrors as errors:
            self.stderr.write(str(errors))
        sys.exit(1)

    def _court(self, code: str) -> Court | None:
        if not code:
            return None
        court = Court.objects.filter(code=code).first()
        if court is None:
            self.stderr.write(_("没有代字为“%s”的法院。核对代字，例如 鄂1003。") % code)
            sys.exit(1)
        return court


def _as_text(pack: Pack, tally: Tally, lines: list[Line]) -> str:
    document = {
        "pack": pack.code,
        "version": pack.version,
        "applies_to": pack.applies_to,
        "cases": tally.cases,
        "clocks": tally.clocks,
        "changes": dict(tally.changes),
        "places": [
            {"court": place.court, "owner": place.owner, "changes": dict(place.changes)}
            for place in summary(tally)
        ],
        "lines": [line.as_json() for line in lines],
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def _as_lines(pack: Pack, tally: Tally, lines: list[Line]) -> str:
    words = {
        "name": pack.name,
        "cases": tally.cases,
        "clocks": tally.clocks,
        "n": sum(tally.changes.values()),
    }
    out = [_("%(name)s：在办 %(cases)d 件、进行中的期限 %(clocks)d 项，会变的 %(n)d 项。") % words]
    if pack.applies_to == "new_cases":
        out.append(_("这份规则包只适用于新立案件（applies_to: new_cases）；下面是在办案件也换用时的结果。"))
    for place in summary(tally):
        counts = "  ".join(f"{CHANGES[change]} {n}" for change, n in place.changes.items())
        out.append(f"{place.court}  {place.owner or _('（未分案）')}  {counts}")
    out += [_line(line) for line in lines]
    return "\n".join(map(str, out))


def _line(line: Line) -> str:
    shift = line.shift
    old = long_date(shift.old) if shift.old else "—"
    new = long_date(shift.new) if shift.new else "—"
    return f"  {line.number}  {shift.rule_id}  {shift.subject}  {CHANGES[shift.change]}  {old} → {new}  {shift.statement}"
