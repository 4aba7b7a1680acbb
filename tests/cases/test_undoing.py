"""撤销: an act is taken back with reason and approval; its node opens, its clocks run again, who was told is told."""

import datetime as dt

import pytest

from approvals.actions.requests import assent
from cases.actions.asking import ask_approval
from cases.actions.clues import receive_clue
from cases.actions.holding import correct_start
from cases.models import Case, Fact, Node
from deadlines.models import Deadline
from events import relay
from events.models import Event
from kernel import time
from kernel.errors import BadInput, Conflict, WrongState
from notices.delivery import deliver
from notices.models import Message
from notices.providers.console import ConsoleProvider
from tests.factories.cases import House, assigned, complete, filed, filing, house, key

pytestmark = pytest.mark.django_db
NOTICE = {"channel": "electronic", "sent_on": "2023-04-26", "platform_ref": "E1", "with_report_order": True}


@pytest.fixture
def home() -> House:
    return house(features=("tianjin",))


@pytest.fixture
def case(home: House) -> Case:
    with time.travel("2023-04-24 09:30"):
        return assigned(home, filing("2023-04-24"))


def void(home: House, case: Case, event: Event) -> None:
    asked = ask_approval(
        case_id=case.pk,
        matter="void",
        facts={"event": event.pk},
        ground="录入有误",
        actor=home.handler,
        at=time.now(),
        key=key(),
    )
    assent(request_id=asked.pk, words="同意", actor=home.leader, at=time.now(), key=key())
    relay.run()


def test_a_voided_notice_runs_again_from_its_start(home: House, case: Case) -> None:
    with time.travel("2023-04-26 10:00"):
        event = complete(case, "enforcement_notice", home.handler, **NOTICE)
        assert Deadline.objects.get(case_id=case.pk, rule_id="JZ-D-01").state == "met"
        void(home, case, event)
    again = Deadline.objects.filter(case_id=case.pk, rule_id="JZ-D-01").order_by("-run")[0]
    assert (again.run, again.state, again.due_on) == (2, "running", dt.date(2023, 5, 4))
    assert again.timer
    node = Node.objects.get(case=case, kind="enforcement_notice")
    assert node.state == "open"
    facts = {fact.key: fact.value for fact in Fact.objects.filter(case=case, subject=node.subject)}
    assert facts["@notice_sent_electronic"] == []
    assert facts["enforcement_notice_issued"] is None
    assert facts["service_channel"] == "electronic", "what filing recorded stands again"


def test_it_can_be_done_again_after_it_was_voided(home: House, case: Case) -> None:
    with time.travel("2023-04-26 10:00"):
        void(home, case, complete(case, "enforcement_notice", home.handler, **NOTICE))
    with time.travel("2023-04-28 10:00"):
        complete(case, "enforcement_notice", home.handler, **{**NOTICE, "sent_on": "2023-04-28"})
    latest = Deadline.objects.filter(case_id=case.pk, rule_id="JZ-D-01").order_by("-run")[0]
    assert (latest.state, latest.met_on) == ("met", dt.date(2023, 4, 28))


def verified_clue(home: House, case: Case) -> Event:
    receive_clue(
        case_id=case.pk,
        words="门面房一间",
        specific=True,
        urgent=False,
        on=time.today(),
        actor=home.handler,
        at=time.now(),
        key=key(),
    )
    return complete(
        case, "clue_verification", home.handler, on=time.today(), found="nothing", result="属他人所有"
    )


def test_a_message_not_yet_out_is_called_back(home: House, case: Case) -> None:
    with time.travel("2023-04-26 10:00"):
        event = verified_clue(home, case)
        told = Message.objects.filter(about=case.about, topic="clue_result", audience="applicant")
        assert told.get().state == "waiting"
        void(home, case, event)
    assert told.get().state == "cancelled"
    assert not Message.objects.filter(topic="act_voided").exists()


def test_who_was_told_is_told_of_the_undoing(home: House, case: Case) -> None:
    with time.travel("2023-04-26 10:00"):
        event = verified_clue(home, case)
        deliver(provider=ConsoleProvider())
        void(home, case, event)
    again = Message.objects.get(about=case.about, topic="act_voided")
    assert again.audience == "applicant"
    assert case.number in again.text


def test_what_is_voided_once_is_not_voided_twice(home: House, case: Case) -> None:
    with time.travel("2023-04-26 10:00"):
        event = complete(case, "enforcement_notice", home.handler, **NOTICE)
        void(home, case, event)
        with pytest.raises(Conflict, match="已经撤销"):
            void(home, case, event)


def test_filing_cannot_be_voided_and_other_cases_events_are_unknown(home: House, case: Case) -> None:
    with time.travel("2023-04-26 10:00"):
        filed_event = Event.objects.get(stream=case.about, kind="case.filed")
        with pytest.raises(WrongState, match="不能撤销"):
            void(home, case, filed_event)
        other = assigned(home, filing("2023-04-26"))
        with pytest.raises(BadInput, match="没有这次办理"):
            void(home, case, Event.objects.get(stream=other.about, kind="case.filed"))


def test_a_misfiled_case_is_cancelled_with_approval_and_its_number_is_free(home: House) -> None:
    number = f"（2023）{home.court.code}执88号"
    with time.travel("2023-04-24 09:30"):
        case = filed(home, filing("2023-04-24", number=number))
        asked = ask_approval(
            case_id=case.pk,
            matter="cancel_case",
            facts={},
            ground="重复立案",
            actor=home.filing,
            at=time.now(),
            key=key(),
        )
        assent(request_id=asked.pk, words="同意", actor=home.director, at=time.now(), key=key())
        relay.run()
        case.refresh_from_db()
        assert case.state == "cancelled"
        assert not Node.objects.filter(case=case, state="open").exists()
        assert not Deadline.objects.filter(case_id=case.pk, state__in=("running", "suspended")).exists()
        assert filed(home, filing("2023-04-24", number=number)).pk != case.pk


def test_what_a_voided_act_opened_is_dropped_and_opens_again_with_it(home: House, case: Case) -> None:
    def followers() -> dict[int, str]:
        return dict(Node.objects.filter(case=case, kind="consumption_limit").values_list("run", "state"))

    with time.travel("2023-04-26 10:00"):
        event = complete(case, "enforcement_notice", home.handler, **NOTICE)
        assert followers() == {1: "open"}
        void(home, case, event)
        assert followers() == {1: "dropped"}
        complete(case, "enforcement_notice", home.handler, **NOTICE)
    assert followers() == {1: "dropped", 2: "open"}


def corrected(home: House, case: Case, on: dt.date) -> Event:
    return correct_start(
        case_id=case.pk,
        event="case_received",
        subject_id=None,
        on=on,
        reason="收件戳有误",
        actor=home.president,
        at=time.now(),
        key=key(),
    )


def test_a_voided_correction_gives_the_old_day_back(home: House, case: Case) -> None:
    clock = Deadline.objects.filter(case_id=case.pk, rule_id="JZ-D-01")
    before = clock.get().due_on
    with time.travel("2023-04-25 10:00"):
        event = corrected(home, case, dt.date(2023, 4, 20))
        assert clock.get().due_on == dt.date(2023, 4, 26)
        void(home, case, event)
    assert clock.get().due_on == before
    assert clock.get().timer


def test_a_correction_that_was_corrected_again_is_not_voided_first(home: House, case: Case) -> None:
    with time.travel("2023-04-25 10:00"):
        first = corrected(home, case, dt.date(2023, 4, 20))
        corrected(home, case, dt.date(2023, 4, 21))
        void(home, case, first)
    assert not Event.objects.filter(kind="act.voided").exists()
    assert Deadline.objects.get(case_id=case.pk, rule_id="JZ-D-01").due_on == dt.date(2023, 4, 27)
