"""Whose nodes whose worklist shows."""

import pytest

from cases.models import Node
from desk.reach import reach_of
from kernel import time
from tests.factories.cases import House, assigned, filed, filing, house
from tests.factories.courts import person, unit

pytestmark = pytest.mark.django_db
DAY = "2023-04-24 09:30"


@pytest.fixture
def home() -> House:
    with time.travel(DAY):
        home = house()
        assigned(home)
        filed(home, filing("2023-04-24"))
    return home


def kinds_of(user) -> set[str]:
    return set(Node.objects.open().filter(reach_of(user).rows("kind")).values_list("kind", flat=True))


def test_a_handler_sees_own_nodes_only(home: House) -> None:
    reach = reach_of(home.handler)
    assert (reach.widest, reach.sees_colleagues) == ("own", False)
    assert set(Node.objects.filter(reach.rows("kind")).values_list("owner_id", flat=True)) == {
        home.handler.pk
    }


def test_a_group_sees_its_kinds_in_the_whole_court(home: House) -> None:
    affairs = person(home.court, "affairs_group")
    assert reach_of(affairs).widest == "group"
    assert kinds_of(affairs) == {"enforcement_notice", "property_report_order", "network_query_start"}
    assert {kind for kind, _name in reach_of(affairs).kinds()} >= {"enforcement_notice"}
    assert "closing" not in {kind for kind, _name in reach_of(affairs).kinds()}
    assert kinds_of(home.filing) == {"payee_registration"}


def test_a_group_that_owns_no_kind_has_an_empty_list(home: House) -> None:
    assert kinds_of(person(home.court, "dispatch_group")) == set()


def test_a_team_leader_sees_the_team_and_may_choose_an_officer(home: House) -> None:
    reach = reach_of(home.leader)
    assert (reach.widest, reach.sees_colleagues) == ("team", True)
    rows = Node.objects.open().filter(reach.rows("kind"))
    assert set(rows.values_list("team_id", flat=True)) == {home.team.pk}
    assert rows.exists()


def test_field_officers_see_their_kinds_in_their_team(home: House) -> None:
    officer = person(home.court, "field_officer", unit=home.team)
    assert kinds_of(officer) == {"onsite_investigation", "provident_fund", "real_estate_enquiry"}
    elsewhere = person(home.court, "field_officer", unit=unit(home.court))
    assert kinds_of(elsewhere) == set()


@pytest.mark.parametrize("role", ["centre", "director", "president"])
def test_who_reads_all_tasks_sees_the_court(home: House, role: str) -> None:
    reach = reach_of(getattr(home, role))
    assert reach.widest == "court"
    assert Node.objects.open().filter(reach.rows("kind")).count() == Node.objects.open().count()


def test_the_court_above_sees_the_courts_below(home: House) -> None:
    reach = reach_of(home.superior)
    assert reach.widest == "below"
    assert home.court.pk in reach.courts


def test_another_court_sees_nothing(home: House) -> None:
    with time.travel(DAY):
        other = house()
    for user in (
        other.handler,
        other.centre,
        other.leader,
        other.filing,
        person(other.court, "affairs_group"),
    ):
        assert kinds_of(user) == set(), user
