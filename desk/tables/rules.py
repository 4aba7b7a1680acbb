"""规则库 as tables: packs, the rules of a pack, where a rule bites, two courts side by side."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from courts.models import Court
from desk.rulematters import MATTERS, Said, is_advice, length_words, said
from desk.selectors.rules import NATIONAL, Bite, ClockList, Compared, PackPage, Shelf, Standing
from desk.tables.worklist import case_address
from desk.words import day_words
from kernel.dates import long_date
from regimes.book import RuleBook
from regimes.packs import Pack
from regimes.records import TITLES_ZH
from regimes.rules import (
    Approval,
    ChecklistItem,
    Conversion,
    Criterion,
    DeadlineRule,
    GuardRule,
    PushRule,
    RoleDuty,
    Rule,
    Suggestion,
)

Row = dict[str, Any]
Address = Callable[..., str]

SECTIONS: dict[str, Any] = {
    "deadlines": _lazy("期限"),
    "guards": _lazy("关口"),
    "pushes": _lazy("推送"),
    "checklists": _lazy("清单"),
    "classifications": _lazy("分类"),
    "criteria": _lazy("分类条件"),
    "conversions": _lazy("转换"),
    "approvals": _lazy("审批"),
    "readings": _lazy("计算口径"),
    "duties_of_roles": _lazy("分工"),
    "indicators": _lazy("指标"),
    "schedules": _lazy("定期工作"),
    "inspections": _lazy("季度检查"),
    "suggestions": _lazy("建议时限"),
    "stages": _lazy("阶段"),
    "flags": _lazy("标记"),
    "grounds": _lazy("法定事由"),
    "holds": _lazy("停止事由"),
}
STATES: dict[str, tuple[str, Any]] = {
    "in_force": ("done", _lazy("现行")),
    "unverified": ("soon", _lazy("待核实")),
    "inactive": ("todo", _lazy("未启用")),
    "not_yet": ("todo", _lazy("尚未施行")),
    "ended": ("todo", _lazy("已失效")),
}


def pack_columns() -> list[Row]:
    """The head of the list of packs."""
    return [
        {"label": _("规则包"), "kind": "main"},
        {"label": _("施行")},
        {"label": _("采用的法院"), "kind": "wide"},
        {"label": _("现行规则"), "kind": "num"},
        {"label": _("待核实"), "kind": "num"},
        {"label": _("未启用"), "kind": "num"},
        {"label": _("正在计时")},
    ]


def pack_groups(found: Iterable[Shelf]) -> list[Row]:
    """National law first, then the courts' packs."""
    return [{"rows": [_pack_row(shelf) for shelf in found]}]


def _pack_row(shelf: Shelf) -> Row:
    pack = shelf.newest
    return {
        "cells": [
            {
                "kind": "main",
                "text": pack.title,
                "url": address(pack),
                "open": True,
                "strong": True,
                "sub": f"{pack.code} · {document_of(pack)}",
            },
            {"text": window_of(pack), "sub": _versions(shelf.versions), "label": _("施行")},
            {"kind": "wide", "text": followers(pack, shelf.courts), "label": _("采用的法院")},
            *(
                {"kind": "num", "text": str(shelf.counts.get(state, 0)), "label": str(STATES[state][1])}
                for state in ("in_force", "unverified", "inactive")
            ),
            {
                "text": bite_words(shelf.bite),
                "sub": _late(shelf.bite),
                "sub_tone": "over",
                "label": _("正在计时"),
            },
        ]
    }


def followers(pack: Pack, courts: Iterable[Court]) -> str:
    """全部法院, the names of up to three courts, or 没有法院采用."""
    if pack.code == NATIONAL:
        return _("全部法院")
    names = [court.short_name for court in courts]
    if not names:
        return _("没有法院采用")
    shown = "、".join(names[:3])
    return shown if len(names) <= 3 else _("%(names)s等 %(n)d 个") % {"names": shown, "n": len(names)}


def document_of(pack: Pack) -> str:
    """The document a pack is read from."""
    return pack.document or pack.title


def window_of(pack: Pack) -> str:
    """2023年2月22日起, or from to; a start that the document does not state says so."""
    words = _("%s起") % long_date(pack.effective_from)
    if pack.effective_to is not None:
        words = _("%(start)s至%(end)s") % {
            "start": long_date(pack.effective_from),
            "end": long_date(pack.effective_to),
        }
    return words if pack.effective_stated else _("%s（推定）") % words


def bite_words(bite: Bite) -> str:
    """12 项, or — where nothing runs."""
    return _("%d 项") % bite.running if bite.running else "—"


def _late(bite: Bite) -> str:
    return _("超期 %d 项") % bite.overdue if bite.overdue else ""


def _versions(versions: Iterable[Pack]) -> str:
    numbers = [pack.version for pack in versions]
    return _("第 %d 版") % numbers[-1] if len(numbers) == 1 else _("共 %d 版") % len(numbers)


def address(pack: Pack) -> str:
    """The page of a version of a pack."""
    return reverse("desk:rule_pack", args=[pack.code, pack.version])


def facts(found: PackPage) -> list[tuple[str, str]]:
    """What the head of a pack says: document, scope, who follows it, who verified it."""
    pack = found.pack
    verified = _("没有核实")
    if pack.verified:
        verified = "，".join(
            filter(None, (pack.verified_by, long_date(pack.verified_on) if pack.verified_on else ""))
        )
    applies = {
        "new_cases": _("施行之日起立案的案件"),
        "open_cases": _("施行时和以后在办的全部案件"),
    }[pack.applies_to]
    rows = [
        (_("文件"), document_of(pack)),
        (_("制定机关"), pack.court),
        (_("印发"), long_date(pack.issued) if pack.issued else _("没有写明")),
        (_("施行"), window_of(pack)),
        (_("适用的案件"), applies),
        (_("适用范围"), pack.scope or _("没有写明")),
        (_("采用的法院"), _adopted(pack, found.courts)),
        (_("核实"), verified or _("已核实")),
    ]
    if pack.note:
        rows.append((_("说明"), pack.note))
    return rows


def _adopted(pack: Pack, courts: tuple[Court, ...]) -> str:
    """Courts by level, so that a reader sees whom the pack binds; a lower court is bound only by adopting it."""
    if pack.code == NATIONAL:
        return _("全部法院")
    if not courts:
        return _("没有法院采用；下级法院不采用的，不受本包约束。")
    by_level: dict[str, list[str]] = {}
    for court in courts:
        by_level.setdefault(str(court.get_level_display()), []).append(court.name)
    named = "；".join(f"{level}：{'、'.join(names)}" for level, names in by_level.items())
    return _("%s。没有列出的法院不受本包约束。") % named


def section_tabs(found: PackPage, link: Address) -> list[Row]:
    """One tab per section that is not empty."""
    return [
        {
            "label": str(SECTIONS[name]),
            "count": str(size),
            "url": link(section=name, page=None),
            "current": name == found.section,
        }
        for name, size in found.sizes.items()
    ]


def version_tabs(found: PackPage) -> list[Row]:
    """The versions of a pack, when there are several."""
    if len(found.versions) < 2:
        return []
    return [
        {
            "label": _("第 %(n)d 版，%(window)s") % {"n": pack.version, "window": window_of(pack)},
            "url": address(pack),
            "current": pack.version == found.pack.version,
        }
        for pack in reversed(found.versions)
    ]


def rule_columns() -> list[Row]:
    """The head of a pack's rules."""
    return [
        {"label": _("规则"), "kind": "main"},
        {"label": _("要点")},
        {"label": _("状态")},
        {"label": _("正在计时")},
        {"label": _("版本"), "kind": "wide"},
    ]


def rule_groups(found: PackPage) -> list[Row]:
    """The rules of the section; those of a collection of practices under their switch."""
    rows: dict[str, list[Row]] = {}
    for standing in found.rules:
        feature = found.pack.features.get(standing.rule.feature, "")
        rows.setdefault(feature, []).append(_rule_row(standing, found.pack))
    return [{"title": title, "rows": listed} for title, listed in rows.items()]


def _rule_row(standing: Standing, pack: Pack) -> Row:
    rule = standing.rule
    state, words = STATES[standing.state]
    waits = TITLES_ZH[standing.waits_for] if standing.state == "inactive" else ""
    return {
        "id": rule.id,
        "cells": [
            {
                "kind": "main",
                "text": _title(rule),
                "sub": f"{rule.id} · {_source(rule, pack)}",
                "strong": False,
            },
            {"text": terms_of(rule, pack), "sub": _advice(rule), "sub_tone": "soon", "label": _("要点")},
            {
                "pill": {"state": state, "text": _("未启用，等待：%s") % waits if waits else str(words)},
                "label": _("状态"),
            },
            _bite_cell(rule, standing.bite),
            {"kind": "wide", "text": _history(standing), "sub": standing.former, "label": _("版本")},
        ],
    }


def _title(rule: Rule) -> str:
    return (
        f"{rule.title}：{rule.statement}"
        if rule.title and rule.title not in rule.statement
        else rule.statement
    )


def _source(rule: Rule, pack: Pack) -> str:
    return rule.article if rule.document in ("", document_of(pack)) else rule.source


def _history(standing: Standing) -> str:
    if standing.changed_in != standing.since:
        return _("第 %(n)d 版起，第 %(m)d 版修改") % {"n": standing.since, "m": standing.changed_in}
    return _("第 %d 版起") % standing.since


def _bite_cell(rule: Rule, bite: Bite) -> Row:
    label = _("正在计时")
    if not bite.running:
        return {"text": "—", "label": label}
    to = reverse("desk:rule_clocks", args=[rule.id])
    late = (
        [{"label": _("超期 %d 项") % bite.overdue, "url": f"{to}?late=1", "text": True, "small": True}]
        if bite.overdue
        else []
    )
    return {"text": bite_words(bite), "url": to, "label": label, "actions": late}


def _advice(rule: Rule) -> str:
    """A number that the source does not state, or only strives for, is no limit."""
    if isinstance(rule, Suggestion):
        return _("建议，原文为“%s”") % rule.wording if rule.wording else _("建议")
    if isinstance(rule, DeadlineRule) and is_advice(rule):
        return _("目标") if rule.period_stated else _("原文没有写明数字")
    return ""


def terms_of(rule: Rule, pack: Pack) -> str:
    """The point of a rule in a few words: its length, its severity, to whom, who decides."""
    words = pack.vocabulary
    match rule:
        case DeadlineRule() | Suggestion():
            length = length_words(rule)
            return "，".join(filter(None, (words.kinds.get(rule.kind, ""), length)))
        case GuardRule():
            return words.severities.get(rule.severity, "")
        case PushRule():
            return "、".join(words.roles.get(name, name) for name in rule.to)
        case ChecklistItem():
            return _("必备") if rule.hard else _("提示")
        case Criterion():
            return words.facts[rule.sets].values.get(rule.value, rule.value)
        case Conversion():
            values = words.facts["case_class"].values
            return (
                f"{values.get(rule.from_class, rule.from_class)} → {values.get(rule.to_class, rule.to_class)}"
            )
        case Approval():
            return " → ".join(words.roles.get(name, name) for name in rule.chain)
        case RoleDuty():
            return words.roles.get(rule.role, rule.role)
    return ""


def clock_columns() -> list[Row]:
    """The head of the clocks of a rule."""
    return [
        {"label": _("案件"), "kind": "main"},
        {"label": _("承办人")},
        {"label": _("最后一日")},
        {"label": _("状态")},
    ]


def clock_groups(found: ClockList, today: dt.date, at: dt.datetime) -> list[Row]:
    """The clocks, the first to end in front."""
    rows = [
        {
            "id": str(clock.pk),
            "cells": [
                {
                    "kind": "main",
                    "text": case.number if case else "—",
                    "url": case_address(clock.case_id) if case else "",
                    "open": True,
                    "caseno": True,
                    "sub": case.cause if case else "",
                },
                {"text": case.owner.full_name if case and case.owner else "—", "label": _("承办人")},
                {"text": day_words(clock.due_on, today) if clock.due_on else "—", "label": _("最后一日")},
                {"pill": _clock_pill(clock, at), "label": _("状态")},
            ],
        }
        for clock, case in found.clocks
    ]
    return [{"rows": rows}] if rows else []


def _clock_pill(clock: Any, at: dt.datetime) -> Row:
    if clock.state == "suspended":
        return {"state": "hold", "text": _("停止计时")}
    if clock.overdue_at <= at:
        return {"state": "over", "text": _("已超期")}
    return {"state": "prog", "text": _("进行中")}


def compare_filters(found: Compared) -> Row:
    """Which two courts."""
    fields = [
        {
            "kind": "select",
            "name": name,
            "label": label,
            "everything": "",
            "options": [
                {"value": court.pk, "label": court.name, "selected": court.pk == chosen.pk}
                for court in found.courts
            ],
        }
        for name, label, chosen in (("a", _("甲法院"), found.chosen[0]), ("b", _("乙法院"), found.chosen[1]))
    ]
    return {"fields": fields, "kept": []}


def compare_columns(found: Compared) -> list[Row]:
    """Matter, the two courts, national law."""
    return [
        {"label": _("事项"), "kind": "main"},
        {"label": found.chosen[0].short_name},
        {"label": found.chosen[1].short_name},
        {"label": _("全国规定")},
    ]


def compare_groups(found: Compared, *, only_different: bool = False) -> list[Row]:
    """One row per matter of which anybody says something."""
    national = {
        rule_id for matter in MATTERS for rule_id in (s.rule_id for s in said(found.national, matter))
    }
    rows = []
    for matter in MATTERS:
        first, second = (_own(book, matter, national) for book in found.books)
        base = said(found.national, matter)
        if not (first or second or base):
            continue
        differs = [s.rule_id for s in first] != [s.rule_id for s in second]
        if only_different and not differs:
            continue
        cells = [{"kind": "main", "text": str(matter.label), "strong": True}]
        if differs:
            cells[0] |= {"pill": {"state": "soon", "text": _("不同")}}
        columns = zip(
            (*[c.short_name for c in found.chosen], _("全国规定")), (first, second, base), strict=True
        )
        cells += [
            {"template": "desk/_said.html", "label": label, "said": _shown(each), "silent": _("没有规定")}
            for label, each in columns
        ]
        rows.append({"cells": cells})
    return [{"rows": rows}] if rows else []


def _own(book: RuleBook, matter: Any, national: set[str]) -> list[Said]:
    return [each for each in said(book, matter) if each.rule_id not in national]


def _shown(found: list[Said], most: int = 6) -> Row:
    return {"lines": found[:most], "more": _("另有 %d 条") % (len(found) - most) if len(found) > most else ""}
