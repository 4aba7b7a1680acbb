"""Money of a case that is set aside, given back, advanced: asking for it, and each step of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.actions import transfers as verbs
from courts.access import staff
from desk.forms import transfers as forms
from desk.forms.act_form import About, ActForm
from desk.selectors.payouts import REQUESTERS, allowed
from desk.selectors.transfers import ASKING as TITLES
from desk.selectors.transfers import may_step, next_steps, step_words
from desk.views.acts import perform
from desk.views.deeds import Deed
from desk.views.doing import Doing, case_url, open_case
from funds.models import Transfer
from kernel.capitals import in_capitals
from kernel.money import format_yuan


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a transfer: its form and verb, and what is said when it is done."""

    form: type[ActForm]
    run: Callable[[Transfer, Doing], Any]
    said: Any


def cause(doing: Doing) -> Any:
    """未发放原因."""
    given = doing.cleaned
    return verbs.note_cause(
        case_id=_case(doing),
        receipt_id=int(given["receipt"]),
        cause=given["cause"],
        steps=given["steps"],
        **doing.by,
    )


def _ask(kind: str, doing: Doing) -> Any:
    given = dict(doing.cleaned)
    kind = given.pop("kind", kind)
    names = ("amount", "ground", "cause", "body")
    ids = {f"{name}_id": int(given[name]) for name in ("receipt", "payee") if given.get(name)}
    return verbs.ask_transfer(
        case_id=_case(doing),
        kind=kind,
        **ids,
        **{name: given[name] for name in names if name in given},
        **doing.by,
    )


def deposit(doing: Doing) -> Any:
    """竞买保证金."""
    given = doing.cleaned
    return verbs.set_deposit_aside(
        case_id=_case(doing),
        receipt_id=int(given["receipt"]),
        subject_id=int(given["item"]),
        bidder=given["bidder"],
        on=given["on"],
        **doing.by,
    )


ASKED = _lazy("已提请审批。")
ASKING: dict[str, tuple[type[ActForm], Callable[[Doing], Any], Any, Any]] = {
    "cause": (forms.CauseForm, cause, _lazy("已记录未发放原因。"), _lazy("记录")),
    "escrow": (forms.EscrowForm, partial(_ask, "escrow"), ASKED, _lazy("提请审批")),
    "refund": (forms.RefundForm, partial(_ask, "refund"), ASKED, _lazy("提请审批")),
    "deposit": (forms.DepositForm, deposit, _lazy("已登记竞买保证金，请财务转入专门科目。"), _lazy("登记")),
    "advance": (forms.AdvanceForm, partial(_ask, "advance"), ASKED, _lazy("提请审批")),
    "aid": (forms.AidForm, partial(_ask, "relief"), ASKED, _lazy("提请审批")),
}


@staff(second_factor=True)
def ask(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """提请提存、退款、垫付、救助, or the cause for which money waits."""
    file = open_case(request, pk)
    if kind not in ASKING:
        raise Http404
    if not (file.is_own or allowed(file, REQUESTERS)):
        raise PermissionDenied
    form, run, said, submit = ASKING[kind]
    deed = Deed(TITLES[kind], form, run, lambda _file: True, said, submit)
    action = reverse("desk:ask_transfer", args=[pk, kind])
    return perform(request, deed, About(file), action, case_url(file, "money"))


@staff(second_factor=True)
def step(request: HttpRequest, pk: int, transfer_id: int, name: str) -> HttpResponse:
    """The next step of a transfer."""
    file = open_case(request, pk)
    wanted = STEPS.get(name)
    transfer = Transfer.objects.filter(about=file.case.about, pk=transfer_id).first()
    if wanted is None or transfer is None:
        raise Http404
    # A second click of the form that did it is the same act; the verb tells any other that it is too late.
    if request.method != "POST" and name not in next_steps(transfer):
        raise Http404
    if not may_step(file, transfer, name):
        raise PermissionDenied
    deed = Deed(
        step_words(transfer, name), wanted.form, partial(wanted.run, transfer), lambda _file: True, wanted.said, _("确认办理"),
        concerns=f"{transfer.get_kind_display()} {format_yuan(transfer.amount)}（{in_capitals(transfer.amount)}）",
    )  # fmt: skip
    action = reverse("desk:transfer_step", args=[pk, transfer_id, name])
    return perform(request, deed, About(file), action, case_url(file, "money"))


def hold(transfer: Transfer, doing: Doing) -> Any:
    """办理提存、转入."""
    return verbs.hold_transfer(**_ids(transfer, doing), body=doing.cleaned["body"])


def release(transfer: Transfer, doing: Doing) -> Any:
    """转回."""
    return verbs.release_transfer(**_ids(transfer, doing), reason=doing.cleaned["reason"])


def pay(transfer: Transfer, doing: Doing) -> Any:
    """付款."""
    return verbs.pay_transfer(**_ids(transfer, doing), bank_ref=doing.cleaned["bank_ref"])


def cancel(transfer: Transfer, doing: Doing) -> Any:
    """取消."""
    return verbs.cancel_transfer(
        case_id=_case(doing), transfer_id=transfer.pk, reason=doing.cleaned["reason"], **doing.by
    )


def _ids(transfer: Transfer, doing: Doing) -> dict[str, Any]:
    return {"case_id": _case(doing), "transfer_id": transfer.pk, "on": doing.cleaned["on"], **doing.by}


def _case(doing: Doing) -> int:
    return doing.about.file.case.pk


STEPS: dict[str, Step] = {
    "hold": Step(forms.HoldForm, hold, _lazy("款项已转入专门科目。")),
    "release": Step(forms.BackForm, release, _lazy("款项已转回待发。")),
    "pay": Step(forms.PaidForm, pay, _lazy("已登记付款。")),
    "cancel": Step(forms.GiveUpForm, cancel, _lazy("已取消，没有款项变动。")),
}
