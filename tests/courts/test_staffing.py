"""人员导入: preview writes nothing, confirmation is whole, a second import shows only what differs, bad sheets are refused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from courts.actions.staffing import confirm_staff, take_staff, withdraw_staff
from courts.models import Court, StaffImport, User
from events.models import Event
from kernel import time
from kernel.errors import BadInput, NotFound, WrongState
from tests.factories.courts import court, person, unit
from tests.factories.staffsheets import staff_sheet

pytestmark = pytest.mark.django_db
DAY = "2026-03-02 09:00"
ZHANG = (
    "zhangsan",
    "张三",
    "员额法官",
    "普执团队",
    "2026年1月5日",
    None,
    "承办人、团队长",
    "2026-01-05",
    None,
)
LI = ("lisi", "李四", "书记员", None, None, None, "法官助理、书记员", None, None)


@pytest.fixture(autouse=True)
def _day():
    with time.travel(DAY):
        yield


@pytest.fixture
def home() -> Court:
    made = court(name="东湖区人民法院")
    unit(made, name="普执团队", since=dt.date(2020, 1, 1))
    return made


def taken(home: Court, path: Path, actor: User, key: str = "k1") -> StaffImport:
    return take_staff(court=home, path=path, name="名单.xlsx", actor=actor, at=time.now(), key=key)


def test_nothing_is_written_until_it_is_confirmed(home: Court, tmp_path: Path) -> None:
    keeper = person(home, "administrator")
    found = taken(home, staff_sheet(tmp_path / "a.xlsx", ZHANG, LI), keeper)
    assert found.counts == {"new": 2}
    assert not User.objects.filter(username="zhangsan").exists()
    made = confirm_staff(import_id=found.pk, actor=keeper, at=time.now(), key="c1")
    assert [user.username for user, _password in made] == ["zhangsan", "lisi"]
    zhang, password = made[0]
    zhang.refresh_from_db()
    assert zhang.check_password(password)
    assert zhang.must_change_password
    assert set(zhang.appointments.values_list("role", "since")) == {
        ("handler", dt.date(2026, 1, 5)),
        ("team_leader", dt.date(2026, 1, 5)),
    }
    member = zhang.memberships.get()
    assert (member.unit.name, member.since) == ("普执团队", dt.date(2026, 1, 5))
    assert list(made[1][0].appointments.values_list("role", flat=True)) == ["assistant"]


def test_passwords_come_once_and_stand_nowhere(home: Court, tmp_path: Path) -> None:
    keeper = person(home, "administrator")
    found = taken(home, staff_sheet(tmp_path / "a.xlsx", ZHANG), keeper)
    ((_user, password),) = confirm_staff(import_id=found.pk, actor=keeper, at=time.now(), key="c1")
    assert confirm_staff(import_id=found.pk, actor=keeper, at=time.now(), key="c2") == []
    found.refresh_from_db()
    assert password not in str(found.rows)
    assert not any(password in str(data) for data in Event.objects.values_list("data", flat=True))
    assert len({confirm_password(home, keeper, tmp_path, n) for n in range(3)}) == 3


def confirm_password(home: Court, keeper: User, folder: Path, number: int) -> str:
    row = (f"user-{number}", f"王{number}", "其他", None, None, None, None, None, None)
    found = taken(home, staff_sheet(folder / f"{number}.xlsx", row), keeper, key=f"n{number}")
    return confirm_staff(import_id=found.pk, actor=keeper, at=time.now(), key=f"c{number}")[0][1]


def test_a_second_import_shows_differences_and_leaves_the_password(home: Court, tmp_path: Path) -> None:
    keeper = person(home, "administrator")
    first = taken(home, staff_sheet(tmp_path / "a.xlsx", ZHANG, LI), keeper)
    confirm_staff(import_id=first.pk, actor=keeper, at=time.now(), key="c1")
    before = User.objects.get(username="zhangsan").password
    changed = ("zhangsan", "张三", "法官助理", "普执团队", None, "2026-03-01", "承办人", None, "2026-03-01")
    again = taken(home, staff_sheet(tmp_path / "b.xlsx", changed, LI), keeper, key="k2")
    assert again.counts == {"changes": 1, "same": 1}
    said = [what for _column, what, _fix in again.rows[0]["notes"]]
    assert said == ["员额法官 改为 法官助理", "2026-03-01 离开普执团队", "承办人任至 2026-03-01"]
    assert confirm_staff(import_id=again.pk, actor=keeper, at=time.now(), key="c2") == []
    zhang = User.objects.get(username="zhangsan")
    assert (zhang.post, zhang.password) == ("judge_assistant", before)
    assert zhang.memberships.get().until == dt.date(2026, 3, 1)
    assert zhang.appointments.get(role="handler").until == dt.date(2026, 3, 1)
    assert zhang.appointments.get(role="team_leader").until is None


def test_each_error_names_row_column_and_fix(home: Court, tmp_path: Path) -> None:
    keeper = person(home, "administrator")
    other = person(court(), "handler")
    path = staff_sheet(
        tmp_path / "a.xlsx",
        ("张三", "张三", "法师", "没有的团队", "2026-02-30", None, "皇帝", None, None),
        (other.username, "王五", "其他", None, None, None, None, None, None),
        (keeper.username, keeper.full_name, "员额法官", None, None, None, "院长", None, None),
        ("=1+1", None, "其他", None, None, None, None, None, None),
    )
    found = taken(home, path, keeper)
    assert found.counts == {"bad": 4}
    columns = [[note[0] for note in row["notes"]] for row in found.rows]
    assert columns[0] == ["用户名", "职务", "所属机构", "加入日期", "角色"]
    assert "已经有人使用" in str(found.rows[1]["notes"])
    assert "不能给本人任职" in str(found.rows[2]["notes"])
    assert [row["row"] for row in found.rows] == [3, 4, 5, 6]
    assert all(note[2] for row in found.rows for note in row["notes"])
    with pytest.raises(WrongState):
        confirm_staff(import_id=found.pk, actor=keeper, at=time.now(), key="c")


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"%PDF", "不是 .xlsx"), (b"PK\3\4" + b"\0" * 80, "已经损坏"), (b"", "文件是空的")],
)
def test_a_hostile_file_is_refused_in_words(home: Court, tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=words):
        taken(home, path, person(home, "administrator"))
    assert not StaffImport.objects.exists()


def test_a_missing_column_is_named(home: Court, tmp_path: Path) -> None:
    path = staff_sheet(tmp_path / "a.xlsx")
    book = __import__("openpyxl").load_workbook(path)
    book.active["B2"] = "名"
    book.save(path)
    with pytest.raises(BadInput, match="表头缺少：姓名"):
        taken(home, path, person(home, "administrator"))


def test_only_who_administers_the_court_may(home: Court, tmp_path: Path) -> None:
    path = staff_sheet(tmp_path / "a.xlsx", LI)
    for actor in (person(home, "bureau_director"), person(court(), "administrator")):
        with pytest.raises(NotFound):
            taken(home, path, actor)
    upper = person(home.parent, "administrator")
    found = taken(home, path, upper)
    withdraw_staff(import_id=found.pk, actor=upper, at=time.now(), key="w")
    with pytest.raises(WrongState):
        confirm_staff(import_id=found.pk, actor=upper, at=time.now(), key="c")
    assert not User.objects.filter(username="lisi").exists()
