"""Faults that an inspection found: the list with what is late, one of them with its answer and correction; the bulletin."""

from __future__ import annotations

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST, require_safe

from courts.access import staff
from courts.models import User
from documents.models import File
from kernel import time
from kernel.dates import long_date
from kernel.keyset import Segment, page
from supervision.actions import commentaries
from supervision.actions import findings as verbs
from supervision.inspections import forms, policy, tables
from supervision.inspections.models import Commentary, InspectionDraw, InspectionFinding
from supervision.inspections.states import CommentaryState, FindingState, InspectionState, SectionState
from supervision.views import listed
from supervision.views.paging import cursors, turning
from supervision.views.steps import Step, Tried, carry_out, response_of, shown

STATES = (
    ("unsettled", _lazy("待整改")),
    ("late", _lazy("整改逾期")),
    ("answers", _lazy("申辩待处理")),
    ("", _lazy("全部")),
)


def _handed(found: InspectionFinding) -> bool:
    return found.draw.section.state == SectionState.HANDED


def _decides(found: InspectionFinding, user: User) -> bool:
    waits = found.answered_at is not None and found.decided_at is None
    final = found.draw.section.inspection.state == InspectionState.FINAL
    return waits and not final and policy.may_check(found.draw.section, user)


def _answers(found: InspectionFinding, user: User) -> bool:
    section = found.draw.section
    return (
        _handed(found)
        and found.answered_at is None
        and found.state in (FindingState.NOTED, FindingState.RECTIFIED)
        and section.inspection.state != InspectionState.FINAL
        and section.answer_on is not None
        and time.today() <= section.answer_on
        and policy.may_answer(found.draw, user)
    )


def _verifies(found: InspectionFinding, user: User) -> bool:
    return found.state == FindingState.RECTIFIED and policy.may_check(found.draw.section, user)


def _words(name: str):
    return lambda found, *given: forms.WordsForm(*given, prefix=name)


FINDING_STEPS = (
    Step(
        "answer",
        _lazy("申辩"),
        _lazy("提交申辩"),
        _answers,
        lambda f, form, **by: verbs.answer_finding(finding_id=f.pk, words=form.cleaned_data["words"], **by),
        _lazy("已提交申辩。"),
        _words("answer"),
        _lazy("写明事实、理由和依据；申辩只能提交一次。"),
    ),
    Step(
        "keep",
        _lazy("维持结论"),
        _lazy("维持"),
        _decides,
        lambda f, form, **by: verbs.decide_answer(
            finding_id=f.pk, keep=True, words=form.cleaned_data["words"], **by
        ),
        _lazy("已维持结论。"),
        _words("keep"),
    ),
    Step(
        "withdraw",
        _lazy("采纳申辩，撤销结论"),
        _lazy("撤销"),
        _decides,
        lambda f, form, **by: verbs.decide_answer(
            finding_id=f.pk, keep=False, words=form.cleaned_data["words"], **by
        ),
        _lazy("已撤销结论。"),
        _words("withdraw"),
    ),
    Step(
        "rectify",
        _lazy("整改"),
        _lazy("提交整改"),
        lambda f, u: _handed(f) and f.state == FindingState.NOTED and policy.may_answer(f.draw, u),
        lambda f, form, **by: verbs.rectify_finding(
            finding_id=f.pk, words=form.cleaned_data["words"], uploads=form.cleaned_data["files"], **by
        ),
        _lazy("已提交整改。"),
        lambda found, *given: forms.RectifyForm(*given, prefix="rectify"),
        "",
        True,
    ),
    Step(
        "verify",
        _lazy("核实整改"),
        _lazy("整改到位"),
        _verifies,
        lambda f, form, **by: verbs.verify_finding(
            finding_id=f.pk, passed=True, words=form.cleaned_data["words"], **by
        ),
        _lazy("已核实。"),
        _words("verify"),
        "",
        True,
    ),
    Step(
        "return",
        _lazy("退回整改"),
        _lazy("退回"),
        _verifies,
        lambda f, form, **by: verbs.verify_finding(
            finding_id=f.pk, passed=False, words=form.cleaned_data["words"], **by
        ),
        _lazy("已退回。"),
        _words("return"),
    ),
)


def _writes(found: Commentary, user: User) -> bool:
    return policy.may_inspect(found.inspection.court_id, user)


def _reviews(found: Commentary, user: User) -> bool:
    return found.state == CommentaryState.REVIEW and found.drafted_by_id != user.pk and _writes(found, user)


COMMENTARY_STEPS = (
    Step(
        "write",
        _lazy("修改正文"),
        _lazy("保存"),
        lambda c, u: c.state == CommentaryState.DRAFT and _writes(c, u),
        lambda c, form, **by: commentaries.rewrite_commentary(
            commentary_id=c.pk, paragraphs=form.texts(), propose=form.cleaned_data["propose"], **by
        ),
        _lazy("已保存。"),
        lambda c, *given: forms.ParagraphsForm(
            *given, prefix="write", initial={"paragraphs": "\n\n".join(c.paragraphs)}
        ),
        "",
        True,
    ),
    Step(
        "issue",
        _lazy("复核"),
        _lazy("复核通过，印发"),
        _reviews,
        lambda c, form, **by: commentaries.review_commentary(commentary_id=c.pk, passed=True, **by),
        _lazy("已印发。"),
        None,
        _lazy("印发以后，被检查法院可以看到这一版。"),
        True,
    ),
    Step(
        "return",
        _lazy("退回修改"),
        _lazy("退回"),
        _reviews,
        lambda c, form, **by: commentaries.review_commentary(
            commentary_id=c.pk, passed=False, words=form.cleaned_data["words"], **by
        ),
        _lazy("已退回。"),
        lambda c, *given: forms.WordsForm(*given, prefix="return"),
    ),
)


@require_safe
@staff()
def findings(request: HttpRequest) -> HttpResponse:
    """检查结论: the faults a person may see, the nearest last day first."""
    request.at = at = time.now()
    on = time.today(at)
    state = request.GET.get("state", "")
    state = state if state in dict(STATES) else ""
    rows = InspectionFinding.objects.visible_to(request.user).faults()
    which = request.GET.get("inspection", "")
    if which.isascii() and which.isdecimal() and len(which) < 18:
        rows = rows.filter(draw__section__inspection_id=int(which))
    match state:
        case "unsettled":
            rows = rows.unsettled()
        case "late":
            rows = rows.overdue(on)
        case "answers":
            rows = rows.filter(answered_at__isnull=False, decided_at__isnull=True)
    # What stands beside a fault is read for the page's rows only: the database would else join it to every fault.
    related = ("case", "case__owner", "section__court", "section__inspection")
    draws = InspectionDraw.objects.select_related(*related).defer("section__population")
    found = page(
        [Segment("finding", rows.prefetch_related(Prefetch("draw", draws)), ("rectify_on", "id"))],
        **listed.reading(request, cursors(request)),
    )
    columns, groups = tables.finding_columns(), tables.finding_groups([row for _n, row in found.rows], on)
    if listed.is_wanted(request):
        return listed.workbook(
            request, what="findings", title=_("检查结论"), columns=columns, groups=groups,
            conditions=[str(dict(STATES)[state])], names=("state", "inspection"), more=found.next,
        )  # fmt: skip
    url = reverse("supervision:findings")
    tail = f"&inspection={which}" if which else ""
    context = {
        "title": _("检查结论"),
        "note": _("季度检查发现的问题，按整改期限排列"),
        "actions": [listed.action(request)],
        "filters": [
            {"label": words, "url": f"{url}?state={name}{tail}", "current": name == state}
            for name, words in STATES
        ],
        "columns": columns,
        "groups": groups,
        "empty": {
            "title": _("没有这样的检查结论"),
            "text": _("检查交出以后，您承办或者负责的案件中发现的问题列在这里。"),
            "icon": "circle-check",
        },
        **turning(request, found),
    }
    return render(request, "supervision/findings.html", context)


@require_safe
@staff()
def finding(request: HttpRequest, pk: int) -> HttpResponse:
    """One fault: the standard, what was found, the answer, the correction."""
    return _finding_page(request, _finding(request, pk))


@require_POST
@staff()
def finding_act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One step with a fault."""
    found = _finding(request, pk)
    done = carry_out(request, FINDING_STEPS, found, name)
    if isinstance(done, Tried):
        return _finding_page(request, found, done)
    return redirect("supervision:finding", pk)


@require_safe
@staff("inspection", "RWS")
def commentary(request: HttpRequest, pk: int) -> HttpResponse:
    """One version of the bulletin."""
    return _commentary_page(request, _commentary(request, pk))


@require_POST
@staff("inspection", "W")
def commentary_act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One step with a version of the bulletin."""
    found = _commentary(request, pk)
    done = carry_out(request, COMMENTARY_STEPS, found, name)
    if isinstance(done, Tried):
        return _commentary_page(request, found, done)
    return redirect("supervision:commentary", pk)


def _finding(request: HttpRequest, pk: int) -> InspectionFinding:
    request.at = time.now()
    rows = InspectionFinding.objects.visible_to(request.user).filter(result="fault")
    related = ("draw__case", "draw__case__owner", "draw__section__court", "draw__section__inspection")
    people = ("entered_by", "answered_by", "decided_by", "rectified_by", "verified_by")
    return get_object_or_404(rows.select_related(*related, *people).defer("draw__section__population"), pk=pk)


def _commentary(request: HttpRequest, pk: int) -> Commentary:
    request.at = time.now()
    rows = Commentary.objects.visible_to(request.user)
    related = ("inspection", "inspection__court", "drafted_by", "reviewed_by")
    return get_object_or_404(rows.select_related(*related), pk=pk)


def _finding_page(request: HttpRequest, found: InspectionFinding, tried: Tried | None = None) -> HttpResponse:
    draw, section = found.draw, found.draw.section
    point = section.point(found.point) or {"title": found.point, "standard": "", "article": ""}
    files = (
        File.objects.filter(pk__in=found.files, case_id=draw.case_id).order_by("id") if found.files else ()
    )
    facts = [
        (_("检查"), f"{section.inspection.name}　{section.rule['title']}"),
        (_("标准"), f"{section.rule['document']} {point['article']}　{point.get('cites') or ''}"),
        (_("扣分"), str(found.deducted)),
        (_("依据"), found.evidence or "—"),
        (_("检查人"), tables.by(found.entered_by, found.entered_at)),
        (_("申辩期限"), long_date(section.answer_on) if section.answer_on else "—"),
        (_("整改期限"), long_date(found.rectify_on) if found.rectify_on else "—"),
    ]
    said = [
        (_("申辩"), found.answer, tables.by(found.answered_by, found.answered_at)),
        (_("对申辩的处理"), found.decision, tables.by(found.decided_by, found.decided_at)),
        (_("整改情况"), found.rectification, tables.by(found.rectified_by, found.rectified_at)),
        (_("核实意见"), found.verification, tables.by(found.verified_by, found.verified_at)),
    ]
    context = {
        "title": point["title"],
        "case": draw.case,
        "case_url": reverse("desk:case", args=[draw.case_id]),
        "draw_url": reverse("supervision:draw", args=[draw.pk]),
        "pill": tables.finding_pill(found, time.today(request.at)),
        "words": found.words,
        "standard": point["standard"],
        "facts": [{"label": label, "value": value} for label, value in facts],
        "said": [{"title": title, "words": words, "by": who} for title, words, who in said if words],
        "files": [
            {"title": f.name, "url": reverse("documents:file", args=[f.pk]), "icon": "paperclip"}
            for f in files
        ],
        "steps": shown(
            FINDING_STEPS,
            found,
            request.user,
            lambda name: reverse("supervision:finding_act", args=[found.pk, name]),
            tried,
        ),
    }
    return render(request, "supervision/finding.html", context, status=response_of(tried))


def _commentary_page(request: HttpRequest, found: Commentary, tried: Tried | None = None) -> HttpResponse:
    facts = [
        (_("版次"), _("第%d版") % found.version),
        (_("拟稿"), tables.by(found.drafted_by, found.drafted_at)),
        (_("复核"), tables.by(found.reviewed_by, found.reviewed_at) or "—"),
    ]
    if found.words:
        facts.append((_("复核意见"), found.words))
    context = {
        "title": _("通报讲评 %s") % found.inspection.name,
        "note": found.inspection.court.name,
        "pill": tables.pill(found),
        "back": reverse("supervision:inspection", args=[found.inspection_id]),
        "paper_url": reverse("supervision:commentary_paper", args=[found.pk]),
        "facts": [{"label": label, "value": value} for label, value in facts],
        "paragraphs": found.paragraphs,
        "tables": found.tables,
        "steps": shown(
            COMMENTARY_STEPS,
            found,
            request.user,
            lambda name: reverse("supervision:commentary_act", args=[found.pk, name]),
            tried,
        ),
    }
    return render(request, "supervision/commentary.html", context, status=response_of(tried))
