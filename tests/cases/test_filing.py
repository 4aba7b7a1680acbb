"""立案: what one verb makes stand."""

import datetime as dt

import pytest

from cases.actions.filing import file_case
from cases.models import Case, Fact, Node, Party
from deadlines.models import Deadline
from events.models import Event
from kernel import time
from kernel.errors import BadInput, NotAllowed, WrongState
from notices.models import Message
from tests.factories.cases import applicant, assign, filed, filing, house, key, respondent
from tests.factories.courts import person

pytestmark = pytest.mark.django_db


def due(case: Case, rule: str) -> dt.date | None:
    return Deadline.objects.get(case_id=case.pk, rule_id=rule).due_on


@pytest.mark.req("JZ-33")
def test_filing_starts_the_clocks_of_the_pinned_packs() -> None:
    with time.travel("2023-04-24 09:30"):
        case = filed(house(), filing("2023-04-24"))
    assert [p["code"] for p in case.packs] == ["BASE", "JZ-2023"]
    assert due(case, "JZ-D-01") == dt.date(2023, 5, 4)
    assert due(case, "BASE-D-01") == dt.date(2023, 5, 4)
    assert due(case, "BASE-D-04") == dt.date(2023, 10, 24)
    clock = Deadline.objects.get(case_id=case.pk, rule_id="JZ-D-01")
    assert clock.node_id == Node.objects.get(case=case, kind="enforcement_notice").pk
    assert clock.facts == {"service_channel": "electronic"}
    assert clock.pack_digest
    assert clock.timer.fire_at == time.at_local(dt.date(2023, 4, 27), 9)


@pytest.mark.req("JZ-08")
def test_both_sides_are_told_within_five_minutes() -> None:
    with time.travel("2023-03-06 09:00"):
        case = filed(house(), filing("2023-03-06"))
        at = time.now()
    messages = Message.objects.filter(about=case.about)
    assert sorted(m.audience for m in messages) == ["applicant", "respondent"]
    assert {m.state for m in messages} == {"waiting"}
    assert all(abs(m.created_at - at) <= dt.timedelta(minutes=5) for m in messages)
    assert all(case.number in m.text for m in messages)


def test_no_personal_data_enters_the_log() -> None:
    with time.travel("2023-03-06 09:00"):
        case = filed(house(), filing("2023-03-06", applicant(phone="13812345678"), respondent()))
    text = "".join(str(event.data) for event in Event.objects.all())
    assert "13812345678" not in text
    assert Party.objects.get(case=case, role="applicant").contacts.get().masked == "138****5678"


def test_the_same_filing_twice_is_one_case() -> None:
    home = house()
    with time.travel("2023-04-24 09:30"):
        given = filing("2023-04-24", number=f"（2023）{home.court.code}执123号")
        first = filed(home, given)
        second = filed(home, given)
    assert second.pk == first.pk
    assert Case.objects.count() == 1


def test_one_number_with_other_content_is_refused() -> None:
    home = house()
    number = f"（2023）{home.court.code}执123号"
    with time.travel("2023-04-24 09:30"):
        filed(home, filing("2023-04-24", number=number))
        with pytest.raises(BadInput, match="已经立案，但内容不同"):
            filed(home, filing("2023-04-24", number=number, amount="1.00"))


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"filed_on": dt.date(2023, 4, 25)}, "filed_on", "不能晚于今天"),
        ({"cause": " "}, "cause", "案由"),
        ({"parties": (applicant(),)}, "parties", "被执行人"),
        ({"parties": (applicant(phone="1380000"), respondent())}, "phone", "张三"),
        ({"parties": (applicant(id_number="42990119800101123X"), respondent())}, "id_number", "张三"),
        ({"number": "（2023）鄂0000执1号"}, "number", "鄂0000"),
    ],
)
def test_bad_filings_are_refused_by_field_and_write_nothing(change: dict, field: str, words: str) -> None:
    from dataclasses import replace

    home = house()
    with time.travel("2023-04-24 09:30"):
        given = replace(filing("2023-04-24"), **change)
        with pytest.raises(BadInput, match=words) as refused:
            file_case(court=home.court, filing=given, actor=home.filing, at=time.now(), key=key())
    assert refused.value.field == field
    assert refused.value.fix
    assert not Case.objects.exists()
    assert not Event.objects.filter(stream__startswith="case:").exists()


def test_a_doubtful_id_number_may_be_kept_with_a_reason() -> None:
    with time.travel("2023-04-24 09:30"):
        given = filing(
            "2023-04-24", applicant(id_number="42990119800101123X", id_reason="旧证件如此"), respondent()
        )
        home = house()
        result = file_case(court=home.court, filing=given, actor=home.filing, at=time.now(), key=key())
    assert "旧证件如此" in result.warnings[0]


def test_who_may_not_file_is_refused() -> None:
    home = house()
    with time.travel("2023-04-24 09:30"), pytest.raises(NotAllowed):
        file_case(court=home.court, filing=filing("2023-04-24"), actor=home.funds, at=time.now(), key=key())


def test_a_back_dated_case_tells_nobody_and_its_past_warnings_stay_silent() -> None:
    home = house()
    with time.travel("2023-06-01 09:30"):
        case = filed(home, filing("2023-04-24", imported=True))
        assert due(case, "JZ-D-01") == dt.date(2023, 5, 4)
        states = set(Message.objects.filter(about=case.about).values_list("state", "reason"))
    assert states == {("not_sent", "imported")}
    clock = Deadline.objects.get(case_id=case.pk, rule_id="JZ-D-01")
    assert not hasattr(clock, "timer"), "every rung of the default ladder lies in the past"
    assert clock.state == "running"


def test_assignment_gives_every_row_to_the_handler_and_drafts_the_acceptance_notice() -> None:
    from documents.models import Paper

    home = house()
    with time.travel("2023-04-24 09:30"):
        case = filed(home, filing("2023-04-24"))
        assign(home, case)
    case.refresh_from_db()
    assert case.owner == home.handler
    assert case.state == "assigned"
    for model in (Node, Deadline, Message, Paper):
        rows = model.objects.filter(case_id=case.pk)
        assert rows.exists(), model
        assert set(rows.values_list("owner_id", flat=True)) == {home.handler.pk}, model
    assert Paper.objects.get(case_id=case.pk).kind == "acceptance_notice"
    assert Fact.objects.get(case=case, key="@case_assigned").value


@pytest.mark.req("LY-03")
def test_double_and_split_filing_is_stopped_unless_the_head_gives_a_reason() -> None:
    with time.travel("2023-04-24 09:30"):
        home = house(packs=("LY-2021",))
        head = person(home.court, "filing_head", name="林主任")
        first = filed(home)

        def file(actor=home.filing, **changes):
            return file_case(
                court=home.court,
                filing=filing(time.today(), **changes),
                actor=actor,
                at=time.now(),
                key=key(),
            )

        with pytest.raises(WrongState, match="LY-G-FILE-02") as refused:
            file(amount="30000.00")
        assert first.number in str(refused.value)
        with pytest.raises(WrongState, match="LY-G-FILE-02"):
            file(duplicate_reason="分期履行")
        with pytest.raises(WrongState, match="LY-G-FILE-02"):
            file(head, duplicate_reason=" ")
        assert Case.objects.count() == 1
        assert file(basis="（2022）鄂9901民初99号民事判决书").event.data.get("warnings") is None
        event = file(head, duplicate_reason="第二期履行期限届满").event
    assert event.data["warnings"] == ["LY-G-FILE-02"]
    assert event.data["duplicate_reason"] == "第二期履行期限届满"


@pytest.mark.req("LY-03")
def test_another_court_s_case_is_no_double_and_another_pack_does_not_ask() -> None:
    with time.travel("2023-04-24 09:30"):
        for packs in (("LY-2021",), ("LY-2021",), ("JZ-2023",)):
            home = house(packs=packs)
            filed(home)
        filed(home)
    assert Case.objects.count() == 4
