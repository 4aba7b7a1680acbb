"""The findings of the auditor as the sweep keeps them: those found anew, for a quarter of an hour, and of a fixed cost."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from pytest_django import DjangoAssertNumQueries

from cases.actions.assigning import seal_case
from cases.models import Case
from deadlines.matters import matters_in_use
from deadlines.models import Deadline, Firing, Timer
from kernel import time
from supervision.actions.auditing import audit_all
from supervision.audited import FRESH
from supervision.auditor import Audit, audit
from supervision.models import Audited, StoredFinding
from supervision.selectors import clock_audit
from tests.factories.cases import House, assigned, filing, house, key
from tests.factories.pages import client_of, main

pytestmark = pytest.mark.django_db
NOW = "2025-05-20 10:00:00"
PAGE = "/supervision/clocks"


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def cases(home: House) -> list[Case]:
    """Two that nothing will ever remind of, one of another court, one with a warning that was late."""
    made = []
    for place in (home, home, house()):
        with time.travel("2025-05-12 09:30"):
            made.append(assigned(place, filing("2025-05-12")))
    clock = Deadline.objects.filter(case_id=made[0].pk).order_by("pk")[0]
    with time.travel(NOW):
        late = time.now() - dt.timedelta(hours=2)
        Firing.objects.create(deadline=clock, rung=0, due_rung_at=late, fired_at=time.now())
    Timer.objects.all().delete()
    return made


def told(found: Audit) -> Audit:
    """Without the instant, and in an order of its own."""
    return replace(found, at=None, findings=tuple(sorted(found.findings, key=lambda f: (f.kind.id, f.place))))


@pytest.mark.parametrize("who", ["centre", "superior"])
def test_kept_by_the_sweep_is_found_now(home: House, cases: list[Case], who: str) -> None:
    user = getattr(home, who)
    with time.travel(NOW):
        live = audit(at=time.now(), courts=user.scope.courts)
        assert audit_all(at=time.now())
        Timer.objects.all().delete()
        kept = clock_audit(user, time.now()).audit
    assert len(live.findings) > 2
    assert told(kept) == told(live)


def test_the_page_says_when_it_was_found_and_looks_anew_after_a_quarter_of_an_hour(
    home: House, cases: list[Case]
) -> None:
    with time.travel(NOW):
        audit_all(at=time.now())
        StoredFinding.objects.all().delete()
        shown = main(client_of(home.centre).get(PAGE))
    assert "各项检查均未见异常（10:00 检查）" in shown
    later = dt.datetime.fromisoformat(NOW) + FRESH
    with time.travel(str(later)):
        assert "处异常" in main(client_of(home.centre).get(PAGE))


def test_a_case_sealed_since_is_not_named(home: House, cases: list[Case]) -> None:
    with time.travel(NOW):
        audit_all(at=time.now())
        assert cases[0].number in main(client_of(home.centre).get(PAGE))
        seal_case(
            case_id=cases[0].pk, sealed=True, reason="涉密", actor=home.director, at=time.now(), key=key()
        )
        shown = main(client_of(home.centre).get(PAGE))
    assert cases[0].number not in shown
    assert "保密案件" in shown


def test_a_second_sweep_takes_the_place_of_the_first(home: House, cases: list[Case]) -> None:
    with time.travel(NOW):
        audit_all(at=time.now())
        first = StoredFinding.objects.count()
        audit_all(at=time.now())
    assert StoredFinding.objects.count() == first
    assert Audited.objects.count() == 1


def test_what_is_kept_costs_three_statements(
    home: House, cases: list[Case], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with time.travel(NOW):
        audit_all(at=time.now())
        at, user = time.now(), home.centre
        _scope = user.scope.courts
        matters_in_use()
        with django_assert_num_queries(3):
            clock_audit(user, at)
