"""Stories of central affairs and the two speeds: queues, instructions, triage and conversion."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import DatabaseError, transaction

from approvals.actions.requests import assent
from approvals.models import Request
from cases.actions.asking import ask_approval
from cases.actions.assigning import hand_over_cases
from cases.actions.converting import assign_converted, propose_conversion, record_trigger
from cases.actions.tasks import give_sheet
from cases.actions.triage import classify_case, prepare_triage
from cases.classes import facts_of_case, questions_of
from cases.models import Case, Conversion, Fact, Node
from cases.snapshot import lock_case, read_locked
from courts.actions.organising import apply_template
from courts.models import Unit, User
from deadlines.models import Deadline
from events.models import Event
from kernel import time
from notices.models import Message
from regimes.suggestions import suggestions_of
from regimes.triage import propose
from tests.factories.cases import (
    House,
    PartyInput,
    assign,
    complete,
    filed,
    filing,
    house,
    key,
    proof,
    respondent,
)
from tests.factories.courts import person
from tests.walks.money_stories import refunded
from tests.walks.stage import Story, control, due, feedback, on, refused, state


def triaged(home: House, case: Case, track: str, on_day: str) -> None:
    """繁简分流 by the head of the command centre."""
    classify_case(
        case_id=case.pk,
        classes={"case_class": track},
        facts={},
        reason="按反馈决定",
        on=dt.date.fromisoformat(on_day),
        actor=home.centre,
        at=time.now(),
        key=key(),
    )


def proposed_class(case: Case) -> str:
    """What the rules propose for a case as it stands."""
    locked = lock_case(case_id=case.pk)
    facts = facts_of_case(locked)
    return propose(locked.book, questions_of(locked, facts)[0], facts).value


def commercial(home: House, case: Case) -> None:
    """The centre records that the case is a commercial arbitration."""
    facts = {"case_kind": ["commercial_arbitration"]}
    prepare_triage(case_id=case.pk, facts=facts, actor=home.centre, at=time.now(), key=key())


def converted(story: Story, home: House, case: Case) -> None:
    """E2E-04, the middle: routed to the fast team, an objection, the conversion, the new team."""
    fast, plain = (Unit.objects.get(court=home.court, name=name) for name in ("第一速执团队", "普执团队"))
    head = person(home.court, "team_leader", unit=fast, name="孙队长")
    quick = person(home.court, "handler", unit=fast, name="钱速执")
    judge = person(home.court, "handler", unit=plain, name="赵承办")

    def route(owner: User, team: Unit) -> None:
        given = {"owner": owner, "team": team, "reason": "分流", "actor": home.centre, "at": time.now()}
        hand_over_cases(case_ids=[case.pk], key=key(), **given)

    with on("2024-05-06 15:00"):
        story.expect(
            "triage: routing to the ordinary team refused",
            lambda: "SQ-G-ROUTE-01" in refused(lambda: route(judge, plain)),
        )
        route(quick, fast)
    story.expect(
        "triage: routed to the first fast team",
        lambda: Case.objects.get(pk=case.pk).team == fast,
    )
    with on("2024-05-08"):
        given: dict[str, Any] = {"words": "案外人异议", "on": time.today(), "actor": quick}
        record_trigger(case_id=case.pk, event="objection_filed", at=time.now(), key=key(), **given)
    story.expect(
        "objection: conversion draft appears",
        lambda: Conversion.objects.filter(case=case, state="draft", trigger="objection_filed").count() == 1,
    )
    with on("2024-05-10"):
        propose_conversion(case_id=case.pk, ground="异议已立案", actor=head, at=time.now(), key=key())
        request = Request.objects.get(about=case.about, kind="convert_class")
        assent(request_id=request.pk, words="同意", actor=home.director, at=time.now(), key=key())
    story.expect("conversion: assign due 2024-05-13", lambda: due(case, "SQ-D-09") == "2024-05-13")
    with on("2024-05-13"):
        given = {"owner": judge, "team": plain, "files": "正卷一册", "actor": home.centre}
        assign_converted(case_id=case.pk, at=time.now(), key=key(), **given)
    story.expect(
        "conversion: row in the conversion ledger",
        lambda: (
            Conversion.objects.visible_to(home.centre)
            .filter(case=case, state="assigned", from_team=fast, to_team=plain)
            .exists()
        ),
    )
    story.expect(
        "conversion: both parties told on assignment",
        lambda: (
            sorted(
                Message.objects.filter(
                    case_id=case.pk, rule_id="SQ-P-01", text__contains=f"{plain.name}赵承办"
                ).values_list("audience", flat=True)
            )
            == ["applicant", "respondent"]
        ),
    )
    story.expect(
        "takeover: close due 2024-10-28, six months from filing",
        lambda: due(case, "SQ-D-08") == "2024-10-28" and state(case, "SQ-D-07") == "cancelled",
    )


def central_affairs(story: Story) -> None:
    """E2E-04: the five-workday items, simple and ordinary limits, a deduction by its chain."""
    home = house(packs=("SQ-2022",))
    vice = person(home.court, "vice_president")
    apply_template(court=home.court, code="SQ", actor="system:test", at=time.now())
    affairs = Unit.objects.get(court=home.court, function="affairs_group")
    clerk = person(home.court, unit=affairs, post="clerk", name="王集约")
    with on("2024-04-26 09:30"):
        case, other = (
            filed(home, filing("2024-04-26", amount=amount, channel="online"))
            for amount in ("299999.00", "300000.00")
        )
        assign(home, case)
        assign(home, other)
    story.expect("filed: filing check due 2024-05-07", lambda: due(case, "SQ-D-01") == "2024-05-07")
    story.expect("filed: first reception due 2024-05-07", lambda: due(case, "SQ-D-02") == "2024-05-07")
    story.expect("filed: three papers due 2024-05-07", lambda: due(case, "SQ-D-03") == "2024-05-07")
    story.expect(
        "filed: analysis and online freeze due 2024-05-07", lambda: due(case, "SQ-D-04") == "2024-05-07"
    )
    story.expect("filed: triage due 2024-05-07", lambda: due(case, "SQ-D-05") == "2024-05-07")
    story.expect(
        "filed: BASE-D-01 shows 2024-05-06 beside the notice", lambda: due(case, "BASE-D-01") == "2024-05-06"
    )
    story.expect("filed: offline control due 2024-05-13", lambda: due(case, "SQ-D-06") == "2024-05-13")
    story.expect("filed: tasks owned by groups", lambda: queues(case, *CENTRAL) == {"affairs_group"})
    with on("2024-04-28 10:00"):
        complete(case, "filing_check", clerk, on="2024-04-28", claim_amount="wrong", errors="金额录错")
    story.expect(
        "filed: correction task to filing staff",
        lambda: queues(case, "filing_correction") == {"filing_clerk"},
    )
    instructed_freeze(story, home, case, clerk)
    with on("2024-05-06"):
        commercial(home, case)
        commercial(home, other)
        story.expect("triage: suggestion simple at 299,999", lambda: proposed_class(case) == "simple")
        story.expect("triage: suggestion ordinary at 300,000", lambda: proposed_class(other) == "ordinary")
        triaged(home, case, "simple", "2024-05-06")
        triaged(home, other, "ordinary", "2024-05-06")
    story.expect(
        "triage: simple, due 2024-05-27",
        lambda: due(case, "SQ-D-07") == "2024-05-27" and state(case, "SQ-D-05") == "met",
    )
    story.expect(
        "ordinary: close due 2024-10-28",
        lambda: (
            due(other, "SQ-D-08") == "2024-10-28"
            and not Deadline.objects.filter(case_id=other.pk, rule_id="SQ-D-07").exists()
        ),
    )
    converted(story, home, case)
    with on("2024-07-03"):
        asked = ask_approval(
            case_id=other.pk,
            matter="deduction",
            facts={
                "kind": "public_notice",
                "first": "2024-07-03",
                "last": "2024-08-01",
                "rules": ["SQ-D-08"],
            },
            ground="公告送达三十日",
            files=proof(other, home.handler),
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
    for approver in (home.leader, home.director):
        with on("2024-07-04"):
            assent(request_id=asked.pk, words="同意", actor=approver, at=time.now(), key=key())
    story.expect(
        "deduction: before approval unchanged at 2024-10-28", lambda: due(other, "SQ-D-08") == "2024-10-28"
    )
    with on("2024-07-05"):
        given = assent(request_id=asked.pk, words="同意", actor=vice, at=time.now(), key=key())
    story.expect(
        "deduction: leader, director and vice-president assent in turn",
        lambda: (
            given.chain == ["team_leader", "bureau_director", "vice_president"] and given.state == "given"
        ),
    )
    story.expect("deduction: due becomes 2024-11-25", lambda: due(other, "SQ-D-08") == "2024-11-25")


CENTRAL = (
    "filing_check",
    "first_reception",
    "enforcement_notice",
    "network_analysis",
    "triage",
    "offline_joint_control",
)
"""The nodes of SQ 第七条(一) to (六)."""


def queues(case: Case, *kinds: str) -> set[str]:
    """In which groups' queues the open nodes of these kinds lie; "" when one of them is missing."""
    found = dict(Node.objects.filter(case=case, state="open", kind__in=kinds).values_list("kind", "group"))
    return {found.get(kind, "") for kind in kinds}


def instructed_freeze(story: Story, home: House, case: Case, clerk: User) -> None:
    """A leader's task sheet, done by a clerk of the group; nobody can change who did it."""
    with on("2024-04-29 10:00"):
        give_sheet(
            node_id=Node.objects.get(case=case, kind="network_analysis", state="open").pk,
            doer=clerk,
            words="分析反馈并登记冻结",
            actor=home.leader,
            at=time.now(),
            key=key(),
        )
    with on("2024-04-29 15:30"):
        done = complete(
            case,
            "network_analysis",
            clerk,
            on="2024-04-29",
            result="账户余额不足，无可冻结",
            nothing_to_freeze=True,
        )
    story.expect(
        "instruction: trail shows instructor, doer and time",
        lambda: (
            done.data["task"]["by"] == home.leader.pk
            and done.actor == clerk.actor
            and time.local(done.at).isoformat().startswith("2024-04-29T15:30")
        ),
    )

    def edited() -> bool:
        try:
            with transaction.atomic():
                return Event.objects.filter(pk=done.pk).update(actor=home.leader.actor) == 1
        except DatabaseError:
            return False

    story.expect("instruction: entry cannot be edited", lambda: not edited())


def two_speeds(story: Story) -> None:
    """E2E-06: the limits of a fast and of a fine case, once the class is known."""
    home = house(packs=("JM-2022",))
    with on("2024-04-26 09:30"):
        lender = PartyInput(role="applicant", kind="enterprise", name="云州小额贷款公司")
        fast = filed(home, filing("2024-04-26", lender, respondent()))
        assign(home, fast)
    transactional = ("enforcement_notice", "property_report_order", "network_query_start")
    story.expect(
        "tasks: all transactional tasks belong to the affairs centre",
        lambda: queues(fast, *transactional, "provident_fund", "real_estate_enquiry") == {"affairs_group"},
    )
    locked = read_locked(fast)
    proposed = {each.rule.id: each for each in suggestions_of(locked.book, locked.state(), locked.calendar)}
    story.expect(
        "sign-in: first query due 2024-04-29 as suggested",
        lambda: (
            proposed["JM-U-02"].due_on.isoformat() == "2024-04-29"
            and not Deadline.objects.filter(case_id=fast.pk, rule_id="JM-U-02").exists()
        ),
    )
    with on("2024-05-06"):
        complete(fast, "network_query_start", home.handler, on="2024-05-06", scope="national")
        feedback(home, fast, "2024-05-06", ("bank_account", "尾号1001", "80000.00"))
        control(home, fast, "freeze", "尾号1001")
        story.expect("class: fast on the query's feedback", lambda: proposed_class(fast) == "simple")
        micro = {"case_class": "simple", "enterprise_class": "micro_loan"}
        given: dict[str, Any] = {"facts": {}, "reason": "", "on": time.today(), "actor": home.centre}
        classify_case(case_id=fast.pk, classes=micro, at=time.now(), key=key(), **given)
    story.expect(
        "class: enterprise class 涉小额贷款",
        lambda: Fact.objects.get(case=fast, key="enterprise_class").value == "micro_loan",
    )
    refunded(story, home, fast)
    with on("2024-10-31 09:30"):
        fine = filed(home, filing("2024-10-31"))
        triaged(home, fine, "ordinary", "2024-10-31")
    story.expect("class: fast case closes by 2024-06-11", lambda: due(fast, "JM-D-01") == "2024-06-11")
    story.expect(
        "class: fine case filed 2024-10-31, target 2025-02-17", lambda: due(fine, "JM-D-02") == "2025-02-17"
    )
    story.expect(
        "class: fine case filed 2024-10-31, statutory 2025-04-30",
        lambda: due(fine, "JM-D-03") == "2025-04-30",
    )
