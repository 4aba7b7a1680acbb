"""Acts of other systems: a node completed, a feedback, money that arrived."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.models import Scope
from api.selectors import DECLARED, completable, court_of, receipt_shape
from api.serializers import ActDone, CompletionShape, FeedbackShape, ReceiptOut, ReceiptShape
from api.views.schema import KEY, answers
from api.views.window import Window
from cases.actions.completing import complete_node
from events.models import Event
from funds.actions.receipts import record_receipt
from measures.actions.finding import Found, record_feedback


class Completion(Window):
    """办结节点."""

    scope = Scope.NODES

    @extend_schema(
        operation_id="complete_node",
        summary="办结节点",
        request=CompletionShape,
        parameters=[KEY],
        responses=answers({201: ActDone}, acts=True, missing=True),
    )
    def post(self, request: Request, pk: int) -> Response:
        """Complete a node whose form is declared; the guards of the case's rules are asked as on the page."""
        given = self.given(CompletionShape, request)
        completable(request.user, pk, DECLARED)
        event = complete_node(
            node_id=pk,
            seen_version=given["version"],
            values=given["values"],
            on=given.get("on"),
            actor=request.user,
            at=request.at,
            key=self.key(request),
        )
        return _done(event)


class Feedback(Window):
    """网络查控反馈."""

    scope = Scope.QUERY

    @extend_schema(
        operation_id="record_feedback",
        summary="网络查控反馈",
        request=FeedbackShape,
        parameters=[KEY],
        responses=answers({201: ActDone}, acts=True, missing=True),
    )
    def post(self, request: Request, pk: int) -> Response:
        """Each item found starts the clock of its control."""
        given = self.given(FeedbackShape, request)
        completable(request.user, pk, "feedback")
        items = [Found(**{"party_id": row["party"], **_without(row, "party")}) for row in given["items"]]
        event = record_feedback(
            node_id=pk,
            seen_version=given["version"],
            items=items,
            queried=sorted(given["queried"]),
            national=given["national"],
            on=given["on"],
            actor=request.user,
            at=request.at,
            key=self.key(request),
        )
        return _done(event)


class Receipts(Window):
    """到账案款."""

    scope = Scope.RECEIPTS

    @extend_schema(
        operation_id="record_receipt",
        summary="到账登记",
        request=ReceiptShape,
        parameters=[KEY],
        responses=answers({201: ReceiptOut}, acts=True),
    )
    def post(self, request: Request) -> Response:
        """Money on the court's account; an entry of the same serial is entered once and answered as it stands."""
        given = self.given(ReceiptShape, request)
        receipt = record_receipt(
            court=court_of(request.user, given["court"]),
            amount=given["amount"],
            arrived_on=given["arrived_on"],
            payer_name=given.get("payer_name", ""),
            account_tail=given.get("account_tail", ""),
            bank_serial=given["serial"],
            remark=given.get("remark", ""),
            actor=request.user,
            at=request.at,
            key=self.key(request),
        )
        return Response(ReceiptOut(receipt_shape(receipt)).data, status=201)


def _without(row: dict[str, object], name: str) -> dict[str, object]:
    return {key: value for key, value in row.items() if key != name}


def _done(event: Event) -> Response:
    case = int(event.stream.partition(":")[2])
    return Response(ActDone({"case": case, "event": event.pk, "at": event.at}).data, status=201)
