"""参与分配: a plan drafted with its creditors, served, objected to, and carried out; one page shows how it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET

from cases.models import Case
from closing.actions import distributing as verbs
from closing.distribution import draft
from closing.models import DistributionPlan
from courts.access import staff
from desk import listing
from desk.forms import plans as forms
from desk.forms.act_form import About
from desk.selectors import plans as found
from desk.selectors.case_file import CaseFile
from desk.views.acts import perform
from desk.views.deeds import Check, Deed
from desk.views.doing import Doing, open_case
from funds.checks import free_of
from funds.models import Receipt
from kernel import time
from kernel.capitals import in_capitals
from kernel.errors import WrongState
from kernel.money import format_yuan


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a plan: title, form, verb; what is said when it is done."""

    title: Any
    form: type[forms.OfPlan]
    run: Callable[[DistributionPlan, Doing], Any]
    said: Any
    submit: Any
    lead: Any = ""


@staff(second_factor=True)
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """拟定分配方案: the claims, then what each would get, then the draft."""
    file = _presiding(request, pk)
    deed = Deed(
        _("拟定分配方案"), forms.PlanForm, _draft, lambda _file: True, _("已拟定分配方案，请逐一送达。"), _("确认拟定"),
        _("下一步先看各债权人的分配额。"), "desk/_claim_rows.html", _check_draft, forms.CLAIMS, forms.ClaimRows,
    )  # fmt: skip
    back = reverse("desk:fund_register", args=["plans"])
    return perform(request, deed, About(file), reverse("desk:plan_new", args=[pk]), back)


@staff(second_factor=True)
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """The next step of a plan."""
    made = _visible(request, pk)
    wanted = STEPS.get(name)
    if wanted is None:
        raise Http404
    file = _presiding(request, made.case_id)
    form = type("Bound", (wanted.form,), {"plan": made})
    deed = Deed(
        wanted.title, form, partial(wanted.run, made), lambda _file: True, wanted.said, wanted.submit, wanted.lead,
        check=partial(_check_carry_out, made) if name == "carry-out" else None,
        concerns=_("分配方案第 %(n)d 版 %(amount)s") % {"n": made.version, "amount": format_yuan(made.amount)},
    )  # fmt: skip
    action = reverse("desk:plan_step", args=[pk, name])
    return perform(request, deed, About(file), action, reverse("desk:plan", args=[pk]))


@staff()
@require_GET
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """One plan: its shares, who was served when, objections and what became of them; the shares as a workbook."""
    request.at = at = time.now()
    made = _visible(request, pk)
    shown = found.plan_page(made, request.user, time.today(at))
    return listing.show(request, "desk/finance/plan.html", shown, what="fund_plan", title=shown["title"])


def _visible(request: HttpRequest, pk: int) -> DistributionPlan:
    rows = DistributionPlan.objects.filter(case__in=Case.objects.visible_to(request.user).values("pk"))
    return get_object_or_404(rows.select_related("case"), pk=pk)


def _presiding(request: HttpRequest, pk: int) -> CaseFile:
    """The presiding case, for the officer who handles it."""
    file = open_case(request, pk)
    if not file.user.scope.holds(file.case.owner_id):
        raise PermissionDenied
    return file


def _draft(doing: Doing) -> Any:
    given = doing.cleaned
    return verbs.draft_plan(
        case_id=doing.about.file.case.pk, receipt_id=int(given["receipt"]), claims=given[forms.CLAIMS],
        grounds=given["grounds"], **doing.by,
    )  # fmt: skip


def _check_draft(_about: About, given: dict[str, Any]) -> Check:
    """What each would get, as the law shares it out. Raises WrongState for a receipt with nothing left."""
    amount = free_of(Receipt.objects.get(pk=int(given["receipt"])))
    if amount <= 0:
        raise WrongState(_("这笔款项没有可以分配的余额。"), fix=_("核对案款页。"))
    shared = draft(amount, given[forms.CLAIMS])
    rows = [
        {
            "label": f"{claim.name}（{verbs.RANK_WORDS[claim.rank]}）",
            "value": format_yuan(share.amount),
            "note": _("债权额 %s") % format_yuan(claim.amount),
        }
        for claim, share in zip(given[forms.CLAIMS], shared.shares, strict=True)
    ]
    whole = {
        "label": _("可分配金额"),
        "value": format_yuan(amount),
        "note": _("大写：%s") % in_capitals(amount),
    }
    last = {"label": _("剩余"), "value": format_yuan(shared.surplus)}
    return Check([whole, *rows, last], _("收到方案之日起十五日内可以提出书面异议。"))


def _check_carry_out(made: DistributionPlan, _about: About, _given: dict[str, Any]) -> Check:
    """What goes where, typed before it is done."""
    rows = [
        {
            "label": f"{share.party.name}（{verbs.RANK_WORDS[share.rank]}）",
            "value": format_yuan(share.amount),
        }
        for share in made.shares.select_related("party").order_by("pk")
    ]
    whole = {
        "label": _("分配总额"),
        "value": format_yuan(made.amount - made.surplus),
        "note": _("大写：%s") % in_capitals(made.amount - made.surplus),
    }
    sued = made.objections.exclude(sued_on=None).count()
    words = (
        _("已起诉的 %d 项异议所涉部分提存，其余转入各债权人案件。") % sued
        if sued
        else _("各份额转入各债权人案件，不能撤回。")
    )
    return Check([whole, *rows], words, _("分配"))


def _serve(made: DistributionPlan, doing: Doing) -> Any:
    given = doing.cleaned
    return verbs.serve_plan(plan_id=made.pk, party_id=int(given["party"]), on=given["on"], **doing.by)


def _object(made: DistributionPlan, doing: Doing) -> Any:
    given = doing.cleaned
    return verbs.object_to_plan(
        plan_id=made.pk, party_id=int(given["party"]), share_id=int(given["share"]), amount=given["amount"],
        words=given["words"], on=given["on"], **doing.by,
    )  # fmt: skip


def _notify(_made: DistributionPlan, doing: Doing) -> Any:
    return verbs.notify_objection(**_objection(doing))


def _counter(_made: DistributionPlan, doing: Doing) -> Any:
    return verbs.counter_objection(party_id=int(doing.cleaned["party"]), **_objection(doing))


def _sue(_made: DistributionPlan, doing: Doing) -> Any:
    return verbs.note_suit(**_objection(doing))


def _carry_out(made: DistributionPlan, doing: Doing) -> Any:
    return verbs.carry_out_plan(plan_id=made.pk, on=doing.cleaned["on"], **doing.by)


def _objection(doing: Doing) -> dict[str, Any]:
    given = doing.cleaned
    return {"objection_id": int(given["objection"]), "on": given["on"], **doing.by}


STEPS: dict[str, Step] = {
    "serve": Step(
        _lazy("送达分配方案"), forms.ServeForm, _serve, _lazy("已登记送达，十五日异议期自当日起算。"), _lazy("登记送达")
    ),
    "object": Step(
        _lazy("登记分配方案异议"), forms.ObjectForm, _object, _lazy("已登记异议，请通知其他债权人和被执行人。"),
        _lazy("登记异议"), _lazy("收到方案之日起十五日内提出。"),
    ),
    "notify": Step(
        _lazy("通知异议"), forms.ObjectionForm, _notify, _lazy("已登记通知，十五日反对期自当日起算。"), _lazy("登记通知"),
        _lazy("通知未提出异议的债权人和被执行人。"),
    ),
    "counter": Step(
        _lazy("登记反对意见"), forms.CounterForm, _counter, _lazy("已登记反对意见并通知异议人。"), _lazy("登记反对意见"),
        _lazy("收到通知之日起十五日内提出；异议人可在十五日内起诉。"),
    ),
    "sue": Step(
        _lazy("登记分配方案异议之诉"), forms.ObjectionForm, _sue, _lazy("已登记起诉，争议部分将提存。"), _lazy("登记起诉")
    ),
    "carry-out": Step(
        _lazy("执行分配方案"), forms.OfPlan, _carry_out, _lazy("已执行分配方案。"), _lazy("执行"),
        _lazy("各方期间届满后办理。"),
    ),
}  # fmt: skip
