"""Any sequence of holds and releases: nothing rests without an open hold, no day counts twice, the end is the day-walk's."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.actions.holds import release_hold, set_hold
from cases.models import Case, Hold
from deadlines.models import Deadline
from kernel import time
from kernel.errors import DomainError
from tests.factories.cases import House, assigned, filing, house, key
from tests.regimes.day_walk import count_on

pytestmark = pytest.mark.django_db
FIRST = dt.date(2023, 4, 24)
KINDS = ("BASE-H-01", "BASE-H-06", "BASE-H-04", "BASE-H-07")
OUTCOME = {
    "BASE-H-01": "cause_gone",
    "BASE-H-06": "breached",
    "BASE-H-04": "expired",
    "BASE-H-07": "rejected",
}
steps = st.lists(st.tuples(st.sampled_from(KINDS), st.booleans(), st.integers(0, 12)), min_size=1, max_size=8)


def act(home: House, case: Case, kind: str, opens: bool, at: dt.datetime) -> None:
    """Set a hold of the kind, or release the oldest open one; what is refused changes nothing."""
    by = {"actor": home.handler, "at": at, "key": key()}
    day = time.today(at)
    standing = Hold.objects.filter(case=case, last=None, voided=False).order_by("pk").first()
    party = case.parties.get(role="respondent").subject_id
    try:
        if opens or standing is None:
            subject = party if kind == "BASE-H-07" else None
            set_hold(
                case_id=case.pk, rule_id=kind, subject_id=subject, document=key(), ground="事由", on=day, **by
            )
        else:
            outcome = OUTCOME[standing.rule_id]
            release_hold(case_id=case.pk, hold_id=standing.pk, on=day, outcome=outcome, **by)
    except DomainError:
        return


def check(case: Case) -> None:
    """Every clock of the case against its holds, read from the rows, and against the walk, day by day."""
    holds = list(Hold.objects.filter(case=case, voided=False))
    whole = [(h.first, h.last) for h in holds if h.subject_id is None and not h.stops]
    standing = any(h.last is None for h in holds)
    for row in Deadline.objects.filter(case_id=case.pk, state__in=("running", "suspended")):
        assert standing or row.state == "running", "a clock rests and nothing holds it"
        assert (row.due_on is None) == (row.state == "suspended")
    limit = Deadline.objects.get(case_id=case.pk, rule_id="BASE-D-04")
    stays = [(h.first, h.last) for h in holds if h.subject_id is None and "closing" in h.stops]
    gaps = whole + stays
    walked = count_on(FIRST, [(6, "month")], gaps)
    if walked is None:
        assert limit.state == "suspended"
    else:
        assert limit.state == "running"
        assert limit.raw_on == walked, "each uncounted day once, however many holds it lies in"
    case.refresh_from_db()
    assert (case.state == "suspended") == any(last is None for _first, last in whole)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=steps)
def test_holds_and_releases_in_any_order(hold_house: House, steps: list[tuple[str, bool, int]]) -> None:
    savepoint = transaction.savepoint()
    with time.travel("2023-04-24 09:30"):
        case = assigned(hold_house, filing("2023-04-24"))
    at = time.at_local(FIRST, 10)
    for kind, opens, wait in steps:
        at += dt.timedelta(days=wait)
        with time.travel(at):
            act(hold_house, case, kind, opens, time.now())
        check(case)
    transaction.savepoint_rollback(savepoint)


@pytest.fixture
def hold_house(db: None) -> House:
    return house()
