"""季度检查 from its plan to its final result. Each verb locks the inspection and writes an event to its stream."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from courts.calendar import calendar_for
from courts.models import Court, User
from courts.selectors import pack_of, packs_in_force
from events import log
from kernel import time
from kernel.errors import BadInput, Conflict, NotFound, WrongState
from regimes.inspections import InspectionRule
from regimes.packs import Pack
from regimes.sampling import digest, draw, replacement
from supervision.inspections import policy
from supervision.inspections.models import (
    Inspection,
    InspectionDraw,
    InspectionFinding,
    InspectionSection,
)
from supervision.inspections.population import population_of
from supervision.inspections.scoring import score_of_section
from supervision.inspections.states import FindingState, InspectionState, Result, SectionState

LONGEST = 2000
LARGEST_SEED = 2**31


def days_of_quarter(year: int, quarter: int) -> tuple[dt.date, dt.date]:
    """The first and the last day of a quarter."""
    first = dt.date(year, 3 * quarter - 2, 1)
    after = dt.date(year + quarter // 4, 3 * quarter % 12 + 1, 1)
    return first, after - dt.timedelta(days=1)


def standards_for(court_id: int, on: dt.date) -> Pack | None:
    """The pack with inspection standards that a court follows on a day; of several the first."""
    packs = (pack_of(release) for release, _features in packs_in_force(court_id, on))
    return next((pack for pack in packs if pack.inspections), None)


def plan_inspection(
    *,
    year: int,
    quarter: int,
    courts: Sequence[int],
    sizes: Mapping[str, int] | None = None,
    actor: User,
    at: dt.datetime,
    key: str,
) -> Inspection:
    """制定方案: a section per subject and court, each with its population of the quarter, frozen with count and digest.

    courts: ids of lower courts. sizes: subject -> cases wanted, else the pack's. Raises NotAllowed, BadInput (quarter,
    courts, sizes), WrongState (planned already, or no standards).
    """
    if not (2000 <= year <= 2100 and 1 <= quarter <= 4):
        raise BadInput(_("没有这一季度。"), field="quarter", fix=_("年度写四位数字，季度写 1 到 4。"))
    first, last = days_of_quarter(year, quarter)
    if first > time.today(at):
        raise BadInput(_("这一季度还没有开始。"), field="quarter", fix=_("选择本季度或者以前的季度。"))
    with transaction.atomic(durable=True):
        court = Court.objects.select_for_update(no_key=True).get(pk=actor.court_id)
        policy.require_plan(court, actor)
        if (standing := Inspection.objects.filter(key=key).first()) is not None:
            if (standing.year, standing.quarter) != (year, quarter):
                raise Conflict(_("这一操作编号已用于另一项内容，请刷新页面后重新提交。"), code="INSPECT-KEY")
            return standing
        pack = standards_for(court.pk, last)
        if pack is None:
            raise WrongState(
                _("本院没有采用含检查标准的规则包。"), fix=_("由管理员在规则发布中采用检查标准后再制定方案。")
            )
        if Inspection.objects.filter(court=court, year=year, quarter=quarter).exists():
            raise WrongState(
                _("%(year)d年第%(quarter)d季度的检查已经制定方案。") % {"year": year, "quarter": quarter},
                fix=_("从检查列表打开原方案。"),
            )
        inspected = _courts_below(court, courts)
        inspection = Inspection.objects.create(
            court=court,
            year=year,
            quarter=quarter,
            first_on=first,
            last_on=last,
            code=pack.code,
            version=pack.version,
            planned_by=actor,
            planned_at=at,
            key=key,
        )
        sections = [
            _section(inspection, below, position, rule, (sizes or {}).get(rule.subject, rule.sample), at)
            for below in inspected
            for position, rule in enumerate(pack.inspections, start=1)
        ]
        InspectionSection.objects.bulk_create(sections)
        frozen = [[s.court_id, s.subject, s.counted, s.digest] for s in sections]
        write(inspection, "planned", actor, at, key, {"courts": [c.pk for c in inspected], "frozen": frozen})
    return inspection


def set_section(
    *,
    section_id: int,
    wanted: int,
    inspector_id: int | None,
    actor: User,
    at: dt.datetime,
    key: str,
) -> InspectionSection:
    """Change how many cases a section wants (before the draw) and who checks it.

    Raises NotFound, NotAllowed, BadInput (wanted above the population, inspector), WrongState.
    """
    with held_section(section_id, actor) as section:
        inspection = section.inspection
        policy.require_plan(inspection.court, actor)
        if log.find(inspection.stream, key):
            return section
        if wanted != section.wanted:
            must(inspection, InspectionState.PLANNED)
            _check_size(section, wanted)
        if inspector_id is not None:
            person = User.objects.filter(
                pk=inspector_id, court_id=inspection.court_id, is_active=True
            ).first()
            if person is None or not policy.may_inspect(inspection.court_id, person):
                raise BadInput(
                    _("这名人员没有检查权限。"), field="inspector", fix=_("选择本院有检查权限的人员。")
                )
        section.wanted, section.inspector_id = wanted, inspector_id
        section.save(update_fields=["wanted", "inspector"])
        data = {"section": section.pk, "wanted": wanted, "inspector": inspector_id}
        write(inspection, "section_set", actor, at, key, data)
    return section


def draw_samples(
    *,
    inspection_id: int,
    seed: int | None = None,
    all_of_small: bool = False,
    actor: User,
    at: dt.datetime,
    key: str,
) -> Inspection:
    """抽样: every section at once with one seed, which is recorded. seed: drawn in public; else by the system.

    all_of_small: a section that wants more than there is takes all; otherwise it is refused in words. Raises NotFound,
    NotAllowed, BadInput, WrongState (drawn already: a draw is not repeated).
    """
    with held_inspection(inspection_id, actor) as inspection:
        policy.require_plan(inspection.court, actor)
        if log.find(inspection.stream, key):
            return inspection
        must(inspection, InspectionState.PLANNED)
        if seed is not None and not 0 <= seed < LARGEST_SEED:
            raise BadInput(_("种子超出范围。"), field="seed", fix=_("写 0 到 2147483647 之间的整数。"))
        sections = list(inspection.sections.select_related("court").order_by("court_id", "position"))
        small = [s for s in sections if s.wanted > s.counted]
        if small and not all_of_small:
            said = "；".join(
                _("%(court)s%(subject)s：样本 %(wanted)d 件多于总体 %(counted)d 件")
                % {
                    "court": s.court.short_name,
                    "subject": s.rule["title"],
                    "wanted": s.wanted,
                    "counted": s.counted,
                }
                for s in small
            )
            raise BadInput(
                f"{said}。", field="all_of_small", fix=_("减少样本量，或者勾选总体不足的全部检查。")
            )
        inspection.seed = secrets.randbelow(LARGEST_SEED) if seed is None else seed
        rows = []
        for section in sections:
            if digest(section.units) != section.digest:
                raise WrongState(_("冻结的总体与其摘要不符，不能抽样。"), fix=_("请管理员核查数据。"))
            chosen = draw(section.units, min(section.wanted, section.counted), inspection.seed)
            rows += [
                InspectionDraw(
                    section=section, case_id=unit.id, stratum=unit.stratum, position=place, drawn_at=at
                )
                for place, unit in enumerate(chosen, start=1)
            ]
        InspectionDraw.objects.bulk_create(rows)
        inspection.state, inspection.drawn_by, inspection.drawn_at = InspectionState.DRAWN, actor, at
        inspection.save()
        drawn = [[row.section_id, row.case_id] for row in rows]
        write(inspection, "drawn", actor, at, key, {"seed": inspection.seed, "drawn": drawn})
    return inspection


def swap_case(*, draw_id: int, reason: str, actor: User, at: dt.datetime, key: str) -> InspectionDraw:
    """换案: a case leaves the sample with a reason that is kept; the next of its stratum by the same seed comes in.

    A case that ever was in the sample never comes in again. Raises NotFound, NotAllowed, BadInput (reason),
    WrongState (checked already, nobody left).
    """
    reason = text_of(reason, "reason", _("没有写明换案理由。"), _("写明为什么不宜检查这一件。"), most=300)
    with held_draw(draw_id, actor) as out:
        section, inspection = out.section, out.section.inspection
        policy.require_check(section, actor)
        if log.find(inspection.stream, key):
            return out.replaced_by
        must_be_open(section)
        if out.swapped_at is not None:
            raise WrongState(_("这一件已经换出。"), fix=_("刷新页面查看现在的样本。"))
        if out.findings.exists():
            raise WrongState(_("这一件已经录入检查结论，不能更换。"), fix=_("请继续检查这一件。"))
        drawn = dict(section.draws.values_list("case_id", "stratum"))
        unit = next(u for u in section.units if u.id == out.case_id)
        came = replacement(section.units, drawn, unit, inspection.seed or 0)
        if came is None:
            raise WrongState(
                _("总体中没有可以换入的案件。"), fix=_("请检查这一件，或者在结论中写明不涉及的理由。")
            )
        out.swapped_by, out.swapped_at, out.reason = actor, at, reason
        out.save()
        new = InspectionDraw.objects.create(
            section=section,
            case_id=came.id,
            stratum=came.stratum,
            position=len(drawn) + 1,
            drawn_at=at,
            instead=out,
        )
        data = {"section": section.pk, "out": out.case_id, "in": came.id, "reason": reason}
        write(inspection, "swapped", actor, at, key, data)
    return new


def hand_section(
    *, section_id: int, note: str = "", actor: User, at: dt.datetime, key: str
) -> InspectionSection:
    """交被检查法院: every point of every case has its result; the officers see their findings and may answer.

    note: needed where the quarter has no such case. Raises NotFound, NotAllowed, BadInput, WrongState (points missing).
    """
    with held_section(section_id, actor) as section:
        inspection = section.inspection
        policy.require_check(section, actor)
        if log.find(inspection.stream, key):
            return section
        must_be_open(section)
        standing = section.draws.standing()
        missing = (
            standing.count() * len(section.rule["points"])
            - InspectionFinding.objects.filter(draw__in=standing).count()
        )
        if missing:
            raise WrongState(
                _("还有 %d 个检查点没有录入结论，不能交出。") % missing, fix=_("逐件逐点录入后再交出。")
            )
        if not standing.exists():
            note = text_of(note, "note", _("没有写明为什么没有检查案件。"), _("例如：本季度没有此类案件。"))
        days = calendar_for(section.court_id)
        section.state, section.handed_by, section.handed_at = SectionState.HANDED, actor, at
        section.note = note.strip()[:LONGEST]
        section.answer_on = days.add_workdays(time.today(at), section.rule["answer_workdays"])
        section.save()
        data = {"section": section.pk, "answer_on": section.answer_on}
        write(inspection, "handed", actor, at, key, data)
    return section


def finalise(*, inspection_id: int, actor: User, at: dt.datetime, key: str) -> Inspection:
    """定稿: scores stand from now on. Refused while a section is missing, open, or may still be answered.

    Raises NotFound, NotAllowed, WrongState with each section that is missing.
    """
    with held_inspection(inspection_id, actor) as inspection:
        policy.require_plan(inspection.court, actor)
        if log.find(inspection.stream, key):
            return inspection
        must(inspection, InspectionState.DRAWN)
        sections = list(inspection.sections.select_related("court").order_by("court_id", "position"))
        _refuse_missing(inspection, sections, time.today(at))
        for section in sections:
            section.score = score_of_section(section)
        InspectionSection.objects.bulk_update(sections, ["score"])
        inspection.state, inspection.final_by, inspection.final_at = InspectionState.FINAL, actor, at
        inspection.save()
        scores = [[s.court_id, s.subject, s.score] for s in sections]
        write(inspection, "finalised", actor, at, key, {"scores": scores})
    return inspection


@contextmanager
def held_inspection(inspection_id: int, actor: User) -> Iterator[Inspection]:
    """The inspection that this person may see, locked."""
    with transaction.atomic(durable=True):
        rows = Inspection.objects.visible_to(actor).filter(pk=inspection_id)
        if not rows.exists():
            raise NotFound(_("没有这次检查，或您无权查看。"), fix=_("从检查列表重新进入。"))
        yield _locked(inspection_id)


@contextmanager
def held_section(section_id: int, actor: User) -> Iterator[InspectionSection]:
    """A section that this person may see, its inspection locked."""
    with transaction.atomic(durable=True):
        row = (
            InspectionSection.objects.visible_to(actor).filter(pk=section_id).values("inspection_id").first()
        )
        if row is None:
            raise NotFound(_("没有这一项检查，或您无权查看。"), fix=_("从检查列表重新进入。"))
        inspection = _locked(row["inspection_id"])
        section = InspectionSection.objects.select_related("court").get(pk=section_id)
        section.inspection = inspection
        yield section


@contextmanager
def held_draw(draw_id: int, actor: User) -> Iterator[InspectionDraw]:
    """A case of a sample that this person may see, its inspection locked."""
    with transaction.atomic(durable=True):
        rows = InspectionDraw.objects.visible_to(actor).filter(pk=draw_id)
        row = rows.values("section__inspection_id").first()
        if row is None:
            raise NotFound(_("没有这件抽查案件，或您无权查看。"), fix=_("从检查列表重新进入。"))
        inspection = _locked(row["section__inspection_id"])
        found = InspectionDraw.objects.select_related("section", "section__court", "case").get(pk=draw_id)
        found.section.inspection = inspection
        yield found


def write(
    inspection: Inspection, kind: str, actor: User, at: dt.datetime, key: str, data: dict[str, Any]
) -> None:
    """inspection.<kind> to the stream of the inspection."""
    log.append(
        stream=inspection.stream,
        kind=f"inspection.{kind}",
        actor=actor.actor,
        at=at,
        court_id=inspection.court_id,
        key=key,
        data={"inspection": inspection.pk, "name": inspection.name, **data},
    )


def must(inspection: Inspection, state: InspectionState) -> None:
    """Raises WrongState."""
    if inspection.state != state:
        raise WrongState(
            _("这次检查%s，不能再办这一步。") % inspection.get_state_display(),
            code="INSPECT-STATE",
            fix=_("刷新页面查看最新情况。"),
        )


def must_be_open(section: InspectionSection) -> None:
    """Raises WrongState: only while the section is being checked."""
    must(section.inspection, InspectionState.DRAWN)
    if section.state != SectionState.OPEN:
        raise WrongState(
            _("这一项检查已经交被检查法院。"), code="INSPECT-STATE", fix=_("刷新页面查看最新情况。")
        )


def text_of(words: str, field: str, wrong: str, fix: str, *, most: int = LONGEST) -> str:
    """Words that must be there. Raises BadInput."""
    words = words.strip()
    if not words:
        raise BadInput(wrong, field=field, fix=fix)
    if len(words) > most:
        raise BadInput(_("文字超过 %d 字。") % most, field=field, fix=_("精简文字，详细情况作为材料上传。"))
    return words


def _locked(inspection_id: int) -> Inspection:
    rows = Inspection.objects.select_related("court").select_for_update(of=("self",), no_key=True)
    return rows.get(pk=inspection_id)


def _courts_below(court: Court, ids: Sequence[int]) -> list[Court]:
    below = {each.pk: each for each in Court.objects.filter(parent=court).order_by("code")}
    if not ids or not set(ids) <= set(below):
        raise BadInput(
            _("没有选择被检查的法院，或者其中有不属于本院辖区的。"),
            field="courts",
            fix=_("从辖区法院中选择。"),
        )
    return [each for pk, each in below.items() if pk in set(ids)]


def _section(
    inspection: Inspection, court: Court, position: int, rule: InspectionRule, wanted: int, at: dt.datetime
) -> InspectionSection:
    if wanted < 0:
        raise BadInput(_("样本量不能是负数。"), field="sizes", fix=_("写不小于零的整数。"))
    units = population_of(rule, court.pk, inspection.first_on, inspection.last_on)
    return InspectionSection(
        inspection=inspection,
        court=court,
        position=position,
        subject=rule.subject,
        rule_id=rule.id,
        rule=_image(rule),
        wanted=wanted,
        population=[list(unit) for unit in units],
        counted=len(units),
        digest=digest(units),
        frozen_at=at,
    )


def _image(rule: InspectionRule) -> dict[str, Any]:
    """What the checklist quotes, kept as it stood."""
    return {
        "title": rule.title,
        "article": rule.article,
        "document": rule.document,
        "statement": rule.statement,
        "note": rule.note,
        "strata": rule.strata,
        "weight": rule.weight,
        "answer_workdays": rule.answer_workdays,
        "rectify_workdays": rule.rectify_workdays,
        "score": {"numerator": rule.score.numerator, "denominator": rule.score.denominator},
        "points": [asdict(point) for point in rule.points],
    }


def _check_size(section: InspectionSection, wanted: int) -> None:
    if not 0 <= wanted <= section.counted:
        raise BadInput(
            _("样本 %(wanted)d 件多于总体 %(counted)d 件。") % {"wanted": wanted, "counted": section.counted},
            field="wanted",
            fix=_("样本量写 0 到 %d 之间的整数。") % section.counted,
        )


def _refuse_missing(inspection: Inspection, sections: Sequence[InspectionSection], on: dt.date) -> None:
    subjects = {s.subject for s in sections}
    courts = {s.court_id: s.court for s in sections}
    standing = {(s.court_id, s.subject) for s in sections}
    lacking = [
        f"{courts[court].short_name}{subject}"
        for court in courts
        for subject in subjects
        if (court, subject) not in standing
    ]
    lacking += [
        f"{s.court.short_name}“{s.rule['title']}”" for s in sections if s.state != SectionState.HANDED
    ]
    if lacking:
        raise WrongState(
            _("缺 %(n)d 项检查，不能定稿：%(which)s。") % {"n": len(lacking), "which": "、".join(lacking)},
            code="INSPECT-MISSING",
            fix=_("各项检查完成并交被检查法院后再定稿。"),
        )
    faulty = set(
        InspectionFinding.objects.faults()
        .filter(draw__section__inspection=inspection, result=Result.FAULT, state=FindingState.NOTED)
        .filter(answered_at__isnull=True)
        .values_list("draw__section_id", flat=True)
    )
    waits = [s for s in sections if s.answer_on and s.answer_on >= on and s.pk in faulty]
    undecided = InspectionFinding.objects.faults().filter(
        draw__section__inspection=inspection, answered_at__isnull=False, decided_at__isnull=True
    )
    if waits or undecided.exists():
        raise WrongState(
            _("申辩期限还没有届满，或者有申辩没有处理，不能定稿。"),
            code="INSPECT-ANSWERS",
            fix=_("申辩期限届满、逐一处理申辩以后再定稿。"),
        )
