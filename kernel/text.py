"""Text as people type it: full-width characters, and names by the first letters of their pinyin."""

from __future__ import annotations

import unicodedata
from importlib import import_module

# NFKC of a whole text would also turn ① into 1 and ㎡ into m2: only keyboard variants are folded here.
_KEYBOARD_VARIANTS = [*range(0xFF01, 0xFF5F), *range(0xFFE0, 0xFFE7), 0x3000, 0x00A0]
_WIDTH = {code: unicodedata.normalize("NFKC", chr(code)) for code in _KEYBOARD_VARIANTS}

COMPOUND_SURNAMES = frozenset(
    "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 "
    "公冶 太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 "
    "壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌 微生 左丘 东门 "
    "西门 第五".split()
)

# Surnames that start with another letter than the same character in a word.
_SURNAME_INITIALS = {
    "单": "s", "解": "x", "仇": "q", "曾": "z", "查": "z", "区": "o", "朴": "p", "翟": "z", "种": "c",
    "秘": "b", "折": "s", "召": "s", "覃": "q", "长孙": "zs", "尉迟": "yc", "万俟": "mq", "澹台": "tt",
    "乐正": "yz",
}  # fmt: skip
_LONGEST_PERSONAL_NAME = 4

NUMERALS = "〇一二三四五六七八九"


def normalise_width(text: str) -> str:
    """Full-width letters, digits, signs, brackets and spaces as ASCII; Chinese characters are untouched."""
    return text.translate(_WIDTH)


def in_numerals(number: int) -> str:
    """1..99 as people write it: 一, 十, 十二, 二十, 二十一. Raises ValueError for any other number."""
    if not 1 <= number <= 99:
        raise ValueError("only 1 to 99 are written this way")
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else f"{NUMERALS[tens]}十"
    return head + (NUMERALS[ones] if ones else "")


def from_numerals(text: str) -> int:
    """The number that 一 .. 九十九 state, or 0 for any other text."""
    return _SMALL_NUMBERS.get(text, 0)


def compound_surname(name: str) -> str:
    """The two-character surname a personal name starts with, or ""."""
    head = name[:2]
    return head if len(name) > len(head) and head in COMPOUND_SURNAMES else ""


def pinyin_initials(name: str) -> str:
    """First letters of the pinyin in lower case, for search: 张三 -> zs, 单雄信 -> sxx, 华兴公司A -> hxgsa.

    Latin letters and digits stay; anything else is dropped. Readings of surnames are used for names of up to
    four characters, since a longer text is a company or an address.
    """
    kept = "".join(char for char in normalise_width(name) if char.isalnum())
    known = _surname(kept)
    # Here, and not above: its tables take 55 MB, which only who files or searches names needs.
    pinyin = import_module("pypinyin")
    letters = pinyin.lazy_pinyin(
        kept[len(known) :], style=pinyin.Style.FIRST_LETTER, strict=False, errors=_ascii_only
    )
    return (_SURNAME_INITIALS.get(known, "") + "".join(letters)).lower()


def _surname(name: str) -> str:
    if len(name) > _LONGEST_PERSONAL_NAME:
        return ""
    return next((name[:size] for size in (2, 1) if name[:size] in _SURNAME_INITIALS), "")


def _ascii_only(chars: str) -> str:
    return "".join(char for char in chars if char.isascii())


_SMALL_NUMBERS = {in_numerals(number): number for number in range(1, 100)}
