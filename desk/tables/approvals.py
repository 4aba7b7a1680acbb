"""Requests for approval as cards."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from approvals.models import Request
from approvals.states import Answer, RequestState
from courts.models import User
from courts.scope import roles
from desk.listing import plain
from desk.selectors.approvals import Approvals, Ask
from desk.selectors.aside import matter_words
from desk.tables.worklist import case_address
from desk.words import instant_words

Row = dict[str, Any]
AGEING_DAYS = 3

_STATES = {
    RequestState.WAITING: "hold",
    RequestState.GIVEN: "done",
    RequestState.REFUSED: "todo",
    RequestState.WITHDRAWN: "todo",
}


def tabs(found: Approvals, mine: bool, path: str) -> list[Row]:
    """What waits for me, what I asked."""
    return [
        {"label": _("待我审批"), "url": path, "count": found.waiting or "", "current": not mine},
        {"label": _("我提请的"), "url": f"{path}?tab=mine", "current": mine},
    ]


def cards(found: Approvals, mine: bool) -> list[Row]:
    """The requests of the tab."""
    return [_card(ask, found.today, mine) for ask in found.asks]


def as_sheet(shown: list[Row]) -> tuple[list[Row], list[Row]]:
    """The same requests as a table."""
    labels = (_("事项"), _("案号"), _("当事人"), _("内容"), _("理由"), _("提请"), _("状态"), _("审批"))
    return plain(labels, (_flat(card) for card in shown))


def _flat(card: Row) -> list[str]:
    facts = "；".join(f"{label}：{value}" for label, value in card["facts"])
    steps = "；".join(" ".join(filter(None, (s["role"], s["text"], s["words"]))) for s in card["steps"])
    named = (card["matter"], card["number"], card["parties"], facts, card["ground"], card["asked"])
    return [*map(str, named), card["pill"]["text"], steps]


def empty(mine: bool) -> Row:
    """Nothing waits, or nothing was asked."""
    if mine:
        text = _("延长、扣除期限和撤销办理等事项，在案件页提请。")
        return {"title": _("没有提请过审批"), "text": text, "icon": "rubber-stamp"}
    text = _("需要您审批的事项会出现在这里，等得最久的在最前。")
    return {"title": _("没有等您审批的事项"), "text": text, "icon": "circle-check"}


def _card(ask: Ask, today: dt.date, mine: bool) -> Row:
    request = ask.request
    return {
        "id": request.pk,
        "matter": matter_words(request.kind),
        "number": ask.number or _("保密案件"),
        "url": case_address(ask.case_id) if ask.case_id else "",
        "parties": ask.parties,
        "facts": ask.facts,
        "ground": request.ground,
        "asked": _("%(who)s %(at)s提请")
        % {"who": _named(request.asked_by, request.asked_for), "at": instant_words(request.asked_at, today)},
        "pill": _pill(request, ask.days),
        "steps": [_step(ask, number, today) for number in range(len(request.chain))],
        "withdrawable": mine and request.state == RequestState.WAITING,
    }


def _pill(request: Request, days: int) -> Row:
    if request.state != RequestState.WAITING:
        return {"state": _STATES[RequestState(request.state)], "text": str(request.get_state_display())}
    words = _("已等 %d 日") % days if days else _("今天提请")
    return {"state": "soon" if days >= AGEING_DAYS else "hold", "text": words}


def _named(person: User, absent: User | None) -> str:
    """陈审判（代 郑局长）."""
    return person.full_name if absent is None else _stand_in(person.full_name, absent.full_name)


def _stand_in(name: str, absent: str) -> str:
    return _("%(name)s（代 %(absent)s）") % {"name": name, "absent": absent}


def _step(ask: Ask, number: int, today: dt.date) -> Row:
    """One level of the chain: who said what, or whose turn it is and who may answer."""
    request = ask.request
    role = str(roles()[request.chain[number]]["zh"])
    said = next((assent for assent in request.assents.all() if assent.step == number), None)
    if said is not None:
        state = "done" if said.answer == Answer.ASSENT else "todo"
        words = f"{_named(said.by, said.by_for)} {said.get_answer_display()}，{instant_words(said.at, today)}"
        return {"role": role, "state": state, "text": words, "words": said.words}
    waiting = request.state == RequestState.WAITING and request.step == number
    return {
        "role": role,
        "state": "hold" if waiting else "todo",
        "text": _waiting(ask, today) if waiting else _("未到"),
        "words": "",
    }


def _waiting(ask: Ask, today: dt.date) -> str:
    """Who may answer, and how long the step has waited."""
    names = [
        _stand_in(each.name, each.stands_in_for) if each.stands_in_for else each.name for each in ask.deciders
    ]
    if not names:
        return _("等待审批，现在没有可以审批的人员")
    days = ask.request.days_at_step(today)
    text = _("等待%(who)s审批") % {"who": "、".join(names[:3])}
    return text + (_("，本级已等 %d 日") % days if days else "")
