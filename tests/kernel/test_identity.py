"""Identity numbers, phones and masks. All numbers are made up, or the standards' own examples."""

import datetime as dt

import pytest

from kernel.identity import (
    FEMALE,
    MALE,
    check_citizen_id,
    check_credit_code,
    check_document,
    check_phone,
    citizen_check_digit,
    mask_account,
    mask_id,
    mask_name,
    mask_phone,
)

TODAY = dt.date(2026, 11, 20)
EXAMPLE = "11010519491231002X"  # of GB 11643


@pytest.mark.parametrize(
    "text", [EXAMPLE, EXAMPLE.lower(), "１１０１０５１９４９１２３１００２Ｘ", "110105 19491231 002x"]
)
def test_a_right_citizen_number_tells_birth_date_and_sex(text: str) -> None:
    check = check_citizen_id(text, today=TODAY)
    assert (check.ok, check.kind, check.value) == (True, "citizen_id", EXAMPLE)
    assert (check.birth_date, check.sex) == (dt.date(1949, 12, 31), FEMALE)


@pytest.mark.parametrize(
    ("text", "position", "expected", "words"),
    [
        ("110105194912310021", 18, "X", "校验位"),
        ("1101O519491231002X", 5, "", "第5位应为数字"),
        ("11010519491231002Y", 18, "", "数字或X"),
        ("11010519491331002X", 7, "", "出生日期"),
        ("11010518491231002X", 7, "", "出生日期"),
        ("99010519491231002X", 1, "", "地区代码"),
        ("1101051949123100", 0, "", "16位"),
        ("", 0, "", "0位"),
    ],
)
def test_a_wrong_citizen_number_says_where(text: str, position: int, expected: str, words: str) -> None:
    check = check_citizen_id(text, today=TODAY)
    assert not check.ok
    assert (check.position, check.expected) == (position, expected)
    assert words in str(check.message)


def test_nobody_is_born_tomorrow() -> None:
    first = "42100220261121001"
    number = first + citizen_check_digit(first)
    assert check_citizen_id(number).ok
    assert not check_citizen_id(number, today=TODAY).ok


def test_what_else_is_known_of_the_person_is_compared() -> None:
    assert check_citizen_id(EXAMPLE, sex=FEMALE, birth_date=dt.date(1949, 12, 31)).ok
    assert check_citizen_id(EXAMPLE, sex=MALE).position == 17
    assert check_citizen_id(EXAMPLE, birth_date=dt.date(1949, 12, 30)).position == 7


def test_old_numbers_are_translated() -> None:
    check = check_citizen_id("110105491231002")
    assert (check.ok, check.kind, check.expected) == (False, "citizen_id_15", EXAMPLE)
    assert check_citizen_id("110105491331002").expected == ""


def test_permanent_residents_and_residence_permits_pass() -> None:
    for first in ("91142019800101002", "81000019900101001", "83000019900101001"):
        assert check_citizen_id(first + citizen_check_digit(first), today=TODAY).ok


def test_nothing_personal_in_repr_or_message() -> None:
    for check in (
        check_citizen_id(EXAMPLE),
        check_citizen_id("110105194912310021"),
        check_phone("13800006021"),
    ):
        shown = f"{check!r} {check.message}"
        assert "1949" not in shown
        assert "6021" not in shown
        assert "1101" not in shown


def test_credit_codes() -> None:
    assert check_credit_code("91350100M000100Y43").ok  # example of GB 32100
    assert check_credit_code(" 91350100m000100y43 ").value == "91350100M000100Y43"


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        ("91350100M000100Y44", 18, "3"),
        ("91350100M000100O43", 16, "0"),
        ("91350100I000100Y43", 9, "1"),
        ("9135A100M000100Y43", 5, ""),
        ("91350100M000100Y4#", 18, ""),
        ("9135", 0, ""),
    ],
)
def test_wrong_credit_codes_say_where(text: str, position: int, expected: str) -> None:
    check = check_credit_code(text)
    assert not check.ok
    assert (check.position, check.expected) == (position, expected)
    assert str(check.message)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("138 0000 6021", "mobile", "13800006021"),
        ("+86-138-0000-6021", "mobile", "13800006021"),
        ("008613800006021", "mobile", "13800006021"),
        ("8613800006021", "mobile", "13800006021"),
        ("１３８００００６０２１", "mobile", "13800006021"),
        ("0716-8241234", "landline", "0716-8241234"),
        ("（0716）8241234", "landline", "0716-8241234"),
        ("027 8241 2345", "landline", "027-82412345"),
        ("0716-824-1234", "landline", "0716-8241234"),
        ("0716-8241234转801", "landline", "0716-8241234-801"),
        ("400-820-8820", "service", "4008208820"),
        ("12368", "service", "12368"),
    ],
)
def test_phones(text: str, kind: str, value: str) -> None:
    check = check_phone(text)
    assert (check.ok, check.kind, check.value) == (True, kind, value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1380000602", "11位"),
        ("12800006021", "号段"),
        ("8241234", "区号"),
        ("1380000602a", "不是数字"),
        ("²³", "不是数字"),
        ("", "没有填写"),
    ],
)
def test_wrong_phones(text: str, words: str) -> None:
    check = check_phone(text)
    assert not check.ok
    assert words in str(check.message)


def test_documents_by_kind() -> None:
    assert check_document(EXAMPLE, kind="citizen_id").ok
    assert not check_document("123", kind="citizen_id").ok
    assert not check_document("123", kind="credit_code").ok
    passport = check_document(" e12345678 ", kind="passport")
    assert (passport.ok, passport.kind, passport.value) == (True, "passport", "E12345678")
    assert not check_document(" ", kind="hk_macao_permit").ok


def test_masks() -> None:
    assert mask_phone("13800006021") == "138****6021"
    assert mask_phone("0716-8241234") == "0716-****234"
    assert mask_phone("8241234") == "*******"
    assert mask_phone("") == ""
    assert mask_id("421002199001011234") == "4210**********1234"
    assert mask_id("E12345678") == "E1*****78"
    assert mask_id("AB123") == "*****"
    assert mask_account("6222 0212 3456 7890 123") == "6222***********0123"
    assert mask_account("12345") == "*****"
    assert [mask_name(name) for name in ("张三", "张三丰", "欧阳锋", "张", "")] == [
        "张*",
        "张*",
        "欧阳*",
        "*",
        "",
    ]
