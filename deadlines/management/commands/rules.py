"""`manage rules --coverage [--json]`: per rule what it did, by which verb in which test, or what it waits for."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from regimes.coverage import Verdict, coverage
from regimes.packs import PackErrors, load_library
from regimes.records import TITLES_ZH, load_register

STATES = {"covered": _lazy("有测试"), "inactive": _lazy("未启用"), "open": _lazy("未覆盖")}
DEEDS = {
    "started": _lazy("启动"),
    "met": _lazy("办结"),
    "refused": _lazy("拒绝"),
    "passed": _lazy("通过"),
}


class Command(BaseCommand):
    help = "逐条列出规则由哪个操作、哪个测试启动、办结、拒绝、通过，或者等待哪项工作。两样都没有的返回 1。"
    requires_system_checks: list[str] = []  # noqa: RUF012  as Django declares it

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--coverage", action="store_true", help="列出每条规则")
        parser.add_argument("--json", action="store_true", help="输出 JSON")
        parser.add_argument("--open", action="store_true", help="只列出既没有测试、也没有等待的工作的规则")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not options["coverage"]:
            raise CommandError(_("请写 --coverage。"))
        try:
            packs, register = load_library().packs, load_register()
        except (PackErrors, ValueError) as error:
            raise CommandError(str(error)) from error
        found = [each for pack in packs for each in coverage(pack, register)]
        shown = [each for each in found if each.state == "open"] if options["open"] else found
        if options["json"]:
            self.stdout.write(json.dumps([_as_json(each) for each in shown], ensure_ascii=False, indent=1))
        else:
            for each in shown:
                self.stdout.write(_line(each))
            self.stdout.write(_summary(found))
        if any(each.state == "open" for each in found):
            sys.exit(1)


def _as_json(each: Verdict) -> dict[str, Any]:
    """Plain values; done: deed -> {verb, test}."""
    return {
        "rule": each.rule.id,
        "pack": each.pack.name,
        "kind": type(each.rule).__name__,
        "state": each.state,
        "waits_for": each.waits_for,
        "done": {deed: {"verb": seen.verb, "test": seen.test} for deed, seen in each.done.items()},
        "missing": list(each.missing),
        "waiting": dict(each.waiting),
    }


def _line(each: Verdict) -> str:
    """JZ-D-01  有测试  启动 cases.actions.filing.file_case（tests/…）…"""
    parts = [f"{DEEDS[deed]} {seen.verb}（{seen.test}）" for deed, seen in each.done.items()]
    parts += [f"{DEEDS[deed]} {_('等待')} {_title(title)}" for deed, title in each.waiting.items()]
    parts += [f"{DEEDS[deed]} {_('没有')}" for deed in each.missing if deed not in each.waiting]
    if each.waits_for:
        parts.insert(0, f"{_('等待')} {_title(each.waits_for)}")
    return f"{each.rule.id:<14}{STATES[each.state]}  {'；'.join(parts)}"


def _title(title: str) -> str:
    return f"{TITLES_ZH[title]}（{title}）"


def _summary(found: list[Verdict]) -> str:
    counts = Counter(each.state for each in found)
    titles = Counter(each.waits_for for each in found if each.state == "inactive")
    words = _("%(all)d 条规则：%(covered)d 条有测试，%(inactive)d 条未启用，%(open)d 条未覆盖。") % {
        "all": len(found),
        "covered": counts["covered"],
        "inactive": counts["inactive"],
        "open": counts["open"],
    }
    return "\n".join([words, *(f"  {_title(title)} {n}" for title, n in sorted(titles.items()))])
