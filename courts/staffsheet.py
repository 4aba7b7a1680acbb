"""A sheet of staff: its columns, one row read and checked against what stands. Writes nothing."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from courts.models import Court, StaffImport, Unit, User
from courts.scope import roles
from kernel.sheetrows import Problem, Row

COLUMNS: Mapping[str, Sequence[str]] = {
    "username": ("用户名", "登录名", "账号"),
    "full_name": ("姓名",),
    "post": ("职务", "人员类别"),
    "unit": ("所属机构", "团队", "部门", "机构"),
    "joined_on": ("加入日期", "到岗日期"),
    "left_on": ("离开日期",),
    "roles": ("角色", "岗位"),
    "since": ("任职日期",),
    "until": ("卸任日期",),
}
MUST = ("username", "full_name", "post")
_USERNAME = re.compile(r"[a-z][a-z0-9._-]{1,39}")
_BETWEEN = re.compile(r"[、,，;；/\s]+")
Verdict = StaffImport.Verdict


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: a person, perhaps a unit, perhaps roles. A person may have several rows, one for each unit."""

    row: int
    username: str
    full_name: str
    post: str
    unit: int | None
    joined_on: dt.date | None
    left_on: dt.date | None
    roles: tuple[str, ...]
    since: dt.date | None
    until: dt.date | None

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        days = {name: day.isoformat() if day else None for name, day in self._days().items()}
        return {
            "username": self.username,
            "full_name": self.full_name,
            "post": self.post,
            "unit": self.unit,
            "roles": list(self.roles),
            **days,
        }

    def _days(self) -> dict[str, dt.date | None]:
        names = ("joined_on", "left_on", "since", "until")
        return {name: getattr(self, name) for name in names}


@dataclass
class Judged:
    """What a row would do. notes: what is wrong, or what would change."""

    row: int
    username: str
    name: str
    verdict: str
    notes: list[Problem] = field(default_factory=list)
    entry: Entry | None = None

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "row": self.row,
            "username": self.username,
            "name": self.name,
            "verdict": self.verdict,
            "notes": [[note.column, note.what, note.fix] for note in self.notes],
            "entry": self.entry.plain() if self.entry else None,
        }


def entry_of(row: int, plain: Mapping[str, Any]) -> Entry:
    """An entry from its JSON."""
    days = {name: dt.date.fromisoformat(plain[name]) if plain[name] else None for name in _DAYS}
    return Entry(
        row,
        plain["username"],
        plain["full_name"],
        plain["post"],
        plain["unit"],
        roles=tuple(plain["roles"]),
        **days,
    )


_DAYS = ("joined_on", "left_on", "since", "until")


def judge(rows: Iterable[Row], *, court: Court, actor: User, today: dt.date) -> list[Judged]:
    """Read every row of a sheet and say what it would do."""
    units = {unit.name: unit.pk for unit in Unit.objects.filter(court=court)}
    read = [(row, _read(row, units, today)) for row in rows]
    standing = _standing([entry.username for _row, entry in read])
    names: dict[str, Entry] = {}
    repeated = Counter((entry.username, entry.unit) for _row, entry in read)
    judged = []
    for row, entry in read:
        _check(
            row, entry, names.setdefault(entry.username, entry), standing.get(entry.username), court, actor
        )
        if repeated[(entry.username, entry.unit)] > 1 and entry.username:
            row.add("username", _("同一人员、同一机构写了两行"), _("合成一行，角色用顿号隔开。"))
        if row.problems:
            judged.append(Judged(row.number, entry.username, entry.full_name, Verdict.BAD, row.problems))
            continue
        changes = changes_of(entry, standing.get(entry.username))
        verdict = (
            Verdict.NEW if entry.username not in standing else Verdict.CHANGES if changes else Verdict.SAME
        )
        notes = [Problem(row.number, column, what, "") for column, what in changes]
        judged.append(Judged(row.number, entry.username, entry.full_name, verdict, notes, entry))
    return judged


def changes_of(entry: Entry, person: User | None) -> list[tuple[str, str]]:
    """(column, what would change) for a person who stands; for a new one what is given."""
    found = []
    if person is not None and person.full_name != entry.full_name:
        found.append(
            (_("姓名"), _("%(old)s 改为 %(new)s") % {"old": person.full_name, "new": entry.full_name})
        )
    if person is not None and person.post != entry.post:
        old, new = User.Post(person.post).label, User.Post(entry.post).label
        found.append((_("职务"), _("%(old)s 改为 %(new)s") % {"old": old, "new": new}))
    if entry.unit is not None:
        found += _unit_changes(entry, person)
    standing = {row.role: row for row in person.appointments.all() if row.until is None} if person else {}
    for role in entry.roles:
        known = standing.get(role)
        if known is None:
            found.append((_("角色"), _("任命为%s") % roles()[role]["zh"]))
        elif entry.until is not None:
            found.append(
                (_("角色"), _("%(role)s任至 %(day)s") % {"role": roles()[role]["zh"], "day": entry.until})
            )
    return found


def _unit_changes(entry: Entry, person: User | None) -> list[tuple[str, str]]:
    known = [row for row in person.memberships.all() if row.unit_id == entry.unit] if person else []
    name = Unit.objects.only("name").get(pk=entry.unit).name
    standing = next((row for row in known if row.until is None), None)
    if standing is None and not (known and entry.left_on):
        return [(_("所属机构"), _("加入%s") % name)]
    if standing is not None and entry.left_on is not None:
        return [(_("所属机构"), _("%(day)s 离开%(name)s") % {"day": entry.left_on, "name": name})]
    return []


def _standing(usernames: Sequence[str]) -> dict[str, User]:
    people = User.objects.filter(username__in=usernames).prefetch_related("memberships", "appointments")
    return {person.username: person for person in people}


def _read(row: Row, units: Mapping[str, int], today: dt.date) -> Entry:
    username = row.text("username", must=True, most=40).lower()
    if username and not _USERNAME.fullmatch(username):
        row.add(
            "username",
            _("用户名“%s”不合要求") % username,
            _("用小写拼音字母开头，可加数字，例如 zhangsan2。"),
        )
    post = _post(row)
    unit_name = row.text("unit")
    if unit_name and unit_name not in units:
        row.add("unit", _("本院没有“%s”") % unit_name, _("先在“机构”里设立，或者核对名称。"))
    joined, left = row.day("joined_on", today=today), row.day("left_on", today=today)
    since, until = row.day("since", today=today), row.day("until", today=today)
    for first, last, name in ((joined, left, "left_on"), (since or joined, until, "until")):
        if first and last and last < first:
            row.add(name, _("早于起始日期"), _("核对日期。"))
    return Entry(
        row.number,
        username,
        row.text("full_name", must=True, most=40),
        post,
        units.get(unit_name),
        joined,
        left,
        _roles(row),
        since,
        until,
    )


def _post(row: Row) -> str:
    text = row.text("post", must=True)
    found = {str(label): value for value, label in User.Post.choices}.get(text, "")
    if text and not found:
        row.add("post", _("没有“%s”这种职务") % text, _("可选：%s。") % "、".join(map(str, User.Post.labels)))
    return found


def _roles(row: Row) -> tuple[str, ...]:
    known = {name: role for role, entry in roles().items() for name in (entry["zh"], role)}
    found = []
    for name in filter(None, _BETWEEN.split(_joined(row.text("roles"), known))):
        if name in known:
            found.append(known[name])
        else:
            row.add("roles", _("没有“%s”这个角色") % name, _("按“角色与权限”页上的名称填写。"))
    return tuple(dict.fromkeys(found))


def _joined(text: str, known: Mapping[str, str]) -> str:
    """Names of roles that themselves hold a 、 are put in the place of their ids."""
    for name in known:
        if "、" in name:
            text = text.replace(name, known[name])
    return text


def _check(row: Row, entry: Entry, first: Entry, person: User | None, court: Court, actor: User) -> None:
    if person is not None and (person.court_id != court.pk or person.kind != User.Kind.STAFF):
        row.add("username", _("用户名“%s”已经有人使用") % entry.username, _("换一个用户名。"))
    elif person is not None and person.pk == actor.pk and entry.roles:
        row.add("roles", _("不能给本人任职"), _("请另一名管理员办理。"))
    elif person is not None and not person.is_active:
        row.add("username", _("这个人员已经停用"), _("先在人员页启用，再导入。"))
    if (entry.full_name, entry.post) != (first.full_name, first.post):
        row.add("full_name", _("同一用户名在第 %d 行的姓名或职务不同") % first.row, _("核对是不是两个人。"))
    if entry.until is not None and not entry.roles:
        row.add("until", _("写了卸任日期，没有写角色"), _("写明卸任哪个角色。"))
    if entry.left_on is not None and entry.unit is None:
        row.add("left_on", _("写了离开日期，没有写机构"), _("写明离开哪个机构。"))
