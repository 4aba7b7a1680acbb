"""The library of packs: found, versions in order, faults of several files together, kept until a file changes."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest

from regimes.errors import PackErrors, RegimeError
from regimes.packfile import written
from regimes.packs import load_library
from tests.regimes.small_packs import NODES, PACK, VOCABULARY, folder, library, pack
from tests.regimes.test_packs import RULE_LINE, line_of, swapped


def test_the_library_finds_rules_and_versions(tmp_path: Path) -> None:
    first = swapped("{from: 2023-02-22}", "{from: 2023-02-22, to: 2023-12-31}")
    second = swapped("{from: 2023-02-22}", "{from: 2024-01-01}").replace("version: 1", "version: 2")
    second = second.replace("5 workdays", "3 workdays")
    found = library(tmp_path, {"XX-2023/1": first, "XX-2023/2": second})

    assert found.pack("XX-2023").version == 2
    assert found.pack("XX-2023", 1).version == 1
    in_2023 = found.in_force("XX-2023", dt.date(2023, 12, 31))
    assert in_2023 is not None
    assert in_2023.version == 1
    assert found.in_force("XX-2023", dt.date(2022, 1, 1)) is None
    assert str(found.deadline("XX-D-01", dt.date(2023, 5, 1))[1].period[0]) == "5 workdays"
    assert str(found.deadline("XX-D-01")[1].period[0]) == "3 workdays"
    for wrong, message in (("XX-D-1", "XX-D-01"), ("???", "核对编号")):
        with pytest.raises(RegimeError) as caught:
            found.rule(wrong)
        assert message in str(caught.value.fix)
    with pytest.raises(RegimeError, match="没有规则包"):
        found.pack("XX-2024")
    with pytest.raises(RegimeError, match="没有第 9 版"):
        found.pack("XX-2023", 9)


def test_a_guard_is_not_a_deadline(tmp_path: Path) -> None:
    guard = "guards: [{id: XX-G-1, article: 一, statement: 无, on: close_case, require: default_judgment, refusal: 不}]\n"
    with pytest.raises(RegimeError, match="不是期限规则"):
        library(tmp_path, {"XX-2023/1": PACK + guard}).deadline("XX-G-1")


def test_versions_that_overlap_are_refused(tmp_path: Path) -> None:
    first = swapped("{from: 2023-02-22}", "{from: 2023-02-22, to: 2024-06-30}")
    second = swapped("{from: 2023-02-22}", "{from: 2024-01-01}").replace("version: 1", "version: 2")
    with pytest.raises(PackErrors) as caught:
        library(tmp_path, {"XX-2023/1": first, "XX-2023/2": second})
    error = caught.value.errors[0]
    assert (error.file, error.line, error.key) == (
        "XX-2023/2.yaml",
        line_of(second, "effective"),
        "effective",
    )
    assert "重叠" in error.message
    assert "XX-2023/1.yaml" in error.fix
    assert "2023-12-31" in error.fix


def test_a_version_that_begins_no_later_than_the_one_before_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackErrors, match="第2版不晚于第1版施行"):
        library(tmp_path, {"XX-2023/1": PACK, "XX-2023/2": PACK.replace("version: 1", "version: 2")})


def test_a_version_without_an_end_ends_on_the_day_before_the_next(tmp_path: Path) -> None:
    second = swapped("{from: 2023-02-22}", "{from: 2024-01-01}").replace("version: 1", "version: 2")
    second = second.replace("5 workdays", "3 workdays")
    found = library(tmp_path, {"XX-2023/1": PACK, "XX-2023/2": second})
    for day, version, period in (
        (dt.date(2023, 2, 22), 1, "5 workdays"),
        (dt.date(2023, 12, 31), 1, "5 workdays"),
        (dt.date(2024, 1, 1), 2, "3 workdays"),
    ):
        in_force = found.in_force("XX-2023", day)
        assert in_force is not None
        assert in_force.version == version
        assert str(found.deadline("XX-D-01", day)[1].period[0]) == period
    assert found.pack("XX-2023", 1).digest == pack().digest


def test_one_id_in_two_packs_is_refused(tmp_path: Path) -> None:
    other = PACK.replace("XX-2023", "YY-2023")
    with pytest.raises(PackErrors) as caught:
        library(tmp_path, {"XX-2023/1": PACK, "YY-2023/1": other})
    error = caught.value.errors[0]
    assert (error.file, error.line, error.key) == ("YY-2023/1.yaml", RULE_LINE, "XX-D-01.id")
    assert "XX-2023/1.yaml" in error.message
    assert error.fix


def test_faults_of_several_files_come_together(tmp_path: Path) -> None:
    broken = PACK.replace("XX-", "YY-").replace("5 workdays", "soon")
    misplaced = PACK.replace("version: 1", "version: 2")
    with pytest.raises(PackErrors) as caught:
        library(tmp_path, {"XX-2023/1": misplaced, "ZZ/1": broken, "YY-2023/1": broken})
    assert [(error.file, error.key) for error in caught.value.errors] == [
        ("XX-2023/1.yaml", "version"),
        ("YY-2023/1.yaml", "deadlines[YY-D-01].period"),
        ("ZZ/1.yaml", "deadlines[YY-D-01].period"),
    ]
    assert "XX-2023/1.yaml:1: version" in str(caught.value)


def test_a_pack_in_the_wrong_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackErrors) as caught:
        library(tmp_path, {"ZZ/1": PACK})
    assert caught.value.errors[0].key == "pack"
    assert "与所在目录 ZZ 不一致" in caught.value.errors[0].message


def test_the_library_is_kept_until_a_file_changes(tmp_path: Path) -> None:
    path = folder(tmp_path, {"XX-2023/1": PACK})
    first = load_library(path)
    assert load_library(path) is first
    file = path / "XX-2023" / "1.yaml"
    file.write_text(written(swapped("5 workdays", "6 workdays")), encoding="utf-8")
    os.utime(file, ns=(1, 1))
    assert str(load_library(path).deadline("XX-D-01")[1].period[0]) == "6 workdays"
    (path / "nodes.yaml").write_text(NODES.replace("notice:", "note:"), encoding="utf-8")
    with pytest.raises(PackErrors, match="没有这个节点"):
        load_library(path)


def test_a_faulty_vocabulary_stops_the_library(tmp_path: Path) -> None:
    path = folder(tmp_path, {"XX-2023/1": PACK})
    (path / "vocabulary.yaml").write_text(VOCABULARY.replace("[case_filed]", "[case_fild]"), encoding="utf-8")
    with pytest.raises(PackErrors, match="是否想写 case_filed"):
        load_library(path)
