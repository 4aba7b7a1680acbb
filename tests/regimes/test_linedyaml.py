"""YAML with line numbers."""

from __future__ import annotations

import datetime as dt

import pytest

from regimes.errors import PackError, PackErrors
from regimes.linedyaml import LinedMap, read


def test_lines_and_values() -> None:
    errors: list[PackError] = []
    found = read(
        "on: 是\nb:\n  - 1\n  - x: 2023-02-28\n    no: no\nc: '5'\nd: 1.5\ne:\nf: 1:30\n", "f.yaml", errors
    )
    assert errors == []
    assert found["on"] == "是"
    assert found["b"].lines == [3, 4]
    item = found["b"][1]
    assert isinstance(item, LinedMap)
    assert (item["x"], item["no"], item.line_of("no"), item.line_of("absent")) == (
        dt.date(2023, 2, 28), False, 5, 4,
    )  # fmt: skip
    assert (found["c"], found["d"], found["e"], found["f"]) == ("5", 1.5, None, "1:30")
    assert found.lines["c"] == 6


@pytest.mark.parametrize(("text", "value"), [("0x1f", "0x1f"), (".inf", ".inf"), ("-3", -3), ("1_000", 1000)])
def test_numbers_are_only_what_people_mean_by_them(text: str, value: object) -> None:
    assert read(f"a: {text}\n", "f.yaml", [])["a"] == value


def test_a_duplicate_key_keeps_the_first_and_is_reported() -> None:
    errors: list[PackError] = []
    assert read("a: {b: 1,\n b: 2}\n", "f.yaml", errors)["a"]["b"] == 1
    assert [(error.line, error.key) for error in errors] == [(2, "a.b")]
    assert "第1行" in errors[0].message


def test_an_impossible_date_is_reported() -> None:
    errors: list[PackError] = []
    assert read("a: [2023-02-28, 2023-02-29]\n", "f.yaml", errors)["a"] == [dt.date(2023, 2, 28), None]
    assert [(error.line, error.key) for error in errors] == [(1, "a[2]")]


def test_not_yaml() -> None:
    with pytest.raises(PackErrors) as caught:
        read("a: 1\nb: [\n", "f.yaml", [])
    assert caught.value.errors[0].line == 3
