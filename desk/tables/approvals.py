"""Requests for approval as cards."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from approvals.models import Request
from approvals.states import Answer, RequestState
from courts.scope import roles
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
        % {"who": request.asked_by.full_name, "at": instant_words(request.asked_at, today)},
        "pill": _pill(request, ask.days),
        "steps": [_step(request, number, today) for number in range(len(request.chain))],
        "withdrawable": mine and request.state == RequestState.WAITING,
    }


def _pill(request: Request, days: int) -> Row:
    if request.state != RequestState.WAITING:
        return {"state": _STATES[RequestState(request.state)], "text": str(request.get_state_display())}
    words = _("已等 %d 日") % days if days else _("今天提请")
    return {"state": "soon" if days >= AGEING_DAYS else "hold", "text": words}


def _step(request: Request, number: int, today: dt.date) -> Row:
    """One level of the chain: who said what, or whose turn it is."""
    role = str(roles()[request.chain[number]]["zh"])
    said = next((assent for assent in request.assents.all() if assent.step == number), None)
    if said is not None:
        state = "done" if said.answer == Answer.ASSENT else "todo"
        words = f"{said.by.full_name} {said.get_answer_display()}，{instant_words(said.at, today)}"
        return {"role": role, "state": state, "text": words, "words": said.words}
    waiting = request.state == RequestState.WAITING and request.step == number
    return {
        "role": role,
        "state": "hold" if waiting else "todo",
        "text": _("等待审批") if waiting else _("未到"),
        "words": "",
    }
