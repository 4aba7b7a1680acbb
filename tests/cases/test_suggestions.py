"""建议时限: where a document gives no number, the case shows the day that its rules propose, and never as a limit."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from cases.actions.clues import receive_clue
from cases.actions.converting import assign_converted
from cases.book import book_of
from cases.models import Access, Case, Party
from cases.snapshot import read_locked
from deadlines.models import Deadline
from kernel import time
from petitions.actions.letters import answer_letter, write_letter
from petitions.models import Letter
from regimes.state import State, Subject
from regimes.suggestions import Suggested, suggestions_of
from tests.cases.test_triage import agreed, simple_case, trigger
from tests.factories.cases import House, assign, assigned, complete, filed, filing, house, key
from tests.factories.courts import person, unit
from tests.factories.forms import signed_in, text_of
from tests.walks.stage import banked, money, on, pay, payee

pytestmark = pytest.mark.django_db


def proposed(case: Case) -> dict[str, Suggested]:
    """Rule -> what it proposes of the case as it stands."""
    locked = read_locked(case)
    return {each.rule.id: each for each in suggestions_of(locked.book, locked.state(), locked.calendar)}


def days(case: Case, *rules: str) -> list[str]:
    found = proposed(case)
    return [found[rule].due_on.isoformat() if rule in found else "" for rule in rules]


def clue(home: House, case: Case, *, urgent: bool) -> None:
    given: dict[str, Any] = {"words": "被执行人有车", "specific": True, "urgent": urgent, "on": time.today()}
    receive_clue(case_id=case.pk, **given, actor=home.handler, at=time.now(), key=key())


def test_the_first_query_is_proposed_three_days_after_filing_and_starts_no_clock() -> None:
    home = house(packs=("JM-2022",))
    with on("2024-04-26"):
        case = assigned(home, filing("2024-04-26"))
    found = proposed(case)["JM-U-02"]
    assert (found.due_on.isoformat(), found.met_on) == ("2024-04-29", None)
    assert not Deadline.objects.filter(case_id=case.pk, rule_id__contains="-U-").exists()
    with on("2024-04-28"):
        complete(case, "network_query_start", home.handler, on="2024-04-28", scope="national")
    assert proposed(case)["JM-U-02"].met_on == dt.date(2024, 4, 28)


def test_a_suggestion_rolls_only_where_its_rule_says_so() -> None:
    """30 days after 2024-05-10 is Sunday 2024-06-09, in the Dragon Boat holiday 06-08 to 06-10."""
    home = house(packs=("JM-2022",))
    with on("2024-04-26"):
        case = assigned(home, filing("2024-04-26"))
    calendar = read_locked(case).calendar
    happened = {1: {"enterprise_contacted": [dt.date(2024, 4, 1), dt.date(2024, 5, 10)]}}
    state = State({1: Subject(1, "case")}, {1: {}}, happened)
    found = {each.rule.id: each for each in suggestions_of(book_of(case), state, calendar)}
    assert found["JM-U-05"].due_on == dt.date(2024, 6, 11)
    with on("2024-05-10"):
        money(home, case, "500.00", "S1")
    assert days(case, "JM-U-03") == ["2024-06-09"]


def test_a_refund_and_a_reminder_are_proposed_from_the_day_of_the_money() -> None:
    home = house(packs=("JM-2022",), features=("tianjin", "haidian"))
    with on("2024-04-26"):
        case = assigned(home, filing("2024-04-26"))
    with on("2024-05-10"):
        account = payee(home, case)
        receipt = banked(home, case, "500.00", "S1")
    # The next workday of Friday is Saturday 2024-05-11, worked in place of 05-03; day 31 is flagged.
    assert days(case, "TJ-U-01", "JM-U-03", "HD-U-01A") == ["2024-05-11", "2024-06-09", "2024-06-10"]
    with on("2024-05-13"):
        pay(home, case, receipt, account, "B1")
    found = proposed(case)
    assert {found[rule].met_on for rule in ("JM-U-03", "HD-U-01A")} == {dt.date(2024, 5, 13)}


def test_a_clue_is_proposed_for_seven_days_or_three_and_its_property_for_two() -> None:
    home = house()
    with on("2023-04-24"):
        plain, urgent = (assigned(home, filing("2023-04-24")) for _ in range(2))
        clue(home, plain, urgent=False)
        clue(home, urgent, urgent=True)
    assert days(plain, "JZ-U-03", "JZ-U-03A") == ["2023-05-01", ""]
    assert days(urgent, "JZ-U-03", "JZ-U-03A") == ["", "2023-04-27"]
    assert proposed(plain)["JZ-U-01"].due_on == dt.date(2023, 4, 24), "five minutes after filing"
    for case, rule in ((plain, "JZ-U-03"), (urgent, "JZ-U-03A")):
        with on("2023-04-25"):
            given = {"on": "2023-04-25", "found": "property", "result": "查到车辆"}
            complete(case, "clue_verification", home.handler, **given)
        found = proposed(case)
        assert found[rule].met_on == dt.date(2023, 4, 25)
        assert found["JZ-U-03B"].due_on == dt.date(2023, 4, 27), "forty-eight hours"


def test_shangqiu_proposes_the_visit_the_correction_and_the_steps_of_a_conversion() -> None:
    home = house(packs=("SQ-2022",))
    fast, ordinary = (unit(home.court, function=each) for each in ("fast", "ordinary"))
    with on("2024-04-26"):
        online, window = (
            filed(home, filing("2024-04-26", channel=channel)) for channel in ("online", "on_site")
        )
        assign(home, window)
    assert days(window, "SQ-U-01") == ["2024-04-26"], "the same visit"
    assert days(online, "SQ-U-01") == [""]
    assert proposed(window)["SQ-U-01"].met_on is None
    with on("2024-04-26 15:00"):
        complete(window, "first_reception", home.handler, on="2024-04-26", record="当场谈话")
    assert proposed(window)["SQ-U-01"].met_on == dt.date(2024, 4, 26)
    with on("2024-04-28"):
        right = dict.fromkeys(("parties", "claim_kind", "basis_number", "basis_content"), "right")
        given = {"on": "2024-04-28", "claim_amount": "wrong", "errors": "金额有误", **right}
        complete(window, "filing_check", home.handler, **given)
    assert days(window, "SQ-U-06") == ["2024-04-29"]
    case = simple_case(home, fast)
    with on("2024-05-08"):
        trigger(home, case)
    assert days(case, "SQ-U-04") == ["2024-05-11"]
    agreed(home, case, "2024-05-10")
    with on("2024-05-11"):
        given = {"owner": home.handler, "team": ordinary, "files": "正卷一册"}
        assign_converted(case_id=case.pk, **given, actor=home.centre, at=time.now(), key=key())
    assert days(case, "SQ-U-03") == ["2024-05-14"]


@pytest.mark.parametrize(("pack", "rule"), [("JZ-2023", "JZ-U-02"), ("LY-2021", "LY-U-03")])
def test_an_answer_is_proposed_within_24_hours_of_the_letter_to_the_minute(pack: str, rule: str) -> None:
    home = house(packs=(pack,))
    with on("2025-03-03 09:00"):
        case = assigned(home, filing("2025-03-03"))
    party = Party.objects.get(case=case, role="applicant")
    reader = person(kind="party", name=party.name)
    Access.objects.create(user=reader, case=case, side="applicant", party=party)
    with on("2025-03-07 18:30"):
        given = {"case_id": case.pk, "party_id": party.pk, "topic": "progress", "words": "拍卖何时开始？"}
        write_letter(**given, actor=reader, at=time.now(), key=key())
    found = proposed(case)[rule]
    assert (found.due, found.met_on) == (dt.datetime(2025, 3, 8, 18, 30, tzinfo=time.SHANGHAI), None)
    assert not Deadline.objects.filter(subject_id=found.subject).exists(), "a suggestion, no limit"
    with on("2025-03-08 10:00"):
        letter = Letter.objects.get()
        answer_letter(letter_id=letter.pk, words="已发布。", actor=home.handler, at=time.now(), key=key())
    assert proposed(case)[rule].met_on == dt.date(2025, 3, 8)


def test_the_case_page_shows_it_as_a_suggestion_until_it_is_done() -> None:
    home = house(packs=("JM-2022",))
    with on("2024-04-26"):
        case = assigned(home, filing("2024-04-26"))

    def page() -> str:
        return text_of(signed_in(home.handler).get(f"/cases/{case.pk}/"))

    with on("2024-04-27"):
        shown = page()
        assert "建议时限（不是期限）" in shown
        assert "建议 4月29日" in shown
        assert "JM-U-02" in shown
    with on("2024-04-28"):
        complete(case, "network_query_start", home.handler, on="2024-04-28", scope="national")
        assert "建议时限（不是期限）" not in page()
