"""What an inspection finds at a point of a case, the officer's answer, and the correction until it is verified."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from courts.calendar import calendar_for
from courts.models import User
from documents.uploads import store_upload
from events import log
from kernel import time
from kernel.errors import BadInput, Conflict, NotFound, WrongState
from notices.inapp import StaffNotice, tell_staff
from notices.states import Level
from supervision.actions.inspections import held_draw, must_be_open, text_of, write
from supervision.inspections import policy
from supervision.inspections.models import InspectionDraw, InspectionFinding
from supervision.inspections.states import FindingState, InspectionState, Result, SectionState

TOPIC = "督办"


def enter_finding(
    *,
    draw_id: int,
    point: str,
    result: str,
    seen: str = "",
    deducted: int | None = None,
    words: str = "",
    evidence: str = "",
    checked_on: dt.date | None = None,
    rectify_on: dt.date | None = None,
    actor: User,
    at: dt.datetime,
    key: str,
) -> InspectionFinding:
    """录入结论 at a point, also later than it was checked on paper (checked_on).

    seen: entered_at (ISO) of the result that the person saw, "" for none: when another stands, nobody's work is lost.
    deducted: marks, else the point's own. rectify_on: last day of the correction of a fault, else by the rule's days.
    Raises NotFound, NotAllowed, BadInput, Conflict, WrongState.
    """
    if result not in Result.values:
        raise BadInput(_("没有选择结论。"), field="result", fix=_("选择符合、有问题或者不涉及。"))
    with held_draw(draw_id, actor) as draw:
        section = draw.section
        policy.require_check(section, actor)
        standing = InspectionFinding.objects.filter(draw=draw, point=point).first()
        if log.find(section.inspection.stream, key) and standing is not None:
            return standing
        must_be_open(section)
        asked = section.point(point)
        if asked is None or draw.swapped_at is not None:
            raise BadInput(
                _("没有这个检查点，或者案件已经换出。"), field="point", fix=_("刷新页面后重新录入。")
            )
        _refuse_unseen(standing, seen)
        today = time.today(at)
        if checked_on is not None and checked_on > today:
            raise BadInput(_("检查日期晚于今天。"), field="checked_on", fix=_("填写今天或者以前的日期。"))
        found = standing or InspectionFinding(draw=draw, point=point)
        found.result, found.words = result, words.strip()
        found.evidence = evidence.strip()[:300]
        found.deducted, found.rectify_on, found.state = 0, None, ""
        if result == Result.FAULT:
            found.words = text_of(words, "words", _("没有写明问题。"), _("写明哪里不符合标准。"))
            found.deducted = _marks(asked["deduct"] if deducted is None else deducted)
            found.rectify_on = rectify_on or calendar_for(section.court_id).add_workdays(
                today, section.rule["rectify_workdays"]
            )
            found.state = FindingState.NOTED
            if found.rectify_on < today:
                raise BadInput(_("整改期限已经过去。"), field="rectify_on", fix=_("填写今天或者以后的日期。"))
        found.entered_by, found.entered_at, found.checked_on = actor, at, checked_on or today
        found.save()
        data = {"draw": draw.pk, "point": point, "result": result, "deducted": found.deducted}
        write(section.inspection, "found", actor, at, key, data)
    return found


def answer_finding(
    *, finding_id: int, words: str, actor: User, at: dt.datetime, key: str
) -> InspectionFinding:
    """申辩: whoever handles the case answers a fault, once, until the last day. Raises NotFound, NotAllowed, BadInput, WrongState."""
    words = text_of(words, "words", _("没有写明申辩意见。"), _("写明事实、理由和依据。"))
    with _held(finding_id, actor) as (found, draw):
        policy.require_answer(draw, actor)
        section = draw.section
        if log.find(section.inspection.stream, key):
            return found
        _must(found, FindingState.NOTED, FindingState.RECTIFIED)
        if found.answered_at is not None or section.inspection.state == InspectionState.FINAL:
            raise WrongState(_("已经申辩过，或者检查已经定稿。"), fix=_("刷新页面查看处理情况。"))
        if section.answer_on is None or time.today(at) > section.answer_on:
            raise WrongState(_("申辩期限已经届满。"), fix=_("请按整改期限办理整改。"))
        found.answer, found.answered_by, found.answered_at = words, actor, at
        found.save()
        write(section.inspection, "answered", actor, at, key, {"finding": found.pk})
        _tell(found, draw, found.entered_by_id, _("承办人提出申辩"), at, key)
    return found


def decide_answer(
    *, finding_id: int, keep: bool, words: str, actor: User, at: dt.datetime, key: str
) -> InspectionFinding:
    """处理申辩: the finding stands, or is withdrawn and costs nothing. Raises NotFound, NotAllowed, BadInput, WrongState."""
    words = text_of(words, "words", _("没有写明处理意见。"), _("写明是否采纳申辩和理由。"))
    with _held(finding_id, actor) as (found, draw):
        policy.require_check(draw.section, actor)
        inspection = draw.section.inspection
        if log.find(inspection.stream, key):
            return found
        if found.answered_at is None or found.decided_at is not None:
            raise WrongState(_("没有等待处理的申辩。"), fix=_("刷新页面查看最新情况。"))
        if inspection.state == InspectionState.FINAL:
            raise WrongState(_("检查已经定稿。"), fix=_("结论不再变动。"))
        found.decision, found.decided_by, found.decided_at = words, actor, at
        if not keep:
            found.state = FindingState.WITHDRAWN
        found.save()
        write(inspection, "answer_decided", actor, at, key, {"finding": found.pk, "keep": keep})
        said = _("申辩未采纳：%s") if keep else _("申辩已采纳，结论撤销：%s")
        _tell(found, draw, found.answered_by_id, said % words, at, key)
    return found


def rectify_finding(
    *,
    finding_id: int,
    words: str,
    uploads: Sequence[UploadedFile] = (),
    actor: User,
    at: dt.datetime,
    key: str,
) -> InspectionFinding:
    """整改: what was done, with at least one file that proves it. Raises NotFound, NotAllowed, BadInput, WrongState."""
    words = text_of(words, "words", _("没有写明整改情况。"), _("写明做了什么、结果如何。"))
    if not uploads:
        raise BadInput(_("没有上传整改材料。"), field="files", fix=_("上传能够证明已经整改的材料。"))
    with _held(finding_id, actor) as (found, draw):
        policy.require_answer(draw, actor)
        inspection, case = draw.section.inspection, draw.case
        if log.find(inspection.stream, key):
            return found
        _must(found, FindingState.NOTED)
        kept = [
            store_upload(
                upload=upload,
                kind="upload",
                about=case.about,
                case_id=case.pk,
                court_id=case.court_id,
                team_id=case.team_id,
                owner_id=case.owner_id,
                actor=actor.actor,
                at=at,
            ).pk
            for upload in uploads
        ]
        found.rectification, found.files = words, [*found.files, *kept]
        found.rectified_by, found.rectified_at, found.state = actor, at, FindingState.RECTIFIED
        found.save()
        late = found.rectify_on is not None and time.today(at) > found.rectify_on
        write(inspection, "rectified", actor, at, key, {"finding": found.pk, "files": kept, "late": late})
        _tell(found, draw, found.entered_by_id, _("已提交整改"), at, key)
    return found


def verify_finding(
    *, finding_id: int, passed: bool, words: str, actor: User, at: dt.datetime, key: str
) -> InspectionFinding:
    """核实整改: settled, or sent back with what is lacking. Raises NotFound, NotAllowed, BadInput, WrongState."""
    words = text_of(words, "words", _("没有写明核实意见。"), _("写明整改是否到位、还差什么。"))
    with _held(finding_id, actor) as (found, draw):
        policy.require_check(draw.section, actor)
        inspection = draw.section.inspection
        if log.find(inspection.stream, key):
            return found
        policy.require_other(found, actor)
        _must(found, FindingState.RECTIFIED)
        found.verification = words
        if passed:
            found.verified_by, found.verified_at, found.state = actor, at, FindingState.VERIFIED
        else:
            found.state = FindingState.NOTED
        found.save()
        write(inspection, "verified", actor, at, key, {"finding": found.pk, "passed": passed})
        said = _("整改已核实") if passed else _("整改被退回：%s") % words
        _tell(found, draw, found.rectified_by_id, said, at, key)
    return found


@contextmanager
def _held(finding_id: int, actor: User) -> Iterator[tuple[InspectionFinding, InspectionDraw]]:
    """A fault that this person may see, with its case of the sample; the inspection is locked."""
    row = InspectionFinding.objects.visible_to(actor).filter(pk=finding_id, result=Result.FAULT)
    draw_id = row.values_list("draw_id", flat=True).first()
    if draw_id is None:
        raise NotFound(_("没有这条检查结论，或您无权查看。"), fix=_("从检查列表重新进入。"))
    with held_draw(draw_id, actor) as draw:
        found = InspectionFinding.objects.get(pk=finding_id)
        if draw.section.state != SectionState.HANDED:
            raise WrongState(_("这一项检查还没有交被检查法院。"), fix=_("由检查人交出后再办理。"))
        yield found, draw


def _refuse_unseen(standing: InspectionFinding | None, seen: str) -> None:
    """Raises Conflict when another result stands than the one the person saw."""
    stands = standing.entered_at.isoformat() if standing else ""
    if stands == seen:
        return
    raise Conflict(
        _("%(who)s已经录入了这一检查点：%(result)s。")
        % {"who": standing.entered_by.full_name, "result": standing.get_result_display()}
        if standing
        else _("这一检查点的结论已经变动。"),
        code="FINDING-STALE",
        fix=_("刷新页面，核对后再修改。"),
    )


def _must(found: InspectionFinding, *states: FindingState) -> None:
    if found.state not in states:
        raise WrongState(
            _("这条检查结论%s，不能再办这一步。") % found.get_state_display(),
            code="FINDING-STATE",
            fix=_("刷新页面查看最新情况。"),
        )


def _marks(deducted: int) -> int:
    if not 0 <= deducted <= 100:
        raise BadInput(_("扣分应当在 0 到 100 之间。"), field="deducted", fix=_("写 0 到 100 的整数。"))
    return deducted


def _tell(
    found: InspectionFinding, draw: InspectionDraw, reader: int | None, said: str, at: dt.datetime, key: str
) -> None:
    case = draw.case
    text = _("季度检查%(name)s %(case)s：%(said)s") % {
        "name": draw.section.inspection.name,
        "case": case.number,
        "said": said,
    }
    notice = StaffNotice(
        court_id=case.court_id,
        team_id=case.team_id,
        owner_id=case.owner_id,
        about=case.about,
        case_id=case.pk,
        topic=TOPIC,
        rule_id=draw.section.rule_id,
        node=_("季度检查"),
        level=Level.WARN.value,
        to_user_id=reader,
        text=text[:500],
        key=f"finding:{found.pk}/{key}",
    )
    tell_staff([notice], at=at)
