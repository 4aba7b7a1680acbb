"""Where the table of a statement begins, what its columns hold, and what stands above it. Pure.

Fields: booked_on, serial, income, outgo, amount (signed or with side), side, balance, payer_name, payer_account,
payer_bank, remark, summary, sub_account, currency, own_account.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from funds.statements.amounts import fen_of
from funds.statements.tables import Rows
from kernel.workbooks import refused

LABELS = {
    "booked_on": _lazy("记账日期"),
    "serial": _lazy("流水号"),
    "income": _lazy("收入（贷方）"),
    "outgo": _lazy("支出（借方）"),
    "amount": _lazy("金额（有正负或另列收支）"),
    "side": _lazy("收支标志"),
    "balance": _lazy("余额"),
    "payer_name": _lazy("对方户名"),
    "payer_account": _lazy("对方账号"),
    "payer_bank": _lazy("对方开户行"),
    "remark": _lazy("附言"),
    "summary": _lazy("摘要"),
    "sub_account": _lazy("子账号"),
    "currency": _lazy("币种"),
    "own_account": _lazy("本方账号"),
}
NAMES: dict[str, tuple[str, ...]] = {
    "booked_on": ("记账日期", "交易日期", "入账日期", "日期", "交易时间", "记账日", "交易日", "入账时间", "起息日"),
    "serial": (
        "流水号", "交易流水号", "银行流水号", "核心流水号", "账户明细编号交易流水号", "交易流水", "凭证号流水号",
        "主机流水号", "序列号", "交易序号", "企业流水号", "回单编号",
    ),
    "income": ("收入", "收入金额", "贷方发生额", "贷方金额", "贷方", "转入金额", "存入金额", "贷方发生额收入", "收入贷"),
    "outgo": ("支出", "支出金额", "借方发生额", "借方金额", "借方", "转出金额", "支取金额", "借方发生额支取", "支出借"),
    "amount": ("金额", "交易金额", "发生额", "发生金额"),
    "side": ("借贷标志", "收支标志", "借贷", "收支", "借贷方向", "交易方向", "收支类型", "借贷标识"),
    "balance": ("余额", "账户余额", "当前余额", "本次余额", "联机余额"),
    "payer_name": ("对方户名", "对方名称", "对方单位", "对方单位名称", "付款人名称", "付款人", "对方账户名称", "付款方名称"),
    "payer_account": ("对方账号", "对方账户", "付款人账号", "付款方账号", "对方卡号"),
    "payer_bank": ("对方开户行", "对方行名", "对方开户机构", "付款人开户行", "对方账户开户机构", "付款方开户行"),
    "remark": ("附言", "备注", "用途", "交易附言", "客户附言", "个性化信息"),
    "summary": ("摘要", "交易摘要", "交易类型", "业务类型"),
    "sub_account": ("子账号", "虚拟账号", "虚拟子账号", "收款子账号", "子账户", "收款虚拟账号", "案款子账号"),
    "currency": ("币种", "币别", "货币"),
    "own_account": ("本方账号", "账号", "查询账号", "本方账户", "我方账号"),
}  # fmt: skip
_BY_NAME = {name: what for what, names in NAMES.items() for name in names}
_NOISE = re.compile(r"[\s（）()\[\]【】/：:\-_.]|人民币元|元$|rmb|cny", re.IGNORECASE)
_ACCOUNT = re.compile(r"(?:账号|账户|卡号)[：:\s]*([0-9][0-9\s-]{7,40}[0-9])")
_OPENING = ("期初余额", "上期余额", "承前余额", "上页余额", "起始余额", "期初")
_CLOSING = ("期末余额", "本期余额", "结束余额", "截止余额", "期末")
DEEPEST = 40
"""Rows in which the headings are looked for."""


@dataclass(slots=True)
class Outline:
    """row: index of the row of headings. titles: place -> heading. fields: place -> field or "". own: the account named above."""

    row: int
    titles: dict[int, str]
    fields: dict[int, str]
    own: str = ""
    opening: int | None = None
    closing: int | None = None
    samples: dict[int, list[str]] = field(default_factory=dict)


def outline(rows: Rows, known: Mapping[str, str]) -> Outline:
    """Find the headings. known: heading -> field, as a person of the court has said before for this bank.

    Raises BadInput (field file) where no row looks like headings.
    """
    best, most = -1, 0
    for place, row in enumerate(rows[:DEEPEST]):
        hits = len({what for cell in row if (what := _field(cell, known))})
        if hits > most:
            best, most = place, hits
    if most < 2:  # noqa: PLR2004
        raise refused(
            _("前 %d 行里没有找到流水的表头。") % DEEPEST,
            _("核对是不是银行流水；表头应当有日期、金额等列名。"),
        )
    titles = {place: cell for place, cell in enumerate(rows[best]) if cell}
    fields: dict[int, str] = {}
    for place, title in titles.items():
        what = _field(title, known)
        fields[place] = what if what not in fields.values() else ""
    found = Outline(best, titles, fields)
    _look_above(rows[:best], found)
    _look_below(rows[best + 1 :][-5:], found)
    for row in rows[best + 1 : best + 12]:
        for place in titles:
            text = row[place] if place < len(row) else ""
            if text and len(found.samples.setdefault(place, [])) < 2:  # noqa: PLR2004
                found.samples[place].append(text[:24])
    return found


def bare(title: str) -> str:
    """A heading without brackets, spaces and units, as it is remembered."""
    return _NOISE.sub("", title)[:60]


def _field(cell: str, known: Mapping[str, str]) -> str:
    name = bare(cell)
    return known[name] if name in known else _BY_NAME.get(name, "")


def _look_above(rows: Sequence[Sequence[str]], found: Outline) -> None:
    for row in rows:
        line = " ".join(row)
        if not found.own and (named := _ACCOUNT.search(line)):
            found.own = re.sub(r"[\s-]", "", named[1])
        _balances(row, found)


def _look_below(rows: Sequence[Sequence[str]], found: Outline) -> None:
    for row in rows:
        _balances(row, found)


def _balances(row: Sequence[str], found: Outline) -> None:
    """期初余额 and 期末余额 as they stand beside or behind their word."""
    for place, cell in enumerate(row):
        for words, name in ((_OPENING, "opening"), (_CLOSING, "closing")):
            word = next((word for word in words if cell.startswith(word)), "")
            if not word or getattr(found, name) is not None:
                continue
            written = _NOISE_AMOUNT.sub("", cell[len(word) :]) or next((c for c in row[place + 1 :] if c), "")
            fen = fen_of(_NOISE_AMOUNT.sub("", written))
            if isinstance(fen, int):
                setattr(found, name, fen)


_NOISE_AMOUNT = re.compile(r"[：:（）()\s元¥￥]|人民币|RMB|CNY")
