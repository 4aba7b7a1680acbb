"""What is done to one property item."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.actions.asking import ask_approval
from courts.access import staff
from desk.forms import property as forms
from desk.forms.act_form import About
from desk.selectors import menu
from desk.views import works
from desk.views.acts import perform
from desk.views.deeds import Deed
from desk.views.doing import Doing, case_url, open_case
from kernel.errors import BadInput, WrongState
from measures.actions.controlling import deduct, mark_cannot_dispose, mark_disposable, release, renew
from measures.actions.disposing import record_price_paid


@staff()
def property_act(request: HttpRequest, pk: int, property_id: int, name: str) -> HttpResponse:
    """One act on a property item of the case."""
    file = open_case(request, pk)
    row = next((each for each in file.properties if each.pk == property_id), None)
    deed = DEEDS.get(name)
    if row is None or deed is None:
        raise Http404
    if not deed.allowed(file):
        raise PermissionDenied
    action = reverse("desk:property_act", args=[pk, property_id, name])
    return perform(
        request, deed, About(file, item=row), action, f"{case_url(file, 'property')}#property-{row.pk}"
    )


def dispose(doing: Doing) -> Any:
    """登记可处置."""
    given = doing.cleaned
    return mark_disposable(
        property_id=doing.about.item.pk, conditions=given["conditions"], on=given["on"], **doing.by
    )


def cannot_dispose(doing: Doing) -> Any:
    """登记不能处置, with the approval that was given."""
    given, row = doing.cleaned, doing.about.item
    approval = forms.given_for(doing.about, "cannot_dispose")
    if approval is None:
        raise WrongState(_("不能处置的认定还没有获批。"), fix=_("先申请认定，批准后再登记。"))
    return mark_cannot_dispose(
        property_id=row.pk, reason=given["reason"], approval_id=approval.pk, on=given["on"], **doing.by
    )


def take_over(doing: Doing) -> Any:
    """划拨."""
    given = doing.cleaned
    return deduct(
        case_id=doing.about.file.case.pk,
        amounts=[(doing.about.item.pk, given["amount"])],
        on=given["on"],
        **doing.by,
    )


def let_go(doing: Doing) -> Any:
    """解除措施."""
    given = doing.cleaned
    return release(control_id=_control(doing).pk, reason=given["reason"], on=given["on"], **doing.by)


def carry_on(doing: Doing) -> Any:
    """续行措施."""
    given = doing.cleaned
    return renew(
        control_id=_control(doing).pk,
        ends_on=given["ends_on"],
        document=given["document"],
        on=given["on"],
        **doing.by,
    )


def paid(doing: Doing) -> Any:
    """价款全额交付."""
    return record_price_paid(property_id=doing.about.item.pk, on=doing.cleaned["on"], **doing.by)


def _control(doing: Doing) -> Any:
    control = doing.about.file.controls.get(doing.about.item.pk)
    if control is None:
        raise BadInput(_("这项财产没有有效的措施。"), fix=_("刷新页面。"))
    return control


def ask_cannot_dispose(doing: Doing) -> Any:
    """申请认定不能处置."""
    return _ask(doing, "cannot_dispose")


def ask_over_limit(doing: Doing) -> Any:
    """申请超标的控制."""
    return _ask(doing, "over_limit")


def _ask(doing: Doing, matter: str) -> Any:
    return ask_approval(
        case_id=doing.about.file.case.pk,
        matter=matter,
        facts={"property": doing.about.item.pk, "subject": doing.about.item.subject_id},
        ground=doing.cleaned["ground"],
        **doing.by,
    )


ASKED = _lazy("已提请审批。")
DEEDS: dict[str, Deed] = {
    "control": Deed(
        _lazy("采取控制措施"), forms.ControlForm, works.control, menu.may_control, _lazy("已登记控制情况。"), _lazy("提交"),
        fields="desk/_control_fields.html",
    ),
    "disposable": Deed(
        _lazy("登记可处置"), forms.DisposableForm, dispose, menu.may_control,
        _lazy("已登记可处置，确定参考价的期限开始计算。"), _lazy("登记"),
    ),
    "ask-cannot-dispose": Deed(
        _lazy("申请认定不能处置"), forms.GroundForm, ask_cannot_dispose, menu.may_ask, ASKED, _lazy("提请审批"),
        _lazy("写明不能处置的具体情况和依据，由执行局局长审批。"),
    ),
    "cannot-dispose": Deed(
        _lazy("登记不能处置"), forms.CannotDisposeForm, cannot_dispose, menu.may_control, _lazy("已登记不能处置。"),
        _lazy("登记"),
    ),
    "ask-over-limit": Deed(
        _lazy("申请超标的控制"), forms.GroundForm, ask_over_limit, menu.may_ask, ASKED, _lazy("提请审批"),
        _lazy("财产不可分、控制后总额超过标的和费用的，先报批再控制。"),
    ),
    "deduct": Deed(
        _lazy("划拨"), forms.DeductForm, take_over, menu.may_control, _lazy("已登记划拨，款项到账后自动认领到本案。"),
        _lazy("登记划拨"),
    ),
    "renew": Deed(
        _lazy("续行措施"), forms.RenewForm, carry_on, menu.may_control, _lazy("已续行，新的届满日期开始提醒。"), _lazy("确认续行"),
    ),
    "paid": Deed(
        _lazy("登记价款交齐"), forms.PaidForm, paid, menu.may_control, _lazy("已登记，裁定送达和移交的期限开始计算。"),
        _lazy("登记"),
    ),
    "release": Deed(
        _lazy("解除措施"), forms.ReleaseForm, let_go, menu.may_control, _lazy("已解除措施。"), _lazy("确认解除"),
    ),
}  # fmt: skip
