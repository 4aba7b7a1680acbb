"""Cases: filed, read, followed."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.models import Scope
from api.selectors import case_of, court_of, page_of_cases, receipts_of, timeline_of
from api.serializers import CaseFiled, CaseOut, CasePage, FilingShape, ReceiptsOut, TimelineOut, party_of
from api.views.schema import KEY, answers
from api.views.window import Window
from cases.actions.filing import Filed, file_case
from cases.filings import FilingInput


class Cases(Window):
    """A list by key, and filing."""

    @property
    def scope(self) -> str:
        """Reading and filing are two."""
        return Scope.FILE if self.request.method == "POST" else Scope.READ

    @extend_schema(
        operation_id="list_cases",
        summary="案件列表",
        parameters=[
            OpenApiParameter("number", str, description="案号，写法不限"),
            OpenApiParameter("after", str, description="上一页返回的 next"),
        ],
        responses=answers({200: CasePage}, refused=True),
    )
    def get(self, request: Request) -> Response:
        """Newest filing first."""
        asked = request.query_params
        page = page_of_cases(request.user, number=asked.get("number", ""), after=asked.get("after", ""))
        return Response(CasePage(page).data)

    @extend_schema(
        operation_id="file_case",
        summary="立案",
        request=FilingShape,
        parameters=[KEY],
        responses=answers({201: CaseFiled, 200: CaseFiled}, acts=True),
    )
    def post(self, request: Request) -> Response:
        """201 for a case filed by this call or by an earlier one of the same key; 200 for one that stood already."""
        given = self.given(FilingShape, request)
        court = court_of(request.user, given.pop("court"))
        claims = [(row["kind"], row["amount"], row.get("words", "")) for row in given.pop("claims", ())]
        filing = FilingInput(
            **{**given, "parties": [party_of(dict(row)) for row in given["parties"]], "claims": claims}
        )
        filed = file_case(
            court=court, filing=filing, actor=request.user, at=request.at, key=self.key(request)
        )
        return Response(CaseFiled(_filed(filed)).data, status=201 if filed.event else 200)


class OneCase(Window):
    """A case."""

    scope = Scope.READ

    @extend_schema(operation_id="read_case", summary="案件", responses=answers({200: CaseOut}, missing=True))
    def get(self, request: Request, pk: int) -> Response:
        """With its parties, ID numbers masked."""
        case = case_of(request.user, pk)
        return Response(CaseOut(case).data)


class Timeline(Window):
    """The nodes of a case."""

    scope = Scope.READ

    @extend_schema(
        operation_id="read_timeline",
        summary="节点时间轴",
        responses=answers({200: TimelineOut}, missing=True),
    )
    def get(self, request: Request, pk: int) -> Response:
        """Oldest first, with the clocks of each and, where it can be completed here, the fields of its form."""
        return Response(TimelineOut(timeline_of(request.user, pk, request.at)).data)


class CaseReceipts(Window):
    """The money of a case."""

    scope = Scope.READ

    @extend_schema(
        operation_id="list_receipts", summary="到账案款", responses=answers({200: ReceiptsOut}, missing=True)
    )
    def get(self, request: Request, pk: int) -> Response:
        """What arrived and was claimed for it."""
        return Response(ReceiptsOut(receipts_of(request.user, pk)).data)


def _filed(filed: Filed) -> dict[str, Any]:
    return {
        "case": filed.case.pk,
        "number": filed.case.number,
        "event": filed.event and filed.event.pk,
        "at": filed.event and filed.event.at,
        "warnings": list(filed.warnings),
    }
