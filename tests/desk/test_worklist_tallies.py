"""The tiles of who sees whole courts are the tallies of the sweep: equal to a live count, and with their time."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from cases.actions.assigning import seal_case
from cases.models import Case, Party
from courts.models import User
from desk.selectors import matching
from desk.selectors.worklist import Asked, due_between, worklist
from desk.selectors.worklist_counts import MOST_COMMON
from kernel import time
from supervision.actions.counting import count_all
from supervision.bulletin import bulletin
from supervision.models import Tally
from supervision.recount import differences
from supervision.workload import workload
from tests.factories.cases import House, assigned, filing, house, key
from tests.factories.pages import client_of

pytestmark = pytest.mark.django_db
NOW = "2025-05-20 10:00:00"
LATER = "2025-05-20 10:00:45"


@pytest.fixture
def home() -> House:
    """Cases late and soon, one of them sealed by the director, one of another court."""
    made = house()
    for day, place in (
        ("2025-04-01", made),
        ("2025-05-12", made),
        ("2025-05-19", made),
        ("2025-05-12", house()),
    ):
        with time.travel(f"{day} 09:30"):
            case = assigned(place, filing(day))
    sealed = Case.objects.filter(court=made.court).order_by("pk")[0]
    with time.travel("2025-05-19 11:00"):
        seal_case(
            case_id=sealed.pk, sealed=True, reason="未成年人", actor=made.director, at=time.now(), key=key()
        )
    assert case.court_id != made.court.pk
    return made


def figures(user: User, asked: Asked = Asked()):  # noqa: B008  frozen
    return worklist(user=User.objects.get(pk=user.pk), asked=asked, at=time.now())


def kind_of(home: House) -> str:
    """A kind of node that is late or ends within the week in a list of the court."""
    found = due_between(
        user=User.objects.get(pk=home.centre.pk),
        asked=Asked(),
        since=time.at_local(dt.date(2025, 1, 1)),
        until=time.at_local(dt.date(2025, 5, 27)),
    )
    return str(found.exclude(node_kind="").order_by("pk")[0].node_kind)


@pytest.mark.parametrize("narrowed", ["", "kind", "officer"])
@pytest.mark.parametrize("who", ["centre", "director", "superior", "leader", "handler"])
def test_counted_by_the_sweep_is_counted_now(home: House, who: str, narrowed: str) -> None:
    user = getattr(home, who)
    with time.travel(NOW):
        kinds = {"": "", "officer": "", "kind": kind_of(home)}
        officer = home.handler.pk if narrowed == "officer" else None
        chosen = {narrowed: Asked(kind=kinds[narrowed], officer=officer)}
        live = figures(user, chosen[narrowed]).counts
        count_all(at=time.now())
        kept = figures(user, chosen[narrowed]).counts
    assert live.overdue + live.within_7 > 0
    assert kept == replace(live, by_day=kept.by_day)
    assert {day: n for day, n in kept.by_day.items() if n} == dict(live.by_day)


def test_the_figures_are_of_the_sweep_and_say_so_and_the_rows_of_now(home: House) -> None:
    with time.travel(NOW):
        count_all(at=time.now())
        Tally.objects.filter(axis="court").update(late=777)
    with time.travel(LATER):
        found = figures(home.centre)
        assert found.counts.overdue == 777
        assert time.local(found.counted_at).strftime("%H:%M:%S") == "10:00:00"
        assert "数据截至 2025年5月20日 10:00" in client_of(home.centre).get("/worklist").content.decode()
        kind = kind_of(home)
        both = Asked(kind=kind, officer=home.handler.pk)
        Tally.objects.filter(axis__in=("kind", "officer")).update(late=778)
        assert figures(home.centre, Asked(kind=kind)).counts.overdue == 778
        assert figures(home.centre, both).counts.overdue < 777, "what the sweep does not count is counted now"
    with time.travel("2025-05-20 10:02:00"):
        assert figures(home.centre).counts.overdue != 777, "too old"


@pytest.mark.parametrize("who", ["centre", "superior", "leader"])
def test_workload_and_bulletin_of_the_sweep_are_those_of_now(home: House, who: str) -> None:
    user = User.objects.get(pk=getattr(home, who).pk)
    with time.travel(NOW):
        at = time.now()
        live = workload(user, at), bulletin(user, "2025-W21", at)
        count_all(at=at)
        assert workload(user, at) == live[0]
        assert bulletin(user, "2025-W21", at) == live[1]
        assert live[1].total.overdue > 0
        assert sum(live[0].total.values()) > 0
        assert not list(differences())
        Tally.objects.filter(axis__in=("load", "team")).update(late=777)
        if user.scope.courts:
            assert workload(user, at).loads[0].late == bulletin(user, "2025-W21", at).rows[0].overdue == 777


@pytest.mark.parametrize("who", ["handler", "centre", "superior"])
def test_a_common_name_is_counted_as_a_rare_one(
    home: House, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    """Given a name that many cases match, then the figures are those of one that few match, no further than nine."""
    with time.travel(NOW):
        name = Party.objects.filter(case__court=home.court, role="applicant")[0].name
        viewer = getattr(home, who)
        rare = figures(viewer, Asked(text=name)).counts
        monkeypatch.setattr(matching, "FEW", 0)
        common = figures(viewer, Asked(text=name)).counts
    assert common.most == MOST_COMMON
    assert replace(common, most=rare.most) == rare
    assert rare.within_7
    assert rare.overdue
