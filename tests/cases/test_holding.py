"""中止, 恢复, 扣除, 延长, 更正: each previewed (old -> new for every clock), then done, with its approval."""

import datetime as dt

import pytest

from approvals.actions.requests import assent, refuse
from cases.actions.asking import ask_approval
from cases.actions.holding import correct_start, preview, resume_case, suspend_case
from cases.actions.undoing import cancel_case
from cases.models import Case, Extension, Hold
from deadlines.models import Deadline
from events import relay
from kernel import time
from kernel.errors import BadInput, NotAllowed, NotFound, WrongState
from tests.factories.cases import House, assigned, filing, house, key, proof

pytestmark = pytest.mark.django_db
D = dt.date


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def case(home: House) -> Case:
    with time.travel("2023-04-24 09:30"):
        return assigned(home, filing("2023-04-24"))


def due(case: Case, rule: str) -> dt.date | None:
    return Deadline.objects.filter(case_id=case.pk, rule_id=rule).order_by("-run")[0].due_on


def suspend(home: House, case: Case, on: str) -> None:
    suspend_case(
        case_id=case.pk,
        ground="被执行人下落不明",
        on=D.fromisoformat(on),
        actor=home.handler,
        at=time.now(),
        key=key(),
    )


def test_a_suspension_stops_every_clock_and_release_resumes_them(home: House, case: Case) -> None:
    with time.travel("2023-04-26 10:00"):
        suspend(home, case, "2023-04-26")
    clocks = Deadline.objects.filter(case_id=case.pk, state="suspended")
    assert {c.rule_id for c in clocks} >= {"JZ-D-01", "JZ-D-05", "BASE-D-01", "BASE-D-04"}
    assert not any(hasattr(c, "timer") for c in clocks)
    case.refresh_from_db()
    assert case.state == "suspended"
    with time.travel("2023-04-28 10:00"):
        resume_case(case_id=case.pk, on=D(2023, 4, 28), actor=home.handler, at=time.now(), key=key())
    assert due(case, "JZ-D-01") == D(2023, 5, 6), "two working days left out: 4 26 and 27"
    assert due(case, "BASE-D-04") == D(2023, 10, 26)
    assert Deadline.objects.get(case_id=case.pk, rule_id="JZ-D-01").timer


def test_a_preview_says_old_and_new_and_writes_nothing(home: House, case: Case) -> None:
    before = list(Deadline.objects.filter(case_id=case.pk).values())
    with time.travel("2023-04-26 10:00"):
        moved = {
            m.rule_id: m
            for m in preview(case_id=case.pk, actor=home.handler, change={"suspend": D(2023, 4, 26)})
        }
    assert (moved["JZ-D-01"].old, moved["JZ-D-01"].new) == (D(2023, 5, 4), None)
    assert list(Deadline.objects.filter(case_id=case.pk).values()) == before
    assert not Hold.objects.exists()


def test_an_extension_waits_for_its_whole_chain(home: House, case: Case) -> None:
    with time.travel("2023-10-20 10:00"):
        asked = ask_approval(
            case_id=case.pk,
            matter="extension",
            facts={"rule": "BASE-D-04", "days": 30, "code": "other_statutory"},
            ground="财产处置尚在进行",
            files=proof(case, home.handler),
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
        assert asked.chain == ["president"], "执行工作规定 第63条"
        with pytest.raises(NotAllowed):
            assent(request_id=asked.pk, words="同意", actor=home.leader, at=time.now(), key=key())
        relay.run()
        assert due(case, "BASE-D-04") == D(2023, 10, 24), "unchanged before approval"
        assent(request_id=asked.pk, words="同意", actor=home.president, at=time.now(), key=key())
        relay.run()
        relay.run()
    assert due(case, "BASE-D-04") == D(2023, 11, 23)
    assert Extension.objects.get(case=case).approval_id == asked.pk


def test_a_refused_deduction_changes_nothing(home: House, case: Case) -> None:
    facts = {"kind": "public_notice", "first": "2023-05-01", "last": "2023-05-30", "rules": ["BASE-D-04"]}
    with time.travel("2023-06-01 10:00"):
        asked = ask_approval(
            case_id=case.pk,
            matter="deduction",
            facts=facts,
            ground="公告送达",
            files=proof(case, home.handler),
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
        refuse(request_id=asked.pk, words="公告未实际发布", actor=home.leader, at=time.now(), key=key())
        relay.run()
    assert due(case, "BASE-D-04") == D(2023, 10, 24)
    assert not Hold.objects.exists()


def test_an_approved_deduction_adds_its_days_to_the_raw_end(home: House, case: Case) -> None:
    facts = {"kind": "public_notice", "first": "2023-05-01", "last": "2023-05-30", "rules": ["BASE-D-04"]}
    with time.travel("2023-06-01 10:00"):
        asked = ask_approval(
            case_id=case.pk,
            matter="deduction",
            facts=facts,
            ground="公告送达",
            files=proof(case, home.handler),
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
        for approver in (home.leader, home.director):
            assent(request_id=asked.pk, words="同意", actor=approver, at=time.now(), key=key())
        relay.run()
    assert due(case, "BASE-D-04") == D(2023, 11, 23)
    assert due(case, "JZ-D-05") == D(2023, 5, 24), "only the rule that was named"


def test_a_corrected_filing_date_moves_what_starts_from_it(home: House, case: Case) -> None:
    change = {"correct": ["case_filed", None, D(2023, 4, 20)]}
    with time.travel("2023-04-26 10:00"):
        moved = {m.rule_id: m.new for m in preview(case_id=case.pk, actor=home.director, change=change)}
        assert moved["BASE-D-04"] == D(2023, 10, 20)
        correct_start(
            case_id=case.pk,
            event="case_filed",
            subject_id=None,
            on=D(2023, 4, 20),
            reason="录入错误",
            actor=home.director,
            at=time.now(),
            key=key(),
        )
    case.refresh_from_db()
    assert case.filed_on == D(2023, 4, 20)
    assert due(case, "BASE-D-04") == D(2023, 10, 20)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"on": D(2023, 4, 27)}, BadInput),
        ({"on": D(2023, 4, 23)}, BadInput),
        ({"ground": " "}, BadInput),
    ],
)
def test_bad_suspensions_are_refused(home: House, case: Case, change: dict, error: type[Exception]) -> None:
    given = {"ground": "下落不明", "on": D(2023, 4, 26), **change}
    with time.travel("2023-04-26 10:00"), pytest.raises(error):
        suspend_case(case_id=case.pk, actor=home.handler, at=time.now(), key=key(), **given)
    assert not Hold.objects.exists()


def test_what_is_not_suspended_is_not_resumed(home: House, case: Case) -> None:
    with time.travel("2023-04-26 10:00"), pytest.raises(WrongState, match="没有中止"):
        resume_case(case_id=case.pk, on=D(2023, 4, 26), actor=home.handler, at=time.now(), key=key())


def test_what_was_cancelled_while_suspended_is_not_resumed(home: House, case: Case) -> None:
    with time.travel("2023-04-26 10:00"):
        suspend_case(
            case_id=case.pk, ground="中止1号", on=D(2023, 4, 25), actor=home.handler, at=time.now(), key=key()
        )
        cancel_case(
            case_id=case.pk, reason="误立", approval_id=1, name="approval:1", at=time.now(), key=key()
        )
        with pytest.raises(WrongState, match="没有中止"):
            resume_case(case_id=case.pk, on=D(2023, 4, 26), actor=home.handler, at=time.now(), key=key())


def test_a_stranger_knows_of_no_case(home: House, case: Case) -> None:
    with time.travel("2023-04-26 10:00"), pytest.raises(NotFound):
        preview(case_id=case.pk, actor=house().handler, change={"suspend": D(2023, 4, 26)})
