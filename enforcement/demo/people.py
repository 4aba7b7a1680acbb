"""Everybody who works at the courts of the demo, one sign-in per role, and the file that names them."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.contrib.auth.hashers import get_hasher

from courts.actions.users import appoint, create_staff, join_unit
from courts.models import Court, Unit, User
from courts.scope import roles
from enforcement.demo.courts import ACTOR, make_courts, make_units

PASSWORD = "yunzhou-2026"  # noqa: S105  printed for everybody who opens the demo

JUDGE, ASSISTANT, CLERK, BAILIFF, OTHER = "quota_judge", "judge_assistant", "clerk", "bailiff", "other"

# username, name, post, unit, roles: the first court has everybody. A sign-in without a digit is listed.
FIRST = (
    ("lian", "孙雅琴", CLERK, "window", ("filing_clerk",)),
    ("lianzhuren", "林淑芬", CLERK, "window", ("filing_head",)),
    ("chengban", "李志远", JUDGE, "ordinary", ("handler",)),
    ("chengban2", "周思敏", JUDGE, "ordinary", ("handler",)),
    ("chengban3", "何建平", JUDGE, "ordinary", ("handler",)),
    ("chengban4", "许海燕", JUDGE, "fast", ("handler",)),
    ("chengban5", "吕少军", JUDGE, "fast", ("handler",)),
    ("tuandui", "吴国栋", JUDGE, "ordinary", ("team_leader", "handler")),
    ("tuandui2", "朱丽娟", JUDGE, "fast", ("team_leader", "handler")),
    ("zhuli", "钱书怡", ASSISTANT, "ordinary", ("assistant",)),
    ("zhuli2", "姜浩然", CLERK, "fast", ("assistant",)),
    ("waiqin", "秦大勇", BAILIFF, "ordinary", ("field_officer",)),
    ("waiqin2", "马向阳", BAILIFF, "fast", ("field_officer",)),
    ("jiyue", "冯晓燕", OTHER, "affairs", ("affairs_group",)),
    ("juanzong", "华惠敏", OTHER, "files", ("file_group",)),
    ("diaodu", "魏长青", OTHER, "dispatch", ("dispatch_group",)),
    ("zonghe", "陶明珠", OTHER, "general", ("general_group",)),
    ("zhihui", "戚振华", OTHER, None, ("command_centre",)),
    ("ankuan", "陈玉珍", OTHER, None, ("fund_officer",)),
    ("caiwu", "褚桂芳", OTHER, None, ("finance",)),
    ("juzhang", "郑宏伟", JUDGE, None, ("bureau_director",)),
    ("fujuzhang", "卫德明", JUDGE, None, ("designated_leader", "deputy_director")),
    ("zhuguan", "沈成林", JUDGE, None, ("vice_president",)),
    ("yuanzhang", "蒋立新", JUDGE, None, ("president",)),
    ("xinfang", "谢春梅", OTHER, "window", ("petition_officer",)),
    ("ducha", "韩永强", OTHER, None, ("supervision_office",)),
    ("guanliyuan", "范文静", OTHER, None, ("administrator",)),
)
# The other basic courts: the people that a case needs.
LATER = (
    ("lian", CLERK, "window", ("filing_clerk",)),
    ("chengban", JUDGE, "ordinary", ("handler",)),
    ("chengban2", JUDGE, "ordinary", ("handler",)),
    ("chengban3", JUDGE, "fast", ("handler",)),
    ("tuandui", JUDGE, "ordinary", ("team_leader", "handler")),
    ("tuandui2", JUDGE, "fast", ("team_leader", "handler")),
    ("zhuli", CLERK, "ordinary", ("assistant",)),
    ("waiqin", BAILIFF, "ordinary", ("field_officer",)),
    ("waiqin2", BAILIFF, "fast", ("field_officer",)),
    ("jiyue", OTHER, "affairs", ("affairs_group", "file_group", "dispatch_group")),
    ("zhihui", OTHER, None, ("command_centre",)),
    ("ankuan", OTHER, None, ("fund_officer",)),
    ("caiwu", OTHER, None, ("finance",)),
    ("juzhang", JUDGE, None, ("bureau_director",)),
    ("fujuzhang", JUDGE, None, ("designated_leader", "deputy_director")),
    ("yuanzhang", JUDGE, None, ("president", "vice_president")),
)
LATER_NAMES = (
    "水文博 窦欣怡 章家豪 云亚男 苏庆丰 潘秀兰 葛天佑 奚光耀 范小红 彭如意 郎俊杰 鲁金凤 韦晓东 昌美玲 苗爱国 凤淑芬".split(),
    "花静 方涛 俞倩 任磊 袁敏 柳芳 柏勇 邹志远 喻雅琴 孔国栋 曹思敏 严建平 金海燕 尤少军 施丽娟 张长青".split(),
)
UPPER = (
    ("zhongyuan", "杨文博", JUDGE, ("superior_bureau",)),
    ("zhongyuan2", "柏雅琴", JUDGE, ("superior_bureau",)),
    ("guanli", "云向阳", OTHER, ("administrator",)),
)
SUFFIXES = ("", "-linjiang", "-shiqiao")


@dataclass(slots=True)
class Bench:
    """A basic court at work: its people by role, its units, its handlers by team."""

    court: Court
    units: dict[str, Unit]
    people: dict[str, list[User]] = field(default_factory=dict)
    handlers: dict[str, list[User]] = field(default_factory=dict)

    def who(self, role: str, team: str = "") -> User:
        """Who holds a role; where each team has its own, that of the team."""
        held = self.people[role]
        return held[-1] if team == "fast" and len(held) > 1 else held[0]


def make_people(at: dt.datetime, since: dt.date) -> list[Bench]:
    """The courts and everybody in them, made once. since: from when they hold their posts."""
    upper, courts = make_courts(at)
    with _quick_hashes():
        for username, name, post, held in UPPER:
            user = _user(username, name, post, upper, at)
            _appoint(user, held, upper, None, at, since)
        benches = [Bench(court, make_units(court, at)) for court in courts]
        for number, bench in enumerate(benches):
            for username, name, post, unit, held in _posts(number):
                user = _user(username, name, post, bench.court, at)
                _appoint(user, held, bench.court, bench.units.get(unit or ""), at, since)
                for role in held:
                    bench.people.setdefault(role, []).append(user)
                if held == ("handler",):
                    bench.handlers.setdefault(str(unit), []).append(user)
    return benches


def write_logins(path: Path) -> None:
    """One sign-in per role, readable by this account only."""
    width = max(len(definition["zh"]) for definition in roles().values())
    lines = [f"密码都是 {PASSWORD}"]
    for role, definition in roles().items():
        user = User.objects.filter(appointments__role=role).order_by("pk").first()
        if user is not None and user.court is not None:
            title = definition["zh"] + "　" * (width - len(definition["zh"]))
            lines.append(f"  {title}  {user.username:<12}{user.full_name}（{user.court.name}）")
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write("\n".join(lines) + "\n")


def _posts(number: int) -> Iterator[tuple[str, str, str, str | None, Sequence[str]]]:
    if number == 0:
        yield from FIRST
        return
    for (username, post, unit, held), name in zip(LATER, LATER_NAMES[number - 1], strict=True):
        yield username + SUFFIXES[number], name, post, unit, held


def _user(username: str, name: str, post: str, court: Court, at: dt.datetime) -> User:
    standing = User.objects.filter(username=username).first()
    return standing or create_staff(
        username=username,
        full_name=name,
        court=court,
        password=PASSWORD,
        actor=ACTOR,
        at=at,
        post=post,
        administers=username == "guanli",
        must_change_password=False,
    )


def _appoint(
    user: User, held: Sequence[str], court: Court, unit: Unit | None, at: dt.datetime, since: dt.date
) -> None:
    for role in held:
        bound = unit if roles()[role]["sees"] == "team" else None
        appoint(user=user, role=role, court=court, actor=ACTOR, at=at, since=since, unit=bound)
    if unit is not None:
        join_unit(user=user, unit=unit, since=since, actor=ACTOR, at=at)


@contextmanager
def _quick_hashes() -> Iterator[None]:
    """The password is no secret: half a second for each of sixty hashes would be lost. Django renews them at sign-in."""
    hasher = get_hasher()
    before = getattr(hasher, "iterations", None)
    if before is not None:
        hasher.iterations = 1000
    try:
        yield
    finally:
        if before is not None:
            hasher.iterations = before
