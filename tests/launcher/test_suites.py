"""Which folders belong to which suite, and what makes a run fail."""

import os

import pytest

from scripts.launcher import suites
from scripts.launcher.paths import ROOT
from scripts.launcher.suites import (
    FAILED,
    NONE_YET,
    ORDER,
    PASSED,
    SKIPPED,
    TESTS,
    Outcome,
    folders_of,
    plain,
)
from scripts.launcher.trial import is_bad, read_arguments, report


@pytest.fixture
def tests(tmp_path):
    for name in ("cases", "golden", "house", "factories"):
        (tmp_path / name).mkdir()
    for name in ("cases", "golden"):
        (tmp_path / name / "test_x.py").touch()
    return tmp_path


def test_a_folder_without_a_suite_of_its_own_is_unit(tests):
    assert folders_of("unit", tests) == [tests / "cases"]
    assert folders_of("goldens", tests) == [tests / "golden"]
    assert folders_of("house", tests) == []
    assert folders_of("walks", tests) == []


def test_every_test_of_the_tree_is_in_exactly_one_suite():
    found = [path for suite in ORDER for folder in folders_of(suite) for path in folder.rglob("test_*.py")]
    assert sorted(found) == sorted(TESTS.rglob("test_*.py"))


@pytest.mark.parametrize(
    ("state", "on_server", "bad"),
    [
        (FAILED, False, True),
        (SKIPPED, False, False),
        (SKIPPED, True, True),
        (NONE_YET, True, False),
        (PASSED, True, False),
    ],
)
def test_a_build_server_does_not_accept_a_skipped_suite(state, on_server, bad):
    assert is_bad(Outcome("browser", state), strict=on_server) is bad


def test_the_report_names_minutes_and_failures(capsys):
    report(
        [
            Outcome("house", PASSED, "ruff ok", 30),
            Outcome("unit", FAILED, "1 failed", 90),
            Outcome("walks", NONE_YET),
        ]
    )
    text = capsys.readouterr().out
    assert "unit            1.50  FAILED" in text
    assert "walks: «none yet»" in text
    assert "FAILED: unit" in text


def test_arguments_after_two_dashes_go_to_pytest():
    options = read_arguments(["unit", "--", "-k", "money"])
    assert options.suites == ["unit"]
    assert options.extra == ["-k", "money"]


def test_an_unknown_suite_is_refused():
    with pytest.raises(SystemExit):
        read_arguments(["unti"])


def test_colours_do_not_reach_the_report():
    assert plain("\x1b[32m\x1b[1m3 passed\x1b[0m in 1s") == "3 passed in 1s"


SETTINGS = """
[tool.importlinter]
root_packages = ["kernel", "desk"]
[[tool.importlinter.contracts]]
name = "down"
type = "layers"
layers = ["desk", "kernel"]
"""
"""Instead of the project's own where a tool would read the whole project for them."""
FAULTS = {
    "ruff check": ("events/wrong.py", "import os\n", "events/wrong.py:1:"),
    "ruff format": ("events/wrong.py", "given = { }\n", "events/wrong.py"),
    "djlint": ("templates/wrong.html", "<div>\n<p>words</p>\n</div>\n", "templates/wrong.html"),
    "mypy": ("kernel/wrong.py", "def length(given):\n    return given\n", "kernel/wrong.py:1:"),
    "lint-imports": ("kernel/wrong.py", "import desk\n", "kernel.wrong -> desk (l.1)"),
}
"""Tool: file, what is wrong in it, and how the tool must name the place."""


@pytest.mark.parametrize("tool", FAULTS)
def test_a_tool_that_finds_a_fault_makes_the_house_fail_and_names_the_file(
    tool, tmp_path, monkeypatch, capsys
):
    path, text, place = FAULTS[tool]
    for package in ("kernel", "desk", "events", "templates"):
        (tmp_path / package).mkdir()
    for package in ("kernel", "desk"):
        (tmp_path / package / "__init__.py").touch()
    own = (ROOT / "pyproject.toml").read_text()
    (tmp_path / "pyproject.toml").write_text(SETTINGS if tool in ("mypy", "lint-imports") else own)
    (tmp_path / path).write_text(text)
    monkeypatch.setattr(suites, "ROOT", tmp_path)
    monkeypatch.setattr(suites, "folders_of", lambda suite: [])
    chosen = [pair for pair in suites.house_tools() if pair[0] == tool]
    monkeypatch.setattr(suites, "house_tools", lambda: chosen)
    outcome = suites.run_suite("house", {**os.environ, "PYTHONPATH": str(tmp_path)}, [])
    assert (outcome.state, outcome.line) == (FAILED, f"{tool} FAILED")
    assert place in capsys.readouterr().out
