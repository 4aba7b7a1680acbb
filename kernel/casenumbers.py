"""Case numbers: 收案年度, 法院代字, 类型代字, 案件编号, and the 之一 of a further paper.

Source: 最高人民法院关于人民法院案件案号的若干规定, articles 2 to 10 (法〔2015〕137号, 法〔2018〕335号).
The tables in kernel/data are the nation's; a court passes its own where it has added to them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext_lazy as _

from .errors import BadInput
from .text import from_numerals, in_numerals, normalise_width

FIRST_YEAR = 2016
"""The present form of case numbers came into force on 2016-01-01."""

_DATA = Path(__file__).parent / "data"
_OPENING, _CLOSING = "([〔【［{<〈《", ")]〕】］}>〉》"
_BRACKETS = str.maketrans(_OPENING + _CLOSING, "(" * len(_OPENING) + ")" * len(_CLOSING))
_NUMBER = re.compile(
    r"\(?(?P<year>[0-9]{4})\)?(?P<court>(?:最高法|[^0-9()])[0-9]*)(?P<kind>[^0-9()号之]+)"
    r"(?P<number>[0-9]+)(?:号?(?P<suffix>之.*))?号?"
)
_STARTS = re.compile(
    r"\(?(?P<year>[0-9]{4})?\)?(?P<court>(?:最高法|[^0-9()])[0-9]*)?(?P<kind>[^0-9()号之]*)(?P<number>[0-9]*)号?"
)
_OLD_FORM = re.compile(r"\(?[0-9]{4}\)?.+字第?[0-9]+")
_FORM = _("请按“（2023）鄂1003执123号”的格式填写")
_NOISE = re.compile(r"[\s()号第-]")
_DIGIT_SUFFIX = re.compile(r"(?<=之)[1-9][0-9]?(?![0-9])")
_PADDED = re.compile(r"(?<=[^0-9])0+(?=[0-9])")


@dataclass(frozen=True, slots=True, order=False)
class CaseNumber:
    """A case number in its parts. `number` counts from 1; `suffix` is 0, or 1 for 之一, 2 for 之二 ..."""

    year: int
    court: str
    kind: str
    number: int
    suffix: int = 0

    def __str__(self) -> str:
        """The canonical form, the only one that is stored: （2023）鄂1003执123号之一."""
        return f"（{self.year}）{self.court}{self.kind}{self.number}号{self._tail()}"

    @property
    def sort_key(self) -> tuple[int, str, str, int, int]:
        """Order of a register: year, court, kind, then the number as a number."""
        return (self.year, self.court, self.kind, self.number, self.suffix)

    @property
    def loose_key(self) -> str:
        """What search compares: 2023鄂1003执123之一; the same as loose_key() of any accepted spelling."""
        return f"{self.year}{self.court}{self.kind}{self.number}{self._tail()}"

    def _tail(self) -> str:
        return f"之{in_numerals(self.suffix)}" if self.suffix else ""


def parse(
    text: str,
    *,
    courts: Collection[str] | None = None,
    kinds: Collection[str] | None = None,
    today: dt.date | None = None,
    field: str = "case_number",
) -> CaseNumber:
    """Read a case number in any bracket, width and spacing; 号 may be missing, 之一 may follow.

    courts: the court codes that exist (鄂1003), otherwise only the form of the code is checked.
    kinds: the kind codes allowed, otherwise all of kind_names(), with 知 in front for a specialised trial.
    today: court-local date; a later year is refused. Raises BadInput naming `field`, whose detail["part"] is
    year, court, kind, number, suffix or form.
    """
    plain = re.sub(r"\s", "", normalise_width(text)).translate(_BRACKETS)
    match = _NUMBER.fullmatch(plain)
    if _OLD_FORM.match(plain):
        raise _refusal("form", _("这是2016年以前的旧案号，不能按现行规则识别"), _FORM, field)
    if match is None:
        raise _unreadable(plain, field)
    return CaseNumber(
        year=_year(match["year"], today, field),
        court=_court(match["court"], courts, field),
        kind=_kind(match["kind"], kinds, field),
        number=_number(match["number"], field),
        suffix=_suffix(match["suffix"] or "", field),
    )


def loose_key(text: str) -> str:
    """Search text, also a part such as `鄂1003 执 00123`, without brackets, spaces, 号 and padding zeros."""
    plain = _NOISE.sub("", normalise_width(text).translate(_BRACKETS))
    plain = _DIGIT_SUFFIX.sub(lambda digits: in_numerals(int(digits[0])), plain)
    # Zeros after a province's character belong to the court (京0105); after a kind they are padding.
    return _PADDED.sub(lambda zeros: zeros[0] if plain[zeros.start() - 1] in court_codes() else "", plain)


@cache
def court_codes() -> dict[str, str]:
    """The leading part of court codes, with the name of the court that heads it: 鄂 -> 湖北省高级人民法院."""
    return dict(_table("provinces")["courts"])


@cache
def kind_names() -> dict[str, str]:
    """Every kind code with its Chinese name."""
    table = _table("case_kinds")
    return {
        code: name for group, kinds in table.items() if group != "specialised" for code, name in kinds.items()
    }


@cache
def enforcement_kinds() -> frozenset[str]:
    """The kinds an enforcement bureau files: 执, 执恢, 执保, 执异, 执复, 执监, 执协, 执他."""
    return frozenset(_table("case_kinds")["enforcement"])


@cache
def _table(name: str) -> dict[str, Any]:
    table: dict[str, Any] = yaml.safe_load((_DATA / f"{name}.yaml").read_text(encoding="utf-8"))
    return table


def _unreadable(plain: str, field: str) -> BadInput:
    """Names the first part that is missing, or what is left over at the end."""
    found = _STARTS.match(plain)
    parts = {} if found is None else found.groupdict()
    missing = next((part for part in ("year", "court", "kind", "number") if not parts.get(part)), "suffix")
    messages = {
        "year": _("案号开头应是四位数的收案年度"),
        "court": _("案号里没有法院代字"),
        "kind": _("案号里没有类型代字"),
        "number": _("案号里没有案件编号"),
        "suffix": _("看不懂案号末尾的“%(rest)s”") % {"rest": plain[found.end() if found else 0 :][:20]},
    }
    return _refusal(missing, messages[missing], _FORM, field)


def _year(text: str, today: dt.date | None, field: str) -> int:
    year = int(text)
    if year < FIRST_YEAR:
        message = _("案号年度%(year)s早于2016年，那时还没有现行格式的案号")
        raise _refusal("year", message % {"year": text}, _("请核对括号里的年度"), field)
    if today and year > today.year:
        message = _("案号年度%(year)s还没有到")
        fix = _("年度不能晚于今年（%(year)s年）") % {"year": today.year}
        raise _refusal("year", message % {"year": text}, fix, field)
    return year


def _court(code: str, courts: Collection[str] | None, field: str) -> str:
    head = code.rstrip("0123456789")
    digits = len(code) - len(head)
    if head not in court_codes():
        message = _("法院代字“%(code)s”不存在") % {"code": code}
        fix = _("法院代字以省份简称开头，例如“鄂1003”；最高人民法院为“最高法”")
    elif digits not in (0, 2, 4) or (digits and head in _table("provinces")["without_digits"]):
        message = _("法院代字“%(code)s”的数字位数不对") % {"code": code}
        fix = _("高级法院没有数字，中级法院两位，基层法院四位，例如“鄂10”“鄂1003”")
    elif courts is not None and code not in courts:
        message = _("没有法院代字为“%(code)s”的法院") % {"code": code}
        fix = _("请核对法院代字；新设法院请由管理员在法院表中增加")
    else:
        return code
    raise _refusal("court", message, fix, field)


def _kind(code: str, kinds: Collection[str] | None, field: str) -> str:
    allowed = kind_names() if kinds is None else kinds
    specialised = code[:1] in _table("case_kinds")["specialised"] and code[1:] in allowed
    if code in allowed or specialised:
        return code
    shown = sorted(enforcement_kinds() if kinds is None else kinds, key=lambda kind: (len(kind), kind))
    raise _refusal(
        "kind",
        _("类型代字“%(code)s”不能用在这里") % {"code": code},
        _("请核对类型代字，例如：%(kinds)s") % {"kinds": "、".join(shown[:8])},
        field,
    )


def _number(digits: str, field: str) -> int:
    number = int(digits[:20])
    if not number or len(digits) > 8:
        message = _("案件编号“%(digits)s”不对") % {"digits": digits[:20]}
        raise _refusal("number", message, _("编号从1开始，最多八位数字"), field)
    return number


def _suffix(text: str, field: str) -> int:
    written = text.removeprefix("之").removesuffix("号")
    if not text:
        return 0
    value = int(written) if re.fullmatch("[0-9]{1,2}", written) else from_numerals(written)
    if not value:
        message = _("案号后缀“%(text)s”不对") % {"text": text[:20]}
        raise _refusal("suffix", message, _("后缀写作“之一”“之二”……最多到“之九十九”"), field)
    return value


def _refusal(part: str, message: object, fix: object, field: str) -> BadInput:
    return BadInput(message, field=field, fix=fix, detail={"part": part})
