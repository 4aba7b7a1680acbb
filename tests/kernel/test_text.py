"""Full-width text, small numerals, and pinyin initials of names."""

import pytest

from kernel.text import compound_surname, from_numerals, in_numerals, normalise_width, pinyin_initials


def test_full_width_keyboard_characters_become_ascii() -> None:
    assert normalise_width("（２０２３）ＡＢ－１\u3000￥") == "(2023)AB-1 ¥"


@pytest.mark.parametrize("text", ["①", "㎡", "〔", "执", "。", "²"])
def test_signs_that_are_not_keyboard_variants_stay(text: str) -> None:
    assert normalise_width(text) == text


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("张三", "zs"),
        ("单雄信", "sxx"),
        ("曾国藩", "zgf"),
        ("长孙无忌", "zswj"),
        ("欧阳修", "oyx"),
        ("吕布", "lb"),
        ("买买提·艾力", "mmtal"),
        ("重庆长安汽车有限公司", "cqcaqcyxgs"),
        ("华兴公司Ａ１", "hxgsa1"),
        ("Smith", "smith"),
        ("", ""),
        ("（）", ""),
    ],
)
def test_initials_follow_the_reading_of_the_name(name: str, initials: str) -> None:
    assert pinyin_initials(name) == initials


def test_a_company_is_not_read_by_a_surname() -> None:
    assert pinyin_initials("单位食堂公司") == "dwstgs"


def test_compound_surnames_are_known_only_in_front_of_a_given_name() -> None:
    assert compound_surname("欧阳锋") == "欧阳"
    assert compound_surname("欧阳") == ""
    assert compound_surname("张三丰") == ""


def test_small_numerals_read_back() -> None:
    assert [in_numerals(number) for number in (1, 10, 12, 20, 21, 99)] == [
        "一",
        "十",
        "十二",
        "二十",
        "二十一",
        "九十九",
    ]
    assert [from_numerals(in_numerals(number)) for number in range(1, 100)] == list(range(1, 100))
    assert from_numerals("十十") == 0
    with pytest.raises(ValueError, match="1 to 99"):
        in_numerals(100)
