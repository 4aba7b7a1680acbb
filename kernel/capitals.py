"""Amounts in Chinese capitals (大写), by the central bank's rules for filling in settlement vouchers.

Source: 支付结算办法 (银发〔1997〕393号), 附一 正确填写票据和结算凭证的基本规定, 一 to 五.
"""

from __future__ import annotations

import re
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from .errors import BadInput
from .text import normalise_width

DIGITS = "零壹贰叁肆伍陆柒捌玖"
LARGEST = Decimal("9999999999999999.99")

_PLACES = ("", "拾", "佰", "仟")
_MYRIAD = 10_000
_HUNDRED_MILLION = 100_000_000
# What people and older systems write for the same characters; 廿, 毛 and the like are not accepted by banks.
_VARIANTS = str.maketrans(
    "〇○Ｏ一二两三四五六七八九十百千萬億圆圓正弌貳貮弐參叄叁陸",
    "零零零壹贰贰叁肆伍陆柒捌玖拾佰仟万亿元元整壹贰贰贰叁叁叁陆",
)
_WRITTEN = re.compile(rf"(?:人民币)?(负?)(?:([{DIGITS}拾佰仟万亿]+)(?:元|$))?([{DIGITS}角分]*)整?")
_CENTS = re.compile(rf"(?:([{DIGITS}])角)?(?:零?([{DIGITS}])分)?")
# 五(四): where the digit before 万 or 元 is 0 but the next one is not, one 零 may be written or left out.
_FREE_ZERO_AFTER = frozenset("万亿元")
_PLACE_VALUE = {"拾": 10, "佰": 100, "仟": 1000}


def in_capitals(amount: Decimal) -> str:
    """1286000.00 -> 壹佰贰拾捌万陆仟元整; 1409.50 -> 壹仟肆佰零玖元伍角; -0.05 -> 负伍分; 0 -> 零元整.

    amount: yuan, at most two decimals, below 万亿 times 万 (the range of Decimal(18, 2)).
    After 角 the bank's rules leave 整 free; it is not written. Raises ValueError for any other amount.
    """
    if not amount.is_finite() or abs(amount) > LARGEST or amount != amount.quantize(Decimal("0.01")):
        raise ValueError("not an amount of yuan with at most two decimals below 10**16")
    fen = int(abs(amount) * 100)
    if not fen:
        return "零元整"
    yuan, cents = divmod(fen, 100)
    return ("负" if amount < 0 else "") + (_whole(yuan) + "元" if yuan else "") + _cents(cents, bool(yuan))


def parse_capitals(text: str, *, field: str = "amount") -> Decimal:
    """The amount in yuan that 大写 `text` states; 人民币 in front, 圆, 正, 繁体 and 一二三 are understood.

    A wrong order of units or a missing 零 is refused, since it may hide a change: 壹佰伍元, 壹拾贰佰元.
    Raises BadInput naming `field`.
    """
    written = re.sub(r"\s", "", normalise_width(text).translate(_VARIANTS))
    match = _WRITTEN.fullmatch(written)
    amount = _value(match) if match else None
    if match is None or amount is None or abs(amount) > LARGEST or not _same(match, in_capitals(amount)):
        raise BadInput(
            _("“%(text)s”不是规范的大写金额") % {"text": text.strip()[:40]},
            field=field,
            fix=_("请按“壹拾贰万叁仟肆佰元伍角整”的写法填写，或改用数字，例如 123,400.50"),
        )
    return amount


def _whole(number: int) -> str:
    """A positive whole number; the part before 亿 is itself such a number (万亿)."""
    for value, name in ((_HUNDRED_MILLION, "亿"), (_MYRIAD, "万")):
        if number >= value:
            upper, lower = divmod(number, value)
            gap = "零" if 0 < lower < value // 10 else ""
            return _whole(upper) + name + gap + (_whole(lower) if lower else "")
    return _section(number)


def _section(number: int) -> str:
    """1..9999, one 零 for each inner run of zeros."""
    digits = [(number // 10**place % 10, _PLACES[place]) for place in (3, 2, 1, 0)]
    parts = "".join(DIGITS[digit] + place if digit else "零" for digit, place in digits)
    return re.sub("零+", "零", parts).strip("零")


def _cents(cents: int, after_yuan: bool) -> str:
    jiao, fen = divmod(cents, 10)
    if not cents:
        return "整"
    tenths = f"{DIGITS[jiao]}角" if jiao else "零" if after_yuan else ""
    return tenths + (f"{DIGITS[fen]}分" if fen else "")


def _value(match: re.Match[str]) -> Decimal | None:
    """What the characters add up to, before it is checked that they stand in the right order."""
    sign, whole, rest = match.groups()
    cents = _CENTS.fullmatch(rest[1:] if rest.startswith("零") and rest[2:3] == "角" else rest)
    if cents is None or not (whole or rest):
        return None
    jiao, fen = (DIGITS.index(digit or "零") for digit in cents.groups())
    amount = _number(whole or "") + Decimal(jiao * 10 + fen) / 100
    return -amount if sign else amount


def _number(whole: str) -> Decimal:
    total = section = digit = 0
    for char in whole:
        if char in DIGITS:
            digit = DIGITS.index(char)
        elif char in _PLACE_VALUE:
            # 拾伍元 is said for 壹拾伍元
            section, digit = section + (digit or 1) * _PLACE_VALUE[char], 0
        else:
            scale = _MYRIAD if char == "万" else _HUNDRED_MILLION
            below = total + section + digit if char == "亿" else section + digit
            total = below * scale if char == "亿" else total + below * scale
            section = digit = 0
    return Decimal(total + section + digit)


def _same(match: re.Match[str], standard: str) -> bool:
    """Whether the text is `standard`, give or take 整 and a 零 that the bank's rules leave free."""
    whole = re.sub("(^|[万亿零])拾", r"\1壹拾", f"{match[2]}元") if match[2] else ""
    written = _zeros(match[1] + whole + match[3])
    expected = _zeros(standard.removesuffix("整"))
    if [char for char, _zero in written] != [char for char, _zero in expected]:
        return False
    before = ""
    for (char, zero), (_char, wanted) in zip(written, expected, strict=True):
        is_free = zero and before in _FREE_ZERO_AFTER and char != "元"
        if zero != wanted and not is_free:
            return False
        before = char
    return True


def _zeros(text: str) -> list[tuple[str, bool]]:
    """Each character other than 零, with whether a 零 stands before it."""
    return [(match[2], bool(match[1])) for match in re.finditer("(零*)([^零])", text)]
