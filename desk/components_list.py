"""Sample data of the worklist on the /components/ page. Everything is fictional."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

Row = dict[str, Any]


def list_sample() -> dict[str, Any]:
    """Tiles, filters, the grouped table of the worklist, an empty one and the pager."""
    return {
        "list_head": {
            "title": _("我的节点"),
            "note": _("今天还有 4 个要办，先办 2 个已超期的"),
            "actions": [
                {"label": _("导出 Excel"), "icon": "download", "url": "#list"},
                {"label": _("打印今日清单"), "icon": "printer", "url": "#list"},
            ],
        },
        "tiles": _tiles(),
        "chips": [
            {"label": _("3 日内（含超期）"), "remove_url": "#list"},
            {"label": _("来源：督办单"), "remove_url": "#list"},
        ],
        "bulk_actions": [
            {"label": _("批量办结…"), "small": True, "name": "act", "value": "complete"},
            {"label": _("批量生成文书…"), "small": True, "name": "act", "value": "papers"},
            {"label": _("申请延期…"), "small": True, "name": "act", "value": "extend"},
        ],
        "columns": _columns(),
        "groups": _groups(),
        "empty": {
            "title": _("3 日内没有到期节点"),
            "text": _("筛选条件是“3 日内”和“来源：督办单”。7 日内还有 23 个。"),
            "icon": "circle-check",
            "actions": [{"label": _("看 7 日内"), "url": "#list"}],
        },
        "money_columns": [
            {"label": _("款项"), "kind": "main"},
            {"label": _("到账"), "sort_url": "#list", "sorted": "descending"},
            {"label": _("金额"), "kind": "num"},
        ],
        "money_groups": [{"rows": _money_rows()}],
    }


def _tiles() -> list[Row]:
    def tile(label: str, icon: str, value: int, note: str, **more: Any) -> Row:
        return {"label": label, "icon": icon, "value": value, "note": note, "url": "#list", **more}

    return [
        tile(_("已超期"), "alert-octagon", 2, _("最长 11 日"), tone="over"),
        tile(_("今天到期"), "clock-exclamation", 4, _("已办 2"), tone="soon"),
        tile(_("3 日内"), "calendar-due", 9, _("含今天"), current=True),
        tile(_("7 日内"), "calendar-time", 23, _("下周三最多，7 个")),
        tile(_("中止计时"), "player-pause", 5, _("等待评估、公告等"), tone="hold"),
        tile(_("本周已办结"), "circle-check", 31, _("超期办结 1"), tone="done"),
    ]


def _columns() -> list[Row]:
    return [
        {"label": _("选择"), "kind": "check"},
        {"label": _("节点与依据"), "kind": "main"},
        {"label": _("案号与当事人")},
        {"label": _("期限"), "sort_url": "#list", "sorted": "ascending"},
        {"label": _("状态")},
        {"label": _("来源"), "kind": "wide"},
        {"label": _("操作"), "kind": "acts"},
    ]


def _row(
    key: str,
    node: tuple[str, str],
    case: tuple[str, str],
    due: tuple[str, str],
    pill: tuple[str, str],
    source: str,
) -> Row:
    state, words = pill
    tone = state if state in ("over", "soon") else ""
    cells = [
        {"kind": "main", "text": node[0], "sub": node[1], "strong": True, "label": _("节点")},
        {"text": case[0], "sub": case[1], "url": "#list", "open": True, "caseno": True},
        {"text": due[0], "sub": due[1], "sub_tone": tone, "nowrap": True, "label": _("期限")},
        {"pill": {"state": state, "text": words}, "label": _("状态")},
        {"kind": "wide", "text": source, "nowrap": True},
        {
            "kind": "acts",
            "actions": [{"label": _("办结"), "small": True, "url": "#list"}],
            "menu": [
                {"label": _("申请延期"), "url": "#list", "icon": "calendar-plus"},
                {"label": _("登记扣除期限"), "url": "#list", "icon": "player-pause"},
                {"label": _("生成文书"), "url": "#list", "icon": "file-certificate"},
            ],
            "menu_label": _("%(node)s 的更多操作") % {"node": node[0]},
        },
    ]
    selected = key in ("3", "4")
    return {"id": key, "select_label": f"{case[0]} {node[0]}", "selected": selected, "cells": cells}


def _groups() -> list[Row]:
    clue = (_("通知申请执行人提供财产线索"), _("期限规定第五条，收到材料后 3 日内"))
    today = (_("11月20日（周五）"), _("今天到期"))
    return [
        {"title": _("已超期（2）"), "note": "", "rows": _overdue_rows()},
        {
            "title": _("今天 11月20日 周五（2）"),
            "note": "",
            "rows": [
                _row(
                    "3",
                    clue,
                    (_("（2026）楚0102执2210号"), _("陈某 ↔ 赵某")),
                    today,
                    ("soon", _("今天")),
                    _("系统生成"),
                ),
                _row(
                    "4",
                    clue,
                    (_("（2026）楚0102执2214号"), _("楚江农村商业银行股份有限公司东城支行 ↔ 周某等 12 人")),
                    today,
                    ("soon", _("今天")),
                    _("系统生成"),
                ),
            ],
        },
        {
            "title": _("11月22日 周日（1）"),
            "note": _("休息日，按本院规定到期日不顺延"),
            "rows": _sunday_rows(),
        },
    ]


def _overdue_rows() -> list[Row]:
    return [
        _row(
            "1",
            (_("传统查控反馈录入"), _("期限规定第七条，1 个月内完成资产调查")),
            (_("（2026）楚0102执1533号"), _("刘某 ↔ 楚江市云泽区长风智能装备制造与供应链管理有限责任公司")),
            (_("11月9日（周一）"), _("超期 11 日")),
            ("over", ""),
            _("系统生成"),
        ),
        _row(
            "2",
            (_("首笔案款发放 ¥412,000.00"), _("到账后 10 个工作日内，督办〔2026〕117号")),
            (_("（2026）楚0102执1847号之一"), _("张某某 ↔ 楚江市某某商贸有限公司、王某")),
            (_("11月17日（周二）"), _("超期 3 日")),
            ("over", ""),
            _("督办单"),
        ),
    ]


def _sunday_rows() -> list[Row]:
    return [
        _row(
            "5",
            (_("不动产现场调查、张贴公告"), _("本院规定第 12 条，带水印照片 3 张以上")),
            (_("（2026）楚0102执恢88号"), _("欧阳某某 ↔ 王某")),
            (_("11月22日（周日）"), _("还剩 2 日")),
            ("soon", _("还剩 2 日")),
            _("系统生成"),
        )
    ]


def _money_rows() -> list[Row]:
    lines = (
        (
            _("网络扣划：楚江农村商业银行 尾号 3321"),
            _("（2026）楚0102执1847号"),
            _("11月3日 09:12"),
            "¥412,000.00",
        ),
        (_("拍卖成交余款"), _("（2025）楚0102执3320号"), _("10月28日 15:40"), "¥2,186,400.00"),
        (_("不明款，待认领"), _("付款人：长风智能装备（备注不全）"), _("10月27日 10:03"), "¥36,820.15"),
    )
    return [
        {
            "cells": [
                {"kind": "main", "text": title, "sub": sub, "label": _("款项"), "strong": True},
                {"text": at, "nowrap": True, "label": _("到账")},
                {"kind": "num", "amount": {"text": amount}, "label": _("金额")},
            ]
        }
        for title, sub, at, amount in lines
    ]
