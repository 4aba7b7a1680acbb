"""报结、审核、结案、归档: no false closing (JZ-G-CLOSE-01), no 终本 with property left or a gap in the file (JZ-G-TERM-01/02)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.actions.assigning import open_node
from cases.actions.completing import check_open, lock_node, may_do
from cases.models import Party
from cases.perform import Act, check_day, guard, known, perform
from cases.policy import in_reach, may
from cases.snapshot import Locked, lock_case
from cases.states import CaseState, ClosingType
from closing.checklist import Answer, answers, counts, derive, gaps
from closing.models import TerminationReview
from closing.policy import must_review
from courts.models import User
from events.models import Event
from funds.selectors import money_of
from kernel.errors import BadInput, Conflict, NotAllowed, WrongState

TERMINATION = ClosingType.TERMINATED_THIS_PROCEDURE


def request_termination(*, case_id: int, on: dt.date, actor: User, at: dt.datetime, key: str) -> Event:
    """报请终本: refused while a hard item of the checklist is open; each gap is named with its article.

    Raises WrongState with detail["gaps"]: [{id, title, about, source}].
    """
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if (event := known(locked, kind="termination.requested")) is not None:
            return event
        _may_close(locked, actor)
        check_day(locked, on, at)
        found = answers(locked, on=on)
        _refuse_gaps(locked, found)
        if TerminationReview.objects.filter(case=locked.case, result="pending").exists():
            raise Conflict(_("已有一份终本报请在审核。"), fix=_("等待局领导审核结果。"))
        review = TerminationReview.objects.create(
            case=locked.case, court_id=locked.case.court_id, requested_on=on, requested_by_id=actor.pk
        )
        act = Act(
            kind="termination.requested",
            key=key,
            on=on,
            rows=[review],
            data={
                "review": review.pk,
                "passed": sum(1 for a in found if a.applies and a.passed),
                "of": sum(1 for a in found if a.applies),
            },
        )
        return perform(locked, act, actor=actor, at=at)


def review_termination(
    *, review_id: int, passed: bool, defects: str, on: dt.date, actor: User, at: dt.datetime, key: str
) -> Event:
    """终本卷宗质量把关: the named leader passes the file or returns it with its defects; never one's own request."""
    case_id = TerminationReview.objects.values_list("case_id", flat=True).get(pk=review_id)
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if (event := known(locked, kind="termination.reviewed", data={"review": review_id})) is not None:
            return event
        must_review(locked, actor)
        in_reach(locked, actor)
        check_day(locked, on, at)
        review = TerminationReview.objects.select_for_update().get(pk=review_id)
        if review.result != TerminationReview.Result.PENDING:
            raise Conflict(_("这份报请已经%s。") % review.get_result_display(), fix=_("刷新页面。"))
        if review.requested_by_id == actor.pk:
            raise NotAllowed(_("不能审核自己报请的案件。"), fix=_("由指定局领导审核。"))
        if not passed and not defects.strip():
            raise BadInput(_("退回须写明问题。"), field="defects", fix=_("逐项写明需要补正的内容。"))
        review.result = TerminationReview.Result.PASSED if passed else TerminationReview.Result.RETURNED
        review.decided_on, review.decided_by_id, review.defects = on, actor.pk, defects.strip()
        review.save()
        act = Act(
            kind="termination.reviewed",
            key=key,
            on=on,
            facts=[(locked.root, "leader_review_result", review.result)],
            rows=[review],
            data={"review": review_id, "passed": passed, "defects": review.defects},
        )
        return perform(locked, act, actor=actor, at=at)


def record_interview(
    *,
    node_id: int,
    seen_version: int,
    values: dict[str, Any],
    on: dt.date,
    actor: User,
    at: dt.datetime,
    key: str,
) -> Event:
    """终本约谈 (JZ-D-09): held with the applicant, signed, its record drafted.

    values: time, place, interviewee, findings, clues, opinion, signed (bool), agrees (bool).
    """
    with transaction.atomic(durable=True):
        locked, node = lock_node(node_id=node_id, actor=actor, key=key)
        if (event := known(locked, kind="node.completed", data={"node": node_id})) is not None:
            return event
        may_do(locked, actor, node)
        check_open(locked, node, seen_version)
        check_day(locked, on, at)
        for name, zh in INTERVIEW_FIELDS.items():
            if not str(values.get(name, "")).strip():
                raise BadInput(_("请填写“%s”。") % zh, field=name, fix=_("约谈笔录须记明这一项。"))
        if not values.get("signed"):
            raise BadInput(
                _("约谈笔录没有被约谈人签名。"), field="signed", fix=_("签名后再办结；电子签名也可以。")
            )
        act = Act(
            kind="node.completed",
            key=key,
            on=on,
            node=node,
            values={
                **{name: str(values[name]) for name in INTERVIEW_FIELDS},
                "signed": True,
                "agrees": bool(values.get("agrees")),
            },
            happened=[("termination_interview_done", locked.root)],
            facts=[(locked.root, "applicant_signed_termination", bool(values.get("agrees")))],
            papers=["interview_record"],
            paper_facts=_interview_facts(locked, values, on),
        )
        return perform(locked, act, actor=actor, at=at)


def close_case(
    *, case_id: int, closing_type: str, on: dt.date, ground: str, actor: User, at: dt.datetime, key: str
) -> Event:
    """结案 (执行工作规定 第64条). The guards of the rules decide; without evidence of the way of closing it is refused."""
    if closing_type not in ClosingType.values:
        raise BadInput(_("请选择结案方式。"), field="closing_type", fix=_("从六种结案方式中选择。"))
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if (event := known(locked, kind="case.closed", data={"closing_type": closing_type})) is not None:
            return event
        _may_close(locked, actor)
        check_day(locked, on, at)
        if not locked.case.is_open:
            raise Conflict(_("案件%s。") % locked.case.get_state_display(), fix=_("刷新页面查看。"))
        if locked.case.state == CaseState.SUSPENDED:
            raise WrongState(_("案件中止执行期间不能结案。"), fix=_("先办理恢复执行。"))
        recovered = money_of(locked.case.about).received
        facts = _closing_facts(locked, closing_type, on, ground, recovered)
        warnings = guard(locked, "close_case", facts)
        if locked.case.state != "running":
            locked.case.begin()
        locked.case.close(closing_type=closing_type, on=on)
        act = Act(
            kind="case.closed",
            key=key,
            on=on,
            node=open_node(locked, "closing"),
            outcome=closing_type,
            happened=[
                ("case_closed_termination" if closing_type == TERMINATION else "case_closed", locked.root)
            ],
            facts=[(locked.root, "closing_type", closing_type)],
            data={"closing_type": closing_type, "ground": ground, "recovered": f"{recovered:.2f}"},
            warnings=warnings,
        )
        if closing_type == TERMINATION:
            act.papers = ["termination_ruling"]
            act.paper_facts = _ruling_facts(locked, on, recovered, ground)
        return perform(locked, act, actor=actor, at=at)


def archive_case(*, case_id: int, on: dt.date, volumes: str, actor: User, at: dt.datetime, key: str) -> Event:
    """归档."""
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if (event := known(locked, kind="case.archived")) is not None:
            return event
        if not actor.scope.holds(locked.case.owner_id):
            may(actor, "archive", "W", _("归档"))
        in_reach(locked, actor)
        check_day(locked, on, at)
        if locked.case.state != "closed":
            raise WrongState(_("案件还没有结案，不能归档。"), fix=_("先办理结案。"))
        if on < (locked.case.closed_on or on):
            raise BadInput(_("归档日期早于结案日期。"), field="on", fix=_("核对日期。"))
        warnings = guard(locked, "archive_case", {"closing_type": locked.case.closing_type})
        locked.case.archive(on=on)
        act = Act(
            kind="case.archived",
            key=key,
            on=on,
            node=open_node(locked, "archive"),
            values={"volumes": volumes},
            happened=[("case_archived", locked.root)],
            warnings=warnings,
        )
        return perform(locked, act, actor=actor, at=at)


INTERVIEW_FIELDS = {
    "time": _("约谈时间"),
    "place": _("约谈地点"),
    "interviewee": _("被约谈人"),
    "findings": _("财产情况"),
    "clues": _("财产线索"),
    "opinion": _("申请执行人意见"),
}


def _may_close(locked: Locked, actor: User) -> None:
    if not actor.scope.holds(locked.case.owner_id):
        raise NotAllowed(_("结案由承办人办理。"), fix=_("请承办人办理，或先移交案件。"))


def _refuse_gaps(locked: Locked, found: list[Answer]) -> None:
    facts = {**counts(found), "closing_type": TERMINATION}
    open_gaps = gaps(found)
    own = [gap for gap in open_gaps if gap.own]
    try:
        guard(locked, "report_closing", facts)
        if not own:
            return
        code = "JZ-G-TERM-02" if any(g.rule_id.startswith("JZ") for g in own) else own[0].rule_id
    except WrongState as refused:
        code = refused.code
    raise WrongState(
        _("终本条件还差 %(count)s 项：%(names)s。")
        % {"count": len(open_gaps), "names": "；".join(_name(gap) for gap in open_gaps)},
        code=code,
        fix=_("逐项补齐后再报请。"),
        detail={
            "gaps": [
                {"id": g.rule_id, "title": g.title, "about": g.about, "source": g.source} for g in open_gaps
            ]
        },
    )


def _name(gap: Answer) -> str:
    return f"{gap.title}（{gap.about}）" if gap.about else gap.title


def _closing_facts(
    locked: Locked, closing_type: str, on: dt.date, ground: str, recovered: Decimal
) -> dict[str, Any]:
    facts: dict[str, Any] = {"closing_type": closing_type}
    settled = bool(locked.facts.get(locked.root, {}).get("settlement_recorded"))
    if closing_type == ClosingType.PERFORMED:
        facts["closing_evidence_present"] = settled or recovered >= locked.case.claim_amount
    elif closing_type == TERMINATION:
        found = answers(locked, on=on, closing=True)
        facts |= counts(found)
        review = TerminationReview.objects.filter(case=locked.case).order_by("-id").first()
        facts["leader_review_result"] = review.result if review else "pending"
        facts["open_disposable_property_count"] = derive(locked, on=on)["open_disposable_property_count"]
        facts["closing_evidence_present"] = review is not None and review.result == "passed"
    else:
        facts["closing_evidence_present"] = bool(ground.strip())
    return facts


def _interview_facts(locked: Locked, values: dict[str, Any], on: dt.date) -> dict[str, Any]:
    return {
        "held_on": on,
        "held_time": values["time"],
        "place": values["place"],
        "interviewee": values["interviewee"],
        "interviewee_role": _("申请执行人"),
        "measures": measures_taken(locked),
        "findings": [values["findings"]],
        "clues": values["clues"],
        "opinion": values["opinion"],
    }


def measures_taken(locked: Locked) -> list[str]:
    """What has been done in the case, one line each, for the record and the ruling."""
    lines = []
    for node in sorted(locked.nodes.values(), key=lambda n: (n.done_on or dt.date.max, n.pk)):
        if node.state == "done" and node.done_on:
            lines.append(
                f"{node.done_on.isoformat()} {locked.book.node(node.kind).zh}（{locked.labels[node.subject_id]}）"
            )
    return lines


def _ruling_facts(locked: Locked, on: dt.date, recovered: Decimal, ground: str) -> dict[str, Any]:
    interviews = [n for n in locked.nodes.values() if n.kind == "termination_interview" and n.state == "done"]
    interview = interviews[-1] if interviews else None
    values = interview.values if interview else {}
    return {
        "recovered_amount": recovered,
        "unpaid_amount": max(locked.case.claim_amount - recovered, Decimal(0)),
        "elements": [
            [locked.book.node(n.kind).zh, n.done_on.isoformat(), locked.labels[n.subject_id]]
            for n in sorted(locked.nodes.values(), key=lambda n: (n.done_on or dt.date.max, n.pk))
            if n.state == "done" and n.done_on
        ],
        "findings": values.get("findings", ""),
        "interviewed_on": interview.done_on if interview and interview.done_on else on,
        "opinion": values.get("opinion", ""),
        "ground": ground or _("申请执行人签字确认"),
        "respondents": list(
            Party.objects.filter(case=locked.case, role="respondent")
            .order_by("id")
            .values_list("name", flat=True)
        ),
    }
