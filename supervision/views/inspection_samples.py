"""季度检查: one section with its sample, and one case of the sample with the points to check."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST, require_safe

from courts.access import staff
from courts.models import User
from kernel import time
from kernel.dates import long_date
from supervision.actions import inspections as verbs
from supervision.actions.findings import enter_finding
from supervision.inspections import forms, policy, tables
from supervision.inspections.models import InspectionDraw, InspectionSection
from supervision.inspections.states import FindingState, InspectionState, Result, SectionState
from supervision.views.inspections import inspectors, inspects
from supervision.views.steps import Step, Tried, carry_out, response_of, shown

SECTION_STEPS = (
    Step(
        "set",
        _lazy("样本量和检查人"),
        _lazy("保存"),
        lambda s, u: s.inspection.state != InspectionState.FINAL and inspects(s.inspection, u),
        lambda s, f, **by: verbs.set_section(
            section_id=s.pk,
            wanted=f.cleaned_data["wanted"],
            inspector_id=f.cleaned_data["inspector"],
            **by,
        ),
        _lazy("已保存。"),
        lambda s, *given: forms.SectionForm(
            *given,
            prefix="set",
            people=inspectors(s.inspection),
            initial={"wanted": s.wanted, "inspector": s.inspector_id or ""},
        ),
    ),
    Step(
        "hand",
        _lazy("交被检查法院"),
        _lazy("交出"),
        lambda s, u: (
            s.inspection.state == InspectionState.DRAWN
            and s.state == SectionState.OPEN
            and policy.may_check(s, u)
        ),
        lambda s, f, **by: verbs.hand_section(section_id=s.pk, note=f.cleaned_data["note"], **by),
        _lazy("已交被检查法院。"),
        lambda s, *given: forms.NoteForm(*given, prefix="hand"),
        _lazy("交出以后，案件承办人可以看到自己案件的结论，并在申辩期限内申辩。"),
        True,
    ),
)


def _checks(draw: InspectionDraw, user: User) -> bool:
    section = draw.section
    return (
        section.inspection.state == InspectionState.DRAWN
        and section.state == SectionState.OPEN
        and draw.swapped_at is None
        and policy.may_check(section, user)
    )


DRAW_STEPS = (
    Step(
        "swap",
        _lazy("换案"),
        _lazy("换出这一件"),
        lambda d, u: _checks(d, u) and not d.findings.all(),
        lambda d, f, **by: verbs.swap_case(draw_id=d.pk, reason=f.cleaned_data["reason"], **by),
        _lazy("已换案。"),
        lambda d, *given: forms.ReasonForm(*given, prefix="swap"),
        _lazy("按同一种子换入同一层的下一件，理由记录在案；换出的案件不再换入。"),
    ),
)


@require_safe
@staff("inspection", "RWS")
def section(request: HttpRequest, pk: int) -> HttpResponse:
    """One subject at one court: population, sample, standards, formula."""
    return _section_page(request, _section(request, pk))


@require_POST
@staff("inspection", "W")
def section_act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One step with a section."""
    found = _section(request, pk)
    done = carry_out(request, SECTION_STEPS, found, name)
    if isinstance(done, Tried):
        return _section_page(request, found, done)
    return redirect("supervision:section", pk)


@require_safe
@staff()
def draw(request: HttpRequest, pk: int) -> HttpResponse:
    """One case of a sample: each point with its standard, what was found, the form to enter it."""
    return _draw_page(request, _draw(request, pk))


@require_POST
@staff("inspection", "W")
def draw_act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """A step with a case of a sample, or the entry of a point (its id as name)."""
    found = _draw(request, pk)
    if found.section.point(name) is None:
        done = carry_out(request, DRAW_STEPS, found, name)
        if isinstance(done, Tried):
            return _draw_page(request, found, done)
        return redirect("supervision:draw", done.pk)
    done = carry_out(request, [_point_step(name)], found, name)
    if isinstance(done, Tried):
        return _draw_page(request, found, None, (name, done))
    return redirect(f"{reverse('supervision:draw', args=[pk])}#point-{name}")


def _point_step(point: str) -> Step:
    """Entry of one point; the form tells what it saw there."""
    return Step(
        point,
        "",
        "",
        _checks,
        lambda d, f, **by: enter_finding(draw_id=d.pk, point=point, **f.cleaned_data, **by),
        _lazy("已录入。"),
        lambda d, *given: forms.PointForm(*given, prefix=point),
    )


def _section(request: HttpRequest, pk: int) -> InspectionSection:
    request.at = time.now()
    rows = InspectionSection.objects.visible_to(request.user).defer("population")
    return get_object_or_404(
        rows.select_related("court", "inspection", "inspection__court", "inspector"), pk=pk
    )


def _draw(request: HttpRequest, pk: int) -> InspectionDraw:
    request.at = time.now()
    rows = InspectionDraw.objects.visible_to(request.user).select_related(
        "case", "case__owner", "section", "section__court", "section__inspection", "swapped_by"
    )
    return get_object_or_404(
        rows.defer("section__population").prefetch_related("findings", "findings__entered_by"), pk=pk
    )


def _section_page(request: HttpRequest, found: InspectionSection, tried: Tried | None = None) -> HttpResponse:
    fault = Q(findings__result=Result.FAULT) & ~Q(findings__state=FindingState.WITHDRAWN)
    draws = (
        InspectionDraw.objects.visible_to(request.user)
        .filter(section=found)
        .select_related("case", "case__owner")
        .annotate(entered=Count("findings"), faulty=Count("findings", filter=fault))
        .order_by("position")
    )
    rule, whole = found.rule, found.inspection
    formula = f"（{rule['score']['numerator']}）÷ {rule['score']['denominator'] or '1'}"
    facts = [
        (_("依据"), f"{rule['document']} {rule['article']}（{found.rule_id}）：{rule['statement']}"),
        (_("总体"), _("%(n)d 件，冻结于 %(day)s") % {"n": found.counted, "day": _day(found.frozen_at)}),
        (_("总体摘要"), found.digest),
        (
            _("抽样"),
            _("样本 %(n)d 件，按%(strata)s分层") % {"n": found.wanted, "strata": _strata(rule["strata"])},
        ),
        (_("检查人"), found.inspector.full_name if found.inspector else _("不指定")),
        (_("计分"), _("%(formula)s，权重 %(weight)d") % {"formula": formula, "weight": rule["weight"]}),
    ]
    if rule.get("note"):
        facts.append((_("说明"), rule["note"]))
    if found.answer_on:
        facts.append((_("申辩期限"), long_date(found.answer_on)))
    if found.note:
        facts.append((_("检查说明"), found.note))
    context = {
        "title": f"{found.court.short_name} {rule['title']}",
        "note": _("季度检查 %s") % whole.name,
        "pill": tables.pill(found),
        "back": reverse("supervision:inspection", args=[whole.pk]),
        "paper_url": reverse("supervision:section_paper", args=[found.pk]),
        "facts": [{"label": label, "value": value} for label, value in facts],
        "points": rule["points"],
        "columns": tables.draw_columns(),
        "groups": tables.draw_groups(found, list(draws)),
        "empty": {
            "title": _("没有抽查案件"),
            "text": _("抽样以后，样本列在这里。") if whole.seed is None else _("本季度没有此类案件。"),
            "icon": "folder",
        },
        "steps": shown(
            SECTION_STEPS,
            found,
            request.user,
            lambda name: reverse("supervision:section_act", args=[found.pk, name]),
            tried,
        ),
    }
    return render(request, "supervision/inspection_section.html", context, status=response_of(tried))


def _draw_page(
    request: HttpRequest,
    found: InspectionDraw,
    tried: Tried | None = None,
    point_tried: tuple[str, Tried] | None = None,
) -> HttpResponse:
    section = found.section
    whole = section.inspection
    checks = _checks(found, request.user)
    standing = {each.point: each for each in found.findings.all()}
    points = [
        _point(found, point, standing.get(point["id"]), checks, point_tried)
        for point in section.rule["points"]
    ]
    facts = [
        (_("检查内容"), f"{section.rule['title']}（{section.court.name}）"),
        (_("层"), found.stratum),
        (_("承办"), found.case.owner.full_name if found.case.owner else _("未分案")),
        (_("立案"), long_date(found.case.filed_on)),
    ]
    if found.swapped_at:
        facts.append((_("换出"), f"{tables.by(found.swapped_by, found.swapped_at)}：{found.reason}"))
    on = min(whole.last_on, time.today(request.at))
    context = {
        "title": found.case.number,
        "note": _("季度检查 %s") % whole.name,
        "back": reverse("supervision:section", args=[section.pk]),
        "may_back": request.user.scope.may("inspection", "W"),
        "case_url": reverse("desk:case", args=[found.case_id]),
        "as_of_url": f"{reverse('supervision:as_of', args=[found.case_id])}?on={on.isoformat()}",
        "as_of": long_date(on).partition("（")[0],
        "facts": [{"label": label, "value": value} for label, value in facts],
        "points": points,
        "steps": shown(
            DRAW_STEPS,
            found,
            request.user,
            lambda name: reverse("supervision:draw_act", args=[found.pk, name]),
            tried,
        ),
    }
    status = response_of(tried or (point_tried[1] if point_tried else None))
    return render(request, "supervision/inspection_draw.html", context, status=status)


def _point(
    found: InspectionDraw, point: dict[str, Any], row: Any, checks: bool, tried: tuple[str, Tried] | None
) -> dict[str, Any]:
    """A point as the page shows it: the standard, what stands, the form with what it saw."""
    form = None
    if tried is not None and tried[0] == point["id"]:
        form = tried[1].form
    elif checks:
        initial = {"deducted": point["deduct"], "seen": ""}
        if row is not None:
            initial = {
                "result": row.result,
                "deducted": row.deducted or point["deduct"],
                "words": row.words,
                "evidence": row.evidence,
                "checked_on": row.checked_on,
                "rectify_on": row.rectify_on,
                "seen": row.entered_at.isoformat(),
            }
        form = forms.PointForm(initial=initial, prefix=point["id"])
    pills = {Result.MET: "done", Result.FAULT: "over", Result.NONE: "hold"}
    withdrawn = row is not None and row.state == FindingState.WITHDRAWN
    return {
        **point,
        "form": form,
        "open": bool(form and form.errors),
        "url": reverse("supervision:draw_act", args=[found.pk, point["id"]]),
        "key": uuid4().hex,
        "row": row,
        "by": tables.by(row.entered_by, row.entered_at) if row else "",
        "pill": {"state": "hold", "text": row.get_state_display()}
        if withdrawn
        else {"state": pills[Result(row.result)], "text": row.get_result_display()}
        if row
        else {"state": "todo", "text": _("未检查")},
        "finding_url": reverse("supervision:finding", args=[row.pk]) if row and row.result == "fault" else "",
    }


def _strata(name: str) -> str:
    words = {
        "none": _("不"),
        "team": _("团队"),
        "owner": _("承办人"),
        "track": _("繁简"),
        "year": _("立案年度"),
        "closing_type": _("结案方式"),
    }
    return words.get(name, name)


def _day(at: Any) -> str:
    return long_date(time.today(at)).partition("（")[0]
