"""Sample data of the case page on the /components/ page. Everything is fictional."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from .components_days import payout_why
from .shapes import donut

Shape = dict[str, Any]


def case_sample() -> dict[str, Any]:
    """Breadcrumb, head, tabs, phases, timeline with an open node, and the side column of one case."""
    return {
        "crumbs": [
            {"label": _("我的案件"), "url": "#case"},
            {"label": _("筛选：有超期节点（12）"), "url": "#case"},
            {"label": _("（2026）楚0102执1847号")},
        ],
        "crumb_step": {"text": _("第 3 / 12 件"), "prev_url": "#case", "next_url": "#case"},
        "head": _head(),
        "tabs": _tabs(),
        "phases": _phases(),
        "timeline": _timeline(),
        "limit": donut(
            [("prog", _("已用"), 53), ("hold", _("扣除"), 21)], total=203, number=129, unit=_("日剩余")
        ),
        "limit_facts": [
            {"label": _("届满"), "value": _("2027年3月29日")},
            {"label": _("依据"), "value": _("示例规则第一条"), "url": "#days"},
        ],
        "property": _property(),
        "events": _events(),
    }


def _head() -> Shape:
    return {
        "number": _("（2026）楚0102执1847号"),
        "state": "prog",
        "state_text": _("执行中"),
        "seal": {"text": _("〔2026〕117号 · 限 11月24日 反馈"), "url": "#case"},
        "tag": _("首次执行"),
        "facts": [
            {
                "label": _("申请执行人"),
                "value": _("张某某"),
                "masked": {"masked": "138****6021", "label": _("手机号"), "reveal_url": "#case"},
            },
            {
                "label": _("被执行人"),
                "value": _("楚江市云泽区长风智能装备制造与供应链管理有限责任公司、王某"),
            },
            {"label": _("案由"), "value": _("民间借贷纠纷")},
        ],
        "actions": [
            {"label": _("打印"), "icon": "printer", "url": "#case"},
            {"label": _("生成文书"), "icon": "file-certificate", "url": "#case"},
        ],
        "menu": [
            {"label": _("移交案件"), "url": "#case", "icon": "transfer"},
            {"label": _("申请中止执行"), "url": "#case", "icon": "player-pause"},
            {"label": _("导出卷宗目录"), "url": "#case", "icon": "download"},
        ],
        "strip": _strip(),
    }


def _strip() -> list[Shape]:
    return [
        {"label": _("申请执行标的"), "value": "¥1,286,500.00", "note": _("壹佰贰拾捌万陆仟伍佰元整")},
        {"label": _("实际到位 32.0%"), "value": "¥412,000.00", "share": 32, "bar_tone": "done"},
        {"label": _("立案日期"), "value": _("2026年9月7日"), "note": _("已立案 74 日")},
        {"label": _("法定期限届满"), "value": _("2027年3月29日"), "note": _("剩余 129 日，已扣除 21 日")},
        {
            "label": _("超期节点"),
            "value": 1,
            "unit": _("临期 1"),
            "note": _("已办结 11，共 19 个"),
            "tone": "over",
        },
    ]


def _tabs() -> list[Shape]:
    return [
        {"label": _("节点时间轴"), "url": "#case", "count": 1, "tone": "over", "current": True},
        {"label": _("当事人"), "url": "#case", "count": 3},
        {"label": _("财产与措施"), "url": "#case", "count": 6},
        {"label": _("案款"), "url": "#case", "count": 3},
        {"label": _("文书"), "url": "#case", "count": 14},
        {"label": _("现场照片"), "url": "#case", "count": 9},
        {"label": _("督办与检查"), "url": "#case", "count": 1},
        {"label": _("操作日志"), "url": "#case"},
    ]


def _phases() -> list[Shape]:
    return [
        {"label": _("立案启动"), "state": "done", "share": 100, "note": "5 / 5"},
        {"label": _("财产查控"), "state": "prog", "share": 75, "note": _("6 / 8 · 还剩 2 项")},
        {"label": _("财产处置"), "state": "hold", "share": 20, "note": _("0 / 3 · 评估中")},
        {"label": _("案款发放"), "state": "over", "share": 45, "note": _("0 / 2 · 超期 1 项")},
        {"label": _("结案归档"), "state": "todo", "share": 0, "note": _("未开始")},
    ]


def _node(key: int, state: str, title: str, detail: str, due: str, due_note: str, **more: Any) -> Shape:
    tone = state if state in ("over", "soon") else ""
    return {
        "id": key,
        "state": state,
        "title": title,
        "url": "#case",
        "detail": detail,
        "due": due,
        "due_note": due_note,
        "due_tone": tone,
        **more,
    }


def _timeline() -> list[Shape]:
    return [
        {
            "title": _("已办"),
            "note": _("11 个节点已办结，其中 1 个超期办结"),
            "state": "done",
            "folded_label": _("展开较早的 2 个"),
            "folded": _earlier_nodes(),
            "nodes": _late_nodes(),
        },
        {"title": _("现在要办"), "note": _("按到期先后排列"), "state": "over", "nodes": _present_nodes()},
        {
            "title": _("之后"),
            "note": _("到期日为预估，前序办结后自动重算"),
            "state": "todo",
            "nodes": _later_nodes(),
        },
    ]


def _earlier_nodes() -> list[Shape]:
    return [
        _node(
            1,
            "done",
            _("发出执行通知书"),
            _("电子送达，收案后五个工作日内"),
            _("9月14日"),
            "",
            done=_("9月10日"),
        ),
        _node(2, "done", _("网络查控发起"), _("总对总系统，首次查询"), _("9月21日"), "", done=_("9月11日")),
    ]


def _late_nodes() -> list[Shape]:
    return [
        _node(
            3,
            "late_done",
            _("核查申请执行人提供的财产线索"),
            _("提供线索后 5 日内，示例规定第六条"),
            _("2026年10月9日"),
            _("逢国庆假期顺延"),
            done=_("10月12日"),
            done_tone="over",
            done_note=_("超期 3 日，已审批"),
        ),
        _node(
            4,
            "hold",
            _("房产评估（东城区示范路 × 号）"),
            _("10月19日委托，评估期间自动扣除，经办 王敏"),
            _("暂停计时"),
            _("已扣除 21 日"),
            done=_("预计 11月25日"),
            done_note=_("评估机构反馈"),
        ),
    ]


def _present_nodes() -> list[Shape]:
    return [
        _node(
            15,
            "over",
            _("首笔案款发放（¥412,000.00）"),
            _("到账 11月3日，一案一账号 尾号 8830"),
            _("2026年11月17日"),
            _("已超期 3 日"),
            text=_("超期 3 日"),
            why=payout_why(),
            pane="components/sample_node_form.html",
        ),
        _node(
            16,
            "soon",
            _("不动产现场调查、张贴公告"),
            _("本院规定第 12 条，须带水印照片 3 张以上"),
            _("2026年11月22日"),
            _("还剩 2 日，周日"),
            text=_("还剩 2 日"),
        ),
        _node(
            17,
            "prog",
            _("传统查控：公积金、社保、保险"),
            _("1 个月内完成资产调查，反馈 3 / 5"),
            _("2026年11月30日"),
            _("还剩 10 日"),
        ),
    ]


def _later_nodes() -> list[Shape]:
    return [
        _node(
            18,
            "todo",
            _("网络司法拍卖（一拍）公告"),
            _("评估报告送达后启动"),
            _("约 2026年12月14日"),
            _("预估"),
        ),
        _node(19, "todo", _("结案审查"), _("立案之日起 6 个月内执结"), _("2027年3月29日"), _("含扣除 21 日")),
    ]


def _property() -> list[Shape]:
    return [
        {
            "icon": "home",
            "title": _("东城区示范路 × 号 住宅"),
            "text": _("查封（首封），至 2029年9月15日"),
            "pill": {"state": "hold", "text": _("评估中")},
        },
        {
            "icon": "credit-card",
            "title": _("楚江农村商业银行 尾号 3321"),
            "text": _("冻结 ¥36,820.15，至 2026年12月9日"),
            "pill": {"state": "soon", "text": _("19 日")},
        },
        {
            "icon": "car",
            "title": _("楚A·××721 小型轿车"),
            "text": _("查封（轮候），未实际控制"),
            "pill": {"state": "todo", "text": _("轮候")},
        },
    ]


def _events() -> list[Shape]:
    return [
        {
            "who": _("陈静"),
            "text": _("发出督办单〔2026〕117号"),
            "at": _("今天 10:26"),
            "datetime": "2026-11-20T10:26",
        },
        {"who": _("张某某"), "text": _("提交财产线索 1 条"), "at": _("11月18日 20:14，手机端")},
        {"who": _("系统"), "text": _("登记案款到账 ¥412,000.00"), "at": _("11月3日 09:12，银行流水自动匹配")},
    ]
