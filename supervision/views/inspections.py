"""季度检查: the register, the plan, one inspection."""

from __future__ import annotations

from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courts.access import staff
from courts.models import Court, User
from kernel import time
from kernel.errors import DomainError
from supervision.actions import commentaries as commentary_verbs
from supervision.actions import inspections as verbs
from supervision.inspections import forms, policy, tables
from supervision.inspections.models import Commentary, Inspection, InspectionSection
from supervision.inspections.scoring import ranks
from supervision.inspections.states import InspectionState
from supervision.views import listed
from supervision.views.steps import Step, Tried, carry_out, key_of, response_of, shown

PAGE = 100


def inspects(found: Inspection, user: User) -> bool:
    """Whether a person inspects for the court that planned it."""
    return policy.may_inspect(found.court_id, user)


INSPECTION_STEPS = (
    Step(
        "draw",
        _lazy("抽样"),
        _lazy("抽取样本"),
        lambda i, u: i.state == InspectionState.PLANNED and inspects(i, u),
        lambda i, f, **by: verbs.draw_samples(
            inspection_id=i.pk,
            seed=f.cleaned_data["seed"],
            all_of_small=f.cleaned_data["all_of_small"],
            **by,
        ),
        _lazy("已抽取样本。"),
        lambda i, *given: forms.DrawForm(*given, prefix="draw"),
        _lazy("总体已经冻结。抽样只办一次，种子记录在案，任何人可以据此复核。"),
        True,
    ),
    Step(
        "final",
        _lazy("定稿"),
        _lazy("定稿"),
        lambda i, u: i.state == InspectionState.DRAWN and inspects(i, u),
        lambda i, f, **by: verbs.finalise(inspection_id=i.pk, **by),
        _lazy("已定稿，得分不再变动。"),
        None,
        _lazy("各项检查全部交出、申辩期限届满并逐一处理以后才能定稿。"),
        True,
    ),
    Step(
        "commentary",
        _lazy("通报讲评"),
        _lazy("拟稿"),
        lambda i, u: i.state == InspectionState.FINAL and inspects(i, u),
        lambda i, f, **by: commentary_verbs.draft_commentary(
            inspection_id=i.pk, anonymous=f.cleaned_data["anonymous"], **by
        ),
        _lazy("已拟稿，请修改正文后提交复核。"),
        lambda i, *given: forms.DraftForm(*given, prefix="commentary"),
        "",
        True,
    ),
)


@require_safe
@staff("inspection", "RWS")
def inspections(request: HttpRequest) -> HttpResponse:
    """The register of inspections a person may see."""
    request.at = time.now()
    rows = Inspection.objects.visible_to(request.user).select_related("court").order_by("-first_on", "-pk")
    columns = tables.inspection_columns()
    if listed.is_wanted(request):
        groups = tables.inspection_groups(rows[: listed.MOST])
        return listed.workbook(
            request, what="inspections", title=_("季度检查"), columns=columns, groups=groups
        )
    may = policy.may_inspect(request.user.court_id or 0, request.user)
    actions = [{"label": _("检查结论"), "url": reverse("supervision:findings"), "icon": "list-check"}]
    if may:
        url = reverse("supervision:inspection_plan")
        actions.insert(0, {"label": _("制定方案"), "url": url, "icon": "plus", "primary": True})
    context = {
        "title": _("季度检查"),
        "note": _("中级法院每季度末对六个方面开展检查"),
        "actions": [*actions, listed.action(request)],
        "columns": columns,
        "groups": tables.inspection_groups(rows[:PAGE]),
        "empty": {
            "title": _("没有季度检查"),
            "text": _("检查方案制定以后列在这里；被检查法院在检查交出以后可以看到本院部分。"),
            "icon": "list-check",
        },
    }
    return render(request, "supervision/inspections.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff("inspection", "W")
def plan(request: HttpRequest) -> HttpResponse:
    """制定方案."""
    request.at = at = time.now()
    user, on = request.user, time.today(at)
    if not policy.may_inspect(user.court_id or 0, user):
        raise PermissionDenied
    pack = verbs.standards_for(user.court_id, on)
    below = list(Court.objects.filter(parent_id=user.court_id).order_by("code"))
    given = {"below": below, "rules": pack.inspections if pack else ()}
    if request.method == "POST":
        form = forms.PlanForm(request.POST, **given)
        if form.is_valid():
            try:
                made = verbs.plan_inspection(
                    year=form.cleaned_data["year"],
                    quarter=form.cleaned_data["quarter"],
                    courts=[int(pk) for pk in form.cleaned_data["courts"]],
                    sizes=form.sizes(),
                    actor=user,
                    at=at,
                    key=key_of(request),
                )
            except DomainError as error:
                form.refuse(error)
            else:
                return redirect("supervision:inspection", made.pk)
    else:
        initial = {
            "year": on.year,
            "quarter": (on.month + 2) // 3,
            "courts": [str(court.pk) for court in below],
        }
        form = forms.PlanForm(initial=initial, **given)
    context = {
        "title": _("制定季度检查方案"),
        "note": f"{pack.document}　{pack.title}" if pack else _("本院没有采用检查标准"),
        "form": form,
        "key": request.POST.get("act_key") or uuid4().hex,
        "back": reverse("supervision:inspections"),
        "standards": pack.inspections if pack else (),
    }
    return render(request, "supervision/inspection_plan.html", context, status=422 if form.errors else 200)


@require_safe
@staff("inspection", "RWS")
def inspection(request: HttpRequest, pk: int) -> HttpResponse:
    """One inspection: its sections, progress, ranking, bulletins."""
    return _inspection_page(request, _inspection(request, pk))


@require_POST
@staff("inspection", "W")
def inspection_act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One step with an inspection."""
    found = _inspection(request, pk)
    done = carry_out(request, INSPECTION_STEPS, found, name)
    if isinstance(done, Tried):
        return _inspection_page(request, found, done)
    if isinstance(done, Commentary):
        return redirect("supervision:commentary", done.pk)
    return redirect("supervision:inspection", pk)


def _inspection(request: HttpRequest, pk: int) -> Inspection:
    request.at = time.now()
    rows = Inspection.objects.visible_to(request.user).select_related(
        "court", "planned_by", "drawn_by", "final_by"
    )
    return get_object_or_404(rows, pk=pk)


def inspectors(found: Inspection) -> list[User]:
    """Who may be named as inspector."""
    people = User.objects.filter(court_id=found.court_id, is_active=True, appointments__isnull=False)
    return [
        each for each in people.distinct().order_by("full_name") if policy.may_inspect(found.court_id, each)
    ]


def _inspection_page(request: HttpRequest, found: Inspection, tried: Tried | None = None) -> HttpResponse:
    on = time.today(request.at)
    seen = InspectionSection.objects.visible_to(request.user).filter(inspection=found).defer("population")
    sections = list(seen.select_related("court", "inspector").order_by("court__code", "court_id", "position"))
    done = tables.progress_of(found, on)
    done = {s.pk: done.get(s.pk, tables.Done()) for s in sections}
    drawn = found.state != InspectionState.PLANNED
    versions = Commentary.objects.visible_to(request.user).filter(inspection=found)
    own = inspects(found, request.user)
    facts = [
        (_("季度"), tables.span(found)),
        (_("检查标准"), _("%(code)s 第 %(n)d 版") % {"code": found.code, "n": found.version}),
        (_("方案"), tables.by(found.planned_by, found.planned_at)),
        (
            _("抽样种子"),
            f"{found.seed}　{tables.by(found.drawn_by, found.drawn_at)}" if drawn else _("尚未抽样"),
        ),
    ]
    if found.final_at:
        facts.append((_("定稿"), tables.by(found.final_by, found.final_at)))
    context = {
        "title": _("季度检查 %s") % found.name,
        "note": found.court.name,
        "pill": tables.pill(found),
        "facts": [{"label": label, "value": value} for label, value in facts],
        "tiles": tables.tiles(sections, done, found),
        "columns": tables.section_columns(),
        "groups": tables.section_groups(sections, done, drawn=drawn),
        "ranking": tables.rank_table(ranks(sections), sections) if drawn else None,
        "people": tables.people_lines(sections, done) if drawn and own else [],
        "versions": tables.commentary_items(versions.select_related("drafted_by").order_by("-version")),
        "steps": shown(
            INSPECTION_STEPS,
            found,
            request.user,
            lambda name: reverse("supervision:inspection_act", args=[found.pk, name]),
            tried,
        ),
    }
    return render(request, "supervision/inspection.html", context, status=response_of(tried))
