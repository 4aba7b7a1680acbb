"""Where each person arrives, what their frame offers, and the components page."""

import pytest
from django.test import Client

from kernel import time
from tests.factories.cases import house
from tests.factories.courts import court, person
from tests.factories.pages import client_of, words

pytestmark = pytest.mark.django_db


def test_staff_arrive_at_their_nodes() -> None:
    assert client_of(person(court(), "handler")).get("/")["Location"] == "/worklist"


def test_an_administrator_arrives_at_the_administration() -> None:
    own = client_of(person(court(), "administrator", is_staff=True))
    assert own.get("/")["Location"] == "/administration/people/"
    assert own.get("/administration/people/").status_code == 200
    assert client_of(person(is_staff=True, is_superuser=True)).get("/")["Location"] == "/admin/"
    both = person(court(), "administrator", "handler", is_staff=True)
    assert client_of(both).get("/")["Location"] == "/worklist"


def test_finance_arrives_at_the_finance_desk() -> None:
    assert client_of(person(court(), "finance")).get("/")["Location"] == "/finance/"
    assert client_of(person(court(), "fund_officer")).get("/")["Location"] == "/finance/"
    assert client_of(person(court(), "finance", "handler")).get("/")["Location"] == "/worklist"


def test_a_party_goes_to_its_own_window() -> None:
    response = client_of(person(kind="party")).get("/")
    assert response["Location"] == "/my/"
    assert client_of(person(kind="party")).get("/worklist").status_code in (302, 403, 404)


def test_a_stranger_signs_in_first_and_a_service_has_no_page() -> None:
    assert Client().get("/")["Location"] == "/login?next=/"
    assert client_of(person(kind="service")).get("/").status_code == 403


def test_the_components_page_is_for_staff() -> None:
    assert Client().get("/components/").status_code == 302
    assert client_of(person(kind="party")).get("/components/").status_code == 403
    assert "页面组件" in words(client_of(person(court(), "handler")).get("/components/"))


def test_the_navigation_offers_what_the_person_may_open() -> None:
    with time.travel("2023-04-24 09:30"):
        home = house()
    for user in (home.handler, home.leader, home.centre, home.funds, home.superior, home.reviewer):
        client = client_of(user)
        html = client.get("/worklist").content.decode()
        nav = html.partition('id="side"')[2].partition("</nav>")[0]
        addresses = [part.partition('href="')[2].partition('"')[0] for part in nav.split("<a ")[1:]]
        assert {"/worklist", "/cases/", "/approvals", "/notifications"} <= set(addresses)
        for address in addresses:
            assert client.get(address).status_code == 200, (user, address)
        assert ("/assign" in addresses) == user.scope.may("assign", "W"), user
        assert ("/notifications/sms" in addresses) == bool(user.scope.rights.get("clocks")), user


def test_one_entry_of_the_navigation_is_the_present_one() -> None:
    home = house()
    client = client_of(home.centre)
    for address in ("/notifications", "/notifications/sms", "/cases/", "/worklist"):
        nav = client.get(address).content.decode().partition('id="side"')[2].partition("</nav>")[0]
        current = [part for part in nav.split("<a ")[1:] if 'aria-current="page"' in part]
        assert [part.partition('href="')[2].partition('"')[0] for part in current] == [address]


@pytest.mark.req("HD-12")
@pytest.mark.parametrize("role", ["president", "bureau_director"])
def test_leaders_arrive_at_the_command_centre(role: str) -> None:
    assert client_of(person(court(), role)).get("/")["Location"] == "/supervision/"
