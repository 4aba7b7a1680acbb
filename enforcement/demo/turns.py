"""Turns a case of the demo takes: holds, extensions, new hands, clues, and how it ends."""

from __future__ import annotations

import datetime as dt

from cases.actions.asking import ask_approval
from cases.actions.assigning import hand_over_cases, let_in, recuse, seal_case
from cases.actions.clues import receive_clue
from cases.actions.holding import resume_case, suspend_case
from closing.actions.closing import (
    archive_case,
    close_case,
    record_interview,
    request_termination,
    review_termination,
)
from closing.models import TerminationReview
from documents.models import File
from enforcement.demo.case import DemoCase
from kernel import time

TERMINATION = "terminated_this_procedure"


def suspend(case: DemoCase, ground: str) -> DemoCase:
    """中止执行."""
    return case.do(
        lambda key, day: suspend_case(
            case_id=case.case_id, ground=ground, on=day, actor=case.handler, at=time.now(), key=key
        )
    )


def resume(case: DemoCase) -> DemoCase:
    """恢复执行."""
    return case.do(
        lambda key, day: resume_case(case_id=case.case_id, on=day, actor=case.handler, at=time.now(), key=key)
    )


def _proof(case: DemoCase, name: str) -> list[int]:
    """The kept material of this name."""
    return [File.objects.filter(case_id=case.case_id, name=name).earliest("pk").pk]


def ask_extension(case: DemoCase, days: int) -> DemoCase:
    """Ask to extend the six months."""
    case.keep("拍卖公告.png")
    return case.do(
        lambda key, _day: ask_approval(
            case_id=case.case_id,
            matter="extension",
            facts={"rule": "BASE-D-04", "subject": None, "days": days, "code": "other_statutory"},
            ground="财产处置尚需时日，已进入拍卖程序。",
            files=_proof(case, "拍卖公告.png"),
            actor=case.handler,
            at=time.now(),
            key=key,
        )
    )


def ask_deduction(case: DemoCase, days: int) -> DemoCase:
    """Ask to deduct the days of a public notice that begins today."""
    case.keep("公告版面.png")
    return case.do(
        lambda key, day: ask_approval(
            case_id=case.case_id,
            matter="deduction",
            facts={
                "kind": "public_notice",
                "first": day,
                "last": day + dt.timedelta(days=days - 1),
                "rules": ["BASE-D-04"],
            },
            ground="被执行人下落不明，须公告送达。",
            files=_proof(case, "公告版面.png"),
            actor=case.handler,
            at=time.now(),
            key=key,
        )
    )


def ask_cancel(case: DemoCase) -> DemoCase:
    """Ask to cancel a case that was filed twice."""
    return case.do(
        lambda key, _day: ask_approval(
            case_id=case.case_id,
            matter="cancel_case",
            facts={},
            ground="与另案重复立案，当事人申请撤回。",
            actor=case.handler,
            at=time.now(),
            key=key,
        )
    )


def hand_over(case: DemoCase) -> DemoCase:
    """移交 to another handler of the court."""
    return case.do(
        lambda key, _day: hand_over_cases(
            case_ids=[case.case_id],
            owner=_next_handler(case),
            team=case.bench.units[case.team],
            reason="原承办人岗位调整。",
            actor=case.who("command_centre"),
            at=time.now(),
            key=key,
        )
    )


def withdraw_handler(case: DemoCase) -> DemoCase:
    """回避."""

    def verb(key: str, _day: dt.date) -> object:
        return recuse(
            case_id=case.case_id,
            owner=_next_handler(case),
            team=case.bench.units[case.team],
            reason="承办人系被执行人近亲属。",
            actor=case.who("bureau_director"),
            at=time.now(),
            key=key,
        )

    return case.do(verb)


def seal(case: DemoCase) -> DemoCase:
    """保密, and the leader of the team let in by name."""
    director = case.who("bureau_director")
    case.do(
        lambda key, _day: seal_case(
            case_id=case.case_id,
            sealed=True,
            reason="涉及未成年人，依申请保密。",
            actor=director,
            at=time.now(),
            key=key,
        )
    )
    return case.do(
        lambda key, _day: let_in(
            case_id=case.case_id, user=case.who("team_leader"), actor=director, at=time.now(), key=key
        )
    )


def clue(case: DemoCase, words: str, *, urgent: bool = False) -> DemoCase:
    """收到财产线索."""
    return case.do(
        lambda key, day: receive_clue(
            case_id=case.case_id,
            words=words,
            specific=True,
            urgent=urgent,
            on=day,
            actor=case.handler,
            at=time.now(),
            key=key,
        )
    )


def summarise(case: DemoCase, outcome: str = "none") -> DemoCase:
    """财产调查结论."""
    return case.complete(
        "investigation_summary",
        case.handler,
        on="day",
        outcome=outcome,
        remark="经网络查控和实地调查，未发现可供执行的财产。",
    )


def interview(case: DemoCase) -> DemoCase:
    """终本约谈, signed."""

    def verb(key: str, day: dt.date) -> object:
        node = case.open_node("termination_interview")
        return record_interview(
            node_id=node.pk,
            seen_version=node.version,
            values={
                "time": "上午九时三十分",
                "place": f"{case.bench.court.short_name}第二约谈室",
                "interviewee": case.parties[0].name,
                "findings": "经调查未发现可供执行的财产。",
                "clues": "申请执行人暂不能提供新的财产线索。",
                "opinion": "同意终结本次执行程序。",
                "signed": True,
                "agrees": True,
            },
            on=day,
            actor=case.handler,
            at=time.now(),
            key=key,
        )

    return case.do(verb)


def ask_termination(case: DemoCase) -> DemoCase:
    """报请终本."""
    return case.do(
        lambda key, day: request_termination(
            case_id=case.case_id, on=day, actor=case.handler, at=time.now(), key=key
        )
    )


def review(case: DemoCase, defects: str = "") -> DemoCase:
    """终本卷宗把关: passed, or returned with its defects."""

    def verb(key: str, day: dt.date) -> object:
        waiting = TerminationReview.objects.get(case_id=case.case_id, result="pending")
        return review_termination(
            review_id=waiting.pk,
            passed=not defects,
            defects=defects,
            on=day,
            actor=case.who("designated_leader"),
            at=time.now(),
            key=key,
        )

    return case.do(verb)


def close(case: DemoCase, way: str = "performed", ground: str = "") -> DemoCase:
    """结案."""
    return case.do(
        lambda key, day: close_case(
            case_id=case.case_id,
            closing_type=way,
            on=day,
            ground=ground,
            actor=case.handler,
            at=time.now(),
            key=key,
        )
    )


def archive(case: DemoCase) -> DemoCase:
    """归档."""
    return case.do(
        lambda key, day: archive_case(
            case_id=case.case_id,
            on=day,
            volumes="正卷一册、副卷一册",
            actor=case.handler,
            at=time.now(),
            key=key,
        )
    )


def _next_handler(case: DemoCase) -> object:
    handlers = case.bench.handlers[case.team]
    if len(handlers) == 1:
        return case.who("team_leader")
    return handlers[(handlers.index(case.handler) + 1) % len(handlers)]
