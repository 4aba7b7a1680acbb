"""Asking, assenting step by step, refusing, withdrawing."""

from __future__ import annotations

import pytest

from approvals.actions.requests import ask, assent, refuse, withdraw
from approvals.models import Assent, Request
from courts.models import Court
from events.audit import flaws
from events.log import history
from kernel import time
from kernel.errors import BadInput, Conflict, NotAllowed, NotFound, WrongState
from tests.factories.approvals import asked
from tests.factories.courts import court, person, unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def basic(db: None) -> Court:
    return court()


def kinds(request: Request) -> list[str]:
    return [event.kind for event in history(request.stream)]


def test_one_step_given_tells_the_floors_above(basic: Court) -> None:
    handler, director = person(basic, "handler"), person(basic, "bureau_director")
    with time.travel("2023-05-10 09:00"):
        request = asked(basic, handler, facts={"deadline": 7, "days": 15}, about="case:12")
    with time.travel("2023-05-11 10:00"):
        given = assent(request_id=request.pk, actor=director, at=time.now(), key="a1", words="同意。")
    assert (given.state, given.role) == ("given", "")
    assert time.local(given.closed_at).isoformat() == "2023-05-11T10:00:00+08:00"
    asked_event, given_event = history(request.stream)
    assert (asked_event.kind, given_event.kind) == ("approval.asked", "approval.given")
    assert given_event.data["kind"] == "extension"
    assert given_event.data["about"] == "case:12"
    assert given_event.data["facts"] == {"deadline": 7, "days": 15}
    assert given_event.data["by"] == director.pk
    assert list(flaws(request.stream)) == []


def test_the_chain_goes_from_the_lowest_to_the_highest(basic: Court) -> None:
    team = unit(basic)
    handler = person(basic, "handler", unit=team)
    leader = person(basic, "team_leader", unit=team)
    president = person(basic, "president")
    request = asked(basic, handler, "team_leader", "president", team_id=team.pk, owner_id=handler.pk)
    with pytest.raises(NotAllowed, match="团队长") as refused:
        assent(request_id=request.pk, actor=president, at=time.now(), key="early")
    assert refused.value.code == "APPROVAL-ROLE"
    half = assent(request_id=request.pk, actor=leader, at=time.now(), key="a1")
    assert (half.state, half.step, half.role) == ("waiting", 1, "president")
    whole = assent(request_id=request.pk, actor=president, at=time.now(), key="a2")
    assert whole.state == "given"
    assert kinds(request) == ["approval.asked", "approval.assented", "approval.given"]
    assert [(a.step, a.role, a.by_id) for a in request.assents.order_by("step")] == [
        (0, "team_leader", leader.pk),
        (1, "president", president.pk),
    ]


def test_nobody_decides_on_what_they_asked_for(basic: Court) -> None:
    director = person(basic, "bureau_director")
    request = asked(basic, director)
    for act in (assent, refuse):
        with pytest.raises(NotAllowed) as refused:
            act(request_id=request.pk, actor=director, at=time.now(), key="a", words="同意")
        assert refused.value.code == "APPROVAL-ASKER"
    assert Assent.objects.count() == 0


def test_one_person_with_two_roles_assents_once(basic: Court) -> None:
    both = person(basic, "bureau_director", "president")
    request = asked(basic, person(basic, "handler"), "bureau_director", "president")
    assent(request_id=request.pk, actor=both, at=time.now(), key="a1")
    with pytest.raises(NotAllowed) as refused:
        assent(request_id=request.pk, actor=both, at=time.now(), key="a2")
    assert refused.value.code == "APPROVAL-TWICE"


def test_a_role_counts_only_where_it_is_held(basic: Court) -> None:
    ours, theirs = unit(basic), unit(basic)
    other_court = court()
    # sees the whole court by another role, but leads another team
    elsewhere = person(basic, "team_leader", unit=theirs)
    elsewhere.appointments.create(role="general_group", court=basic)
    # a director here is nobody there, even with a court-wide role there
    foreign = person(other_court, "bureau_director")
    foreign.appointments.create(role="general_group", court=basic)
    of_team = asked(basic, person(basic, "handler"), "team_leader", team_id=ours.pk)
    of_court = asked(basic, person(basic, "handler"), "bureau_director")
    for request, actor in ((of_team, elsewhere), (of_court, foreign)):
        with pytest.raises(NotAllowed) as refused:
            assent(request_id=request.pk, actor=actor, at=time.now(), key="a")
        assert refused.value.code == "APPROVAL-ROLE"


def test_the_superior_bureau_decides_for_the_courts_below(basic: Court) -> None:
    superior = person(basic.parent, "superior_bureau")
    request = asked(basic, person(basic, "handler"), "superior_bureau")
    assert assent(request_id=request.pk, actor=superior, at=time.now(), key="a").state == "given"


def test_an_appointment_that_has_ended_gives_no_right(basic: Court) -> None:
    director = person(basic, "bureau_director")
    request = asked(basic, person(basic, "handler"))
    director.appointments.update(until=time.today())
    assert director.scope.has("bureau_director")
    with time.travel("2099-01-01 09:00"), pytest.raises(NotAllowed):
        assent(request_id=request.pk, actor=director, at=time.now(), key="a")


def test_another_court_does_not_even_learn_of_it(basic: Court) -> None:
    request = asked(basic, person(basic, "handler"))
    with pytest.raises(NotFound):
        assent(request_id=request.pk, actor=person(court(), "bureau_director"), at=time.now(), key="a")


def test_a_refusal_closes_and_needs_words(basic: Court) -> None:
    director = person(basic, "bureau_director")
    request = asked(basic, person(basic, "handler"), "bureau_director", "president")
    with pytest.raises(BadInput) as bad:
        refuse(request_id=request.pk, actor=director, at=time.now(), key="r", words="  ")
    assert bad.value.field == "words"
    closed = refuse(request_id=request.pk, actor=director, at=time.now(), key="r", words="事由不足。")
    assert closed.state == "refused"
    assert kinds(request) == ["approval.asked", "approval.refused"]
    with pytest.raises(WrongState) as late:
        assent(request_id=request.pk, actor=person(basic, "president"), at=time.now(), key="a")
    assert late.value.code == "APPROVAL-STATE"


def test_only_the_asker_withdraws(basic: Court) -> None:
    handler, director = person(basic, "handler"), person(basic, "bureau_director")
    request = asked(basic, handler)
    with pytest.raises(NotAllowed):
        withdraw(request_id=request.pk, actor=director, at=time.now(), key="w")
    assert withdraw(request_id=request.pk, actor=handler, at=time.now(), key="w").state == "withdrawn"
    assert withdraw(request_id=request.pk, actor=handler, at=time.now(), key="w").state == "withdrawn"
    with pytest.raises(WrongState):
        withdraw(request_id=request.pk, actor=handler, at=time.now(), key="w2")


def test_the_same_key_is_the_same_act(basic: Court) -> None:
    handler, director = person(basic, "handler"), person(basic, "bureau_director")
    request = asked(basic, handler, about="case:5", key="once", facts={"days": 1})
    again = asked(basic, handler, about="case:5", key="once", facts={"days": 1})
    assert again.pk == request.pk
    with pytest.raises(Conflict):
        asked(basic, handler, about="case:5", key="once", facts={"days": 2})
    assent(request_id=request.pk, actor=director, at=time.now(), key="a")
    assert assent(request_id=request.pk, actor=director, at=time.now(), key="a").state == "given"
    with pytest.raises(Conflict):
        refuse(request_id=request.pk, actor=director, at=time.now(), key="a", words="不")
    assert kinds(request) == ["approval.asked", "approval.given"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"ground": " "}, "ground"),
        ({"chain": ()}, "chain"),
        ({"chain": ("emperor",)}, "chain"),
        ({"chain": ("team_leader",)}, "chain"),
        ({"chain": ("handler",)}, "chain"),
        ({"kind": ""}, "kind"),
    ],
)
def test_a_request_that_nobody_could_decide_is_refused(basic: Court, wrong: dict, field: str) -> None:
    given = {"about": "case:1", "kind": "void", "chain": ("president",), "facts": {}, "ground": "误办"}
    with pytest.raises(BadInput) as bad:
        ask(court_id=basic.pk, actor=person(basic, "handler"), at=time.now(), key="k", **{**given, **wrong})
    assert bad.value.field == field
    assert Request.objects.count() == 0


def test_a_party_cannot_ask(basic: Court) -> None:
    with pytest.raises(NotAllowed):
        asked(basic, person(kind="party"))
