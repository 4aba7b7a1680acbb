"""Abuse of the four faces, line by line: what is refused in words, logged, and leaves nothing half-written.

WHERE lists each kind of abuse with the tests that try it; what no other module tries stands below.
"""

from __future__ import annotations

import importlib
import re
from typing import Any

import pytest

from cases.models import Party, Subject
from events.models import Event
from kernel import time
from petitions.models import Letter
from portal.models import AccountChange, Code, Try
from tests.factories.cases import house
from tests.factories.pages import client_of, hidden, main, words
from tests.petitions.test_letters import case_of, reader_of, write

pytestmark = pytest.mark.django_db
WHERE = {
    "code guessing": [
        "tests.portal.test_signing:test_five_wrong_codes_end_it",
        "tests.portal.test_signing:test_guessing_is_stopped_by_number_and_by_place",
        "tests.portal.test_companies:test_guessing_companies_is_stopped_by_place",
        "tests.portal.test_accounts:"
        "test_a_code_that_came_too_late_or_was_guessed_at_five_times_is_worth_nothing",
        "tests.courts.test_second_factor:test_guessing_is_stopped_even_for_the_right_code",
        "tests.courts.test_second_factor:test_a_used_code_does_not_open_again",
        "tests.house.test_urls:test_five_wrong_passwords_lock_out",
        "tests.api.test_calls:test_who_guesses_tokens_is_stopped",
        "tests.house.test_abuse:test_a_guess_is_refused_in_words_and_logged_without_the_number",
    ],
    "other people's numbers": [
        "tests.portal.test_signing:test_the_code_opens_the_cases_of_the_number_and_no_others",
        "tests.portal.test_signing:test_no_code_is_sent_to_a_number_that_no_case_knows_or_that_was_found_bad",
        "tests.portal.test_companies:test_another_companys_code_is_refused_as_a_wrong_code_and_counted",
        "tests.portal.test_pages:test_another_partys_number_in_the_form_is_refused",
        "tests.portal.test_own_side:test_nothing_of_the_other_side_stands_in_any_answer",
        "tests.house.test_abuse:test_a_party_of_another_case_in_the_form_writes_nothing",
    ],
    "enumeration": [
        "tests.portal.test_signing:"
        "test_asking_answers_the_same_after_the_same_statements_whether_the_number_is_known",
        "tests.portal.test_companies:"
        "test_the_page_answers_the_same_after_the_same_statements_whoever_is_known",
        "tests.api.test_calls:test_no_token_a_wrong_one_and_one_that_is_over_get_the_same_answer",
        "tests.house.test_abuse:test_what_is_not_ones_own_answers_as_what_does_not_exist",
    ],
    "scripts in messages": [
        "tests.portal.test_pages:test_a_letter_and_its_answer_are_seen_by_its_side_only",
        "tests.house.test_abuse:test_a_script_in_a_letter_stays_text_on_every_page_of_staff",
    ],
    "broken and hostile spreadsheets": [
        "tests.cases.test_ledger_import:test_a_bad_file_is_refused_in_words_and_nothing_is_kept",
        "tests.cases.test_national:test_a_hostile_list_is_refused_in_words",
        "tests.cases.test_national:test_bad_rows_are_named_and_kept_out",
    ],
    "formulas that divide by nothing": [
        "tests.regimes.test_formulas:test_dividing_by_nothing_says_so",
        "tests.regimes.test_formulas:test_a_broken_formula_is_refused",
    ],
    "samples larger than the population": [
        "tests.regimes.test_sampling:test_a_sample_larger_than_the_population_is_refused_in_words",
        "tests.supervision.test_inspections:test_a_sample_larger_than_its_population_is_refused_in_words",
    ],
}
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>=HYPERLINK(1)"


@pytest.mark.parametrize(
    ("abuse", "place"), [(kind, place) for kind, all_ in WHERE.items() for place in all_]
)
def test_each_kind_of_abuse_is_tried(abuse: str, place: str) -> None:
    module, _, name = place.partition(":")
    assert callable(getattr(importlib.import_module(module), name)), abuse


def test_a_guess_is_refused_in_words_and_logged_without_the_number() -> None:
    case_of(house())
    client = client_of(reader_of(case_of(house())))
    with time.travel("2025-03-07 10:00"):
        client.post("/my/login", {"phone": "13700000099"})
        page = client.post("/my/login/code", {"code": "123456"})
    assert (page.status_code, "验证码不正确" in words(page)) == (422, True)
    (wrong,) = Try.objects.filter(kind="wrong")
    assert wrong.phone_index is not None
    assert Code.objects.get(way="sms").tries == 1
    kept = [str(row) for row in Try.objects.values()] + [str(event.data) for event in Event.objects.all()]
    assert not [row for row in kept if "13700000099" in row]


@pytest.mark.parametrize("page", ["letters", "clue", "account"])
def test_a_party_of_another_case_in_the_form_writes_nothing(page: str) -> None:
    case, foreign = case_of(house()), case_of(house())
    client = client_of(reader_of(case))
    party = Party.objects.get(case=foreign, role="applicant").pk
    events, subjects = Event.objects.count(), Subject.objects.count()
    given = {"act_key": "x", "party": party, "topic": "money", "words": "问", "code": "123456"}
    answer = client.post(f"/my/cases/{case.pk}/{page}/", given)
    assert answer.status_code == 422
    assert client.post(f"/my/cases/{foreign.pk}/{page}/", given).status_code == 404
    assert (Event.objects.count(), Subject.objects.count()) == (events, subjects)
    assert not Letter.objects.exists()
    assert not AccountChange.objects.exists()


def test_what_is_not_ones_own_answers_as_what_does_not_exist() -> None:
    case, foreign = case_of(house()), case_of(house())
    client = client_of(reader_of(case))
    for name in ("", "money/", "papers/", "letters/", "clue/", "account/", "papers/1.pdf"):
        answers = [client.get(f"/my/cases/{pk}/{name}") for pk in (foreign.pk, 987654321)]
        told = {(answer.status_code, _same(answer)) for answer in answers}
        assert len(told) == 1, name
        assert answers[0].status_code == 404


def _same(answer: Any) -> str:
    """The page without what differs on every load."""
    return re.sub(r'value="[^"]*"|nonce="[^"]*"|\d{6,}|/my/cases/\d+', "", answer.content.decode())


def test_a_script_in_a_letter_stays_text_on_every_page_of_staff() -> None:
    home = house()
    case = case_of(home)
    write(case, reader_of(case), words=SCRIPT)
    client = client_of(home.handler)
    letter = Letter.objects.get().pk
    seen = 0
    for address in ("/letters/", f"/letters/{letter}/", f"/cases/{case.pk}/", f"/cases/{case.pk}/log/"):
        page = client.get(address)
        body = page.content.decode()
        assert "<script>alert" not in body, address
        assert "<img src=x" not in body, address
        seen += "alert(1)" in body
    assert seen, "the words are shown somewhere"
    reply = client.get(f"/letters/{letter}/")
    assert hidden(reply, "act_key")
    assert "alert(1)" in main(reply)
