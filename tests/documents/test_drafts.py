"""Drafting freezes facts and numbers the paper; voiding keeps it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import FieldError
from django.db import DatabaseError, IntegrityError, connection, transaction

from documents import drafts
from documents.models import Paper
from documents.states import PaperState
from events.models import Event
from kernel.errors import BadInput, Conflict, NotFound, WrongState
from tests.factories import documents as factory
from tests.factories.courts import court

pytestmark = pytest.mark.django_db
AT = dt.datetime(2023, 4, 26, 2, tzinfo=dt.UTC)


def test_a_draft_is_frozen_numbered_and_recorded() -> None:
    paper = factory.draft(court())
    paper.refresh_from_db()
    assert (paper.state, paper.number) == (PaperState.DRAFT, "（2023）鄂9903执12号")
    assert paper.facts["fee_amount"] == "1100.00"
    assert paper.facts["issued_on"] == "2023-04-26"
    event = Event.objects.get(stream=f"paper:{paper.pk}")
    assert event.kind == "document.drafted"
    assert event.data == {
        "paper": paper.pk,
        "kind": "execution_notice",
        "about": "case:12",
        "case": 12,
        "number": "（2023）鄂9903执12号",
    }


def test_numbers_go_on_in_one_case_and_begin_anew_in_another_court() -> None:
    here = court()
    numbers = [
        factory.draft(here, kind).number for kind in ("acceptance_notice", "execution_notice", "report_order")
    ]
    assert numbers == ["（2023）鄂9903执12号", "（2023）鄂9903执12号之一", "（2023）鄂9903执12号之二"]
    assert factory.draft(court(), "report_order").number == "（2023）鄂9903执12号"


def test_a_record_has_no_number_and_takes_none() -> None:
    here = court()
    assert factory.draft(here, "interview_record").number == ""
    assert factory.draft(here, "interview_record").number == ""
    assert factory.draft(here, "termination_ruling").number == "（2024）鄂9903执7号"


def test_a_voided_paper_keeps_its_number() -> None:
    here = court()
    first = factory.draft(here)
    with transaction.atomic():
        drafts.void(paper_id=first.pk, reason="被执行人姓名有误", actor="user:7", at=AT, key="void")
    assert factory.draft(here).number == "（2023）鄂9903执12号之一"


def test_numbers_end_at_99() -> None:
    here = court()
    last = factory.draft(here)
    Paper.objects.bulk_create(
        [
            Paper(
                court=here,
                kind="execution_notice",
                case_number=last.case_number,
                ordinal=99,
                number=f"{last.case_number}之九十九",
                facts={},
                key="last",
                created_at=AT,
                due_at=AT,
            )
        ]
    )
    with pytest.raises(Conflict, match="之九十九"):
        factory.draft(here)


def test_two_papers_of_a_court_never_share_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    here = court()
    factory.draft(here)
    monkeypatch.setattr("documents.numbers.next_ordinal", lambda *_args: 0)
    with pytest.raises(Conflict, match="同一时刻"):
        factory.draft(here)


def test_secret_facts_lie_encrypted_and_nowhere_else() -> None:
    paper = factory.draft(court(), "freeze_ruling")
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(p)::text FROM documents_paper p")
        (row,) = cursor.fetchone()
        cursor.execute("SELECT secret_facts FROM documents_paper")
        (secret,) = cursor.fetchone()
    assert "大桥村" not in row
    assert "大桥村".encode() not in bytes(secret)
    assert "429900197903040015" not in str(list(Event.objects.values_list("data", flat=True)))
    assert "大桥村" in Paper.objects.get(pk=paper.pk).every_fact()["respondent_details"][0]
    with pytest.raises(FieldError):
        Paper.objects.filter(secret_facts="x").exists()


def test_the_same_key_gives_the_same_paper() -> None:
    here = court()
    first = factory.draft(here, "freeze_ruling", key="event:5/freeze")
    here.phone = "0799-00000"
    here.save()
    again = factory.draft(here, "freeze_ruling", key="event:5/freeze", at=AT + dt.timedelta(days=3))
    assert again.pk == first.pk
    assert Event.objects.filter(stream=first.stream).count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"freeze_amount": "50000"},
        {"about": "case:13"},
        {"secret_facts": {"property_accounts": ["6227000000000000099", ""]}},
        {"kind": "report_order"},
    ],
)
def test_the_same_key_with_other_input_is_a_conflict(change: dict) -> None:
    here = court()
    factory.draft(here, "freeze_ruling", key="k")
    with pytest.raises(Conflict, match="已用于另一份文书"):
        factory.draft(here, change.pop("kind", "freeze_ruling"), key="k", **change)


def test_a_missing_fact_is_refused_by_name_and_nothing_is_written() -> None:
    with pytest.raises(BadInput, match="《冻结裁定书》缺少：冻结金额、冻结届满日期"):
        factory.draft(court(), "freeze_ruling", freeze_amount=None, freeze_until=None)
    assert not Paper.objects.exists()
    assert not Event.objects.filter(kind__startswith="document.").exists()


def test_voiding_says_why_and_happens_once() -> None:
    paper = factory.draft(court())

    def void(**changes: object) -> Paper:
        with transaction.atomic():
            return drafts.void(
                **{
                    "paper_id": paper.pk,
                    "reason": "姓名有误",
                    "actor": "user:7",
                    "at": AT,
                    "key": "v1",
                    **changes,
                }
            )

    with pytest.raises(BadInput, match="作废原因"):
        void(reason="  ")
    with pytest.raises(NotFound):
        void(paper_id=0)
    assert void().state == PaperState.VOIDED
    assert void().void_reason == "姓名有误"
    with pytest.raises(WrongState, match="已经作废"):
        void(key="v2")
    kinds = list(Event.objects.filter(stream=paper.stream).order_by("seq").values_list("kind", flat=True))
    assert kinds == ["document.drafted", "document.voided"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE documents_paper SET facts = '{}'",
        "UPDATE documents_paper SET number = 'x'",
        "UPDATE documents_paper SET created_at = now()",
        "DELETE FROM documents_paper",
    ],
)
def test_what_a_paper_says_is_frozen_in_the_database(statement: str) -> None:
    factory.draft(court())
    refused = pytest.raises((IntegrityError, DatabaseError), match="frozen|voided")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_voided_paper_does_not_come_back() -> None:
    paper = factory.draft(court())
    with transaction.atomic():
        drafts.void(paper_id=paper.pk, reason="姓名有误", actor="user:7", at=AT, key="v")
    with pytest.raises((IntegrityError, DatabaseError), match="frozen"), transaction.atomic():
        Paper.objects.filter(pk=paper.pk).update(state=PaperState.DRAFT)


def test_drafting_costs_a_fixed_number_of_statements(django_assert_num_queries) -> None:
    here = court()
    with transaction.atomic(), django_assert_num_queries(7):
        # key, court, last number, paper, event; the factory's savepoint twice
        factory.draft(here)
