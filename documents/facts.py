"""Facts of a paper: checked by type, completed, and put into the plain form in which they are frozen. Pure.

Frozen form: date -> "2023-04-24", amount -> "80000.00", text -> text, list -> [text], rows -> [[text, ...]].
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from documents.catalogue import FactKind, PaperKind
from kernel.dates import parse_date
from kernel.errors import BadInput
from kernel.money import parse_amount

LONGEST_TEXT = 4000
LONGEST_LIST = 300
# Citizen identity numbers, mobile phones, account numbers: they are facts to encrypt, never open ones.
_PERSONAL = re.compile(r"(?<![0-9])(?:[0-9]{17}[0-9Xx]|1[3-9][0-9]{9}|[0-9]{15,})(?![0-9])")


@dataclass(frozen=True, slots=True)
class FrozenFacts:
    """What a paper will say for ever: `open` may be shown in lists and events, `secret` lies encrypted."""

    open: dict[str, Any]
    secret: dict[str, Any]


def freeze(
    kind: PaperKind,
    facts: Mapping[str, Any],
    secret_facts: Mapping[str, Any],
    *,
    court: Mapping[str, str],
    on: dt.date,
) -> FrozenFacts:
    """The facts of one paper in frozen form, completed from the court's row and the day of drafting `on`.

    Raises BadInput naming in Chinese every missing fact, a fact the paper does not know, a value of the wrong
    type, an open fact that holds an identity, phone or account number.
    """
    _refuse_unknown(kind, facts, secret_facts)
    given = {**facts, **secret_facts}
    for fact in kind.facts.values():
        if fact.court and not given.get(fact.key):
            given[fact.key] = court.get(fact.court, "")
        if fact.is_issue_day and not given.get(fact.key):
            given[fact.key] = on
    _refuse_missing(kind, given)
    frozen = {
        fact.key: _frozen(fact, given[fact.key], on)
        for fact in kind.facts.values()
        if not _is_blank(given.get(fact.key))
    }
    _refuse_unpaired(kind, frozen)
    return FrozenFacts(
        open={key: value for key, value in frozen.items() if not kind.facts[key].is_secret},
        secret={key: value for key, value in frozen.items() if kind.facts[key].is_secret},
    )


def _refuse_unknown(kind: PaperKind, facts: Mapping[str, Any], secret_facts: Mapping[str, Any]) -> None:
    for given, is_secret in ((facts, False), (secret_facts, True)):
        for key in given:
            fact = kind.facts.get(key)
            message: object
            fix: object
            if fact is None:
                message = _("《%(paper)s》没有“%(key)s”这一项") % {"paper": kind.zh, "key": key}
                fix = _("可以填写：%(facts)s") % {"facts": _names(kind.facts.values())}
            elif fact.is_secret == is_secret:
                continue
            elif fact.is_secret:
                message = _("“%(fact)s”须加密保存，不能作为公开事项提交") % {"fact": fact.zh}
                fix = _("请作为加密事项（secret_facts）提交")
            else:
                message = _("“%(fact)s”不是加密事项") % {"fact": fact.zh}
                fix = _("请作为公开事项（facts）提交")
            raise BadInput(message, field=key, fix=fix)


def _refuse_missing(kind: PaperKind, given: Mapping[str, Any]) -> None:
    missing = [fact for fact in kind.facts.values() if fact.is_required and _is_blank(given.get(fact.key))]
    if missing:
        raise BadInput(
            _("《%(paper)s》缺少：%(facts)s") % {"paper": kind.zh, "facts": _names(missing)},
            code="PAPER-FACTS",
            field=missing[0].key,
            fix=_("请补充以上事项后再制作文书"),
            detail={"missing": [fact.key for fact in missing]},
        )


def _refuse_unpaired(kind: PaperKind, frozen: Mapping[str, Any]) -> None:
    for fact in kind.facts.values():
        if fact.beside and fact.key in frozen and len(frozen[fact.key]) != len(frozen[fact.beside]):
            beside = kind.facts[fact.beside].zh
            raise BadInput(
                _("“%(fact)s”有%(n)d项，“%(beside)s”有%(m)d项，不能一一对应")
                % {
                    "fact": fact.zh,
                    "n": len(frozen[fact.key]),
                    "beside": beside,
                    "m": len(frozen[fact.beside]),
                },
                field=fact.key,
                fix=_("请按相同顺序逐项填写，没有内容的一项留空"),
            )


def _is_blank(value: object) -> bool:
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, list | tuple) and not value)


def _frozen(fact: FactKind, value: Any, on: dt.date) -> Any:
    match fact.type:
        case "date":
            return parse_date(value, today=on, field=fact.key).isoformat()
        case "amount":
            return str(_amount(fact, value))
        case "list":
            return [_text(fact, item, may_be_empty=bool(fact.beside)) for item in _items(fact, value)]
        case "rows":
            return [_row(fact, row) for row in _items(fact, value)]
    return _text(fact, value)


def _amount(fact: FactKind, value: Any) -> Decimal:
    if not isinstance(value, str | int | Decimal) or isinstance(value, bool):
        raise _wrong_type(fact, _("应为金额"))
    return parse_amount(value, field=fact.key)


def _items(fact: FactKind, value: Any) -> list[Any]:
    if not isinstance(value, list | tuple) or len(value) > LONGEST_LIST:
        raise _wrong_type(fact, _("应为不超过%(most)d项的列表") % {"most": LONGEST_LIST})
    return list(value)


def _row(fact: FactKind, row: Any) -> list[str]:
    if not isinstance(row, list | tuple) or len(row) != len(fact.columns):
        raise _wrong_type(fact, _("每行应有：%(columns)s") % {"columns": "、".join(fact.columns)})
    return [_text(fact, cell, may_be_empty=True) for cell in row]


def _text(fact: FactKind, value: Any, *, may_be_empty: bool = False) -> str:
    if not isinstance(value, str):
        raise _wrong_type(fact, _("应为文字"))
    text = value.strip()
    if len(text) > LONGEST_TEXT or not (text or may_be_empty):
        raise _wrong_type(fact, _("应有1至%(most)d个字") % {"most": LONGEST_TEXT})
    if not fact.is_secret and _PERSONAL.search(text):
        raise BadInput(
            _("“%(fact)s”里有身份证号、手机号或账号") % {"fact": fact.zh},
            field=fact.key,
            fix=_("号码须加密保存：请填入对应的身份信息或账号一项"),
        )
    return text


def _wrong_type(fact: FactKind, expected: object) -> BadInput:
    return BadInput(
        _("“%(fact)s”填写有误：%(expected)s") % {"fact": fact.zh, "expected": expected},
        field=fact.key,
        fix=expected,
    )


def _names(facts: Iterable[FactKind]) -> str:
    return "、".join(fact.zh for fact in facts)
