"""Where a court's ledger says what its columns hold: the heading row among titles and merged cells. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from kernel.errors import BadInput
from kernel.text import normalise_width
from kernel.workbooks import Line, Sheet, Value

LOOK_AT = 30
"""Titles and notes above a heading take fewer rows than this."""
ENOUGH = 4
"""A row with this many of the wanted columns is meant as a heading, also when others are missing."""

TITLES: Mapping[str, str] = {
    "number": "案号",
    "filed_on": "立案日期",
    "cause": "案由",
    "basis": "执行依据",
    "claim_amount": "执行标的",
    "applicant": "申请执行人",
    "respondent": "被执行人",
}
"""The columns without which no case can be filed, as a ledger calls them."""

_PLAIN = {
    "number": "案号 执行案号 案件编号 执行案件案号 案件号",
    "filed_on": "立案日期 立案时间 立案日 执行立案日期",
    "received_on": "收案日期 收案时间 收到日期 收案日",
    "application_on": "申请日期 申请时间 收到申请日期 收到申请执行书日期 申请执行日期 申请执行时间",
    "cause": "案由 执行案由 案件案由",
    "basis": "执行依据 执行依据文号 执行依据案号 依据文书 生效法律文书 生效文书 生效裁判文书 据以执行的法律文书",
    "claim_amount": "执行标的 执行标的额 执行标的金额 申请标的 申请标的额 申请标的金额 申请执行标的 申请执行标的额 "
    "申请执行金额 申请金额 标的 标的额 标的金额",
    "costs_amount": "执行费 执行费用 申请执行费 案件执行费",
    "claim_kind": "执行内容 执行种类 请求种类",
    "channel": "立案方式 立案渠道",
    "id_reason": "证件存疑说明 证件说明",
    "handler": "承办人 承办法官 执行员 执行人员 主办人",
    "assigned_on": "分案日期 分案时间 交办日期",
    "reception_on": "初次接待日期 接待日期 首次接待日期",
    "accepted_on": "接收案件日期 接收日期 接案日期",
    "notice_on": "执行通知发出日期 执行通知日期 执行通知书发出日期 发出执行通知日期 执行通知书日期 执行通知送达日期 发出执行通知",
    "report_order_on": "报告财产令发出日期 报告财产令日期 发出报告财产令日期 财产报告令日期",
    "query_on": "网络查控发起日期 网络查控日期 发起网络查控日期 查控日期 查控发起日期 总对总查询日期 网查日期",
    "closed_on": "结案日期 结案时间 报结日期",
}
_ROLES = {
    "applicant": ("申请执行人", "申请人", "债权人"),
    "respondent": ("被申请执行人", "被执行人", "被申请人", "债务人"),
}
_OF_A_PARTY = {
    "": "姓名 名称 姓名名称 名称姓名 姓名或名称",
    "_phone": "电话 电话号码 联系电话 手机 手机号 手机号码 联系方式 联系手机",
    "_id": "身份证 身份证号 身份证号码 证件 证件号 证件号码 统一社会信用代码 信用代码 公民身份号码",
    "_kind": "类型 性质 类别 主体类型",
    "_address": "地址 住址 住所 住所地 联系地址 送达地址 户籍地址",
    "_location": "所在地 所在地域 所在区域 地域",
    "_agent": "代理人 委托代理人 诉讼代理人 代理律师 代理人姓名",
    "_agent_phone": "代理人电话 代理人手机 委托代理人电话 代理人联系电话 代理律师电话 代理人联系方式",
}
_BRACKETS = re.compile(r"[(\[【〔][^)\]】〕]*[)\]】〕]")


def _names() -> dict[str, str]:
    names = {name: field for field, texts in _PLAIN.items() for name in texts.split()}
    for role, prefixes in _ROLES.items():
        names |= dict.fromkeys(prefixes, role)
        for suffix, texts in _OF_A_PARTY.items():
            names |= {prefix + text: role + suffix for prefix in prefixes for text in texts.split()}
    return names


def _labels() -> dict[str, str]:
    labels = {field: texts.split()[0] for field, texts in _PLAIN.items()}
    for role in _ROLES:
        labels |= {role + suffix: TITLES[role] + texts.split()[0] for suffix, texts in _OF_A_PARTY.items()}
        labels[f"{role}_id"] = f"{TITLES[role]}证件号"
    return labels | dict(TITLES)


LABELS: Mapping[str, str] = _labels()
"""Every field a column may hold, and what it is called."""

NAMES: Mapping[str, str] = _names()
"""Every heading we know, without brackets and spaces, and the field it stands for."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the sheet. title: as it is written there. unit: 10000 where the heading says 万元."""

    place: int
    field: str
    title: str
    unit: Decimal


@dataclass(frozen=True, slots=True)
class Headings:
    """The columns by field, the lines below them, and the headings nobody asked for."""

    columns: Mapping[str, Column]
    below: Sequence[Line]
    ignored: tuple[str, ...]


def has_headings(sheet: Sheet) -> bool:
    """Whether a sheet looks like a ledger at all."""
    return _best(sheet, {})[0] >= ENOUGH


@dataclass(frozen=True, slots=True)
class Outline:
    """A sheet as it presents itself, before anybody has said what its columns hold.

    titles: place -> heading; fields: place -> the field we take it for, "" for none; below: the lines of content.
    row: where the heading stands in the sheet.
    """

    titles: Mapping[int, str]
    fields: Mapping[int, str]
    below: Sequence[Line]
    row: int


def outline(sheet: Sheet, known: Mapping[str, str] | None = None) -> Outline:
    """The likeliest heading of a sheet, also where it is not complete.

    known: what a court has said before of headings, bare heading -> field ("" for a column to leave out).
    Raises BadInput (field sheet) when no row has at least two headings.
    """
    known = known or {}
    score, place, height, titles = _best(sheet, known)
    if not score:
        wide = [(len(_texts(line.values)), -index) for index, line in enumerate(sheet.lines[:LOOK_AT])]
        most, behind = max(wide, default=(0, 0))
        if most < 2:  # noqa: PLR2004
            raise _no_heading(sheet)
        place, height, titles = -behind, 1, _texts(sheet.lines[-behind].values)
    fields: dict[int, str] = {}
    for at, title in titles.items():
        field = field_of(title, known)
        fields[at] = "" if field in fields.values() else field
    return Outline(titles, fields, sheet.lines[place + height :], sheet.lines[place].number)


def headings_of(seen: Outline, chosen: Mapping[int, str]) -> Headings:
    """The columns as a person mapped them, place -> field. Raises BadInput (field columns) as find_headings does."""
    columns: dict[str, Column] = {}
    for at, title in seen.titles.items():
        _add(columns, at, title, chosen.get(at, ""))
    _complete(columns)
    ignored = tuple(title for at, title in seen.titles.items() if not chosen.get(at))
    return Headings(columns, seen.below, ignored)


def find_headings(sheet: Sheet) -> Headings:
    """The heading of a ledger: one row, or two where the upper one is merged over several columns.

    Raises BadInput (field sheet) when there is none, a wanted column is missing, or two columns say the same.
    """
    score, place, height, titles = _best(sheet, {})
    if score < ENOUGH:
        raise _no_heading(sheet)
    columns: dict[str, Column] = {}
    for at, title in titles.items():
        _add(columns, at, title, field_of(title))
    _complete(columns)
    ignored = tuple(title for title in titles.values() if not field_of(title))
    return Headings(columns, sheet.lines[place + height :], ignored)


def _no_heading(sheet: Sheet) -> BadInput:
    return BadInput(
        _("工作表“%s”里没有找到表头。") % sheet.name,
        field="sheet",
        fix=_("表头须有这些列：%s。") % "、".join(TITLES.values()),
    )


def _add(columns: dict[str, Column], at: int, title: str, field: str) -> None:
    if field in columns:
        raise BadInput(
            _("“%(one)s”和“%(two)s”两列说的是同一件事。") % {"one": columns[field].title, "two": title},
            field="sheet",
            fix=_("只留一列，或者把另一列改名。"),
        )
    if field:
        columns[field] = Column(at, field, title, Decimal(10_000 if "万元" in title else 1))


def _complete(columns: Mapping[str, Column]) -> None:
    if missing := [title for field, title in TITLES.items() if field not in columns]:
        raise BadInput(
            _("表头缺少：%s。") % "、".join(missing), field="sheet", fix=_("补上这些列后再试；列的次序不限。")
        )


def field_of(title: str, known: Mapping[str, str] | None = None) -> str:
    """The field that a heading stands for, or "". known: what a court has said of headings before."""
    plain = bare(title)
    return known[plain] if known and plain in known else NAMES.get(plain, "")


def bare(title: str) -> str:
    """A heading without brackets, spaces and marks: how it is known again."""
    text = _BRACKETS.sub("", normalise_width(title))
    return re.sub(r"[\s*:：]|必填", "", text).partition("/")[0]


def _best(sheet: Sheet, known: Mapping[str, str]) -> tuple[int, int, int, dict[int, str]]:
    """(wanted columns found, index of the line, one or two lines high, titles by place) of the likeliest heading."""
    found: tuple[int, int, int, dict[int, str]] = (0, 0, 1, {})
    most = 0
    for index, line in enumerate(sheet.lines[:LOOK_AT]):
        upper = _texts(line.values)
        choices = [(1, upper)]
        if index + 1 < len(sheet.lines):
            choices.append((2, _joined(upper, _texts(sheet.lines[index + 1].values))))
        for height, titles in choices:
            fields = {field_of(title, known) for title in titles.values()} - {""}
            if len(fields) > most:
                most = len(fields)
                found = (len(fields & TITLES.keys()), index, height, titles)
    return found


def _texts(values: Sequence[Value]) -> dict[int, str]:
    return {
        place: "".join(value.split())
        for place, value in enumerate(values)
        if isinstance(value, str) and value.strip()
    }


def _joined(upper: Mapping[int, str], lower: Mapping[int, str]) -> dict[int, str]:
    """Two rows of headings as one: under a merged 申请执行人 stand 姓名, 电话; 案号 is merged downwards."""
    titles, group = {}, ""
    for place in sorted({*upper, *lower}):
        group = upper.get(place, group)
        below = lower.get(place, "")
        if not below:
            titles[place] = upper[place]
        elif field_of(group + below):
            titles[place] = group + below
        else:
            titles[place] = below
    return titles
