"""A vocabulary and packs small enough to read, written to a folder as the real ones are."""

from __future__ import annotations

from pathlib import Path

from regimes.errors import PackError, PackErrors
from regimes.packfile import written
from regimes.packs import Library, Pack, load_library, parse_pack
from regimes.vocabulary import parse_vocabulary

VOCABULARY = """\
facts:
  service_channel: {zh: 送达方式, type: enum, values: {electronic: 电子送达, postal: 邮寄送达}}
  fund_amount: {zh: 案款金额, type: number, unit: 元}
  claim_amount: {zh: 申请金额, type: number, unit: 元}
  default_judgment: {zh: 缺席判决, type: boolean}
  case_class: {zh: 繁简类别, type: enum, values: {simple: 简案, ordinary: 繁案}}
  case_kind: {zh: 案由, type: enum, values: {civil: 民事, labour: 劳动}, multiple: true}
events:
  case_filed: {zh: 立案}
  case_received: {zh: 收案, implied_by: [case_filed]}
  notice_sent: {zh: 发出执行通知}
  case_closed: {zh: 结案}
duties: {enforcement_notice: 执行通知, closing: 结案}
intervals: {suspension: 中止执行, deduction_approved: 批准扣除}
roles: {handler: 承办人, team_leader: 团队长, applicant: 申请执行人, respondent: 被执行人}
subjects: {case: 案件, respondent: 被执行人}
actions: {close_case: 结案}
matters: {extension: 延长}
measures: {cases_closed: 结案数, cases_received: 收案数}
schedule_days: {month_end: 月末}
stages: {control: 控制, archive: 归档}
flags: {late: 超期}
flag_groups: {five_over: 五超}
ladders:
  default: {zh: 一般期限, ours: yes, rungs: [{before: 2 workdays, to: [handler]}, {on: due, to: [handler]}]}
"""

NODES = """\
nodes:
  notice: {zh: 执行通知}
  closing: {zh: 结案}
"""

HEAD = """\
pack: XX-2023
version: 1
title: 试行方案
court: 某中院
document: 某中法〔2023〕1号
effective: {from: 2023-02-22}
verified: {by: 项目组, on: 2026-11-20}
"""

RULE = """\
deadlines:
  - id: XX-D-01
    article: 三(二)1
    statement: 收案后五个工作日内发出执行通知。
    duty: enforcement_notice
    node: notice
    start: case_received
    when: service_channel == electronic
    period: 5 workdays
    met_by: notice_sent
"""

PACK = HEAD + RULE

WORDS = parse_vocabulary(VOCABULARY)
NODE_IDS = frozenset({"notice", "closing"})


def pack(text: str = PACK, name: str = "XX-2023/1.yaml") -> Pack:
    """Parse a pack against the small vocabulary."""
    return parse_pack(text, name, WORDS, NODE_IDS)


def faults(text: str) -> list[PackError]:
    """The faults of a pack; none if it is right."""
    try:
        pack(text)
    except PackErrors as found:
        return list(found.errors)
    return []


def folder(path: Path, packs: dict[str, str]) -> Path:
    """Write vocabulary, nodes and packs ("XX-2023/1" -> text) under a folder; a text that ends in a line is cut off."""
    (path / "vocabulary.yaml").write_text(VOCABULARY, encoding="utf-8")
    (path / "nodes.yaml").write_text(NODES, encoding="utf-8")
    for name, text in packs.items():
        file = path / f"{name}.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(written(text) if text.endswith("\n") else text, encoding="utf-8")
    return path


def library(path: Path, packs: dict[str, str]) -> Library:
    """Write and load."""
    return load_library(folder(path, packs))
