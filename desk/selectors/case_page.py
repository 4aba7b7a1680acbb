"""The case page: head, tabs, time line and side column of one case as shapes that the templates only print."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from cases.models import Case, Node, Party
from desk.selectors import aside, standing, timeline, triage
from desk.selectors.case_file import CaseFile
from desk.selectors.menu import actions, menu
from desk.words import plain_day, short_day
from kernel.capitals import in_capitals
from kernel.money import format_yuan
from petitions.states import PetitionState

CASE_STATES = {
    "filed": "todo",
    "assigned": "prog",
    "running": "prog",
    "suspended": "hold",
    "closed": "done",
    "archived": "done",
    "cancelled": "todo",
}
TABS = ("case", "parties", "property", "money", "papers", "log")
NAMES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class CasePage:
    """One screen. tab: which of TABS is shown. groups and phases: only of the time line. Other tabs bring their own."""

    case: Case
    crumbs: list[dict[str, Any]]
    head: dict[str, Any]
    tabs: list[dict[str, Any]]
    limit: dict[str, Any] | None
    reminders: list[dict[str, Any]]
    suggestions: list[dict[str, Any]]
    property_list: list[dict[str, Any]]
    property_more: str
    latest: list[dict[str, Any]]
    phases: list[dict[str, Any]]
    groups: list[dict[str, Any]]
    sealed: bool
    came_from: str


def case_page(
    file: CaseFile,
    *,
    tab: str = "case",
    opened: Node | None = None,
    pane: dict[str, Any] | None = None,
    came_from: str = "",
) -> CasePage:
    """The page of a case that has been read. opened, pane: the node that is open and what its pane shows."""
    is_line = tab == "case"
    count = len(file.properties)
    return CasePage(
        case=file.case,
        crumbs=crumbs(file, came_from),
        head=_head(file),
        tabs=_tabs(file, tab, came_from),
        limit=aside.limit(file),
        reminders=aside.reminders(file),
        suggestions=aside.suggestions(file),
        property_list=aside.property_list(file),
        property_more=_("全部 %(count)d 项") % {"count": count} if count else "",
        latest=aside.latest(file),
        phases=timeline.phases(file) if is_line else [],
        groups=timeline.groups(file, opened, pane) if is_line else [],
        sealed=file.case.sealed,
        came_from=came_from,
    )


def crumbs(file: CaseFile, came_from: str = "", *last: str) -> list[dict[str, Any]]:
    """Where the person is: the list they came from, the case, the page."""
    lists = {"worklist": (_("我的节点"), "desk:worklist"), "": (_("案件"), "desk:cases")}
    origin, _mark, query = came_from.partition("?")
    label, name = lists.get(origin, lists[""])
    if query:
        label = _("%s（按筛选条件）") % label
    first = {"label": label, "url": f"{_address(name)}?{query}" if query else _address(name)}
    case = {"label": file.case.number, "url": reverse("desk:case", args=[file.case.pk])}
    return [first, case, *({"label": text} for text in last)]


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return "/"


def _head(file: CaseFile) -> dict[str, Any]:
    case = file.case
    head: dict[str, Any] = {
        "number": case.number,
        "state": CASE_STATES[case.state],
        "state_text": case.get_state_display(),
        "facts": [
            *_people(file),
            {"label": _("案由"), "value": case.cause},
            *_class(file),
            _handler(case),
            *standing.facts(file),
        ],
        "flags": standing.flags(file),
        "strip": _strip(file),
        "actions": actions(file),
        "menu": menu(file),
    }
    if case.ordered:
        head["seal"] = _seal(case.ordered, file.today)
    if case.petition:
        head["petition"] = _petition(case.petition)
    if case.sealed:
        head["tag"] = _("保密案件")
    elif case.imported:
        head["tag"] = _("补录")
    return head


def _seal(order: dict[str, Any], on: dt.date) -> dict[str, str]:
    """The seal 督 of the order that waits longest: its number and by when it is to be answered."""
    names = {"number": f"〔{order['year']}〕{order['ordinal']}号"}
    names["day"] = short_day(dt.date.fromisoformat(order["due_on"]), on)
    waits = order["state"] == "open"
    text = _("%(number)s · 限 %(day)s 反馈") if waits else _("%(number)s · 已反馈，待核销")
    return {"text": text % names, "url": reverse("supervision:order", args=[order["id"]])}


def _petition(petition: dict[str, Any]) -> dict[str, str]:
    """The seal 访 of the petition that waits longest: its number and how it stands."""
    number = f"〔{petition['year']}〕{petition['ordinal']}号"
    text = f"{number} · {PetitionState(petition['state']).label}"
    return {"text": text, "url": reverse("desk:petition", args=[petition["id"]])}


def _people(file: CaseFile) -> list[dict[str, Any]]:
    facts = []
    for role, label in ((Party.Role.APPLICANT, _("申请执行人")), (Party.Role.RESPONDENT, _("被执行人"))):
        people = [party for party in file.parties if party.role == role]
        names = "、".join(party.name for party in people[:NAMES_SHOWN])
        if len(people) > NAMES_SHOWN:
            names = _("%(names)s 等 %(count)d 人") % {"names": names, "count": len(people)}
        fact: dict[str, Any] = {"label": label, "value": names}
        phone = mobile_of(people[0]) if len(people) == 1 else ""
        if phone:
            fact["masked"] = {"masked": phone, "label": _("手机号")}
        facts.append(fact)
    return facts


def mobile_of(party: Party) -> str:
    """The masked mobile of a party itself, the first that has not been found bad; empty without one."""
    own = (c for c in party.contacts.all() if c.kind == "mobile" and c.agent_id is None and not c.bad)
    return next((contact.masked for contact in own), "")


def sides(file: CaseFile) -> str:
    """申请执行人 张三 · 被执行人 李四、王五: whose case it is, in one line."""
    return " · ".join(f"{fact['label']} {fact['value']}" for fact in _people(file))


def _class(file: CaseFile) -> list[dict[str, Any]]:
    words = triage.class_words(file)
    return [{"label": _("繁简"), "value": words}] if words else []


def _handler(case: Case) -> dict[str, Any]:
    name = case.owner.full_name if case.owner else _("未分案")
    return {"label": _("承办人"), "value": f"{name} · {case.team.name}" if case.team else name}


def _strip(file: CaseFile) -> list[dict[str, Any]]:
    case = file.case
    share = _share(file.received, case.claim_amount)
    late, soon = timeline.overdue_and_soon(file)
    done = sum(1 for node in file.nodes if node.state == "done")
    return [
        {
            "label": _("申请执行标的"),
            "value": format_yuan(case.claim_amount),
            "note": in_capitals(case.claim_amount),
        },
        {
            "label": _("实际到位 %(share)s%%") % {"share": share},
            "value": format_yuan(file.received),
            "share": min(float(share), 100),
            "bar_tone": "done",
        },
        {
            "label": _("立案日期"),
            "value": plain_day(case.filed_on),
            "note": _filed_words(file),
        },
        _limit_fact(file),
        {
            "label": _("超期节点"),
            "value": late,
            "unit": _("临期 %(soon)d") % {"soon": soon},
            "note": _("已办结 %(done)d，共 %(all)d 个节点") % {"done": done, "all": len(file.nodes)},
            "tone": "over" if late else "",
        },
    ]


def _filed_words(file: CaseFile) -> str:
    case = file.case
    if case.closed_on:
        return _("%(day)s 结案，用时 %(days)d 日") % {
            "day": plain_day(case.closed_on),
            "days": (case.closed_on - case.filed_on).days,
        }
    return _("已立案 %(days)d 日") % {"days": (file.today - case.filed_on).days}


def _limit_fact(file: CaseFile) -> dict[str, Any]:
    clock = aside.limit_clock(file)
    if clock is None:
        return {"label": _("法定期限届满"), "value": "—", "note": _("规则没有规定全案期限")}
    deducted = aside.deducted_days(file, clock)
    if clock.due_on is None:
        return {
            "label": _("法定期限届满"),
            "value": _("停止计时"),
            "note": _("已扣除 %(days)d 日") % {"days": deducted},
        }
    notes = [clock.words] if clock.is_open else []
    if deducted:
        notes.append(_("已扣除 %(days)d 日") % {"days": deducted})
    if clock.row.provisional:
        notes.append(_("暂定"))
    return {
        "label": _("法定期限届满"),
        "value": plain_day(clock.due_on),
        "note": "，".join(notes),
        "tone": "over" if clock.state == "over" else "",
    }


def _share(part: Decimal, whole: Decimal) -> str:
    return f"{100 * part / whole:.1f}" if whole else "0.0"


def _tabs(file: CaseFile, current: str, came_from: str) -> list[dict[str, Any]]:
    late, _soon = timeline.overdue_and_soon(file)
    case = file.case
    labels = {
        "case": (_("节点时间轴"), late or None),
        "parties": (_("当事人"), len(file.parties)),
        "property": (_("财产与措施"), len(file.properties)),
        "money": (_("案款"), len(file.receipts)),
        "papers": (_("文书"), case.papers_count + case.files_count),
        "log": (_("操作日志"), None),
    }
    origin = f"?{urlencode({'from': came_from})}" if came_from else ""
    return [
        {
            "label": label,
            "url": reverse(f"desk:{name}", args=[case.pk]) + origin,
            "count": count,
            "tone": "over" if name == "case" and late else "",
            "current": name == current,
        }
        for name, (label, count) in labels.items()
    ]
