"""A bad pack file of every kind is refused with its line and how to put it right, and the library stays as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from regimes.errors import PackErrors
from tests.regimes.small_packs import PACK, folder, library
from tests.regimes.test_packs import RING, line_of, swapped

SECOND = PACK.replace("{from: 2023-02-22}", "{from: 2024-01-01}").replace("version: 1", "version: 2")
ENDED = swapped("{from: 2023-02-22}", "{from: 2023-02-22, to: 2024-06-30}")
TWICE = PACK + "".join(PACK.partition("deadlines:\n")[2])

# what is wrong -> (files, the file and the text of the line that is named, part of the fix)
BAD = {
    "cycle": (
        {"XX-2023/1": PACK + RING.format(second="case_received")},
        ("XX-2023/1", "id: XX-D-02"),
        "met_by",
    ),
    "unknown fact": (
        {"XX-2023/1": swapped("service_channel ==", "service_chanel ==")},
        ("XX-2023/1", "service_chanel"),
        "service_channel？",
    ),
    "overlapping effect": (
        {"XX-2023/1": ENDED, "XX-2023/2": SECOND},
        ("XX-2023/2", "effective"),
        "2023-12-31",
    ),
    "negative amount": ({"XX-2023/1": swapped("5 workdays", "-5 workdays")}, ("XX-2023/1", "-5"), "写正数"),
    "negative amount of money": (
        {"XX-2023/1": swapped("service_channel == electronic", "fund_amount <= -1")},
        ("XX-2023/1", "<= -1"),
        "不小于零",
    ),
    "missing article": (
        {"XX-2023/1": swapped("    article: 三(二)1\n", "")},
        ("XX-2023/1", "id: XX-D-01"),
        "写明依据的条款",
    ),
    "condition of the wrong type": (
        {"XX-2023/1": swapped("service_channel == electronic", "service_channel >= 5")},
        ("XX-2023/1", ">= 5"),
        "只能用 ==",
    ),
    "unknown node": (
        {"XX-2023/1": swapped("node: notice", "node: notise")},
        ("XX-2023/1", "notise"),
        "notice？",
    ),
    "duplicate id": ({"XX-2023/1": TWICE}, ("XX-2023/1", "- id", -1), "换一个"),
    "bad date": ({"XX-2023/1": swapped("2023-02-22", "2023-02-30")}, ("XX-2023/1", "2023-02-30"), "真实存在"),
    "tab": (
        {"XX-2023/1": swapped("    node: notice", "\tnode: notice")},
        ("XX-2023/1", "\tnode"),
        "空格",
    ),
    "not utf-8": ({"XX-2023/1": PACK}, ("XX-2023/1", "article"), "UTF-8"),
    "cut off in a line": (
        {"XX-2023/1": PACK[: PACK.index("workdays")]},
        ("XX-2023/1", "period"),
        "加一个换行",
    ),
    "cut off between two rules": ({"XX-2023/1": TWICE}, ("XX-2023/1", "met_by"), "三个英文句点"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_pack_is_refused_with_line_and_fix(kind: str, tmp_path: Path) -> None:
    before = library(tmp_path, {"YY-2022/1": PACK.replace("XX", "YY").replace("2023", "2022", 1)})
    files, (file, part, *which), fix = BAD[kind]
    folder(tmp_path, files)
    if kind == "not utf-8":
        bad = tmp_path / f"{file}.yaml"
        bad.write_bytes(bad.read_bytes().replace("三(二)1".encode(), "三(二)1".encode("gbk")))
    if kind == "cut off between two rules":
        (tmp_path / f"{file}.yaml").write_text(PACK, encoding="utf-8")
    with pytest.raises(PackErrors) as caught:
        library(tmp_path, {})
    text = files[file]
    numbers = [number for number, line in enumerate(text.splitlines(), 1) if part in line]
    found = {(error.file, error.line): error for error in caught.value.errors}
    error = found.get((f"{file}.yaml", numbers[which[0] if which else 0]))
    assert error is not None, list(map(str, caught.value.errors))
    assert fix in error.fix
    assert str(error).startswith(f"{file}.yaml:{error.line}: ")
    assert [pack.code for pack in before.packs] == ["YY-2022"]


def test_the_right_file_is_taken_so_that_each_refusal_is_for_its_fault(tmp_path: Path) -> None:
    assert line_of(PACK, "XX-D-01") > 0
    assert [pack.code for pack in library(tmp_path, {"XX-2023/1": PACK}).packs] == ["XX-2023"]
