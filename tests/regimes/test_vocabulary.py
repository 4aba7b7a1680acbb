"""The vocabulary file: what it holds and what it refuses."""

from __future__ import annotations

import pytest

from regimes.errors import PackErrors
from regimes.vocabulary import parse_vocabulary
from tests.regimes.small_packs import VOCABULARY, WORDS


def test_the_words() -> None:
    assert WORDS.facts["service_channel"].values == {"electronic": "电子送达", "postal": "邮寄送达"}
    assert WORDS.facts["case_kind"].multiple
    assert WORDS.facts["fund_amount"].unit == "元"
    assert WORDS.events["case_received"].implied_by == ("case_filed",)
    assert WORDS.duties["closing"] == "结案"
    assert WORDS.ladders["default"].ours
    assert WORDS.ladders["default"].rungs[0].to == ("handler",)


@pytest.mark.parametrize(
    ("old", "new", "key", "message", "fix"),
    [
        (
            "type: boolean}",
            "type: bool}",
            "facts.default_judgment.type",
            "不能写“bool”",
            "是否想写 boolean？",
        ),
        ("{zh: 立案}", "{type: 立案}", "events.case_filed.zh", "没有写", "写 zh"),
        ("[case_filed]", "[case_fild]", "events.case_received.implied_by", "没有这个事件", "case_filed？"),
        (
            ", values: {simple: 简案, ordinary: 繁案}",
            "",
            "facts.case_class.values",
            "没有写可选值",
            "写 values",
        ),
        (
            "before: 2 workdays",
            "before: 2 moons",
            "ladders.default.rungs[1].before",
            "不认识的时间单位",
            "可用",
        ),
        ("{on: due, to: [handler]}", "{on: due}", "ladders.default.rungs[2].to", "没有写提醒对象", "to:"),
        (
            "to: [handler]}, {on",
            "to: [hndler]}, {on",
            "ladders.default.rungs[1].to",
            "没有这个角色",
            "handler？",
        ),
        ("ours: yes", "ours: maybe", "ladders.default.ours", "应当是是/否", "写 yes 或 no"),
        ("duties: {", "dutys: {", "dutys", "不认识的键", "是否想写 duties？"),
    ],
)
def test_what_is_wrong_is_named(old: str, new: str, key: str, message: str, fix: str) -> None:
    assert VOCABULARY.count(old) == 1
    with pytest.raises(PackErrors) as caught:
        parse_vocabulary(VOCABULARY.replace(old, new), "vocabulary.yaml")
    error = next(error for error in caught.value.errors if error.key == key)
    assert (error.file, error.line) == (
        "vocabulary.yaml",
        VOCABULARY[: VOCABULARY.index(old)].count("\n") + 1,
    )
    assert message in error.message
    assert fix in error.fix
