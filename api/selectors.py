"""What the interface answers: a case, a page of cases, a time line, receipts; each in a fixed number of queries."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from cases.models import Case, Node
from cases.snapshot import Locked, read_locked
from courts.models import Court, User
from deadlines.models import Deadline
from funds.models import Receipt
from kernel.casenumbers import loose_key
from kernel.errors import BadInput, NotFound, WrongState
from regimes.nodes import NodeDef

PAGE = 100
DECLARED = "declared"


@dataclass(frozen=True, slots=True)
class NodeLine:
    """A node with its clocks; `form` only of an open one whose form is declared, so that it can be completed here."""

    node: Node
    definition: NodeDef
    subject: str
    clocks: list[dict[str, Any]]

    def as_shape(self) -> dict[str, Any]:
        """For NodeOut."""
        node = self.node
        is_form = node.state == "open" and self.definition.form == DECLARED
        return {
            "id": node.pk,
            "kind": node.kind,
            "title": self.definition.zh,
            "subject": self.subject,
            "state": node.state,
            "opened_on": node.opened_on,
            "done_on": node.done_on,
            "version": node.version,
            "clocks": self.clocks,
            "form": [
                {
                    "key": field.key,
                    "zh": field.zh,
                    "type": field.type,
                    "required": field.required,
                    "choices": [choice.value for choice in field.choices],
                }
                for field in (self.definition.fields if is_form else ())
            ],
        }


def court_of(user: User, code: str) -> Court:
    """The court of a code that the system is connected to. Raises BadInput."""
    court = Court.objects.filter(code=code.strip(), pk__in=user.scope.courts).first()
    if court is None:
        raise BadInput(
            _("法院代码“%s”不存在，或者不在这个令牌的范围内。") % code,
            field="court",
            fix=_("填写本系统已接入的法院的代码。"),
        )
    return court


def case_of(user: User, case_id: int) -> Case:
    """A case in the system's reach with its parties. Three queries. Raises NotFound."""
    cases = Case.objects.visible_to(user).select_related("court", "owner").prefetch_related("parties")
    case = cases.filter(pk=case_id).first()
    if case is None:
        raise NotFound(_("没有这个案件，或者不在这个令牌的法院范围内。"))
    return case


def page_of_cases(user: User, *, number: str = "", after: str = "") -> dict[str, Any]:
    """Cases in reach, newest filing first, a hundred at a time. number: a case number in any style.

    after: the cursor of the page before. One query. Raises BadInput for a cursor that nobody gave out.
    """
    rows = Case.objects.visible_to(user).select_related("court", "owner").order_by("-filed_on", "-id")
    if number:
        rows = rows.filter(number_key=loose_key(number))
    if after:
        day, last = _cursor(after)
        rows = rows.filter(Q(filed_on__lte=day) & (Q(filed_on__lt=day) | Q(pk__lt=last)))
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    more = f"{shown[-1].filed_on.isoformat()}~{shown[-1].pk}" if len(found) > PAGE else ""
    return {"cases": shown, "next": base64.urlsafe_b64encode(more.encode()).decode()}


def timeline_of(user: User, case_id: int, at: dt.datetime) -> dict[str, Any]:
    """The nodes of a case, oldest first, with the clocks of each. Raises NotFound."""
    case = case_of(user, case_id)
    state = read_locked(case)
    clocks = _clocks(state, at)
    nodes = sorted(state.nodes.values(), key=lambda node: (node.opened_on, node.pk))
    lines = [
        NodeLine(node, state.book.node(node.kind), state.labels[node.subject_id], clocks[node.pk])
        for node in nodes
    ]
    return {"case": case.pk, "version": case.version, "as_of": at, "nodes": [n.as_shape() for n in lines]}


def receipts_of(user: User, case_id: int) -> dict[str, Any]:
    """What arrived for a case and was claimed for it. Raises NotFound."""
    case = case_of(user, case_id)
    rows = Receipt.objects.filter(about=case.about).standing().order_by("arrived_on", "id")
    return {"case": case.pk, "receipts": [receipt_shape(row) for row in rows]}


def receipt_shape(row: Receipt) -> dict[str, Any]:
    """For ReceiptOut."""
    return {
        "id": row.pk,
        "case": int(row.about.partition(":")[2]) if row.about else None,
        "amount": row.amount,
        "arrived_on": row.arrived_on,
        "bank_serial": row.bank_serial,
        "state": row.state,
    }


def completable(user: User, node_id: int, form: str) -> None:
    """Refuse a node whose work is not the form given: it has a verb of its own. Raises NotFound, WrongState."""
    node = Node.objects.visible_to(user).select_related("case").filter(pk=node_id).first()
    if node is None:
        raise NotFound(_("没有这个节点，或者不在这个令牌的法院范围内。"))
    definition = read_locked(node.case).book.node(node.kind)
    if definition.form != form:
        raise WrongState(
            _("“%s”不能由这个接口办理。") % definition.zh,
            code="NODE-FORM",
            fix=_("请承办人在案件页办理；网络查控反馈使用查控反馈接口。"),
        )


def _clocks(state: Locked, at: dt.datetime) -> dict[int, list[dict[str, Any]]]:
    by_node: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for clock in sorted(state.clocks.values(), key=lambda row: (row.due_on or dt.date.max, row.pk)):
        if clock.node_id and clock.state != Deadline.State.CANCELLED:
            by_node[clock.node_id].append(
                {
                    "rule_id": clock.rule_id,
                    "pack_code": clock.pack_code,
                    "state": clock.state,
                    "due_on": clock.due_on,
                    "due_at": clock.due_at,
                    "overdue": clock.state == Deadline.State.RUNNING and clock.overdue_at <= at,
                    "met_on": clock.met_on,
                }
            )
    return by_node


def _cursor(text: str) -> tuple[dt.date, int]:
    try:
        day, _sign, last = base64.urlsafe_b64decode(text.encode()).decode().partition("~")
        return dt.date.fromisoformat(day), int(last)
    except (ValueError, binascii.Error) as error:
        raise BadInput(
            _("翻页位置 after 不是上一页给出的。"), field="after", fix=_("原样使用上一页返回的 next。")
        ) from error
