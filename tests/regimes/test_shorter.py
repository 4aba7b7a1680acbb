"""节点期限按类别缩短 (商丘 第十三条): a court's own limit beside a rule is of the same duty and shorter, or refused with its line."""

from __future__ import annotations

import pytest

from regimes.packs import Library, PackErrors, load_library, parse_pack

LOCAL = """pack: SQ-LOCAL
version: 1
title: 商丘中院简案节点期限
document: 商丘中院局长办公会纪要
effective:
  from: 2024-01-01
verified:
  by: 郑局长
  on: 2024-01-01
deadlines:

  - id: SL-D-01
    article: 一
    statement: 简案的立案信息三个工作日内核对。
    node: filing_check
    duty: filing_check
    start: case_filed
    when: case_class == simple
    period: {period}
    met_by: {met_by}
    shortens: {shortens}
"""


def library(
    period: str = "3 workdays", met_by: str = "filing_check_done", shortens: str = "SQ-D-01"
) -> Library:
    text = LOCAL.format(period=period, met_by=met_by, shortens=shortens)
    local = parse_pack(text, "SQ-LOCAL/1.yaml")
    return Library([*load_library().packs, local])


@pytest.mark.req("SQ-58")
def test_a_shorter_limit_stands_beside_the_rule() -> None:
    _pack, rule = library().deadline("SL-D-01")
    assert rule.shortens == "SQ-D-01"


@pytest.mark.req("SQ-58")
@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"period": "6 workdays"}, "6个工作日不短于 SQ-D-01 的5个工作日"),
        ({"period": "5 workdays"}, "5个工作日不短于 SQ-D-01 的5个工作日"),
        ({"period": "3 days"}, "单位不同"),
        ({"met_by": "triage_done"}, "不是同一事项"),
        ({"shortens": "SQ-D-99"}, "没有编号为“SQ-D-99”的期限规则"),
    ],
)
def test_what_is_not_surely_shorter_is_refused_with_its_line(given: dict[str, str], words: str) -> None:
    with pytest.raises(PackErrors) as refused:
        library(**given)
    (error,) = refused.value.errors
    assert (error.file, error.line, error.key) == ("SQ-LOCAL/1.yaml", 12, "SL-D-01.shortens")
    assert words in error.message
    assert error.fix
