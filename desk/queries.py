"""What the query of an address asks of a list: the same for its page, its bulk work, its saved views."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlencode

from django.http import QueryDict

from desk.addresses import day_of_query, number_of
from desk.selectors.case_list import STATES
from desk.selectors.case_list import Asked as AskedCases
from desk.selectors.worklist import VIEWS
from desk.selectors.worklist import Asked as AskedNodes
from regimes.vocabulary import load_vocabulary


def nodes_asked(query: QueryDict) -> AskedNodes:
    """What a query asks of the worklist."""
    view = query.get("view", "")
    return AskedNodes(
        view=view if view in VIEWS else "",
        text=query.get("q", "").strip()[:60],
        kind=query.get("kind", ""),
        officer=number_of(query.get("officer", "")),
        on=day_of_query(query.get("on", "")),
        after=query.get("after", ""),
        before=query.get("before", ""),
    )


def query_of(asked: AskedNodes) -> str:
    """The query that asks for this part of the worklist, from its first page; "" for all of it."""
    given = {
        "view": asked.view,
        "q": asked.text,
        "kind": asked.kind,
        "officer": asked.officer,
        "on": asked.on and asked.on.isoformat(),
    }
    return urlencode({name: value for name, value in given.items() if value})


def cases_asked(query: QueryDict) -> AskedCases:
    """What a query asks of the list of cases."""
    state = query.get("state", "")
    return AskedCases(
        text=query.get("q", "").strip()[:60],
        state=state if state in STATES else "",
        team=number_of(query.get("team", "")),
        officer=number_of(query.get("officer", "")),
        since=day_of_query(query.get("since", "")),
        until=day_of_query(query.get("until", "")),
        overdue=query.get("overdue") == "1",
        stage=_one_of(query.get("stage", ""), load_vocabulary().stages),
        flag=_one_of(query.get("flag", ""), {**load_vocabulary().flags, **load_vocabulary().flag_groups}),
        after=query.get("after", ""),
        before=query.get("before", ""),
    )


def _one_of(value: str, known: Collection[str]) -> str:
    return value if value in known else ""
