"""The pages 系统设置 as the components take them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from courts.models import StaffImport, User
from courts.scope import roles
from desk.selectors.administration import People, TextLine, UnitLine
from desk.tables import importing
from kernel import time
from kernel.bookwriting import Table
from notices.length import parts_of
from notices.states import Audience

Row = dict[str, Any]
VERDICTS = {
    "new": ("prog", "user-plus", _lazy("新建账户")),
    "changes": ("soon", "edit", _lazy("机构、角色或姓名有变动")),
    "same": ("", "checks", _lazy("和现在一样")),
    "bad": ("over", "alert-triangle", _lazy("改好后再传")),
}
SEES = {
    "own": _lazy("本人承办的"),
    "team": _lazy("本团队"),
    "court": _lazy("本院"),
    "below": _lazy("本院和下级法院"),
}
AREAS = {
    "file": _lazy("案卷"),
    "tasks": _lazy("事项"),
    "task_sheet": _lazy("任务单"),
    "documents": _lazy("文书"),
    "query": _lazy("查询"),
    "measures": _lazy("措施"),
    "disposal": _lazy("处置"),
    "fund_request": _lazy("案款提请"),
    "fund_pay": _lazy("案款支付"),
    "receipt": _lazy("到账"),
    "termination_request": _lazy("终本提请"),
    "termination_review": _lazy("终本复核"),
    "termination_ruling": _lazy("终本裁定"),
    "closing": _lazy("结案"),
    "triage": _lazy("繁简"),
    "petition": _lazy("信访"),
    "complaint": _lazy("投诉"),
    "report": _lazy("报表"),
    "inspection": _lazy("检查"),
    "staff": _lazy("队伍"),
    "assign": _lazy("分案"),
    "handover": _lazy("移交"),
    "extension": _lazy("延期"),
    "over_limit": _lazy("超标的控制"),
    "case_limit": _lazy("办案期限"),
    "coercion": _lazy("强制措施"),
    "undo": _lazy("撤销"),
    "clocks": _lazy("期限监督"),
    "archive": _lazy("归档"),
    "users": _lazy("人员"),
    "packs": _lazy("规则包"),
    "calendar": _lazy("日历"),
    "texts": _lazy("短信文本"),
    "national": _lazy("国家系统对接"),
}
LETTERS = {"R": _lazy("看"), "W": _lazy("办"), "A": _lazy("批"), "S": _lazy("监督")}


def people_columns() -> list[Row]:
    """The head of the list of people."""
    return [
        {"label": _("人员"), "kind": "main"},
        {"label": _("职务")},
        {"label": _("所属机构")},
        {"label": _("角色")},
        {"label": _("动态口令")},
        {"label": _("状态")},
    ]


def people_groups(found: People) -> list[Row]:
    """One line each."""
    rows = [_person(user) for user in found.rows]
    return [{"rows": rows}] if rows else []


def _person(user: User) -> Row:
    return {
        "cells": [
            {
                "kind": "main",
                "text": user.full_name,
                "url": reverse("desk:person", args=[user.pk]),
                "open": True,
                "sub": f"{user.username} · {user.court.short_name}" if user.court else user.username,
            },
            {"label": _("职务"), "text": user.get_post_display()},
            {"label": _("所属机构"), "text": "、".join(row.unit.name for row in user.units_now) or "—"},
            {"label": _("角色"), "text": role_names(row.role for row in user.roles_now) or "—"},
            {"label": _("动态口令"), "text": factor_words(user)},
            {"label": _("状态"), "pill": active_pill(user)},
        ]
    }


def role_names(held: Iterable[str]) -> str:
    """承办人、团队长."""
    return "、".join(dict.fromkeys(str(roles()[role]["zh"]) for role in held if role in roles()))


def factor_words(user: User) -> str:
    """Whether the person has a second factor."""
    row = getattr(user, "authenticator", None)
    return _("已启用") if row is not None and row.confirmed_at else _("未启用")


def active_pill(user: User) -> Row:
    """启用 or 停用."""
    return {"state": "done", "text": _("启用")} if user.is_active else {"state": "todo", "text": _("停用")}


def people_filters(found: People) -> Row:
    """The filter row."""
    asked = found.asked
    fields: list[Row] = [
        {
            "kind": "search",
            "name": "q",
            "label": _("查找人员"),
            "value": asked.text,
            "hint": _("姓名、拼音首字母、用户名"),
        }
    ]
    if len(found.courts) > 1:
        fields.append(_select("court", _("法院"), _("全部法院"), found.courts, asked.court))
    names = [(role, entry["zh"]) for role, entry in roles().items()]
    fields += [
        _select("role", _("角色"), _("全部角色"), names, asked.role),
        _select("state", _("状态"), _("全部状态"), [("on", _("启用")), ("off", _("停用"))], asked.state),
    ]
    return {"fields": fields, "kept": []}


def _select(name: str, label: str, everything: str, choices: Any, chosen: Any) -> Row:
    options = [{"value": value, "label": words, "selected": value == chosen} for value, words in choices]
    return {"kind": "select", "name": name, "label": label, "everything": everything, "options": options}


def held_columns(first: str) -> list[Row]:
    """The head of a person's roles, or units."""
    return [
        {"label": first, "kind": "main"},
        {"label": _("起")},
        {"label": _("止")},
        {"label": _("办理"), "kind": "acts"},
    ]


def role_rows(person: User, day: dt.date) -> list[Row]:
    """A person's roles, those that stand first."""
    rows = person.appointments.select_related("court", "unit").order_by("until", "since", "pk")
    ordered = sorted(rows, key=lambda row: row.until is not None)
    return _held(
        [
            (
                role_names([row.role]) or row.role,
                row.unit.name if row.unit else row.court.short_name,
                row.since,
                row.until,
                reverse("desk:person_end_role", args=[person.pk, row.pk]),
                _("卸任"),
            )
            for row in ordered
        ]
    )


def unit_rows(person: User, day: dt.date) -> list[Row]:
    """A person's units, those that stand first."""
    rows = sorted(
        person.memberships.select_related("unit").order_by("since", "pk"), key=lambda r: r.until is not None
    )
    return _held(
        [
            (
                row.unit.name,
                "",
                row.since,
                row.until,
                reverse("desk:person_leave", args=[person.pk, row.pk]),
                _("离开"),
            )
            for row in rows
        ]
    )


def _held(found: Sequence[tuple[str, str, dt.date, dt.date | None, str, str]]) -> list[Row]:
    rows = [
        {
            "cells": [
                {"kind": "main", "text": name, "sub": where},
                {"label": _("起"), "text": since.isoformat()},
                {"label": _("止"), "text": until.isoformat() if until else "—"},
                {"kind": "acts", "actions": [] if until else [{"label": label, "url": url, "small": True}]},
            ]
        }
        for name, where, since, until, url, label in found
    ]
    return [{"rows": rows}] if rows else []


def unit_columns() -> list[Row]:
    """The head of the units."""
    return [
        {"label": _("机构"), "kind": "main"},
        {"label": _("类别")},
        {"label": _("人数"), "kind": "num"},
        {"label": _("状态")},
        {"label": _("办理"), "kind": "acts"},
    ]


def unit_groups(found: Mapping[str, Sequence[UnitLine]]) -> list[Row]:
    """The units, by court."""
    return [{"title": court, "rows": [_unit(line) for line in lines]} for court, lines in found.items()]


def _unit(line: UnitLine) -> Row:
    unit = line.unit
    function = str(roles()[unit.function]["zh"]) if unit.function in roles() else ""
    if unit.until:
        pill, act = {"state": "todo", "text": _("%s 撤销") % unit.until}, None
    elif unit.since is None:
        pill, act = {"state": "soon", "text": _("待启用")}, ("desk:unit_start", _("启用"))
    else:
        pill, act = {"state": "done", "text": _("%s 启用") % unit.since}, ("desk:unit_close", _("撤销"))
    actions = [{"label": act[1], "url": reverse(act[0], args=[unit.pk]), "small": True}] if act else []
    above = _("属%s") % unit.parent.name if unit.parent else ""
    lacks = "，".join(need.words for need in line.missing)
    return {
        "cells": [
            {"kind": "main", "text": unit.name, "sub": "；".join(filter(None, [above, lacks]))},
            {"label": _("类别"), "text": unit.get_kind_display(), "sub": function},
            {"kind": "num", "label": _("人数"), "text": str(line.people)},
            {"label": _("状态"), "pill": pill},
            {"kind": "acts", "actions": actions},
        ]
    }


def role_columns() -> list[Row]:
    """The head of 角色与权限."""
    return [
        {"label": _("角色"), "kind": "main"},
        {"label": _("看得到的案件")},
        {"label": _("可以做什么")},
        {"label": _("人数"), "kind": "num"},
    ]


def role_groups(counts: Mapping[str, int]) -> list[Row]:
    """One line a role, from the file of roles."""
    return [{"rows": [_role(role, entry, counts.get(role, 0)) for role, entry in roles().items()]}]


def _role(role: str, entry: Mapping[str, Any], count: int) -> Row:
    rights = entry.get("rights", {})
    words = "；".join(
        f"{AREAS.get(area, area)}（{'、'.join(str(LETTERS[letter]) for letter in letters)}）"
        for area, letters in rights.items()
    )
    sees = _("没有案件") if "file" not in rights and role == "administrator" else SEES[entry["sees"]]
    factor = _("须用动态口令") if entry.get("second_factor") else ""
    return {
        "cells": [
            {"kind": "main", "text": str(entry["zh"]), "sub": factor, "nowrap": True},
            {"label": _("看得到的案件"), "text": str(sees), "nowrap": True},
            {"label": _("可以做什么"), "text": words},
            {"kind": "num", "label": _("人数"), "text": str(count)},
        ]
    }


def text_columns() -> list[Row]:
    """The head of the texts."""
    return [
        {"label": _("事项"), "kind": "main"},
        {"label": _("对象")},
        {"label": _("文本")},
        {"label": _("来源")},
    ]


def text_groups(found: Sequence[TextLine], court_id: int) -> list[Row]:
    """One line a text."""
    return [{"rows": [_text(line, court_id) for line in found]}] if found else []


def _text(line: TextLine, court_id: int) -> Row:
    url = f"{reverse('desk:text', args=[line.topic.code, line.audience])}?court={court_id}"
    pill = {"state": "done", "text": _("本院核定")} if line.own else {"state": "todo", "text": _("预置")}
    return {
        "cells": [
            {"kind": "main", "text": line.topic.label, "url": url, "open": True},
            {"label": _("对象"), "text": Audience(line.audience).label},
            {"label": _("文本"), "text": line.text or "—"},
            {"label": _("来源"), "pill": pill},
        ]
    }


def length_words(text: str) -> Row:
    """How long a filled text is and how many parts it takes."""
    parts = parts_of(text)
    words = _("%(n)d 个字，按 %(parts)d 条计费") % {"n": len(text), "parts": parts}
    return {"text": words, "tone": "done" if parts == 1 else "soon"}


def import_columns() -> list[Row]:
    """The head of the list of imports."""
    return [
        {"label": _("文件"), "kind": "main"},
        {"label": _("状态")},
        {"label": _("新人员"), "kind": "num"},
        {"label": _("有变动"), "kind": "num"},
        {"label": _("有错误"), "kind": "num"},
        {"label": _("导入人")},
    ]


def import_groups(found: Sequence[StaffImport]) -> list[Row]:
    """One line each."""
    rows = [_import(row) for row in found]
    return [{"rows": rows}] if rows else []


def _import(found: StaffImport) -> Row:
    at = time.local(found.made_at)
    state = {"previewed": "prog", "done": "done", "withdrawn": "todo"}[found.state]
    return {
        "cells": [
            {
                "kind": "main",
                "text": found.name,
                "url": reverse("desk:staff_import", args=[found.pk]),
                "sub": found.court.name,
            },
            {"label": _("状态"), "pill": {"state": state, "text": found.get_state_display()}},
            *(
                {"kind": "num", "label": label, "text": str(found.counts.get(verdict, 0))}
                for verdict, label in (("new", _("新人员")), ("changes", _("有变动")), ("bad", _("有错误")))
            ),
            {
                "label": _("导入人"),
                "text": found.asked_by.full_name,
                "sub": f"{at.month}月{at.day}日 {at:%H:%M}",
            },
        ]
    }


def verdict_tiles(found: StaffImport, show: str) -> list[Row]:
    """How many rows of each verdict; each leads to its rows."""
    return importing.tiles(dict(StaffImport.Verdict.choices), found.counts, VERDICTS, show)


def row_columns() -> list[Row]:
    """The head of the rows of a sheet."""
    return importing.columns(_("人员"), _("内容"))


def row_groups(found: StaffImport, show: str) -> list[Row]:
    """A line for each note of a row; the rows to put right first."""
    return importing.groups(found.rows, show, _lines)


def _lines(row: Mapping[str, Any]) -> list[Row]:
    names = dict(StaffImport.Verdict.choices)
    tone = VERDICTS[row["verdict"]][0] or "todo"
    return [
        {
            "cells": [
                {"kind": "num", "label": _("行"), "text": str(row["row"])},
                {"kind": "main", "text": row["name"] or "—", "sub": row["username"]},
                {"label": _("结果"), "pill": {"state": tone, "text": names[row["verdict"]]}},
                {"label": _("列"), "text": column or "—"},
                {"label": _("内容"), "text": what or "—"},
                {"label": _("怎样处理"), "text": fix or "—"},
            ]
        }
        for column, what, fix in row["notes"] or [("", "", "")]
    ]


def staff_template() -> list[Table]:
    """The sheet to fill in, and what each column takes."""
    heading = ["用户名", "姓名", "职务", "所属机构", "加入日期", "离开日期", "角色", "任职日期", "卸任日期"]
    sample = [
        "zhangsan",
        "张三",
        "员额法官",
        "普执团队",
        "2026-01-01",
        "",
        "承办人、团队长",
        "2026-01-01",
        "",
    ]
    about = [
        [_("用户名"), _("必填；小写拼音字母开头，可加数字；登录用，不能改")],
        [_("姓名、职务"), _("必填；职务：%s") % "、".join(map(str, User.Post.labels))],
        [_("所属机构"), _("本院“机构”页上的名称；一人在几个机构的写几行")],
        [
            _("角色"),
            _("可写几个，用顿号隔开：%s") % "、".join(str(entry["zh"]) for entry in roles().values()),
        ],
        [_("日期"), _("例如 2026-01-01 或 2026年1月1日；不写的从导入当天起")],
        [_("再次导入"), _("已有的人员只写入变动，密码不变；没有写到的人员不受影响")],
    ]
    return [
        Table(_("人员"), heading, [sample], (14, 10, 12, 18, 14, 14, 24, 14, 14)),
        Table(_("填写说明"), [_("列"), _("怎样填")], about, (14, 60)),
    ]
