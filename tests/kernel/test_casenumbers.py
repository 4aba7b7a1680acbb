"""Case numbers in every spelling, and errors that name the bad part."""

import datetime as dt

import pytest

from kernel.casenumbers import CaseNumber, court_codes, enforcement_kinds, kind_names, loose_key, parse
from kernel.errors import BadInput

TODAY = dt.date(2026, 11, 20)


@pytest.mark.parametrize(
    "text",
    [
        "（2023）鄂1003执123号",
        "(2023)鄂1003执123号",
        "〔2023〕鄂1003执123号",
        "【2023】鄂1003执123号",
        "[2023]鄂1003执123号",
        "［２０２３］鄂１００３执１２３号",
        "2023鄂1003执123",
        " (2023) 鄂 1003 执 00123 ",
        "（2023）\u3000鄂1003执123",
    ],
)
def test_every_spelling_gives_the_canonical_number(text: str) -> None:
    number = parse(text, today=TODAY)
    assert number == CaseNumber(2023, "鄂1003", "执", 123)
    assert str(number) == "（2023）鄂1003执123号"
    assert loose_key(text) == number.loose_key == "2023鄂1003执123"


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("(2023)鄂10执123号之一", "（2023）鄂10执123号之一"),
        ("(2023)鄂10执123之十二号", "（2023）鄂10执123号之十二"),
        ("(2023)鄂10执123号之21", "（2023）鄂10执123号之二十一"),
        ("(2023)鄂执恢5", "（2023）鄂执恢5号"),
        ("(2020)最高法执监1号", "（2020）最高法执监1号"),
        ("(2019)最高法知民终1号", "（2019）最高法知民终1号"),
        ("(2023)兵0101执1号", "（2023）兵0101执1号"),
        ("(2024)京0105民初10086号", "（2024）京0105民初10086号"),
    ],
)
def test_suffixes_courts_and_kinds(text: str, canonical: str) -> None:
    number = parse(text, today=TODAY)
    assert str(number) == canonical
    assert parse(canonical) == number
    assert loose_key(text) == number.loose_key


@pytest.mark.parametrize(
    ("text", "part", "words"),
    [
        ("", "year", "四位数"),
        ("(23)鄂1003执1号", "year", "四位数"),
        ("(2027)鄂1003执1号", "year", "2027"),
        ("(2013)鄂1003执1号", "year", "2013"),
        ("(2023)", "court", "没有法院代字"),
        ("(2023)X10执1号", "court", "X10"),
        ("(2023)港01执1号", "court", "港01"),
        ("(2023)鄂100执1号", "court", "位数"),
        ("(2023)最高法10执1号", "court", "位数"),
        ("(2023)鄂1003号", "kind", "没有类型代字"),
        ("(2023)鄂1003执鬼1号", "kind", "执鬼"),
        ("(2023)鄂1003执号", "number", "没有案件编号"),
        ("(2023)鄂1003执0号", "number", "“0”"),
        ("(2023)鄂1003执123456789号", "number", "123456789"),
        ("(2023)鄂1003执1号之零", "suffix", "之零"),
        ("(2023)鄂1003执1号之100", "suffix", "之100"),
        ("(2023)鄂1003执123-1号", "suffix", "-1号"),
        ("(2012)鄂荆州中执字第00045号", "form", "旧案号"),
    ],
)
def test_errors_name_the_bad_part(text: str, part: str, words: str) -> None:
    with pytest.raises(BadInput) as refusal:
        parse(text, today=TODAY, field="number")
    assert refusal.value.detail == {"part": part}
    assert words in str(refusal.value)
    assert refusal.value.field == "number"
    assert str(refusal.value.fix)


def test_a_court_passes_its_own_tables() -> None:
    assert parse("(2023)鄂1003执1号", courts={"鄂1003"}).court == "鄂1003"
    with pytest.raises(BadInput, match="鄂1004") as refusal:
        parse("(2023)鄂1004执1号", courts={"鄂1003"})
    assert refusal.value.detail == {"part": "court"}
    with pytest.raises(BadInput, match="民初"):
        parse("(2023)鄂1003民初1号", kinds=enforcement_kinds())
    assert parse("(2023)鄂1003执清1号", kinds={"执清"}).kind == "执清"


def test_without_today_the_year_has_no_upper_bound() -> None:
    assert parse("(2099)鄂1003执1号").year == 2099


def test_registers_sort_by_number_not_by_text() -> None:
    texts = ["（2023）鄂10执10号", "（2023）鄂10执9号之一", "（2022）鄂10执11号", "（2023）鄂10执9号"]
    ordered = sorted((parse(text) for text in texts), key=lambda number: number.sort_key)
    assert [str(number) for number in ordered] == [texts[2], texts[3], texts[1], texts[0]]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("鄂1003 执 00123", "鄂1003执123"),
        ("京0105执", "京0105执"),
        ("0012", "0012"),
        ("第123号", "123"),
        ("执100号", "执100"),
    ],
)
def test_parts_of_a_number_can_be_searched(text: str, key: str) -> None:
    assert loose_key(text) == key


def test_the_tables_hold_the_nation() -> None:
    assert len(court_codes()) == 34  # 31 provinces, 兵, 军, 最高法
    assert enforcement_kinds() == {"执", "执恢", "执保", "执异", "执复", "执监", "执协", "执他"}
    assert kind_names()["执恢"] == "恢复执行案件"
    assert all(len(kind) <= 4 for kind in kind_names())
