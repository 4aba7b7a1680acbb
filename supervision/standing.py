"""A replayed case in Chinese lines: the case, its parties (masked), nodes, clocks, facts, holds, property, controls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from deadlines.matters import Matters
from kernel.identity import mask_name
from regimes.nodes import load_nodes
from regimes.vocabulary import load_vocabulary
from supervision.replay import Difference, State

NAMED = ("cases.party", "cases.agent", "cases.subject")
"""Tables whose name or label may be a person's."""
PEOPLE = ("respondent", "applicant", "third_party", "interested")
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Names:
    """Today's names of those whom events know by number. people, teams: id -> name; matters: what rules are about."""

    people: Mapping[int, str]
    teams: Mapping[int, str]
    matters: Matters


def masked(state: State) -> State:
    """The same rows with the names of natural persons masked; organisations are public."""
    natural = {
        row["subject_id"]
        for (table, _pk), row in state.items()
        if table == "cases.party" and row["kind"] == "natural_person"
    }
    return {
        (table, pk): _hide(table, row, is_person=pk in natural if table == "cases.subject" else None)
        for (table, pk), row in state.items()
    }


def sections(state: State, names: Names) -> list[tuple[str, list[str]]]:
    """(title, lines) of a case as it stood; tables without rows are left out. state: masked already."""
    tables: dict[str, dict[int, Row]] = {}
    for (table, pk), row in sorted(state.items()):
        tables.setdefault(table, {})[pk] = row
    labels = {pk: row["label"] for pk, row in tables.get("cases.subject", {}).items()}
    found = []
    for table, (title, line) in SECTIONS.items():
        if rows := tables.pop(table, {}):
            found.append((_(title), [line(table, row, labels, names) for row in rows.values()]))
    tables.pop("cases.subject", None)
    for table, rows in tables.items():
        title = str(apps.get_model(table)._meta.verbose_name)
        found.append((title, [_plain(table, row, labels, names) for row in rows.values()]))
    return found


def difference_line(found: Difference) -> str:
    """One difference between the replayed and the stored state, without a person's name."""
    where = f"{apps.get_model(found.table)._meta.verbose_name} {found.id}（{found.table}）"
    if not found.column:
        missing = _("库中没有") if found.right is None else _("办理记录中没有")
        return f"{where}：{missing}"
    if found.table in NAMED and found.column in ("name", "label"):
        return f"{where} {found.column}：" + _("重放与库中不一致")
    return f"{where} {found.column}：" + _("重放为 %(left)s，库中为 %(right)s") % {
        "left": _text(found.left),
        "right": _text(found.right),
    }


def _hide(table: str, row: Row, *, is_person: bool | None) -> dict[str, Any]:
    if table == "cases.agent" or table == "cases.party" and row["kind"] == "natural_person":
        return {**row, "name": mask_name(row["name"])}
    return {**row, "label": mask_name(row["label"])} if is_person else dict(row)


def _case(table: str, row: Row, _labels: Mapping[int, str], names: Names) -> str:
    parts = [
        (_("案号"), row["number"]),
        (_("状态"), _shown(table, row, "state")),
        (_("承办人"), names.people.get(row["owner_id"], _("未分案"))),
        (_("团队"), names.teams.get(row["team_id"], "")),
        (_("立案日期"), row["filed_on"]),
        (_("收案日期"), row["received_on"]),
        (_("案由"), row["cause"]),
        (_("执行标的"), row["claim_amount"]),
        (_("繁简"), _shown(table, row, "track")),
        (_("保密"), _text(row["sealed"]) if row["sealed"] else ""),
        (_("结案"), " ".join(filter(None, [_shown(table, row, "closing_type"), row["closed_on"]]))),
        (_("归档日期"), row["archived_on"]),
        (_("适用规则"), "、".join(f"{pin['code']} v{pin['version']}" for pin in row["packs"])),
    ]
    return "；".join(f"{name} {value}" for name, value in parts if value)


def _party(table: str, row: Row, _labels: Mapping[int, str], _names: Names) -> str:
    number = f"，{_('证件')} {row['id_masked']}" if row["id_masked"] else ""
    return f"{_shown(table, row, 'role')} {row['name']}（{_shown(table, row, 'kind')}{number}）"


def _node(table: str, row: Row, labels: Mapping[int, str], names: Names) -> str:
    words = [_shown(table, row, "state"), _node_name(row["kind"]), _about(row, labels)]
    words.append(_("%s 起") % row["opened_on"])
    if row["done_on"]:
        words.append(_("%s 办结") % row["done_on"])
    if row["done_by_id"]:
        words.append(names.people.get(row["done_by_id"], f"user:{row['done_by_id']}"))
    return " ".join(filter(None, [*words, row["outcome"], row["reason"]]))


def _clock(table: str, row: Row, labels: Mapping[int, str], names: Names) -> str:
    words = [_shown(table, row, "state"), names.matters.cited(row["rule_id"]), _about(row, labels)]
    words.append(_("第 %s 次") % row["run"] if row["run"] > 1 else "")
    words.append(_("%s 起算") % row["start"][:16])
    words.append(_("%s 届满") % row["due_on"] if row["due_on"] else "")
    words.append(_("%s 完成") % row["met_on"] if row["met_on"] else "")
    return " ".join(filter(None, [*words, row["reason"]]))


def _fact(_table: str, row: Row, labels: Mapping[int, str], _names: Names) -> str:
    words, key = load_vocabulary(), row["key"]
    if key.startswith("@"):
        event = words.events.get(key[1:])
        moments = "、".join(moment[:16] for moment, _seq in row["value"] or ()) or _("没有发生")
        return f"{event.zh if event else key} {_about(row, labels)}：{moments}"
    fact = words.facts.get(key)
    value = fact.values.get(row["value"]) if fact and isinstance(row["value"], str) else None
    return f"{fact.zh if fact else key} {_about(row, labels)}：{value or _text(row['value'])}"


def _hold(_table: str, row: Row, labels: Mapping[int, str], names: Names) -> str:
    kind = load_vocabulary().intervals.get(row["kind"], row["kind"])
    last = row["last"] or _("尚未恢复")
    which = "、".join([*map(_node_name, row["stops"]), *map(names.matters.cited, row["rules"])])
    voided = _("已撤销") if row["voided"] else ""
    return " ".join(
        filter(None, [kind, f"{row['first']} — {last}", _about(row, labels), which, row["ground"], voided])
    )


def _extension(_table: str, row: Row, labels: Mapping[int, str], names: Names) -> str:
    return f"{names.matters.cited(row['rule_id'])} {_about(row, labels)} +{row['days']} {row['ground']}"


def _property(table: str, row: Row, _labels: Mapping[int, str], _names: Names) -> str:
    words = [_shown(table, row, "state"), _shown(table, row, "kind"), row["label"], row["reference_masked"]]
    words.append(_("价值 %s 元") % row["value"])
    words.append(_("%s 发现") % row["found_on"])
    return " ".join(filter(None, [*words, row["reason"]]))


def _control(table: str, row: Row, _labels: Mapping[int, str], _names: Names) -> str:
    waiting = _("轮候") if row["waiting"] else ""
    what = f"{waiting}{_shown(table, row, 'kind')}"
    amount = _("%s 元") % row["amount"]
    return f"{_shown(table, row, 'state')} {what} {amount} {row['started_on']} — {row['ends_on']}"


def _plain(table: str, row: Row, _labels: Mapping[int, str], _names: Names) -> str:
    return "，".join(f"{name} {_shown(table, row, name)}" for name in row if row[name] not in (None, "", []))


SECTIONS: dict[str, tuple[str, Callable[[str, Row, Mapping[int, str], Names], str]]] = {
    "cases.case": ("案件", _case),
    "cases.party": ("当事人", _party),
    "cases.node": ("节点", _node),
    "deadlines.deadline": ("期限", _clock),
    "cases.fact": ("事实", _fact),
    "cases.hold": ("中止与扣除", _hold),
    "cases.extension": ("延长", _extension),
    "measures.property": ("财产", _property),
    "measures.control": ("控制措施", _control),
}


def told(found: list[tuple[str, list[str]]]) -> Iterator[str]:
    """The sections as lines of a terminal."""
    for title, lines in found:
        yield f"{title}（{len(lines)}）"
        yield from (f"  {line}" for line in lines)


def _about(row: Row, labels: Mapping[int, str]) -> str:
    label = labels.get(row["subject_id"]) if row["subject_id"] else None
    return f"[{label}]" if label else ""


def _node_name(kind: str) -> str:
    return next((node.zh for node in load_nodes() if node.kind == kind), kind)


def _shown(table: str, row: Row, column: str) -> str:
    choices = dict(apps.get_model(table)._meta.get_field(column).flatchoices)
    return str(choices.get(row[column], row[column]))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return _("无") if value is None else str(value)
