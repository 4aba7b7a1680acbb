"""Amounts: Decimal yuan with two places in Python, whole fen in the tables; never float."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from .capitals import LARGEST, parse_capitals
from .errors import BadInput
from .text import normalise_width

FEN = Decimal("0.01")

_UNITS = {
    "千": 10**3, "万": 10**4, "十万": 10**5, "百万": 10**6, "千万": 10**7,
    "亿": 10**8, "十亿": 10**9, "百亿": 10**10, "千亿": 10**11, "万亿": 10**12,
}  # fmt: skip
_UNIT_NAMES = "|".join(sorted(_UNITS, key=len, reverse=True))
_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]{1,12})?"
_PART = re.compile(rf"({_NUMBER})({_UNIT_NAMES})?")
_AMOUNT = re.compile(
    rf"(?P<sign>[-+]?)(?P<parts>{_NUMBER}(?:(?:{_UNIT_NAMES}){_NUMBER})*(?:{_UNIT_NAMES})?)(?P<yuan>元)?"
    r"(?:(?P<jiao>[0-9])角)?(?:(?P<fen>[0-9])分)?整?"
)
_CURRENCY = re.compile(r"^([-+]?)(?:人民币|RMB|CNY)?([-+]?)[¥]?([-+]?)", re.IGNORECASE)
_SIGNS = str.maketrans("−–—负圆块正", "----元元整")
_IN_CAPITALS = re.compile(r"[^0-9]*[零〇壹贰叁肆伍陆柒捌玖拾一二两三四五六七八九十][^0-9]*")


def parse_amount(
    text: str | int | Decimal, *, allow_negative: bool = False, field: str = "amount"
) -> Decimal:
    """What a person or a bank wrote, as Decimal yuan with two places.

    Understood: 1,234.50, ¥1,234.5, １２３４元, 人民币1234.50元, 12.5万元, 1.2亿元, 1亿2000万元, 5元3角,
    伍万元整. Raises BadInput naming `field` for anything else: less than one fen, wrong thousands separators,
    no number, more than 16 digits, and a negative amount unless `allow_negative`.
    """
    written = _plain(text)
    if not written:
        raise _refusal(_("没有填写金额"), field)
    amount = _read(written, field)
    if abs(amount) > LARGEST:
        raise _refusal(_("金额“%(text)s”太大"), field, text=text)
    if amount != amount.quantize(FEN):
        raise _refusal(_("金额最多精确到分，“%(text)s”超出了两位小数"), field, text=text)
    if amount < 0 and not allow_negative:
        raise _refusal(_("金额不能为负数"), field)
    return amount.quantize(FEN)


def to_fen(amount: Decimal) -> int:
    """Whole fen of an amount in yuan. Raises ValueError when it is not a whole number of fen."""
    fen = amount * 100
    if not amount.is_finite() or fen != fen.to_integral_value():
        raise ValueError("not a whole number of fen")
    return int(fen)


def from_fen(fen: int) -> Decimal:
    """Decimal yuan with two places."""
    return Decimal(fen).scaleb(-2)


def split(amount: Decimal, weights: Sequence[Decimal | int]) -> list[Decimal]:
    """Share `amount` (yuan) in proportion to `weights`, to the fen; the shares add up to `amount` exactly.

    Largest remainder; of equal remainders the earlier one gets the fen, so that the same input always gives
    the same shares. A weight of zero gets nothing. A negative amount is split like its opposite.
    Raises BadInput when there is an amount but no positive weight, ValueError for a negative weight.
    """
    if any(weight < 0 for weight in weights):
        raise ValueError("a weight is negative")
    fen = abs(to_fen(amount))
    total = sum((Fraction(weight) for weight in weights), Fraction(0))
    if not total:
        return _nothing_to_weigh(fen, len(weights))
    exact = [Fraction(weight) * fen / total for weight in weights]
    shares = [int(share) for share in exact]
    order = sorted(range(len(exact)), key=lambda index: (shares[index] - exact[index], index))
    for index in order[: fen - sum(shares)]:
        shares[index] += 1
    return [from_fen(-share if amount < 0 else share) for share in shares]


def format_yuan(amount: Decimal) -> str:
    """¥412,000.00, or -¥0.50. Two places always; for the page, not for a file that is read again."""
    return f"{'-' if amount < 0 else ''}¥{abs(amount):,.2f}"


def _nothing_to_weigh(fen: int, size: int) -> list[Decimal]:
    if fen:
        raise BadInput(
            _("没有可以分配的对象"), field="weights", fix=_("请至少给一个分配对象填写大于零的份额")
        )
    return [from_fen(0)] * size


def _plain(text: str | int | Decimal) -> str:
    """One spelling of the digits; spaces may stand around the number but never inside it."""
    if isinstance(text, bool | float):
        raise TypeError("an amount is text, int or Decimal")
    written = normalise_width(str(text) if not isinstance(text, Decimal) else f"{text:f}").strip()
    return re.sub(r"(?<![0-9.,])\s+|\s+(?![0-9.,])", "", written)


def _read(written: str, field: str) -> Decimal:
    if _IN_CAPITALS.fullmatch(written):
        return parse_capitals(written, field=field)
    bare = _CURRENCY.sub(r"\1\2\3", written.translate(_SIGNS))
    match = _AMOUNT.fullmatch(bare)
    value = _value(match) if match else None
    if value is None:
        raise _refusal(_("看不懂金额“%(text)s”"), field, text=written)
    return value


def _value(match: re.Match[str]) -> Decimal | None:
    parts = [(_decimal(number), _UNITS.get(unit, 1)) for number, unit in _PART.findall(match["parts"])]
    if len(parts) > 1 and not (_is_descending(parts) and (match["yuan"] or parts[-1][1] > 1)):
        # 3万5 is said for 35000 but reads as 30005
        return None
    if (match["jiao"] or match["fen"]) and not match["yuan"]:
        return None
    cents = Decimal(int(match["jiao"] or 0) * 10 + int(match["fen"] or 0)) * FEN
    if cents and parts[-1][0] != int(parts[-1][0]):
        return None
    value = sum((number * unit for number, unit in parts), Decimal(0)) + cents
    return -value if match["sign"] == "-" else value


def _is_descending(parts: list[tuple[Decimal, int]]) -> bool:
    """Each part is smaller than one unit of the part before it, which is a whole number: 1亿2000万."""
    return all(
        upper == int(upper) and lower * small < large
        for (upper, large), (lower, small) in zip(parts, parts[1:], strict=False)
    )


def _decimal(number: str) -> Decimal:
    return Decimal(number.replace(",", ""))


def _refusal(message: object, field: str, text: object = "") -> BadInput:
    return BadInput(
        str(message) % {"text": str(text).strip()[:40]} if text else message,
        field=field,
        fix=_("请填写以元为单位、最多两位小数的数字，例如 1,234.50 或 12.5万元"),
    )
