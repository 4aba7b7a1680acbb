"""The side column of a case page: the ring of the limit, what needs attention, property, what happened last."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.states import NodeState
from closing.policy import may_review
from desk.corrected import change_words
from desk.selectors import menu, triage
from desk.selectors.case_file import CaseFile, doer
from desk.selectors.clocks import ClockView, duties
from desk.selectors.menu import may_hold
from desk.selectors.why import result_of
from desk.shapes import donut
from desk.words import act_words, day_words, instant_words, plain_day, short_day, yuan
from events.models import Event
from measures.models import CASH, MOVABLES, Control, Property
from regimes.book import RuleBook
from regimes.suggestions import Suggested, suggestions_of
from regimes.vocabulary import load_vocabulary

CASE_LIMIT = ("BASE-D-04",)
EXPIRY_DAYS = 30
REMINDERS = 5
SUGGESTED = 5
PROPERTY_SHOWN = 5
ICONS = {"equity": "building-store", "securities": "chart-line", "vehicle": "car", "movable": "package"}


def limit_clock(file: CaseFile) -> ClockView | None:
    """The clock of the statutory limit of the whole case; else the earliest that binds its closing."""
    national = [clock for clock in file.clocks if clock.rule.id in CASE_LIMIT]
    closing = [clock for clock in file.clocks if clock.binds and clock.row.node_kind == "closing"]
    return next(iter([*national, *closing]), None)


def limit(file: CaseFile) -> dict[str, Any] | None:
    """The ring for components/donut.html with its lines below; None without a limit."""
    clock = limit_clock(file)
    if clock is None or not clock.row.start:
        return None
    start = dt.date.fromisoformat(clock.row.start[:10])
    ended = file.case.closed_on or file.today
    deducted = deducted_days(file, clock)
    used = max((ended - start).days - deducted, 0)
    parts = [("over" if clock.state == "over" else "prog", _("已用"), used), ("hold", _("扣除"), deducted)]
    due = clock.due_on
    left = (due - ended).days if due else 0
    total = (due - start).days if due else used + deducted
    unit = _("日剩余") if left >= 0 else _("日超期")
    ring = donut(parts, total=total, number=abs(left), unit=unit)
    facts = [
        {"label": _("届满"), "value": plain_day(due) if due else _("停止计时")},
        {"label": _("依据"), "value": clock.rule.article},
    ]
    return {"ring": ring, "facts": facts}


def deducted_days(file: CaseFile, clock: ClockView) -> int:
    """Calendar days that a clock did not count until now, suspensions that still run included."""
    steps = result_of(clock, file.state.calendar).steps
    days = sum(step.n or 0 for step in steps if step.kind == "suspend")
    for _kind, first, last in clock.row.suspensions:
        if last is None:
            days += max((file.today - dt.date.fromisoformat(first)).days + 1, 0)
    return days


def reminders(file: CaseFile) -> list[dict[str, Any]]:
    """What needs attention now, each with the link where it is done; a conversion, then what is overdue; at most five."""
    found = [*_converting(file), *_late(file), *_stopped(file), *_ending(file), *_waiting(file)]
    return found[:REMINDERS]


def suggestions(file: CaseFile) -> list[dict[str, Any]]:
    """What the rules propose and nobody has done yet, for components/list.html; with no met_by until its day is over."""
    found = (
        suggestions_of(file.state.book, file.state.state(), file.state.calendar) if file.case.is_open else []
    )
    open_ones = [
        each for each in found if each.met_on is None and (each.rule.met_by or each.due_on >= file.today)
    ]
    return [_suggested(file, each) for each in open_ones[:SUGGESTED]]


def _suggested(file: CaseFile, each: Suggested) -> dict[str, Any]:
    duty = load_vocabulary().duties.get(each.rule.duty, each.rule.statement)
    about = "" if each.subject == file.state.root else f"（{file.state.labels[each.subject]}）"
    day = short_day(each.due_on, file.today)
    if isinstance(each.due, dt.datetime):
        day = f"{day} {each.due:%H:%M}"
    return {
        "icon": "bulb",
        "title": f"{duty}{about}",
        "text": _("%(statement)s（%(rule)s，%(article)s，原文“%(wording)s”）")
        % {
            "statement": each.rule.statement,
            "rule": each.rule.id,
            "article": each.rule.article,
            "wording": each.rule.wording,
        },
        "pill": {"state": "todo", "text": _("建议 %(day)s") % {"day": day}},
    }


def property_list(file: CaseFile) -> list[dict[str, Any]]:
    """The property items for components/list.html, controlled ones first."""
    rows = sorted(file.properties, key=lambda row: (row.pk not in file.controls, row.pk))
    return [property_item(file, row) for row in rows[:PROPERTY_SHOWN]]


def property_item(file: CaseFile, row: Property) -> dict[str, Any]:
    """One item: what it is, which measure until when, how it stands."""
    control = file.controls.get(row.pk)
    state, words = property_state(file, row)
    text = _measure_words(file, control) if control else row.reason
    return {
        "icon": icon_of(row),
        "title": row.label,
        "text": text,
        "url": f"{reverse('desk:property', args=[file.case.pk])}#property-{row.pk}",
        "pill": {"state": state, "text": words},
    }


def property_state(file: CaseFile, row: Property) -> tuple[str, str]:
    """(state, words) of an item's pill: the days to the end of its measure when that is near."""
    control = file.controls.get(row.pk)
    if control is not None and control.waiting:
        return "todo", _("轮候")
    if control is not None and row.state in ("controlled", "disposable", "in_disposal"):
        left = (control.ends_on - file.today).days
        if left < 0:
            return "over", _("已届满 %(days)d 日") % {"days": -left}
        if left <= EXPIRY_DAYS:
            return "soon", _("%(days)d 日后届满") % {"days": left}
    tones = {
        "controlled": "done",
        "disposed": "done",
        "found": "prog",
        "in_disposal": "prog",
        "disposable": "prog",
    }
    return tones.get(row.state, "todo"), str(row.get_state_display())


def icon_of(row: Property) -> str:
    """The icon of a kind of property."""
    if row.kind in CASH:
        return "credit-card"
    if row.kind in MOVABLES:
        return ICONS[row.kind]
    return ICONS.get(row.kind, "home")


def latest(file: CaseFile, events: tuple[Event, ...] | None = None) -> list[dict[str, Any]]:
    """What happened last, for components/feed.html."""
    return [
        {
            "who": doer(event, file.people),
            "text": event_words(file, event),
            "at": instant_words(event.at, file.today),
            "datetime": event.at.isoformat(timespec="minutes"),
        }
        for event in (events if events is not None else file.events)
    ]


def event_words(file: CaseFile, event: Event) -> str:
    """One event as a person reads it: 办结“执行通知（李四）”."""
    data = event.data
    if event.kind == "node.completed":
        node = file.state.nodes.get(data.get("node"))
        name = file.title(node) if node else _node_name(file.state.book, data.get("kind", ""))
        return _("办结“%(node)s”") % {"node": name}
    words = act_words(event.kind)
    if amount := data.get("amount"):
        words = f"{words} {yuan(amount)}"
    if event.kind == "case.filing_corrected":
        changed = "；".join(change_words(change, file.state.labels) for change in data["changes"])
        words = f"{words}：{changed}"
    if event.kind == "case.corrected":
        words = _("%(act)s：%(old)s 改为 %(new)s") % {
            "act": words,
            "old": data["old"][:10],
            "new": data["new"][:10],
        }
    return words


def _late(file: CaseFile) -> Iterator[dict[str, Any]]:
    for clock in duties(file.clocks):
        if clock.state in ("over", "soon") and clock.last_on:
            duty = clock.pack.vocabulary.duties.get(clock.rule.duty, clock.rule.statement)
            about = file.state.labels[clock.row.subject_id]
            where = "" if clock.row.subject_id == file.state.root else f"（{about}）"
            text = _("%(duty)s%(where)s：%(day)s，%(words)s") % {
                "duty": duty,
                "where": where,
                "day": day_words(clock.last_on, file.today),
                "words": clock.words,
            }
            yield {"tone": clock.state, "text": text, **_way(file, clock)}


def _way(file: CaseFile, clock: ClockView) -> dict[str, str]:
    standing = (
        node.pk for node in file.nodes if node.state == NodeState.OPEN and clock in file.node_clocks(node)
    )
    node_id = clock.row.node_id or next(standing, None)
    if node_id is None:
        return {}
    url = f"{reverse('desk:case', args=[file.case.pk])}?node={node_id}#node-{node_id}"
    return {"url": url, "label": _("去办理")}


def _stopped(file: CaseFile) -> Iterator[dict[str, Any]]:
    """What stands in the way, since when, with the link where it is released."""
    names = load_vocabulary().intervals
    for interval in file.state.intervals:
        if interval.last is not None or interval.rules:
            continue
        about = _("全案") if interval.subject is None else file.state.labels[interval.subject]
        text = _("%(kind)s（%(about)s）：%(day)s起停止计算") % {
            "kind": names.get(interval.kind, interval.kind),
            "about": about,
            "day": short_day(interval.first, file.today),
        }
        item: dict[str, Any] = {"tone": "hold", "text": text}
        if may_hold(file) and file.case.state != "suspended":
            item |= {"url": reverse("desk:act", args=[file.case.pk, "release"]), "label": _("去解除")}
        yield item


def _converting(file: CaseFile) -> Iterator[dict[str, Any]]:
    """A conversion between simple and ordinary that waits to be reported, or for its new handler."""
    row = triage.conversion_of(file)
    if row is None or row.state == "asked":
        return
    words = load_vocabulary()
    names = {
        "event": words.events[row.trigger].zh,
        "to": words.facts[triage.CASE_CLASS].values.get(row.to_class, row.to_class),
        "day": day_words(row.triggered_on if row.state == "draft" else row.approved_on, file.today),
    }
    if row.state == "draft":
        text = _("%(day)s出现转换情形“%(event)s”，尚未提出转为%(to)s") % names
        item, act, allowed = {"tone": "soon", "text": text}, "conversion-propose", menu.may_propose(file)
        label = _("去提出")
    else:
        text = _("%(day)s批准转为%(to)s，等待分派") % names
        item, act, allowed = {"tone": "soon", "text": text}, "conversion-assign", menu.may_give(file)
        label = _("去分派")
    if allowed:
        item |= {"url": reverse("desk:act", args=[file.case.pk, act]), "label": label}
    yield item


def _ending(file: CaseFile) -> Iterator[dict[str, Any]]:
    """Measures that end within thirty days (民诉法解释 第485条: an ended measure has no effect)."""
    for row in file.properties:
        control = file.controls.get(row.pk)
        if control is None or (control.ends_on - file.today).days > EXPIRY_DAYS:
            continue
        state, words = property_state(file, row)
        text = _("%(name)s的%(kind)s：%(day)s届满，%(words)s") % {
            "name": row.label,
            "kind": control.get_kind_display(),
            "day": short_day(control.ends_on, file.today),
            "words": words,
        }
        url = f"{reverse('desk:property', args=[file.case.pk])}#property-{row.pk}"
        item = {
            "tone": "over" if state == "over" else "soon",
            "text": text,
            "url": url,
            "label": _("查看措施"),
        }
        if state != "over":
            item |= {
                "url": reverse("desk:property_act", args=[file.case.pk, row.pk, "renew"]),
                "label": _("办理续行"),
            }
        yield item


def _waiting(file: CaseFile) -> Iterator[dict[str, Any]]:
    for request in file.waiting:
        text = _("%(who)s提请的“%(matter)s”等待%(role)s审批") % {
            "who": request.asked_by.full_name,
            "matter": matter_words(request.kind),
            "role": request.role_zh,
        }
        item: dict[str, Any] = {"tone": "hold", "text": text}
        if request.decidable:
            item |= {"url": f"{reverse('desk:approvals')}#ask-{request.pk}", "label": _("去审批")}
        yield item
    if file.review is not None and file.review.result == "pending":
        item = {"tone": "hold", "text": _("终本报请正在由指定局领导审核")}
        if may_review(file.state, file.user):
            item |= {"url": reverse("desk:act", args=[file.case.pk, "review"]), "label": _("去审核")}
        yield item


def matter_words(kind: str) -> str:
    """What an approval is about."""
    words = {
        "extension": _("延长期限"),
        "deduction": _("扣除期限"),
        "void": _("撤销一次办理"),
        "cancel_case": _("撤销立案"),
        "over_limit": _("超标的控制"),
        "cannot_dispose": _("财产不能处置"),
        "convert_class": _("繁简转换"),
        "refund_funds": _("退款"),
        "advance_funds": _("周转基金垫付"),
        "aid_funds": _("司法救助、执行保险"),
    }
    return words.get(kind) or load_vocabulary().matters.get(kind, kind)


def _measure_words(file: CaseFile, control: Control) -> str:
    rank = _("轮候") if control.waiting else _("首封")
    return _("%(kind)s（%(rank)s）%(amount)s，至 %(day)s") % {
        "kind": control.get_kind_display(),
        "rank": rank,
        "amount": yuan(control.amount),
        "day": plain_day(control.ends_on),
    }


def _node_name(book: RuleBook, kind: str) -> str:
    try:
        return book.node(kind).zh
    except KeyError:
        return kind
