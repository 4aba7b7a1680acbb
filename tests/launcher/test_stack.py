"""Whether a data folder is for show or for a court, and what the application is told."""

import stat

import pytest

from scripts.launcher.console import LaunchError
from scripts.launcher.paths import DataFolder
from scripts.launcher.stack import COURT, DEMO, Stack


class FakeCluster:
    """A cluster with so many tables."""

    def __init__(self, tables):
        self.tables = tables

    def sql(self, *_):
        return f"{self.tables}\n"

    def url(self, role, password):
        return f"postgresql://{role}:{password}@127.0.0.1:1/zhiheng"


@pytest.fixture
def data(tmp_path):
    folder = DataFolder(tmp_path)
    folder.create()
    return folder


def decided(data, tables, wants_demo):
    stack = Stack(data, {}, wants_demo, cluster=FakeCluster(tables))
    stack._decide_mode()
    return stack


@pytest.mark.parametrize(
    ("tables", "wants_demo", "is_demo"),
    [(0, True, True), (0, False, False), (30, True, False), (30, False, False)],
)
def test_only_an_empty_database_becomes_a_demo(data, tables, wants_demo, is_demo):
    assert decided(data, tables, wants_demo).is_demo() is is_demo


def test_the_decision_is_made_once(data):
    decided(data, 0, False)
    assert not decided(data, 0, True).is_demo()


def test_a_management_command_decides_nothing(data):
    decided(data, 0, None)
    assert decided(data, 0, True).is_demo()


def test_a_demo_folder_does_not_become_a_courts(data):
    Stack(data, {}).set_mode(DEMO)
    with pytest.raises(LaunchError, match="--data"):
        Stack(data, {}, wants_demo=False)._refuse_demo_folder()
    Stack(data, {}).set_mode(COURT)
    Stack(data, {}, wants_demo=False)._refuse_demo_folder()


def test_time_travel_is_for_demos_only(data):
    demo = decided(data, 0, True).environment()
    assert (demo["DEMO"], demo["TIME_TRAVEL"]) == ("1", "1")
    court = Stack(data, {"DATABASE_URL": "postgresql://court/db"}).environment()
    assert "DEMO" not in court
    assert "TIME_TRAVEL" not in court
    assert court["DATABASE_URL"] == "postgresql://court/db"


def test_keys_are_made_once_and_private(data):
    stack = Stack(data, {})
    first, second = stack.environment(), stack.environment()
    for name in ("SECRET_KEY_FILE", "FIELD_KEYS_FILE"):
        file = data.secrets / first[name].rpartition("/")[2]
        assert first[name] == second[name] == str(file)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (data.secrets / "field-keys").read_text().startswith("k1:")


def test_a_given_key_is_not_replaced(data):
    found = Stack(data, {"SECRET_KEY": "given", "FIELD_KEYS_FILE": "/keys"}).environment()
    assert "SECRET_KEY_FILE" not in found
    assert found["FIELD_KEYS_FILE"] == "/keys"


def test_the_two_roles_have_their_own_addresses(data):
    found = decided(data, 0, True).environment()
    assert found["DATABASE_URL"].startswith("postgresql://zhiheng_web:")
    assert found["DATABASE_OWNER_URL"].startswith("postgresql://zhiheng_owner:")
    assert found["DATABASE_URL"].split(":")[2] != found["DATABASE_OWNER_URL"].split(":")[2]
