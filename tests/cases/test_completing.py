"""Completing nodes: what the form records, what the guards refuse, what follows."""

import datetime as dt

import pytest

from cases.actions.completing import complete_node
from cases.models import Case, Node
from deadlines.models import Deadline
from documents.models import Paper
from events.models import Event
from kernel import time
from kernel.errors import BadInput, Conflict, NotAllowed, NotFound, WrongState
from tests.factories.cases import assigned, complete, filing, house, key, node, respondent

pytestmark = pytest.mark.django_db
NOTICE = {
    "channel": "electronic",
    "sent_on": "2023-04-26",
    "platform_ref": "E2023-1",
    "with_report_order": True,
}


@pytest.fixture
def home():
    return house()


@pytest.fixture
def case(home) -> Case:
    with time.travel("2023-04-24 09:30"):
        return assigned(home, filing("2023-04-24"))


def test_the_notice_meets_its_clocks_and_opens_what_follows(home, case: Case) -> None:
    with time.travel("2023-04-26 10:00"):
        event = complete(case, "enforcement_notice", home.handler, **NOTICE)
    assert event.kind == "node.completed"
    clock = Deadline.objects.get(case_id=case.pk, rule_id="JZ-D-01")
    assert (clock.state, clock.met_on) == ("met", dt.date(2023, 4, 26))
    assert not hasattr(clock, "timer")
    kinds = set(Node.objects.filter(case=case, state="open").values_list("kind", flat=True))
    assert {"consumption_limit", "property_declaration"} <= kinds
    assert "property_report_order" not in kinds, "sent together with the notice"
    assert set(Paper.objects.filter(case_id=case.pk).values_list("kind", flat=True)) >= {
        "execution_notice",
        "report_order",
    }
    case.refresh_from_db()
    assert case.state == "running"


@pytest.mark.req("JZ-34")
def test_post_without_e_contact_counts_ten_days_and_wants_the_search_shown(home) -> None:
    with time.travel("2023-04-19 09:30"):
        case = assigned(home, filing("2023-04-19", *filing("2023-04-19").parties[:1], respondent(phone="")))
    assert Deadline.objects.get(case_id=case.pk, rule_id="JZ-D-02").due_on == dt.date(2023, 5, 4)
    with time.travel("2023-04-25 10:00"):
        with pytest.raises(WrongState, match="JZ-G-SVC-01"):
            complete(case, "enforcement_notice", home.handler, channel="post", sent_on="2023-04-25")
        complete(
            case,
            "enforcement_notice",
            home.handler,
            channel="post",
            sent_on="2023-04-25",
            e_contact_search="平台、运营商均无登记",
        )
    assert Deadline.objects.get(case_id=case.pk, rule_id="JZ-D-02").state == "met"


def test_post_is_refused_while_a_mobile_is_known(home, case: Case) -> None:
    with time.travel("2023-04-26 10:00"), pytest.raises(WrongState) as refused:
        complete(case, "enforcement_notice", home.handler, channel="post", sent_on="2023-04-26")
    assert set(refused.value.detail["guards"]) >= {"JZ-G-SVC-03"}
    assert not Event.objects.filter(kind="node.completed").exists()


def test_two_clicks_are_one_act(home, case: Case) -> None:
    with time.travel("2023-04-26 10:00"):
        open_node = node(case, "enforcement_notice")
        both = [
            complete_node(
                node_id=open_node.pk,
                seen_version=open_node.version,
                values=NOTICE,
                actor=home.handler,
                at=time.now(),
                key="once",
            )
            for _ in range(2)
        ]
    assert both[0].pk == both[1].pk
    assert Event.objects.filter(kind="node.completed").count() == 1


def test_a_stale_form_says_what_changed(home, case: Case) -> None:
    with time.travel("2023-04-26 10:00"):
        open_node = node(case, "enforcement_notice")
        complete(case, "enforcement_notice", home.handler, **NOTICE)
        with pytest.raises(Conflict, match="已经已办结"):
            complete_node(
                node_id=open_node.pk,
                seen_version=open_node.version,
                values=NOTICE,
                actor=home.handler,
                at=time.now(),
                key=key(),
            )


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({**NOTICE, "sent_on": "2023-04-23"}, "sent_on"),
        ({**NOTICE, "sent_on": "2023-04-27"}, "sent_on"),
        ({**NOTICE, "sent_on": "2023-02-30"}, "sent_on"),
        ({**NOTICE, "channel": "pigeon"}, "channel"),
        ({**NOTICE, "platform_ref": ""}, "platform_ref"),
        ({**NOTICE, "colour": "red"}, "colour"),
    ],
)
def test_bad_input_names_its_field_and_writes_nothing(home, case: Case, values: dict, field: str) -> None:
    before = Event.objects.count()
    with time.travel("2023-04-26 10:00"), pytest.raises(BadInput) as refused:
        complete(case, "enforcement_notice", home.handler, **values)
    assert refused.value.field == field
    assert refused.value.fix
    assert Event.objects.count() == before
    assert node(case, "enforcement_notice").version == 1


def test_another_courts_officer_knows_of_nothing(home, case: Case) -> None:
    stranger = house().handler
    with time.travel("2023-04-26 10:00"), pytest.raises(NotFound):
        complete(case, "enforcement_notice", stranger, **NOTICE)


def test_a_colleague_without_the_right_is_refused(home, case: Case) -> None:
    with time.travel("2023-04-26 10:00"), pytest.raises(NotAllowed):
        complete(case, "enforcement_notice", home.reviewer, **NOTICE)


@pytest.mark.req("JZ-37")
def test_the_local_investigation_needs_three_enquiries(home) -> None:
    with time.travel("2023-05-24 09:30"):
        case = assigned(home, filing("2023-05-24"))
    clock = Deadline.objects.get(case_id=case.pk, rule_id="JZ-D-05")
    assert clock.due_on == dt.date(2023, 6, 25)
    with time.travel("2023-06-01 10:00"):
        visit = {
            "on": "2023-06-01",
            "returned_on": "2023-06-01",
            "place": "某村",
            "place_kind": "village",
            "full_recording": True,
        }
        complete(case, "onsite_investigation", home.handler, **visit)
        complete(case, "provident_fund", home.handler, on="2023-06-01", agency="公积金中心", result="无缴存")
        assert node(case, "onsite_investigation").state == "open", "two of three"
        assert Deadline.objects.get(pk=clock.pk).state == "running"
        complete(
            case,
            "real_estate_enquiry",
            home.handler,
            on="2023-06-01",
            agency="登记中心",
            result="无登记",
            at_registration_place=True,
        )
    assert Deadline.objects.get(pk=clock.pk).state == "met"
    assert Node.objects.get(case=case, kind="onsite_investigation").state == "done"


@pytest.mark.req("JZ-38")
def test_a_respondent_outside_the_city_has_sixty_days(home) -> None:
    with time.travel("2023-05-24 09:30"):
        case = assigned(
            home, filing("2023-05-24", *filing("2023-05-24").parties[:1], respondent(location="outside_city"))
        )
    assert Deadline.objects.get(case_id=case.pk, rule_id="JZ-D-06").due_on == dt.date(2023, 7, 24)
    assert not Deadline.objects.filter(case_id=case.pk, rule_id="JZ-D-05").exists()


def test_field_visit_with_photos_only_is_refused(home, case: Case) -> None:
    visit = {
        "on": "2023-04-26",
        "returned_on": "2023-04-26",
        "place": "某村",
        "place_kind": "village",
        "photo_count": 3,
    }
    with time.travel("2023-04-26 10:00"):
        with pytest.raises(WrongState, match="JZ-G-FIELD-01"):
            complete(case, "onsite_investigation", home.handler, **visit)
        complete(case, "onsite_investigation", home.handler, **visit, record="询问村干部，无财产")
    assert Deadline.objects.get(case_id=case.pk, rule_id="JZ-D-15").due_on == dt.date(2023, 4, 27)
