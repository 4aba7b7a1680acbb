"""What an installation says, from its .env file, its environment and its secret files."""

import pytest

from scripts.launcher.configuration import is_given, parse_env_file, read_configuration, value_of
from scripts.launcher.console import LaunchError
from scripts.launcher.manage import split_data
from scripts.launcher.serve import host_name, page_address


def test_env_file_keeps_values_and_drops_notation():
    text = """
# comment
export SECRET_KEY="a b#c"
DATABASE_URL=postgresql://u:p=1@h:5432/d   # the court's server
EMPTY=
QUOTED='it''s'
"""
    assert parse_env_file(text) == {
        "SECRET_KEY": "a b#c",
        "DATABASE_URL": "postgresql://u:p=1@h:5432/d",
        "EMPTY": "",
        "QUOTED": "it''s",
    }


@pytest.mark.parametrize("line", ["no equals sign", "1NAME=x", "=x"])
def test_env_file_names_the_line_it_cannot_read(line):
    with pytest.raises(LaunchError, match="第 2 行"):
        parse_env_file(f"A=1\n{line}\n")


def test_environment_wins_over_the_file(tmp_path):
    (tmp_path / ".env").write_text("A=file\nB=file\n")
    assert read_configuration({"A": "process"}, tmp_path) == {"A": "process", "B": "file"}


def test_a_secret_may_stand_in_a_file_of_its_own(tmp_path):
    (tmp_path / "url").write_text("postgresql://x/y\n")
    configuration = {"DATABASE_URL_FILE": str(tmp_path / "url"), "REDIS_URL": ""}
    assert is_given(configuration, "DATABASE_URL")
    assert value_of(configuration, "DATABASE_URL") == "postgresql://x/y"
    assert not is_given(configuration, "REDIS_URL")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--data", "d", "check"], ("d", ["check"])),
        (["--data=d", "check"], ("d", ["check"])),
        (["dumpdata", "--data", "d"], (None, ["dumpdata", "--data", "d"])),
        ([], (None, [])),
    ],
)
def test_only_a_leading_data_argument_belongs_to_the_launcher(arguments, expected):
    assert split_data(arguments) == expected


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [("", None), ("*", None), ("a.cn, 127.0.0.1", None), ("a.cn,b.cn", "a.cn"), (".a.cn", "a.cn")],
)
def test_the_ready_question_is_asked_under_a_name_the_application_answers_to(hosts, expected):
    assert host_name({"ALLOWED_HOSTS": hosts}) == expected


def test_a_page_address_can_be_opened_on_this_machine():
    assert page_address("0.0.0.0", 8000) == "http://127.0.0.1:8000/"  # noqa: S104
    assert page_address("::1", 8000) == "http://[::1]:8000/"
