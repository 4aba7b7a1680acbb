"""Finance lists as the components take them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.selectors.finance import AtFinance, DayClose, Waiting, problem_rows
from desk.words import instant_words, plain_day
from funds.claimtime import Suggested
from funds.models import MonthEnd, StagedLine, Statement, StatementLine
from funds.statements.headings import LABELS
from funds.statements.reconciling import Item, Sheet
from kernel.bookwriting import Table
from kernel.capitals import in_capitals
from kernel.money import format_yuan

Row = dict[str, Any]
REASONS = {
    "sub_account": _lazy("子账号相符"),
    "number": _lazy("附言写有案号"),
    "payer": _lazy("付款人是被执行人"),
    "amount": _lazy("金额等于标的"),
}
PILLS = {"parsed": "todo", "previewed": "prog", "confirmed": "done", "withdrawn": "todo"}
VERDICTS = {"good": "done", "repeat": "todo", "aside": "soon", "bad": "over"}


def amount(value: Any, tone: str = "") -> Row:
    """A cell's amount."""
    return {"text": format_yuan(value), "tone": tone}


def age(line: StatementLine, limits: Mapping[int, Suggested], today: dt.date) -> Row:
    """How long a line has stood unclaimed, against what the court's packs suggest; a suggestion is never overdue."""
    old = (today - line.booked_on).days
    if line.court_id not in limits:
        return {"state": "prog", "text": _("%d 天") % old}
    limit = limits[line.court_id].due(line.booked_on)
    if today > limit:
        return {
            "state": "soon",
            "text": _("%(n)d 天，超过建议 %(late)d 天") % {"n": old, "late": (today - limit).days},
        }
    if today == limit:
        return {"state": "soon", "text": _("%d 天，建议今天认领") % old}
    return {"state": "prog", "text": _("%(n)d 天，建议 %(due)s 前") % {"n": old, "due": plain_day(limit)}}


def tiles(found: Waiting) -> list[Row]:
    """What waits, each leading to where it is done."""
    match, statements = reverse("desk:finance_match"), reverse("desk:finance_statements")
    return [
        {
            "label": _("不明款"),
            "value": found.unclaimed,
            "unit": _("笔"),
            "note": format_yuan(found.unclaimed_amount),
            "icon": "help-circle",
            "url": reverse("desk:finance_unclaimed"),
        },
        {
            "label": _("超过建议认领时间"),
            "value": found.late,
            "unit": _("笔"),
            "note": _("最早一笔 %s 到账") % plain_day(found.oldest) if found.oldest else _("没有待认领流水"),
            "icon": "clock-exclamation",
            "tone": "soon" if found.late else "",
            "url": match,
        },
        {
            "label": _("人工登记待认领"),
            "value": found.by_hand,
            "unit": _("笔"),
            "note": format_yuan(found.by_hand_amount),
            "icon": "inbox",
        },
        {
            "label": _("流水待确认"),
            "value": found.previewed,
            "unit": _("份"),
            "note": _("确认以前没有入账"),
            "icon": "file-import",
            "url": statements,
        },
        *([] if found.to_pay is None else [_to_pay(found)]),
    ]


def _to_pay(found: Waiting) -> Row:
    return {
        "label": _("已批准、待付款"),
        "value": found.to_pay,
        "unit": _("笔"),
        "note": format_yuan(found.to_pay_amount),
        "icon": "send",
        "url": f"{reverse('desk:payments')}?tab=pay",
    }


def payout_columns() -> list[Row]:
    """The head of the payouts with finance."""
    return [
        {"label": _("案件"), "kind": "main"},
        {"label": _("收款人")},
        {"label": _("金额"), "kind": "num"},
        {"label": _("付款期限")},
    ]


def payout_groups(rows: Sequence[AtFinance], today: dt.date) -> list[Row]:
    """One line for each payout."""
    return [{"rows": [_payout(row, today) for row in rows]}] if rows else []


def _payout(row: AtFinance, today: dt.date) -> Row:
    main: Row = {"kind": "main", "text": row.case.number if row.case else "—"}
    if row.case is not None:
        main |= {"url": reverse("desk:money", args=[row.case.pk]), "open": True, "caseno": True}
    limit: Row = {"label": _("付款期限"), "text": _("待财务接收")}
    if row.due_on is not None:
        late = today > row.due_on
        pill = {"state": "over" if late else "prog", "text": _("已超期") if late else _("计时中")}
        limit |= {"text": plain_day(row.due_on), "sub": row.rule_id, "pill": pill}
    return {
        "cells": [
            main,
            {"label": _("收款人"), "text": row.payout.payee.name},
            {"kind": "num", "label": _("金额"), "amount": amount(row.payout.amount)},
            limit,
        ]
    }


def unclaimed_columns() -> list[Row]:
    """The head of 不明款."""
    return [
        {"label": _("付款人"), "kind": "main"},
        {"label": _("金额"), "kind": "num"},
        {"label": _("到账")},
        {"label": _("附言")},
        {"label": _("最可能的案件")},
        {"label": _("账龄")},
        {"label": _("催领")},
    ]


def unclaimed_groups(
    lines: Sequence[StatementLine], limits: Mapping[int, Suggested], today: dt.date
) -> list[Row]:
    """One line each, the oldest first."""
    return [{"rows": [_unclaimed(line, limits, today) for line in lines]}] if lines else []


def _unclaimed(line: StatementLine, limits: Mapping[int, Suggested], today: dt.date) -> Row:
    best, reminded = getattr(line, "best", None), getattr(line, "reminded", None)
    return {
        "cells": [
            {
                "kind": "main",
                "text": line.payer_name or _("没有付款人"),
                "sub": _("尾号 %s") % line.payer_tail if line.payer_tail else line.payer_bank,
                "url": f"{reverse('desk:finance_match')}?line={line.pk}",
                "open": True,
            },
            {"kind": "num", "label": _("金额"), "amount": amount(line.rest)},
            {"label": _("到账"), "text": plain_day(line.booked_on), "sub": line.serial, "nowrap": True},
            {"label": _("附言"), "text": line.remark or "—"},
            {"label": _("最可能的案件"), "text": best.number if best else _("没有线索"), "nowrap": True},
            {"label": _("账龄"), "pill": age(line, limits, today)},
            {"label": _("催领"), "text": instant_words(reminded, today) if reminded else "—"},
        ]
    }


def statement_columns() -> list[Row]:
    """The head of the statements."""
    return [
        {"label": _("文件"), "kind": "main"},
        {"label": _("状态")},
        {"label": _("期间")},
        {"label": _("收入"), "kind": "num"},
        {"label": _("支出"), "kind": "num"},
        {"label": _("上传")},
    ]


def statement_groups(rows: Sequence[Statement], today: dt.date) -> list[Row]:
    """One line each."""
    return [{"rows": [_statement(row, today) for row in rows]}] if rows else []


def _statement(row: Statement, today: dt.date) -> Row:
    return {
        "cells": [
            {
                "kind": "main",
                "text": row.name,
                "sub": str(row.account),
                "url": reverse("desk:finance_statement", args=[row.pk]),
            },
            {"label": _("状态"), "pill": {"state": PILLS[row.state], "text": row.get_state_display()}},
            {"label": _("期间"), "text": span(row) or "—"},
            {"kind": "num", "label": _("收入"), "amount": amount(row.incoming)},
            {"kind": "num", "label": _("支出"), "amount": amount(row.outgoing)},
            {"label": _("上传"), "text": row.taken_by.full_name, "sub": instant_words(row.taken_at, today)},
        ]
    }


def span(row: Statement) -> str:
    """5月1日至5月31日."""
    if row.from_on is None or row.until_on is None:
        return ""
    return _("%(first)s 至 %(last)s") % {"first": plain_day(row.from_on), "last": plain_day(row.until_on)}


def mapping_columns() -> list[Row]:
    """The head of the columns of a file."""
    return [
        {"label": _("文件中的列"), "kind": "main"},
        {"label": _("内容举例")},
        {"label": _("读作")},
    ]


def mapping_groups(found: Statement, chosen: Mapping[str, str]) -> list[Row]:
    """A line a column, with the box that says what it holds."""
    return [
        {
            "rows": [
                {
                    "cells": [
                        {"kind": "main", "text": title},
                        {"label": _("内容举例"), "text": "；".join(found.samples.get(place, [])) or "—"},
                        {
                            "label": _("读作"),
                            "template": "desk/ledgers/_column.html",
                            "name": f"column-{place}",
                            "title": title,
                            "options": [
                                {"value": name, "label": label, "selected": name == chosen.get(place, "")}
                                for name, label in LABELS.items()
                            ],
                        },
                    ]
                }
                for place, title in sorted(found.titles.items(), key=lambda pair: int(pair[0]))
            ]
        }
    ]


def preview_tiles(found: Statement) -> list[Row]:
    """Balances and how many lines of each kind."""
    counts = found.counts
    good = {
        Statement.State.CONFIRMED: (_("已入账"), _("本次确认入账")),
        Statement.State.WITHDRAWN: (_("没有入账"), _("已放弃")),
    }.get(Statement.State(found.state), (_("可以入账"), _("确认后入账")))
    parts = [
        (good[0], counts.get("good", 0), "circle-check", "done", good[1]),
        (_("隔离"), counts.get("aside", 0), "alert-triangle", "soon", _("零、负、空、外币，不入账")),
        (_("以前已入账"), counts.get("repeat", 0), "checks", "", _("不会重复入账")),
        (_("有错误"), counts.get("bad", 0), "alert-triangle", "over", _("改好后重新上传")),
    ]
    return [
        {
            "label": label,
            "value": value,
            "unit": _("行"),
            "icon": icon,
            "tone": tone if value else "",
            "note": note,
        }
        for label, value, icon, tone, note in parts
    ]


def sums(found: Statement) -> list[Row]:
    """期初 + 收入 - 支出 = 期末."""
    named = (
        (_("期初余额"), found.opening),
        (_("收入"), found.incoming),
        (_("支出"), found.outgoing),
        (_("期末余额"), found.closing),
    )
    return [
        {
            "label": label,
            "value": "—" if value is None else format_yuan(value),
            "capitals": in_capitals(value) if value and value > 0 else "",
        }
        for label, value in named
    ]


def staged_columns() -> list[Row]:
    """The head of the lines of a preview."""
    return [
        {"label": _("行"), "kind": "num"},
        {"label": _("对方"), "kind": "main"},
        {"label": _("日期")},
        {"label": _("金额"), "kind": "num"},
        {"label": _("附言")},
        {"label": _("结果")},
    ]


def staged_groups(lines: Sequence[StagedLine]) -> list[Row]:
    """One line each."""
    return [{"rows": [_staged(line) for line in lines]}] if lines else []


def _staged(line: StagedLine) -> Row:
    money: Row = {"kind": "num", "label": _("金额")}
    if line.amount is None:
        money["text"] = "—"
    else:
        money |= {"amount": amount(line.amount), "sub": line.get_direction_display()}
    return {
        "cells": [
            {"kind": "num", "label": _("行"), "text": str(line.row)},
            {"kind": "main", "text": line.payer_name or "—", "sub": line.serial},
            {"label": _("日期"), "text": plain_day(line.booked_on) if line.booked_on else "—"},
            money,
            {"label": _("附言"), "text": line.remark or "—"},
            {
                "label": _("结果"),
                "pill": {"state": VERDICTS[line.verdict], "text": line.get_verdict_display()},
                "sub": line.note,
            },
        ]
    }


def problem_tables(found: Statement) -> list[Table]:
    """The lines to look at as a workbook."""
    heading = [_("行"), _("结果"), _("说明"), _("流水号"), _("日期"), _("金额"), _("对方"), _("附言")]
    rows = (
        [
            line.row, line.get_verdict_display(), line.note, line.serial,
            line.booked_on.isoformat() if line.booked_on else "", line.amount, line.payer_name, line.remark,
        ]
        for line in problem_rows(found)
    )  # fmt: skip
    return [Table(_("需要处理的行"), heading, rows, (6, 12, 40, 24, 12, 16, 24, 40))]


def day_rows(found: DayClose) -> list[Row]:
    """日结 as facts."""
    return [
        {"label": _("银行收入"), "value": format_yuan(found.came), "note": _("%d 笔") % found.came_count},
        {"label": _("其中已认领"), "value": format_yuan(found.claimed)},
        {"label": _("其中未认领"), "value": format_yuan(found.unclaimed)},
        {"label": _("银行支出"), "value": format_yuan(found.went), "note": _("%d 笔") % found.went_count},
        {"label": _("账上付款成功"), "value": format_yuan(found.paid)},
        {
            "label": _("已发出、银行未答复"),
            "value": format_yuan(found.unanswered),
            "note": _("%d 笔") % found.unanswered_count,
        },
    ]


def sheet_parts(found: Sheet) -> list[tuple[Any, Sequence[Item]]]:
    """The four lists of the sheet."""
    return [
        (_("加：银行已收、账上未收"), found.bank_in),
        (_("减：银行已付、账上未付"), found.bank_out),
        (_("加：账上已收、银行未收"), found.books_in),
        (_("减：账上已付、银行未付"), found.books_out),
    ]


def sheet_head() -> list[str]:
    """The head of the printed sheet."""
    return [_("项目"), _("日期"), _("金额"), _("对方"), _("说明")]


def sheet_rows(found: Sheet) -> list[list[Any]]:
    """The sheet as plain rows: both balances, the items, both adjusted balances."""
    parts = sheet_parts(found)
    rows: list[list[Any]] = [[_("账面余额"), found.on.isoformat(), found.books, "", ""]]
    for title, items in parts[:2]:
        rows += _item_rows(title, items)
    rows.append([_("调节后账面余额"), found.on.isoformat(), found.adjusted_books, "", ""])
    rows.append([_("银行对账单余额"), found.on.isoformat(), found.bank, "", ""])
    for title, items in parts[2:]:
        rows += _item_rows(title, items)
    rows.append([_("调节后银行余额"), found.on.isoformat(), found.adjusted_bank, "", ""])
    rows.append([_("差额"), "", found.difference, "", _("平") if not found.difference else _("不平，须查明")])
    return rows


def _item_rows(title: Any, items: Sequence[Item]) -> list[list[Any]]:
    return [
        [str(title), item.on.isoformat() if item.on else "", item.amount, item.what, item.words]
        for item in items
    ]


def month_columns() -> list[Row]:
    """The head of 月末不明款."""
    return [
        {"label": _("月份"), "kind": "main"},
        {"label": _("不明款")},
        {"label": _("金额"), "kind": "num"},
        {"label": _("流水导入到")},
        {"label": _("结果")},
    ]


def month_groups(rows: Sequence[MonthEnd]) -> list[Row]:
    """One line a month, the newest first."""
    return [{"rows": [_month(row) for row in rows]}] if rows else []


def _month(row: MonthEnd) -> Row:
    last = (row.month + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    is_covered = row.until is not None and row.until >= last
    if not row.is_zero:
        result = {"state": "over", "text": _("未清零")}
    elif is_covered:
        result = {"state": "done", "text": _("清零")}
    else:
        # A month whose last days the bank had not reported yet may hold money that nobody has seen.
        result = {"state": "soon", "text": _("已入账的清零")}
    return {
        "cells": [
            {"kind": "main", "text": f"{row.month:%Y}年{row.month.month}月"},
            {"label": _("不明款"), "text": _("%d 笔") % (row.lines + row.by_hand)},
            {"kind": "num", "label": _("金额"), "amount": amount(row.amount + row.by_hand_amount)},
            {"label": _("流水导入到"), "text": plain_day(row.until) if row.until else _("缺流水")},
            {"label": _("结果"), "pill": result},
        ]
    }


def months_clear(rows: Sequence[MonthEnd]) -> int:
    """How many months in a row, up to the last, ended with nothing unclaimed."""
    return next((place for place, row in enumerate(rows) if not row.is_zero), len(rows))
