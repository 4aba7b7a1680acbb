"""Saved views: those a person sees, and how many rows each of the pinned ones holds now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, IntegerField, QuerySet, Subquery, Value
from django.db.models.functions import JSONObject
from django.http import QueryDict
from django.urls import reverse

from courts.models import User
from desk.models import SavedView
from desk.queries import cases_asked, nodes_asked
from desk.selectors import case_list, worklist

MOST = 99
CASES = SavedView.Page.CASES
SHOWN = 8
"""Views in the side navigation, those of the team among them."""


class Counted(Subquery):
    """The number of rows of a subquery that is sliced, so that no page ever counts more than it shows."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def views_of(user: User, on: dt.date) -> list[SavedView]:
    """Every view a person sees, their own first. One query."""
    rows = SavedView.objects.visible_to(user, on).select_related("owner", "team")
    return sorted(rows, key=lambda view: (view.owner_id != user.pk, view.name))


def pinned(user: User, on: dt.date) -> ArraySubquery:
    """The pinned views as a column, [{id, name, page, query}], for a query that is asked anyhow."""
    rows = SavedView.objects.visible_to(user, on).filter(pinned=True)
    shape = JSONObject(id=F("pk"), name=F("name"), page=F("page"), query=F("query"))
    return ArraySubquery(rows.order_by("pk").values(shape=shape)[:SHOWN])


def counts_of(user: User, views: Sequence[dict[str, Any]], at: dt.datetime) -> dict[int, int]:
    """View -> rows now, no further than MOST + 1 a stretch. Three queries at most, none for no views."""
    if not views:
        return {}
    columns = {
        f"view_{view['id']}": _number(rows)
        for view, rows in zip(views, rows_of(user, views, at), strict=True)
    }
    row = User.objects.filter(pk=user.pk).annotate(**columns).values(*columns).get()
    return {int(name.removeprefix("view_")): number for name, number in row.items()}


def rows_of(user: User, views: Sequence[dict[str, Any]], at: dt.datetime) -> list[list[QuerySet]]:
    """The rows behind each view, in the stretches of its list."""
    of_cases = [cases_asked(QueryDict(view["query"])) for view in views if view["page"] == CASES]
    of_nodes = [nodes_asked(QueryDict(view["query"])) for view in views if view["page"] != CASES]
    cases = iter(case_list.rows_asked(user=user, lists=of_cases, at=at))
    nodes = iter(worklist.rows_asked(user=user, lists=of_nodes, at=at))
    return [[next(cases)] if view["page"] == CASES else next(nodes) for view in views]


def _number(rows: Iterable[QuerySet]) -> Any:
    counted: Any = Value(0)
    for stretch in rows:
        counted = counted + Counted(_few(stretch))
    return counted


def address_of(page: str, query: str) -> str:
    """Where a view leads."""
    return f"{reverse(f'desk:{page}')}?{query}" if query else reverse(f"desk:{page}")


def _few(rows: QuerySet) -> QuerySet:
    return rows.order_by().values("pk")[: MOST + 1]
