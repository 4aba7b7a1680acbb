"""Identity numbers and phones: checks that warn and say where, and masks.

A failed check is a warning that a person may override with a reason: old documents carry wrong numbers.
Nothing here puts a number into a message, a log or a repr.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .text import compound_surname, normalise_width

MALE, FEMALE = "male", "female"

_CITIZEN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CITIZEN_CHECKS = "10X98765432"
_REGIONS = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83"
    .split()
)  # fmt: skip
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = tuple(3**place % 31 for place in range(17))
_LOOKALIKES = {"I": "1", "O": "0", "S": "5", "V": "U", "Z": "2"}
_FIRST_BIRTH_YEAR = 1850
_COUNTRY = re.compile(r"^(?:(?:\+|00)86-?|86-?(?=1[0-9]{10}$))")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"(0(?:10|2[0-9]|[3-9][0-9]{2}))-?([2-8][0-9]{6,7})(?:(?:-|转|EXT\.?)([0-9]{1,6}))?")
_SERVICE = re.compile(r"[48]00[0-9]{7}|1[02][0-9]{3}|9[56][0-9]{3,4}")


@dataclass(frozen=True, slots=True)
class Check:
    """What a check found. `value` is the number in its stored spelling: ASCII, upper case, no spaces.

    kind: citizen_id, citizen_id_15, credit_code, mobile, landline, service, unknown, or the kind passed in.
    position: 1-based place of the doubtful character; 0 when it is not one place. expected: what should
    stand there (for citizen_id_15 the 18-digit number). birth_date and sex (MALE, FEMALE) are the number's.
    """

    ok: bool
    kind: str
    message: str | Promise = ""
    position: int = 0
    expected: str = field(default="", repr=False)
    birth_date: dt.date | None = field(default=None, repr=False)
    sex: str = field(default="", repr=False)
    value: str = field(default="", repr=False)


def check_citizen_id(
    text: str, *, today: dt.date | None = None, birth_date: dt.date | None = None, sex: str = ""
) -> Check:
    """公民身份号码, 18 digits (GB 11643, check digit ISO 7064 mod 11-2); also 港澳台居住证, 永久居留证.

    today: court-local date, birth dates after it are wrong. birth_date, sex: what else is known of the
    person, compared with the number. The old 15-digit number is not ok, and `expected` gives the 18 digits.
    """
    value = _compact(text)
    if re.fullmatch("[0-9]{15}", value):
        return _old_citizen_id(value)
    if len(value) != 18:
        message = _("身份证号应为18位，现在是%(size)d位") % {"size": len(value)}
        return Check(False, "citizen_id", message, value=value)
    return _wrong_shape(value) or _citizen_findings(value, today, birth_date, sex)


def check_credit_code(text: str) -> Check:
    """统一社会信用代码, 18 characters, the last one mod 31 (GB 32100-2015). I, O, S, V, Z do not occur."""
    value = _compact(text)
    if len(value) != 18:
        message = _("统一社会信用代码应为18位，现在是%(size)d位") % {"size": len(value)}
        return Check(False, "credit_code", message, value=value)
    for position, char in enumerate(value, start=1):
        if char not in _CREDIT_ALPHABET:
            return _strange_credit_character(value, position)
        if 3 <= position <= 8 and not char.isdigit():
            message = _("统一社会信用代码第%(position)d位应为数字") % {"position": position}
            return Check(False, "credit_code", message, position, value=value)
    expected = credit_check_character(value[:17])
    if value[17] != expected:
        wrong = _("统一社会信用代码的校验位（第18位）对不上，请逐位核对")
        return Check(False, "credit_code", wrong, 18, expected, value=value)
    return Check(True, "credit_code", value=value)


def check_phone(text: str) -> Check:
    """A mainland mobile, a landline with its area code (and extension), or a service number such as 400.

    `value` has no +86, spaces or brackets: 13800006021, 0716-8241234, 0716-8241234-801.
    """
    value = _COUNTRY.sub("", re.sub("[()-]+", "-", _compact(text)).strip("-"))
    digits = value.replace("-", "")
    if _MOBILE.fullmatch(digits):
        return Check(True, "mobile", value=digits)
    landline = _LANDLINE.fullmatch(value) or _LANDLINE.fullmatch(digits)
    if landline:
        return Check(True, "landline", value="-".join(part for part in landline.groups() if part))
    if _SERVICE.fullmatch(digits):
        return Check(True, "service", value=digits)
    return Check(False, "unknown", _phone_message(digits), value=value)


def check_document(text: str, *, kind: str, today: dt.date | None = None) -> Check:
    """Check by kind of document: citizen_id, credit_code; passports, 港澳台 permits, others pass."""
    if kind == "citizen_id":
        return check_citizen_id(text, today=today)
    if kind == "credit_code":
        return check_credit_code(text)
    value = _compact(text)
    return Check(bool(value), kind, "" if value else _("没有填写证件号码"), value=value)


def citizen_check_digit(first_17: str) -> str:
    """The 18th digit, 0-9 or X, of a citizen's number."""
    total = sum(int(digit) * weight for digit, weight in zip(first_17, _CITIZEN_WEIGHTS, strict=True))
    return _CITIZEN_CHECKS[total % 11]


def credit_check_character(first_17: str) -> str:
    """The 18th character of a unified social credit code."""
    pairs = zip(first_17, _CREDIT_WEIGHTS, strict=True)
    return _CREDIT_ALPHABET[-sum(_CREDIT_ALPHABET.index(char) * weight for char, weight in pairs) % 31]


def mask_phone(text: str) -> str:
    """138****6021; 0716-****234 without the extension; what is neither is hidden whole."""
    check = check_phone(text)
    if check.kind == "landline":
        area, local = check.value.split("-")[:2]
        return f"{area}-****{local[4:]}"
    value = check.value
    return f"{value[:3]}****{value[7:]}" if check.kind == "mobile" else "*" * len(value)


def mask_id(text: str) -> str:
    """4210**********1234; of a shorter document number the first and last two characters stay."""
    value = _compact(text)
    return _masked(value, 4 if len(value) >= 15 else 2)


def mask_account(text: str) -> str:
    """6222***********1234: the bank can be told, the account cannot."""
    value = _compact(text).replace("-", "")
    return _masked(value, 4 if len(value) >= 12 else 2)


def mask_name(text: str) -> str:
    """张*, 欧阳*: the surname and one star however long the name is. For natural persons only."""
    name = text.strip()
    if len(name) < 2:
        return "*" if name else ""
    return f"{compound_surname(name) or name[0]}*"


def _masked(value: str, shown: int) -> str:
    if len(value) < 3 * shown:
        return "*" * len(value)
    return value[:shown] + "*" * (len(value) - 2 * shown) + value[-shown:]


def _compact(text: str) -> str:
    return re.sub(r"\s", "", normalise_width(text)).upper()


def _wrong_shape(value: str) -> Check | None:
    """A character that cannot stand where it stands, or a region that does not exist."""
    for position, char in enumerate(value, start=1):
        if char not in "0123456789" and not (position == 18 and char == "X"):
            wording = (
                _("身份证号最后一位应为数字或X") if position == 18 else _("身份证号第%(position)d位应为数字")
            )
            message = wording % {"position": position}
            return Check(False, "citizen_id", message, position, value=value)
    # A permanent resident's card (since 2023) starts with 9, then the province.
    region = value[1:3] if value[0] == "9" else value[:2]
    if region not in _REGIONS:
        return Check(False, "citizen_id", _("身份证号开头的地区代码不存在"), 1, value=value)
    return None


def _citizen_findings(
    value: str, today: dt.date | None, known_birth: dt.date | None, known_sex: str
) -> Check:
    """Birth date, check digit, then what else is known of the person."""
    birth = _date(value[6:14])
    sex = MALE if int(value[16]) % 2 else FEMALE
    expected = citizen_check_digit(value[:17])

    def found(message: str | Promise, position: int, expected: str = "") -> Check:
        return Check(not message, "citizen_id", message, position, expected, birth, sex, value)

    if birth is None or birth.year < _FIRST_BIRTH_YEAR or (today and birth > today):
        return found(_("身份证号里的出生日期（第7至14位）不存在"), 7)
    if value[17] != expected:
        return found(_("身份证号的校验位（第18位）对不上，请逐位核对"), 18, expected)
    return _disagreement(found, birth, sex, known_birth, known_sex) or found("", 0)


def _disagreement(
    found: Callable[..., Check], birth: dt.date, sex: str, known_birth: dt.date | None, known_sex: str
) -> Check | None:
    if known_birth and known_birth != birth:
        return found(_("身份证号里的出生日期（第7至14位）与填写的出生日期不一致"), 7)
    if known_sex and known_sex != sex:
        return found(_("身份证号的第17位与填写的性别不一致"), 17)
    return None


def _old_citizen_id(value: str) -> Check:
    """15 digits: two digits of the year (19xx) and no check digit; out of use since 2013."""
    longer = f"{value[:6]}19{value[6:]}"
    birth = _date(longer[6:14])
    sex = MALE if int(value[14]) % 2 else FEMALE
    if birth is None:
        return Check(False, "citizen_id_15", _("身份证号里的出生日期（第7至12位）不存在"), 7, value=value)
    message = _("这是15位的旧身份证号，请换成18位号码")
    expected = longer + citizen_check_digit(longer)
    return Check(False, "citizen_id_15", message, 0, expected, birth, sex, value)


def _strange_credit_character(value: str, position: int) -> Check:
    expected = _LOOKALIKES.get(value[position - 1], "")
    wording = _("统一社会信用代码第%(position)d位不能是这个字符")
    if expected:
        wording = _("统一社会信用代码第%(position)d位不能是字母%(char)s，可能是%(expected)s")
    message = wording % {"position": position, "char": value[position - 1], "expected": expected}
    return Check(False, "credit_code", message, position, expected, value=value)


def _phone_message(digits: str) -> str | Promise:
    if not digits:
        return _("没有填写电话号码")
    if not re.fullmatch("[0-9]+", digits):
        return _("电话号码里有不是数字的字符")
    if digits[0] == "1":
        return _("手机号应为11位，现在是%(size)d位，或者号段不对") % {"size": len(digits)}
    return _("固定电话请带区号填写，例如 0716-8241234")


def _date(digits: str) -> dt.date | None:
    try:
        return dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
