"""Petitions as filters, a table, the facts of one, and its history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.countdown import state_of, words_of
from desk.selectors.petitions import UNCLOSED, WAITING, Clock, Register
from desk.tables.worklist import case_address
from desk.words import act_words, day_words, instant_words, short_day
from events.models import Event
from kernel.identity import mask_phone
from petitions.models import Petition
from petitions.states import PetitionState

Row = dict[str, Any]
PILLS = {
    PetitionState.OPEN: "prog",
    PetitionState.PANEL: "prog",
    PetitionState.ASKED: "hold",
    PetitionState.APPROVED: "soon",
    PetitionState.ANSWERED: "done",
    PetitionState.CLOSED: "done",
}
AGES = {
    "7": _lazy("7 日内"),
    "15": _lazy("8 至 15 日"),
    "30": _lazy("16 至 30 日"),
    "over": _lazy("超过 30 日"),
}
STATES = ((WAITING, _lazy("未答复")), (UNCLOSED, _lazy("未办结")), *PetitionState.choices)
STEPS = (
    ("registered", _lazy("登记")),
    ("panel", _lazy("合议")),
    ("asked", _lazy("局长批准")),
    ("answered", _lazy("答复")),
    ("closed", _lazy("办结")),
)


def tabs(found: Register, link: Callable[..., str]) -> list[Row]:
    """The age of what is not settled, each band an address."""
    chosen = found.asked.age
    bands = [
        {
            "label": words,
            "count": found.ages[band],
            "tone": "over" if band == "over" and found.ages[band] else "",
            "url": link(age=band),
            "current": chosen == band,
        }
        for band, words in AGES.items()
    ]
    return [{"label": _("全部"), "url": link(age=None), "current": not chosen}, *bands]


def filters(found: Register) -> Row:
    """The filter row."""
    asked = found.asked
    fields: list[Row] = [
        {
            "kind": "search",
            "name": "q",
            "label": _("查找信访"),
            "value": asked.text,
            "hint": _("案号、信访人"),
        },
        _select("channel", _("渠道"), _("全部渠道"), Petition.Channel.choices, asked.channel),
        _select("level", _("层级"), _("全部层级"), Petition.Level.choices, asked.level),
        _select("state", _("状态"), _("全部状态"), STATES, asked.state),
    ]
    if len(found.courts) > 1:
        fields.append(_select("court", _("法院"), _("全部法院"), found.courts, asked.court))
    if len(found.teams) > 1:
        fields.append(_select("team", _("团队"), _("全部团队"), found.teams, asked.team))
    if found.officers:
        fields.append(_select("officer", _("承办人"), _("全部承办人"), found.officers, asked.officer))
    fields += [
        {
            "kind": "days",
            "days": [
                {"name": "since", "label": _("收到自"), "value": _iso(asked.since)},
                {"name": "until", "label": _("至"), "value": _iso(asked.until)},
            ],
        },
        {"kind": "check", "name": "overdue", "label": _("只看超期"), "checked": asked.overdue},
    ]
    return {"fields": fields, "kept": [("age", asked.age)] if asked.age else []}


def chips(found: Register, link: Callable[..., str]) -> list[Row]:
    """What narrows the list now, each with the address without it."""
    asked, on = found.asked, found.today
    unknown = _("不在名单中")
    named = (
        ("q", _("查找：%s") % asked.text if asked.text else ""),
        ("channel", dict(Petition.Channel.choices).get(asked.channel, "")),
        ("level", dict(Petition.Level.choices).get(asked.level, "")),
        ("state", dict(STATES).get(asked.state, "")),
        ("court", dict(found.courts).get(asked.court, unknown) if asked.court else ""),
        ("team", dict(found.teams).get(asked.team, unknown) if asked.team else ""),
        ("officer", dict(found.officers).get(asked.officer, unknown) if asked.officer else ""),
        ("since", _("收到自 %s") % short_day(asked.since, on) if asked.since else ""),
        ("until", _("收到至 %s") % short_day(asked.until, on) if asked.until else ""),
        ("overdue", _("超期") if asked.overdue else ""),
        ("age", AGES.get(asked.age, "")),
    )
    return [{"label": str(label), "remove_url": link(**{name: None})} for name, label in named if str(label)]


def columns() -> list[Row]:
    """The head of the register."""
    return [
        {"label": _("信访"), "kind": "main"},
        {"label": _("案件")},
        {"label": _("信访人和诉求"), "kind": "wide"},
        {"label": _("收到"), "sorted": "descending"},
        {"label": _("答复期限")},
        {"label": _("经办人")},
        {"label": _("状态")},
    ]


def groups(found: Register) -> list[Row]:
    """One row a petition."""
    return [{"rows": [_row(row, found) for row in found.rows]}] if found.rows else []


def empty() -> Row:
    """Nothing to show."""
    return {
        "title": _("没有信访"),
        "text": _("在案件页的“更多”中登记信访；来访、来信、来电、网上和上级交办的都登记在这里。"),
        "icon": "inbox",
    }


def pill(petition: Petition) -> Row:
    """How it stands."""
    text = _("当场已答复") if petition.is_on_spot and not _closed(petition) else petition.get_state_display()
    return {"state": PILLS[PetitionState(petition.state)], "text": text}


def limit(petition: Petition, clock: Clock | None, today: dt.date) -> Row:
    """The last day for the answer, and how near it is."""
    if clock is None:
        return {"text": _("当场已答复") if petition.is_on_spot else "—"}
    cell: Row = {"text": short_day(clock.day, today)}
    if clock.state == "running":
        cell["pill"] = {
            "state": state_of(clock.day, overdue=clock.is_overdue, today=today),
            "text": words_of(clock.day, overdue=clock.is_overdue, today=today),
        }
    elif clock.state == "met_late":
        cell |= {"sub": _("超期答复"), "sub_tone": "over"}
    elif clock.state == "met":
        cell["sub"] = _("按期答复")
    return cell


def facts(petition: Petition, clock: Clock | None, today: dt.date) -> list[Row]:
    """What was written down."""
    case = petition.case
    named = [
        (_("信访人"), petition.name + (f"（{petition.party.get_role_display()}）" if petition.party else "")),
        (_("联系电话"), mask_phone(petition.phone) if petition.phone else _("没有留")),
        (_("渠道"), petition.get_channel_display()),
        (_("到达层级"), petition.get_level_display()),
        (_("性质"), petition.get_kind_display()),
        (_("收到"), day_words(petition.received_on, today)),
        (_("本案第几次"), _("第 %d 次") % petition.nth),
        (_("答复期限"), day_words(clock.day, today) if clock else _("当场已答复")),
        (_("经办人"), petition.officer.full_name),
        (_("案件承办人"), case.owner.full_name if case.owner else "—"),
    ]
    if petition.assigned_by:
        named.insert(3, (_("交办单位"), petition.assigned_by))
    if petition.has_major_effect:
        named.append((_("影响"), _("造成重大负面影响")))
    return [{"label": label, "value": value} for label, value in named]


def beside(frozen: Mapping[str, Any], live: Mapping[str, Any], today: dt.date) -> list[dict[str, Any]]:
    """What was attached on registration with what has become of it, then what came since."""
    result = []
    for key, name, empty_words in (
        ("nodes", "clock", _("登记时没有超期节点。")),
        ("letters", "letter", _("登记时没有未回复的留言。")),
    ):
        now = {row[name]: row for row in live[key]}
        then = {row[name] for row in frozen.get(key, ())}
        rows = [_attached(key, row, row[name] in now, today) for row in frozen.get(key, ())]
        since = [_attached(key, row, True, today) for number, row in now.items() if number not in then]
        title = _("超期节点") if key == "nodes" else _("未回复留言")
        result.append({"title": title, "then": rows, "since": since, "empty": empty_words})
    return result


def history(events: Iterable[Event], names: Mapping[str, str], today: dt.date) -> list[Row]:
    """What was done, newest first; names: actor -> name."""
    return [
        {
            "who": names.get(event.actor, _("系统")),
            "text": act_words(event.kind),
            "at": instant_words(event.at, today),
            "datetime": event.at.isoformat(),
            "note": event.data.get("reason", ""),
        }
        for event in events
    ]


def steps(petition: Petition) -> list[Row]:
    """The way of a petition with what is done; short where all was answered on the spot."""
    done = {"registered"}
    if petition.panel_on:
        done.add("panel")
    if petition.state in (PetitionState.APPROVED, PetitionState.ANSWERED, PetitionState.CLOSED):
        done.add("asked")
    if petition.answered_at:
        done.add("answered")
    if _closed(petition):
        done.add("closed")
    shown = [s for s in STEPS if not petition.is_on_spot or s[0] not in ("panel", "asked")]
    following = next((name for name, _words in shown if name not in done), "")
    return [
        {
            "label": words,
            "state": "done" if name in done else "prog" if name == following else "todo",
            "share": 100 if name in done else 50 if name == following else 0,
            "current": name == following,
        }
        for name, words in shown
    ]


def _attached(key: str, row: Mapping[str, Any], stands: bool, today: dt.date) -> Row:
    if key == "nodes":
        about = f"（{row['about']}）" if row["about"] else ""
        day = short_day(dt.date.fromisoformat(row["due_on"]), today)
        text = _("最后一日 %(day)s，超期 %(n)d 日") % {"day": day, "n": row["days"]}
        shown = {"title": f"{row['name']}{about}", "text": text, "icon": "clock-exclamation"}
        after = _("仍然超期") if stands else _("已办")
    else:
        text = _("%s 收到") % instant_words(dt.datetime.fromisoformat(row["received_at"]), today)
        shown = {"title": row["topic"], "text": text, "icon": "message"}
        shown["url"] = reverse("desk:letter", args=[row["letter"]])
        after = _("仍未回复") if stands else _("已回复")
    return {**shown, "pill": {"state": "over" if stands else "done", "text": after}}


def _closed(petition: Petition) -> bool:
    return petition.state == PetitionState.CLOSED


def _row(row: Petition, found: Register) -> Row:
    on, case = found.today, row.case
    unsettled = "" if _closed(row) else _("已 %d 日") % row.age_days(on)
    return {
        "id": row.pk,
        "cells": [
            {
                "kind": "main",
                "text": row.number,
                "url": reverse("desk:petition", args=[row.pk]),
                "open": True,
                "sub": f"{row.get_channel_display()} · {row.get_level_display()}",
            },
            {"label": _("案件"), "text": case.number, "url": case_address(case.pk), "sub": _handler(row)},
            {"label": _("信访人和诉求"), "text": row.name, "sub": row.demand[:60]},
            {"label": _("收到"), "text": short_day(row.received_on, on), "sub": unsettled, "nowrap": True},
            {"label": _("答复期限"), **limit(row, found.clocks.get(row.subject_id), on)},
            {"label": _("经办人"), "text": row.officer.full_name},
            {"label": _("状态"), "pill": pill(row)},
        ],
    }


def _handler(row: Petition) -> str:
    case = row.case
    return " ".join(
        filter(None, (case.team.name if case.team else "", case.owner.full_name if case.owner else ""))
    )


def _select(name: str, label: str, everything: str, choices: Any, chosen: Any) -> Row:
    options = [{"value": value, "label": words, "selected": value == chosen} for value, words in choices]
    return {"kind": "select", "name": name, "label": label, "everything": everything, "options": options}


def _iso(day: dt.date | None) -> str:
    return day.isoformat() if day else ""
