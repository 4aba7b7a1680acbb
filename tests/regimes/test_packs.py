"""Packs: what a right one holds, and that every kind of fault is named with file, line, key and advice."""

# ruff: noqa: E501 - the YAML samples keep one rule on one line

from __future__ import annotations

import datetime as dt

import pytest

from regimes.amounts import parse_period
from regimes.periods import Repeat
from regimes.rules import DeadlineRule, GuardRule, MetBy
from tests.regimes.small_packs import HEAD, PACK, RULE, faults, pack

RULE_LINE = HEAD.count("\n") + 2


def swapped(old: str, new: str, text: str = PACK) -> str:
    """The pack with one text replaced; the old text must be there once."""
    assert text.count(old) == 1, old
    return text.replace(old, new)


def added(line: str) -> str:
    """The pack with one more key on its rule."""
    return PACK + f"    {line}\n"


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def test_a_right_pack_is_read_whole() -> None:
    found = pack()
    rule = found.rule("XX-D-01")
    assert isinstance(rule, DeadlineRule)
    assert (found.code, found.version, found.name) == ("XX-2023", 1, "XX-2023/1")
    assert found.effective_from == dt.date(2023, 2, 22)
    assert found.effective_to is None
    assert (rule.source, rule.line) == ("某中法〔2023〕1号 三(二)1", RULE_LINE)
    assert (rule.start, rule.node, rule.period) == ("case_received", "notice", parse_period("5 workdays"))
    assert rule.met_by == MetBy("all", ("notice_sent",))
    assert (rule.verified, rule.verified_by, rule.verified_on) == (True, "项目组", dt.date(2026, 11, 20))
    assert [rung.chinese for rung in rule.ladder.rungs] == ["到期前2个工作日", "到期当日"]
    assert found.text == PACK
    assert len(found.digest) == 64
    assert found.digest != pack(PACK + "# 注\n").digest


@pytest.mark.parametrize(
    ("text", "part", "key", "message", "fix"),
    [
        pytest.param(
            swapped("    period: 5 workdays", "    peroid: 5 workdays"),
            "peroid", "deadlines[XX-D-01].peroid", "不认识的键“peroid”", "是否想写 period？",
            id="misspelt key",
        ),
        pytest.param(
            swapped("document:", "documnet:"), "documnet", "documnet", "不认识的键", "是否想写 document？",
            id="misspelt key of the head",
        ),
        pytest.param(
            swapped("service_channel ==", "service_chanel =="),
            "chanel", "deadlines[XX-D-01].when", "没有这个事实“service_chanel”", "是否想写 service_channel？",
            id="unknown fact",
        ),
        pytest.param(
            swapped("start: case_received", "start: case_recieved"),
            "recieved", "deadlines[XX-D-01].start", "没有这个事件“case_recieved”", "是否想写 case_received？",
            id="unknown event",
        ),
        pytest.param(
            swapped("met_by: notice_sent", "met_by: {all: [notice_sent, ntice]}"),
            "ntice]", "deadlines[XX-D-01].met_by.all", "没有这个事件“ntice”", "是否想写 notice_sent？",
            id="unknown event that ends a duty",
        ),
        pytest.param(
            swapped("node: notice", "node: notise"),
            "notise", "deadlines[XX-D-01].node", "没有这个节点“notise”", "是否想写 notice？",
            id="unknown node",
        ),
        pytest.param(
            swapped("duty: enforcement_notice", "duty: enforcement_notise"),
            "notise", "deadlines[XX-D-01].duty", "没有这个事项", "是否想写 enforcement_notice？",
            id="unknown duty",
        ),
        pytest.param(
            added("role: handlr"), "handlr", "deadlines[XX-D-01].role", "没有这个角色", "是否想写 handler？",
            id="unknown role",
        ),
        pytest.param(
            added("ladder: defalt"), "defalt", "deadlines[XX-D-01].ladder", "没有这个提醒阶梯", "default？",
            id="unknown ladder",
        ),
        pytest.param(
            added("excludes: [suspention]"),
            "suspention", "deadlines[XX-D-01].excludes", "没有这个期间种类", "是否想写 suspension？",
            id="unknown interval",
        ),
        pytest.param(
            swapped("duty: enforcement_notice", "duty: closing\n    duty: closing"),
            "    duty: closing\n    duty", "deadlines[1].duty", "重复", "删去其中一处",
            id="duplicate key",
        ),
        pytest.param(
            swapped("when: service_channel == electronic", "when: service_channel >= 5"),
            "when:", "deadlines[XX-D-01].when", "是选项，不能比较大小", "只能用 ==",
            id="wrong type in a condition",
        ),
        pytest.param(
            swapped("when: service_channel == electronic", "when: fund_amount <= -1"),
            "when:", "deadlines[XX-D-01].when", "不会是负数", "不小于零",
            id="negative amount in a condition",
        ),
        pytest.param(
            swapped("5 workdays", "-5 workdays"),
            "-5", "deadlines[XX-D-01].period", "期间不能是负数", "写正数",
            id="negative period",
        ),
        pytest.param(
            swapped("5 workdays", "five moons"),
            "five", "deadlines[XX-D-01].period", "看不懂期间“five moons”", "写成 5 workdays",
            id="bad period text",
        ),
        pytest.param(
            swapped("    article: 三(二)1\n", ""),
            "- id", "deadlines[XX-D-01].article", "没有写条款（article）", "写明依据的条款",
            id="missing article",
        ),
        pytest.param(
            swapped("    start: case_received\n", ""),
            "- id", "deadlines[XX-D-01].start", "没有写起算事件", "start: case_received",
            id="missing start",
        ),
        pytest.param(
            swapped("    period: 5 workdays\n", ""),
            "- id", "deadlines[XX-D-01].period", "没有写期间", "period: 5 workdays",
            id="missing period",
        ),
        pytest.param(
            swapped("effective: {from: 2023-02-22}", "effective: {from: 2023-02-30}"),
            "2023-02-30", "effective.from", "不存在的日期“2023-02-30”", "真实存在的日期",
            id="impossible date",
        ),
        pytest.param(
            swapped("effective: {from: 2023-02-22}", "effective: {from: 2023-02-22, to: 2022-01-01}"),
            "effective", "effective.to", "早于起始日", "核对施行期间",
            id="window that ends before it begins",
        ),
        pytest.param(
            swapped("version: 1", "version: one"), "one", "version", "version 应当是整数，现在是文字", "只写数字",
            id="wrong type of a value",
        ),
        pytest.param(
            added("roll: nextworkday"),
            "nextworkday", "deadlines[XX-D-01].roll", "不能写“nextworkday”", "是否想写 next_workday？",
            id="unknown choice",
        ),
        pytest.param(
            added("hours: exact"), "exact", "deadlines[XX-D-01].hours", "hours 只用于", "删去 hours",
            id="hours on a day clock",
        ),
        pytest.param(
            added("date: 2023-03-31"), "2023-03-31", "deadlines[XX-D-01].date", "只有 kind: absolute", "改写",
            id="fixed date on a clock",
        ),
        pytest.param(
            added("grace: 6 months"), "grace", "deadlines[XX-D-01].grace", "只有 kind: max_length", "删去 grace",
            id="grace without a maximum",
        ),
        pytest.param(
            added("repeat: {every: 6 months, until: 5 years}"),
            "repeat", "deadlines[XX-D-01].repeat", "period 与 repeat.every 不一致", "只写 repeat",
            id="repeat against period",
        ),
        pytest.param(
            added("verified: {on: 2026-11-20}"),
            "verified: {on", "deadlines[XX-D-01].verified.by", "没有写核实人", "verified: no",
            id="verified by nobody",
        ),
        pytest.param(
            added("feature: haidian"), "haidian", "deadlines[XX-D-01].feature", "没有这个开关“haidian”", "",
            id="unknown switch",
        ),
        pytest.param(
            added("ladder: [{before: 2 workdays, on: due, to: [handler]}]"),
            "ladder", "deadlines[XX-D-01].ladder[1].to", "只能写 before、on、after 之一", "例如",
            id="rung on two sides",
        ),
    ],
)  # fmt: skip
def test_every_fault_is_named(text: str, part: str, key: str, message: str, fix: str) -> None:
    found = faults(text)
    line = text[: text.index(part)].count("\n") + 1 + part.count("\n")
    assert [(error.file, error.line, error.key) for error in found] == [("XX-2023/1.yaml", line, key)]
    assert message in found[0].message
    assert fix in found[0].fix
    assert str(found[0]).startswith(f"XX-2023/1.yaml:{line}: {key}: ")


def test_all_faults_of_a_file_are_reported_at_once_in_the_order_of_their_lines() -> None:
    broken = swapped("case_received", "nothing").replace("5 workdays", "soon").replace("三(二)1", "''")
    found = faults(broken)
    assert [error.key.rpartition(".")[2] for error in found] == ["article", "start", "period"]
    assert [error.line for error in found] == sorted(error.line for error in found)


def test_a_duplicate_id_names_the_first_place() -> None:
    found = faults(PACK + RULE.removeprefix("deadlines:\n"))
    assert len(found) == 1
    assert found[0].key == "XX-D-01.id"
    assert found[0].line == RULE_LINE + RULE.count("\n") - 1
    assert f"第{RULE_LINE}行" in found[0].message
    assert "换一个" in found[0].fix


def test_text_that_is_not_yaml_names_the_line() -> None:
    found = faults(HEAD + "deadlines: [\n")
    assert found[0].line >= HEAD.count("\n")
    assert "不是正确的 YAML" in found[0].message
    assert faults("- 1\n")[0].message == "文件不是键值结构"
    assert faults("")[0].message == "文件不是键值结构"


def test_a_section_that_is_not_a_list_and_an_entry_that_is_not_a_mapping() -> None:
    assert faults(HEAD + "deadlines: none\n")[0].message == "deadlines 应当是列表，现在是文字"
    assert faults(HEAD + "deadlines:\n  - five\n")[0].key == "deadlines[1]"


def test_the_head_must_be_there() -> None:
    found = {error.key: error.message for error in faults("title: 试行方案\n")}
    assert "没有写规则包代码" in found["pack"]
    assert "没有写版本号" in found["version"]
    assert "没有写施行日期" in found["effective"]


def test_on_is_a_key_and_no_is_a_value() -> None:
    guard = """\
guards:
  - id: XX-G-01
    article: 三
    statement: 结案前应当已发出执行通知。
    on: close_case
    if: default_judgment
    require: service_channel == electronic
    refusal: 尚未电子送达，不能结案。
    override: none
    verified: no
"""
    rule = pack(HEAD + guard).rule("XX-G-01")
    assert isinstance(rule, GuardRule)
    assert (rule.on, rule.override, rule.verified) == ("close_case", (), False)
    assert rule.when.evaluate({"default_judgment": True}) is True


def test_a_guard_that_blocks_says_what_the_user_reads() -> None:
    guard = "guards: [{id: G, article: 三, statement: 无, on: close_case, require: default_judgment}]\n"
    assert [error.key for error in faults(HEAD + guard)] == ["guards[G].refusal"]


def test_the_packs_own_roll_never_moves_a_flag_an_expiry_or_a_gap() -> None:
    def rolls(kind: str) -> str:
        text = swapped("title: 试行方案", "title: 试行方案\nroll: next_workday") + f"    kind: {kind}\n"
        rule = pack(text).deadlines[0]
        return rule.roll

    assert [rolls(kind) for kind in ("due", "right", "soft_target")] == ["next_workday"] * 3
    assert [rolls(kind) for kind in ("detector", "max_length", "min_gap", "min_elapsed")] == ["none"] * 4
    assert "不顺延" in faults(added("kind: detector") + "    roll: next_workday\n")[0].message


def test_the_other_keys_of_a_deadline() -> None:
    text = swapped("    period: 5 workdays\n", "") + (
        "    repeat: {every: 6 months, until: 5 years}\n"
        "    extension: {times: 2, each: 15 days, ask_before: 5 days}\n"
        "    warn_at: [5 months, 3 months]\n"
        "    applies_to: open_cases\n"
        "    document: 某规定\n"
        "    ladder: [{after: 1 workday, to: [team_leader]}]\n"
    )
    rule = pack(text).deadlines[0]
    assert rule.repeat == Repeat(parse_period("6 months"), parse_period("5 years"))
    assert rule.extension is not None
    assert (rule.extension.times, str(rule.extension.each), str(rule.extension.ask_before)) == (
        2, "15 days", "5 days",
    )  # fmt: skip
    assert len(rule.warn_at) == 2
    assert rule.source == "某规定 三(二)1"
    assert [rung.chinese for rung in rule.ladder.rungs] == ["逾期1个工作日"]


def test_the_other_sections() -> None:
    text = (
        HEAD
        + """\
pushes:
  - {id: XX-P-01, article: 一, statement: 立案告知双方。, on: [case_filed], to: [applicant, respondent], topic: 立案, hold: {respondent: [notice_sent]}}
checklists:
  - id: termination
    title: 终本核查
    items:
      - {id: XX-T-01, article: 一, statement: 已发出通知。, hard: yes, require: default_judgment, group: court}
classifications:
  - {id: XX-K-01, article: 一, statement: 繁简分流。, sets: case_class, otherwise: ordinary, decided_by: handler}
criteria:
  - {id: XX-C-01, article: 一, statement: 小额为简案。, class: simple, when: fund_amount <= 300000, order: 1}
conversions:
  - {id: XX-V-01, article: 一, statement: 简转繁。, from: simple, to: ordinary, on: [notice_sent], approver: team_leader}
approvals:
  - {id: XX-A-01, article: 一, statement: 延长须批准。, matter: extension, chain: [handler, team_leader]}
duties_of_roles:
  - {id: XX-R-01, article: 一, statement: 承办人发通知。, role: handler, item: 3, duty: closing, node: closing}
indicators:
  - {id: XX-I-01, article: 一, statement: 结案率。, title: 结案率, calc: [{numerator: cases_closed, denominator: cases_received + 1, at_least: 90.05}]}
stages:
  - {id: XX-G-01, article: 一, statement: 发通知后。, stage: control, entered_by: [notice_sent], left_by: [case_closed]}
flags:
  - {id: XX-F-01, article: 一, statement: 超期未发通知。, flag: late, group: five_over, duties: [enforcement_notice], cleared_by: 发出通知。}
schedules:
  - {id: XX-S-01, article: 一, statement: 月报。, who: handler, every: 1 month, on: [15, month_end], months: [3, 12]}
suggestions:
  - {id: XX-U-01, article: 一, statement: 及时答复。, wording: 及时, start: case_filed, duty: closing, period: 24 hours, hours: exact}
"""
    )
    found = pack(text)
    assert found.pushes[0].hold == {"respondent": ("notice_sent",)}
    assert found.checklists[0].items[0].hard
    assert found.classifications[0].otherwise == "ordinary"
    assert (found.criteria[0].value, found.criteria[0].sets) == ("simple", "case_class")
    assert (found.conversions[0].from_class, found.conversions[0].to_class) == ("simple", "ordinary")
    assert found.approvals[0].chain == ("handler", "team_leader")
    assert found.duties_of_roles[0].item == "3"
    assert found.indicators[0].calculations[0].at_least == 90.05
    assert (found.schedules[0].on, found.schedules[0].months) == (("15", "month_end"), (3, 12))
    assert found.suggestions[0].terms.hours == "exact"
    assert found.rule("XX-T-01") is found.checklists[0].items[0]
    assert (found.stages[0].stage, found.stages[0].left_by) == ("control", ("case_closed",))
    assert (found.flags[0].group, found.flags[0].duties) == ("five_over", ("enforcement_notice",))
    assert len(list(found.rules())) == 12


@pytest.mark.parametrize(
    ("section", "key", "message"),
    [
        ("pushes: [{id: P, article: 一, statement: 无, on: [case_field], to: [applicant]}]", "on", "没有这个事件"),
        (
            "pushes: [{id: P, article: 一, statement: 无, on: [case_filed], to: [applicant], hold: {respondent: []}}]",
            "hold.respondent", "不在接收人之中",
        ),
        ("criteria: [{id: C, article: 一, statement: 无, class: easy}]", "class", "没有这个类别“easy”"),
        ("approvals: [{id: A, article: 一, statement: 无, matter: x, chain: [handler]}]", "matter", "没有这个审批事项"),
        (
            "indicators: [{id: I, article: 一, statement: 无, calc: [{numerator: case_closed}]}]",
            "calc[1].numerator", "没有这个统计量“case_closed”",
        ),
        ("schedules: [{id: S, article: 一, statement: 无, months: [13]}]", "months", "1 到 12"),
        ("stages: [{id: G, article: 一, statement: 无, stage: contrl, entered_by: [case_filed]}]", "stage", "没有这个阶段"),
        ("stages: [{id: G, article: 一, statement: 无, stage: control}]", "entered_by", "没有写进入阶段的事件"),
        ("flags: [{id: F, article: 一, statement: 无, flag: lat, duties: [closing], cleared_by: 结案}]", "flag", "没有这个标记"),
        ("flags: [{id: F, article: 一, statement: 无, flag: late, duties: [closing]}]", "cleared_by", "没有写怎样解除"),
        ("flags: [{id: F, article: 一, statement: 无, flag: late, group: six, duties: [closing], cleared_by: 结案}]", "group", "没有这个标记的类别"),
        ("schedules: [{id: S, article: 一, statement: 无, on: [32]}]", "on", "没有这个日子“32”"),
        ("guards: [{id: G, article: 一, statement: 无, on: close_cas, require: default_judgment, refusal: 不}]",
         "on", "没有这个操作"),
    ],
)  # fmt: skip
def test_faults_of_the_other_sections(section: str, key: str, message: str) -> None:
    found = faults(HEAD + section + "\n")
    assert len(found) == 1
    assert found[0].key.endswith(f"].{key}")
    assert found[0].line == HEAD.count("\n") + 1
    assert message in found[0].message
    assert found[0].fix


def test_every_rule_of_a_collection_names_its_switch() -> None:
    text = swapped("title: 试行方案", "title: 试行方案\nfeatures: {haidian: 海淀做法}")
    assert [error.key for error in faults(text)] == ["deadlines[XX-D-01].feature"]
    assert pack(text + "    feature: haidian\n").deadlines[0].feature == "haidian"


RING = """\
  - id: XX-D-02
    article: 四
    statement: 结案后报送。
    duty: closing
    start: notice_sent
    period: 5 days
    met_by: {second}
"""


def test_deadlines_that_wait_for_each_other_are_refused() -> None:
    closing = PACK + RING.format(second="case_received")
    found = faults(closing)
    assert [(error.line, error.key) for error in found] == [
        (line_of(closing, "XX-D-02"), "deadlines[XX-D-02].met_by")
    ]
    assert "XX-D-01 → XX-D-02 → XX-D-01" in found[0].message
    assert found[0].fix


@pytest.mark.parametrize(
    "second", ["case_closed", "{any: [case_received, case_closed]}"], ids=["no ring", "a way out"]
)
def test_a_chain_of_deadlines_with_an_end_is_no_ring(second: str) -> None:
    assert len(pack(PACK + RING.format(second=second)).deadlines) == 2


def test_a_deadline_that_ends_with_its_own_start_is_refused() -> None:
    found = faults(swapped("met_by: notice_sent", "met_by: case_received"))
    assert [error.key for error in found] == ["deadlines[XX-D-01].met_by"]
    assert "刚开始就完成" in found[0].message


@pytest.mark.parametrize(
    "part",
    ["gaps: &a [缺表, *a]\n", "gaps: [&b [一], *b]\n", "campaign: &c {from: *c}\n"],
    ids=["holds itself", "put twice", "a mapping in itself"],
)
def test_parts_that_are_named_and_put_again_are_refused(part: str) -> None:
    found = [error for error in faults(PACK + part) if "引用" in error.message]
    assert len(found) == 1
    assert found[0].line == PACK.count("\n") + 1
    assert "写全" in found[0].fix


@pytest.mark.parametrize(
    "deep",
    [
        "[" * 50_000,
        "{a: " * 20_000,
        "[ [] ," * 20_000,
        "\n  " + "- " * 20_000,
        "\n" + "".join(" " * n + "a:\n" for n in range(1, 300)),
    ],
    ids=["brackets", "braces", "closed brackets between", "hyphens", "indents"],
)
def test_a_text_nested_without_end_is_refused_and_kills_no_process(deep: str) -> None:
    found = faults(PACK + "gaps: " + deep)
    assert len(found) == 1
    assert found[0].key == "（格式）"
    assert found[0].fix


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("extension: {each: -15 days}", "extension.each"),
        ("warn_at: [-5 days]", "warn_at"),
        ("excludes: 5", "excludes"),
        ("when: [service_channel]", "when"),
        ("when: 5", "when"),
        ("when: fund_amount == electronic", "when"),
        ("when: default_judgment > 3", "when"),
        ("ladder: [{before: -2 workdays, to: [handler]}]", "ladder[1].before"),
    ],
)
def test_negative_amounts_and_conditions_of_the_wrong_type(line: str, key: str) -> None:
    text = PACK.replace("    when: service_channel == electronic\n", "") + f"    {line}\n"
    found = faults(text)
    assert [error.key for error in found] == [f"deadlines[XX-D-01].{key}"]
    assert found[0].line == text.count("\n")
    assert found[0].fix
