"""papers.yaml: each paper whole, and a file that contradicts itself is refused."""

import copy

import pytest
import yaml

from documents import catalogue
from kernel.errors import BadInput


@pytest.fixture
def raw() -> dict:
    return copy.deepcopy(yaml.safe_load(catalogue.PAPERS_FILE.read_text(encoding="utf-8")))


def test_the_papers() -> None:
    assert [kind.zh for kind in catalogue.kinds().values()] == [
        "受理通知书",
        "执行通知书",
        "报告财产令",
        "冻结裁定书",
        "终本约谈笔录",
        "终结本次执行程序裁定书",
        "提存决定书",
        "参与分配方案",
        "信访书面答复",
    ]


def test_each_paper_has_basis_operative_part_and_rights() -> None:
    for kind in catalogue.kinds().values():
        assert kind.basis, kind.code
        assert kind.operative, kind.code
        assert kind.rights, kind.code
        assert any(fact.is_required for fact in kind.facts.values()), kind.code


def test_identity_and_account_numbers_are_secret_everywhere() -> None:
    for kind in catalogue.kinds().values():
        for fact in kind.facts.values():
            if any(word in fact.zh for word in ("身份信息", "账号")):
                assert fact.is_secret, f"{kind.code}.{fact.key}"


def test_an_unknown_kind_is_refused_with_what_there_is() -> None:
    with pytest.raises(BadInput, match="没有“poem”这种文书") as refusal:
        catalogue.kind("poem")
    assert "执行通知书" in str(refusal.value.fix)


@pytest.mark.parametrize(
    "line", ["冻结{nothing}", {"each": "nothing", "text": "{item}"}, "依照[cpl.nothing]"]
)
def test_a_line_that_names_nothing_is_refused(raw: dict, line: object) -> None:
    raw["papers"]["freeze_ruling"]["operative"].append(line)
    with pytest.raises(ValueError, match="freeze_ruling.*nothing"):
        catalogue.read(raw)


@pytest.mark.parametrize("change", [{"type": "number"}, {"type": "rows"}, {"typo": True}])
def test_a_fact_that_is_no_fact_is_refused(raw: dict, change: dict) -> None:
    raw["papers"]["freeze_ruling"]["facts"]["clerk"].update(change)
    with pytest.raises(ValueError, match="freeze_ruling.clerk"):
        catalogue.read(raw)
