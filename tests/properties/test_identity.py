"""Check digits catch every single wrong character and every swap of neighbours; masks hide."""

import datetime as dt

from hypothesis import assume, given
from hypothesis import strategies as st

from kernel.identity import (
    check_citizen_id,
    check_credit_code,
    check_phone,
    citizen_check_digit,
    credit_check_character,
    mask_account,
    mask_id,
    mask_phone,
)

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
TODAY = dt.date(2026, 11, 20)


@st.composite
def citizen_ids(draw: st.DrawFn) -> str:
    birth = draw(st.dates(dt.date(1900, 1, 1), TODAY))
    region, serial = draw(st.sampled_from(["421002", "110105", "830000"])), draw(st.integers(0, 999))
    first = f"{region}{birth:%Y%m%d}{serial:03}"
    return first + citizen_check_digit(first)


@st.composite
def credit_codes(draw: st.DrawFn) -> str:
    head = draw(st.text(CREDIT_ALPHABET, min_size=2, max_size=2)) + f"{draw(st.integers(0, 999_999)):06}"
    first = head + draw(st.text(CREDIT_ALPHABET, min_size=9, max_size=9))
    return first + credit_check_character(first)


@given(citizen_ids())
def test_right_citizen_ids_pass(number: str) -> None:
    check = check_citizen_id(number, today=TODAY)
    assert check.ok
    assert f"{check.birth_date:%Y%m%d}" == number[6:14]


@given(citizen_ids(), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_one_wrong_digit_is_always_caught(number: str, place: int, digit: str) -> None:
    assume(number[place] != digit)
    assert not check_citizen_id(number[:place] + digit + number[place + 1 :], today=TODAY).ok


@given(citizen_ids(), st.integers(0, 16))
def test_swapped_neighbours_are_always_caught(number: str, place: int) -> None:
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assume(swapped != number)
    assert not check_citizen_id(swapped, today=TODAY).ok


@given(credit_codes(), st.integers(0, 17), st.sampled_from(CREDIT_ALPHABET))
def test_credit_codes_pass_and_one_wrong_character_is_caught(code: str, place: int, char: str) -> None:
    assert check_credit_code(code).ok
    wrong = code[:place] + char + code[place + 1 :]
    assert check_credit_code(wrong).ok == (wrong == code)


@given(st.text(max_size=25))
def test_any_text_is_checked_without_falling_over(text: str) -> None:
    for check in (check_citizen_id(text), check_credit_code(text), check_phone(text)):
        assert check.ok or str(check.message)


@given(st.text("0123456789X- ", max_size=25))
def test_masks_never_show_more_than_eight_characters(text: str) -> None:
    for mask in (mask_phone, mask_id, mask_account):
        shown = mask(text).replace("-", "").replace("*", "")
        assert len(shown) <= 8
        assert len(shown) <= len(text) * 2 // 3
