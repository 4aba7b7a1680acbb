"""The /components/ page: every shared component in every state, with names as long as those of real life.

No courts, people or companies of this page exist. It reads nothing and writes nothing, so that it can be
looked at, photographed and audited without a database.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from .components_case import case_sample
from .components_days import why_samples
from .components_forms import form_samples
from .components_list import list_sample

AT = dt.datetime(2026, 11, 20, 16, 58, tzinfo=dt.timezone(dt.timedelta(hours=8)))

STATES = ("over", "soon", "prog", "done", "todo", "hold", "late_done")


def sample_context() -> dict[str, Any]:
    """What components/index.html draws: the frame's own variables and one entry per group of components."""
    return {
        "at": AT,
        "demo": True,
        "bell": {"url": "#bell", "count": 7},
        "me": {"name": _("李建国"), "place": _("楚江市东城区人民法院 · 执行二团队")},
        "nav": _navigation(),
        "contents": _contents(),
        **_marks(),
        **list_sample(),
        **case_sample(),
        **why_samples(),
        **form_samples(),
        **_values(),
    }


def _navigation() -> list[dict[str, Any]]:
    def item(label: str, icon: str, **more: Any) -> dict[str, Any]:
        return {"label": label, "url": "#main", "icon": icon, **more}

    return [
        {
            "label": "",
            "items": [
                item(_("工作台"), "layout-dashboard"),
                item(_("我的节点"), "list-check", count=23, tone="over", current=True),
                item(_("我的案件"), "folder", count=186),
            ],
        },
        {
            "label": _("办理"),
            "items": [
                item(_("财产与措施"), "building-bank", count=9, tone="over"),
                item(_("案款"), "cash", count=4),
                item(_("文书"), "file-text"),
                item(_("现场照片"), "camera"),
            ],
        },
        {
            "label": _("监督"),
            "items": [
                item(_("督办"), "speakerphone", count=2, tone="over"),
                item(_("质效报表"), "chart-bar"),
            ],
        },
        {
            "label": _("我保存的视图"),
            "items": [
                item(_("房产处置中"), "stack-2", count=18),
                item(_("等评估报告"), "stack-2", count=5),
            ],
        },
    ]


def _contents() -> list[dict[str, Any]]:
    sections = (
        ("marks", _("状态与提示")),
        ("list", _("工作清单")),
        ("case", _("案件页")),
        ("days", _("为什么是这一天")),
        ("forms", _("表单与确认")),
        ("values", _("金额、遮蔽与进度")),
    )
    return [{"label": label, "url": f"#{anchor}"} for anchor, label in sections]


def _marks() -> dict[str, Any]:
    return {
        "states": STATES,
        "worded_pills": [
            {"state": "over", "text": _("超期 11 日")},
            {"state": "soon", "text": _("还剩 2 日")},
            {"state": "soon", "text": _("今天到期")},
            {"state": "hold", "text": _("评估中，已停 21 日")},
        ],
        "buttons": [
            {"label": _("提交办结"), "primary": True, "hint": "Ctrl ↵"},
            {"label": _("申请延期"), "icon": "calendar-plus"},
            {"label": _("撤回发放"), "danger": True},
            {"label": _("保存为视图"), "text": True},
            {"label": _("导出 Excel"), "icon": "download", "small": True},
            {"label": _("正在生成文书"), "disabled": True},
        ],
        "notes": _notes(),
        "menu_items": [
            {"label": _("申请延期"), "url": "#marks", "icon": "calendar-plus"},
            {"label": _("登记扣除期限"), "url": "#marks", "icon": "player-pause"},
            {"label": _("查看办理记录"), "url": "#marks", "icon": "history"},
        ],
        "key_list": [
            {"keys": ["J", "K"], "text": _("上下移动")},
            {"keys": ["X"], "text": _("选择")},
            {"keys": ["Enter"], "text": _("打开")},
            {"keys": ["/"], "text": _("搜索")},
        ],
    }


def _notes() -> list[dict[str, Any]]:
    return [
        {
            "tone": "over",
            "text": _("案款到账已满 10 个工作日仍未发放，共 ¥412,000.00。"),
            "url": "#marks",
            "label": _("去发放"),
        },
        {
            "tone": "soon",
            "text": _("楚江农村商业银行 尾号 3321 的冻结将于 12月9日 届满，请在 12月2日 前办理续冻。"),
            "url": "#marks",
            "label": _("生成续冻裁定"),
        },
        {"tone": "done", "text": _("已办结“通知申请执行人提供财产线索”，生成节点 2 个。"), "dismiss": True},
        {"tone": "hold", "text": _("房产评估期间停止计时，已停 21 日，收到评估报告后自动恢复。")},
        {"tone": "", "text": _("清单有 2 条更新。"), "url": "#marks", "label": _("点击刷新")},
    ]


def _values() -> dict[str, Any]:
    return {
        "amounts": [
            {"text": "¥1,286,500.00", "capitals": _("壹佰贰拾捌万陆仟伍佰元整")},
            {"text": "¥412,000.00", "capitals": _("肆拾壹万贰仟元整"), "large": True},
            {"text": "−¥36,820.15", "capitals": _("负叁万陆仟捌佰贰拾元壹角伍分"), "tone": "over"},
        ],
        "masked": [
            {"label": _("手机号"), "masked": "138****6021", "reveal_url": "#values"},
            {"label": _("证件号"), "masked": "420***********1234", "reveal_url": "#values"},
            {"label": _("收款账号"), "masked": "6222 **** **** 8830", "value": "6222 0318 0500 8830"},
        ],
        "progresses": [
            {"label": _("实际到位"), "share": 32, "text": "32.0%", "tone": "done"},
            {"label": _("结案率（本月目标 60%）"), "share": 51.5, "text": "51.5%", "tone": ""},
            {"label": _("法定期限已用"), "share": 88, "text": _("161 / 183 日"), "tone": "soon"},
            {"label": _("超期未反馈督办单"), "share": 100, "text": _("3 / 3 件"), "tone": "over"},
        ],
    }
