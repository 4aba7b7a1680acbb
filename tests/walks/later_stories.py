"""Small stories of the journeys whose pieces of work are still to come: what the rules of today already time.

Each proves the rows that are purely clocks; the rest of its journey waits under the title that will build it.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import openpyxl

from approvals.actions.requests import assent
from approvals.models import Request
from cases.models import Access, Case, Party
from cases.snapshot import lock_case
from closing.actions.closing import close_case, request_termination, review_termination
from closing.models import TerminationReview
from deadlines.models import Deadline
from deadlines.sweep import sweep
from events import relay
from kernel import time
from measures.actions.controlling import deduct
from measures.actions.finding import Found, add_property
from measures.models import Property
from notices.models import Message
from petitions.actions.petitions import answer_orally
from petitions.actions.replies import ask_reply, hear_panel, issue_reply
from petitions.models import Letter, Petition
from regimes.explain import explain
from regimes.nodes import load_nodes
from supervision.actions.inspections import draw_samples, finalise, hand_section
from supervision.board import Asked
from supervision.longpending import long_pending
from supervision.overdue import lines
from tests.factories.cases import (
    House,
    applicant,
    assign,
    complete,
    filed,
    filing,
    house,
    key,
    respondent,
)
from tests.factories.courts import court, person
from tests.factories.inspections import bureau, by, planned
from tests.factories.pages import client_of, hidden
from tests.walks.central_stories import central_affairs, two_speeds
from tests.walks.indicator_stories import figures
from tests.walks.money_stories import fund_desk, unclaimed
from tests.walks.stage import Story, control, due, feedback, on, refused
from tests.walks.test_e2e_02 import enquiries, hold_interview

TERMINATION = "terminated_this_procedure"


def told_in_house(home: House, case: Case, rule: str) -> int:
    """How many in-house notices the handler has of a rule's clock."""
    return Message.objects.filter(case_id=case.pk, rule_id=rule, to_user=home.handler).count()


def flagged(case: Case, rule: str, on_day: str) -> bool:
    """Whether the detector's clock counts as late on a court-local day."""
    start = time.at_local(dt.date.fromisoformat(on_day))
    return Deadline.objects.filter(
        case_id=case.pk, rule_id=rule, state="running", overdue_at__lt=start + dt.timedelta(days=1)
    ).exists()


def command_centre(story: Story) -> None:
    """E2E-08: a reminder two workdays before, the long-pending ledger, an uncontrolled property."""
    numbered = [node for node in load_nodes() if not node.exception]
    story.expect(
        "node set: 37 nodes, each with stage and owner",
        lambda: len(numbered) == 37 and all(node.stage and node.owner for node in numbered),
    )
    home = house(features=("haidian",))
    with on("2023-04-24 09:30"):
        # Filed before the document and entered after it: the ledger covers every open case.
        old = filed(home, filing("2023-01-10", imported=True))
        assign(home, old)
        fresh = filed(home, filing("2023-04-24"))
        assign(home, fresh)
    with on("2023-04-26 23:50"):
        sweep()
        early = told_in_house(home, fresh, "JZ-D-01")
    with on("2023-04-27 09:00"):
        sweep()
    story.expect(
        "reminder: at 2 workdays before 2023-05-04",
        lambda: early == 0 and told_in_house(home, fresh, "JZ-D-01") == 1,
    )
    with on("2023-06-09 23:50"):
        sweep()
        early_warning = told_in_house(home, old, "JZ-D-17")
    with on("2023-06-10 09:00"):
        sweep()
    story.expect(
        "long-pending: warning was given 2023-06-10",
        lambda: early_warning == 0 and told_in_house(home, old, "JZ-D-17") == 1,
    )
    story.expect(
        "long-pending: not in the ledger on 2023-07-10", lambda: not flagged(old, "JZ-D-17", "2023-07-10")
    )
    story.expect("long-pending: in the ledger on 2023-07-11", lambda: flagged(old, "JZ-D-17", "2023-07-11"))
    with on("2025-02-10 09:30"):
        late = filed(home, filing("2025-02-10"))
        assign(home, late)
    with on("2025-03-01"):
        party = Party.objects.get(case=late, role="respondent")
        found = Found(party.pk, "vehicle", "小型轿车", Decimal("30000.00"))
        add_property(
            case_id=late.pk,
            item=found,
            source="declaration",
            on=time.today(),
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
    story.expect(
        "five-over: property found 2025-03-01 flagged on 2025-03-17",
        lambda: flagged(late, "HD-D-01", "2025-03-17") and not flagged(late, "HD-D-01", "2025-03-16"),
    )
    with on("2025-03-17"):
        client = client_of(home.president)
        start = client.get("/")["Location"]
        rolled = [client.get(path).content.decode() for path in (start, "/supervision/screen")]
    story.expect(
        "five-over: on the home page and the big screen",
        lambda: all("data-rolled" in text and late.number in text for text in rolled),
    )
    late_by(story, house())
    figures(story)
    inspected(story)
    stuck(story, home, old)


def inspected(story: Story) -> None:
    """季度检查 2023Q2 on the last day of the quarter: six subjects a court, final only when every one is there."""
    home = house()
    place = bureau(home)
    other = court(parent=home.court.parent)
    with on("2023-04-24 09:30"):
        assign(home, filed(home, filing("2022-03-01", imported=True)))
    with on("2023-06-30 09:00"):
        made = planned(place, courts=[home.court.pk, other.pk])
        sections = list(made.sections.values_list("court_id", "subject"))
        draw_samples(inspection_id=made.pk, all_of_small=True, **by(place.chief))
        empty = list(made.sections.filter(draws__isnull=True))
        for each in empty:
            hand_section(section_id=each.pk, note="本季度没有此类案件。", **by(place.chief))
        early = refused(lambda: finalise(inspection_id=made.pk, **by(place.chief)))
    story.expect(
        "inspection: six sections per court",
        lambda: (
            len(sections) == len(set(sections)) == 12
            and {c for c, _s in sections} == {home.court.pk, other.pk}
        ),
    )
    story.expect(
        "inspection: not final while one is missing", lambda: len(empty) == 11 and "缺 1 项检查" in early
    )


def stuck(story: Story, home: House, old: Case) -> None:
    """The long-pending ledger on 2023-08-02: one overdue case without an auction record."""
    with on("2023-08-02 09:00"):
        found = long_pending(home.centre, time.now())
    story.expect(
        "stuck: zero-auction overdue count is 1",
        lambda: [row.case.pk for row in found.rows] == [old.pk] and found.without_auction == 1,
    )


def late_by(story: Story, home: House) -> None:
    """超期节点统计表: three nodes late by 9, 4 and 1 days.

    On a Friday: the four days before the journey's own day end in a holiday, on which no such clock ends.
    """
    for day in ("2024-05-20", "2024-05-23", "2024-05-15"):
        with on(f"{day} 09:30"):
            assign(home, filed(home, filing(day)))
    with on("2024-05-31"):
        asked = Asked(kind="enforcement_notice")
        found = lines(home.centre, asked, time.now(), time.today()).lines
    story.expect(
        "overdue table: three rows sorted 9, 4, 1 days", lambda: [line.days for line in found] == [9, 4, 1]
    )


def terminated(home: House) -> Case:
    """A case without property, brought to 终本 on 2024-08-01 with every check of the rules met."""
    with on("2024-04-15 09:30"):
        case = filed(home, filing("2024-04-15", applicant(), respondent("甲某"), facts={}))
        assign(home, case)
    with on("2024-04-18"):
        notice = {"channel": "electronic", "sent_on": "2024-04-18", "platform_ref": "E1"}
        complete(case, "enforcement_notice", home.handler, **notice, with_report_order=True)
        complete(case, "network_query_start", home.handler, on="2024-04-18", scope="national")
        feedback(home, case, "2024-04-18")
    with on("2024-05-10"):
        visit: dict[str, Any] = {"place": "某村", "place_kind": "village", "record": "无可供执行财产"}
        complete(
            case, "onsite_investigation", home.handler, on=time.today(), returned_on=time.today(), **visit
        )
        enquiries(home, case, "甲某")
        complete(
            case, "investigation_summary", home.handler, on=time.today(), outcome="none", remark="未发现财产"
        )
        complete(case, "consumption_limit", home.handler, on=time.today(), ground="未履行义务")
    with on("2024-07-30"):
        hold_interview(home, case)
        given = {"case_id": case.pk, "on": time.today(), "at": time.now()}
        request_termination(actor=home.handler, key=key(), **given)
    with on("2024-07-31"):
        review = TerminationReview.objects.get(case=case)
        review_termination(
            review_id=review.pk,
            passed=True,
            defects="",
            on=time.today(),
            actor=home.reviewer,
            at=time.now(),
            key=key(),
        )
    with on("2024-08-01"):
        close_case(
            case_id=case.pk,
            closing_type=TERMINATION,
            on=time.today(),
            ground="",
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
    return case


def pool(story: Story) -> None:
    """E2E-12: the queries of a 终本 case for five years."""
    home = house(packs=("SQ-2022",))
    case = terminated(home)
    story.expect("pool: next query 2025-02-05", lambda: due(case, "SQ-D-10") == "2025-02-05")
    story.expect(
        "pool: then 2025-08-01, 2026-02-02, 2026-08-03",
        lambda: later_queries(case)[:3] == ["2025-08-01", "2026-02-02", "2026-08-03"],
    )
    for day in ("2024-06-24", "2024-05-20", "2024-07-01"):
        with on(f"{day} 09:30"):
            assign(home, filed(home, filing(day)))
    with on("2024-08-05"):
        days = [line.days for line in lines(home.centre, Asked(), time.now(), time.today()).lines]
    story.expect(
        "overdue: table sorted by days late",
        lambda: len(set(days)) > 2 and days == sorted(days, reverse=True),
    )
    with on("2025-03-13"):
        sheet = client_of(home.centre).get("/supervision/overdue.xlsx")
        listed = lines(home.centre, Asked(), time.now(), time.today(), size=500).lines
    story.expect(
        "month: overdue list exported", lambda: exported(sheet.content) == [x.number for x in listed]
    )
    fund_desk(story)


def exported(content: bytes) -> list[str]:
    """The case numbers of an exported table."""
    rows = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(min_row=2, values_only=True)
    return [str(row[1]) for row in rows]


def later_queries(case: Case) -> list[str]:
    """What the explanation of the running clock names after its first day."""
    clock = Deadline.objects.get(case_id=case.pk, rule_id="SQ-D-10", state="running")
    locked = lock_case(case_id=case.pk)
    told = explain(
        locked.book.rule(clock.rule_id),
        dt.date.fromisoformat(clock.start[:10]),
        calendar=locked.calendar,
        pack=locked.book.pack_of(clock.rule_id),
    )
    return [day.isoformat() for day in told.result.dues[1:]]


def coercion(story: Story) -> None:
    """E2E-09: the applicant writes to the judge on a Friday evening; nobody answers."""
    home = house(packs=(), features=("haidian",))
    with on("2025-02-10 09:00"):
        case = filed(home, filing("2025-02-10"))
        assign(home, case)
    with on("2025-03-07 18:30"):
        party = Party.objects.get(case=case, role="applicant")
        user = person(kind="party", name=party.name)
        Access.objects.create(user=user, case=case, side="applicant", party=party)
        page = f"/my/cases/{case.pk}/letters/"
        client = client_of(user)
        form = client.get(page)
        given = {name: hidden(form, name) for name in ("act_key", "party")}
        client.post(page, {**given, "topic": "progress", "words": "请问什么时候能执行到位？"})
    letter = Letter.objects.get(case=case)
    clock = Deadline.objects.get(subject_id=letter.subject_id)
    story.expect(
        "message: answer due 2025-03-08 18:30",
        lambda: f"{time.local(clock.due_at):%F %H:%M}" == "2025-03-08 18:30",
    )
    told = Message.objects.filter(to_user=home.leader, rule_id="HD-D-03")
    with on("2025-03-08 18:29"):
        sweep()
        early = told.count()
    with on("2025-03-08 18:31"):
        sweep()
    story.expect("message: overdue goes to the leader", lambda: early == 0 and told.count() == 1)
    refusal(story)


def refusal(story: Story) -> None:
    """The respondent hides a car: consumption is limited; what his account holds is deducted."""
    home = house(packs=("LY-2021",), features=("tianjin",))
    with on("2025-04-14 09:00"):
        case = filed(home, filing("2025-04-14"))
        assign(home, case)
    with on("2025-04-21"):
        notice = {"channel": "electronic", "sent_on": "2025-04-21", "platform_ref": "E1"}
        complete(case, "enforcement_notice", home.handler, **notice, with_report_order=True)
        complete(case, "network_query_start", home.handler, on="2025-04-21", scope="national")
        feedback(home, case, "2025-04-21", ("bank_account", "尾号1001", "5000.00"))
        complete(case, "consumption_limit", home.handler, on="2025-04-21", ground="隐匿车辆")
    both = {"applicant", "respondent"}
    story.expect("refusal: consumption limit pushed", lambda: told_of(case, "LY-P-04") == both)
    with on("2025-04-22"):
        control(home, case, "freeze", "尾号1001")
        account = Property.objects.get(case=case, label="尾号1001").pk
        deduct(
            case_id=case.pk,
            amounts=[(account, Decimal("5000.00"))],
            on=time.today(),
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
    story.expect("deduction: applicant told of 5,000", lambda: "applicant" in told_of(case, "TJ-P-07"))


def told_of(case: Case, rule: str) -> set[str]:
    """To which sides a rule's push went."""
    sent = Message.objects.filter(about=case.about, rule_id=rule, state__in=("waiting", "sent"))
    return set(sent.values_list("audience", flat=True))


def petitioner(story: Story) -> None:
    """E2E-07: a visitor asks for two things; one is answered at once, the other goes to the panel."""
    home = house(packs=("JZ-2023",))
    officer = person(home.court, "petition_officer", name="尤信访")
    with on("2023-04-24 09:00"):
        case = filed(home, filing("2023-04-24"))
        assign(home, case)

    def visit(demand: str) -> Petition:
        client = client_of(officer)
        address = f"/petitions/new/{case.pk}/"
        given = {
            "act_key": hidden(client.get(address), "act_key"),
            "channel": "visit",
            "level": "basic",
            "kind": "litigation",
            "received_on": "2023-06-16",
            "name": "张三",
            "demand": demand,
        }
        client.post(address, given)
        return Petition.objects.get(demand=demand)

    with on("2023-06-16 10:00"):
        progress, auction = visit("请说明评估进展。"), visit("请尽快拍卖房屋。")
        answer_orally(petition_id=progress.pk, words="已当场说明。", actor=officer, at=time.now(), key=key())
    clocks = Deadline.objects.filter(rule_id="JZ-D-16")
    story.expect(
        "visit: part answered at once ends its clock",
        lambda: [row.subject_id for row in clocks.filter(state="running")] == [auction.subject_id],
    )
    story.expect(
        "visit: written reply due 2023-06-28",
        lambda: clocks.get(subject_id=auction.subject_id).due_on == dt.date(2023, 6, 28),
    )

    def send() -> object:
        return issue_reply(petition_id=auction.pk, actor=officer, at=time.now(), key=key())

    with on("2023-06-20 10:00"):
        without_panel = refused(send)
        hear_panel(
            petition_id=auction.pk,
            on=dt.date(2023, 6, 20),
            members="王平、李明、赵云",
            opinion="评估后即拍卖。",
            actor=officer,
            at=time.now(),
            key=key(),
        )
        ask_reply(petition_id=auction.pk, words="评估后即拍卖。", actor=officer, at=time.now(), key=key())
        without_director = refused(send)
    with on("2023-06-26 10:00"):
        request = Request.objects.get(kind="petition_reply")
        assent(request_id=request.pk, actor=home.director, at=time.now(), key=key())
        while relay.run():
            pass
        send()
    story.expect(
        "visit: reply refused without panel and director",
        lambda: (
            "JZ-G-PET-01" in without_panel
            and "JZ-G-PET-01" in without_director
            and clocks.get(subject_id=auction.subject_id).state == "met"
        ),
    )


STORIES: Mapping[str, Callable[[Story], None]] = {
    "E2E-04": central_affairs,
    "E2E-06": two_speeds,
    "E2E-07": petitioner,
    "E2E-08": command_centre,
    "E2E-09": coercion,
    "E2E-10": unclaimed,
    "E2E-12": pool,
}
