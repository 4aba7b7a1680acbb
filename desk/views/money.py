"""Paying out: what of a receipt is free, how each payout stands, and its next step."""

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

from cases.actions import money as verbs
from cases.models import Node
from courts.access import staff
from desk.forms import money as forms
from desk.forms.act_form import About, ActForm
from desk.selectors import payouts
from desk.selectors.case_file import CaseFile
from desk.selectors.payouts import CHECKERS, PAYERS, REQUESTERS, allowed, receipt_of, talk_words
from desk.views.acts import perform
from desk.views.deeds import Check, Deed
from desk.views.doing import Doing, case_url, open_case
from desk.words import instant_words, plain_day
from funds.actions import payouts as books
from funds.actions.payoutpapers import attach_slips
from funds.models import PayeeAccount, Payout, PayoutTalk
from funds.selectors import money_of
from kernel.capitals import in_capitals
from kernel.money import format_yuan


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a payout: who may do it, its form, its verb, whether it is checked before."""

    title: Any
    form: type[ActForm]
    run: Callable[[Payout, Doing], Any]
    rights: tuple[tuple[str, str], ...]
    said: Any
    submit: Any
    checked: bool = False


def payout_pane(file: CaseFile, node: Node) -> dict[str, Any]:
    """The pane of the node 案款发放: the receipt's money, its payouts, and what may be done next."""
    receipt = receipt_of(file, node.subject_id)
    if receipt is None:
        return {"blocked": _("这笔款还没有认领到本案。")}
    return {"body": "desk/_payout_pane.html", "money": payouts.one_receipt(file, receipt)}


@staff(second_factor=True)
def draft(request: HttpRequest, pk: int, receipt_id: int) -> HttpResponse:
    """提请发放 of a receipt."""
    file = open_case(request, pk)
    found = money_of(file.case.about, claimed=file.case.claim_amount)
    receipt = next((each for each in found.receipts if each.receipt.pk == receipt_id), None)
    if receipt is None:
        raise Http404
    if not allowed(file, REQUESTERS):
        raise PermissionDenied
    form = partial_form(found, receipt)
    deed = Deed(
        _("提请发放案款"), form, partial(_draft, receipt_id), lambda _file: True, _("已提请发放，等待审批。"), _("确认提请"),
        check=partial(_check_draft, found, receipt),
    )  # fmt: skip
    return perform(
        request,
        deed,
        About(file),
        reverse("desk:draft_payout", args=[pk, receipt_id]),
        case_url(file, "money"),
    )


def partial_form(found: Any, receipt: Any) -> type[forms.PayoutForm]:
    """The form of this receipt: its class needs to know the money before it is filled."""

    class Bound(forms.PayoutForm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, money=found, receipt=receipt, **kwargs)

    return Bound


@staff(second_factor=True)
def step(request: HttpRequest, pk: int, payout_id: int, name: str) -> HttpResponse:
    """The next step of a payout."""
    file = open_case(request, pk)
    wanted = STEPS.get(name)
    payout = (
        Payout.objects.filter(about=file.case.about, pk=payout_id)
        .select_related("payee", "account", "talk")
        .first()
    )
    if wanted is None or payout is None:
        raise Http404
    if not allowed(file, wanted.rights):
        raise PermissionDenied
    deed = Deed(
        wanted.title,
        wanted.form,
        partial(wanted.run, payout),
        lambda _file: True,
        wanted.said,
        wanted.submit,
        check=partial(_check_step, payout, wanted) if wanted.checked else None,
        concerns=_("发放 %(amount)s（%(capitals)s）给%(payee)s")
        % {
            "amount": format_yuan(payout.amount),
            "capitals": in_capitals(payout.amount),
            "payee": _payee(payout),
        },
    )
    action = reverse("desk:payout_step", args=[pk, payout_id, name])
    return perform(request, deed, About(file), action, case_url(file, "money"))


def _draft(receipt_id: int, doing: Doing) -> Any:
    given = doing.cleaned
    return verbs.draft_payout(
        case_id=doing.about.file.case.pk,
        receipt_id=receipt_id,
        payee_id=int(given["payee"]),
        amount=given["amount"],
        communication_record=doing.form.talk(doing.files["attachments"]),
        **doing.by,
    )


def _check_draft(found: Any, receipt: Any, about: About, given: dict[str, Any]) -> Check:
    account = next(each for each in found.payees if str(each.payee_id) == given["payee"])
    return Check(
        [
            {"label": _("案号"), "value": about.file.case.number},
            _amount_row(given["amount"]),
            {
                "label": _("收款账户"),
                "value": f"{account.payee.name}，{account.bank} {account.account_masked}",
                "note": "；".join(
                    filter(
                        None,
                        (
                            _("已签领款承诺书") if account.has_undertaking else _("没有领款承诺书，不能付款"),
                            _wait(account, about),
                        ),
                    )
                ),
            },
            {"label": _("沟通记录"), **_talk(given)},
        ],
        _("审批人须是另一名有权人员。"),
    )


def _talk(given: dict[str, Any]) -> dict[str, str]:
    """The talk as the form tells it."""
    if not given["channel"]:
        return {"value": "—"}
    channel = dict(PayoutTalk.Channel.choices)[given["channel"]]
    when = f"{plain_day(given['talked_on'])} {given['talked_time']:%H:%M}"
    return {"value": f"{when} {channel} {given['talked_with']}", "note": given["record"]}


def _wait(account: PayeeAccount | None, about: About) -> str:
    """That an account has just changed and is not paid to before an instant; "" where nothing is to be waited for."""
    if account is None or account.in_force_at <= about.file.at:
        return ""
    return _("账户刚变更，%s 起才能付款") % instant_words(account.in_force_at, about.file.today)


def _payee(payout: Payout) -> str:
    account = payout.account
    return f"{payout.payee.name}，{account.bank} {account.account_masked}" if account else payout.payee.name


def _check_step(payout: Payout, wanted: Step, about: About, _given: dict[str, Any]) -> Check:
    talk = talk_words(payout, about.file.today)
    return Check(
        [
            {"label": _("案号"), "value": about.file.case.number},
            _amount_row(payout.amount),
            {"label": _("收款账户"), "value": _payee(payout), "note": _wait(payout.account, about)},
            *([{"label": _("沟通记录"), "value": talk.partition("：")[2]}] if talk else []),
            {"label": _("这一步"), "value": str(wanted.title)},
        ],
        _("付款指令发出后不能撤回。") if wanted.rights == PAYERS else "",
        _("发放"),
    )


def _amount_row(amount: Any) -> dict[str, Any]:
    return {
        "label": _("金额"),
        "value": format_yuan(amount),
        "note": _("大写：%(words)s") % {"words": in_capitals(amount)},
    }


def _ids(payout: Payout, doing: Doing) -> dict[str, Any]:
    return {"case_id": doing.about.file.case.pk, "payout_id": payout.pk, **doing.by}


def to_finance(payout: Payout, doing: Doing) -> Any:
    """移送财务."""
    return verbs.hand_to_finance(on=doing.cleaned["on"], file_ids=doing.files["files"], **_ids(payout, doing))


def received(payout: Payout, doing: Doing) -> Any:
    """财务接收."""
    return verbs.finance_received(on=doing.cleaned["on"], **_ids(payout, doing))


def approve(payout: Payout, doing: Doing) -> Any:
    """审批."""
    return verbs.approve_payout(**_ids(payout, doing))


def send(payout: Payout, doing: Doing) -> Any:
    """付款."""
    return verbs.send_payout(**_ids(payout, doing))


def confirm_paid(payout: Payout, doing: Doing) -> Any:
    """银行确认."""
    given = doing.cleaned
    return books.confirm_paid(
        payout_id=payout.pk, bank_ref=given["bank_ref"], paid_on=given["paid_on"], **doing.by
    )


def give_back(payout: Payout, doing: Doing) -> Any:
    """退票."""
    given = doing.cleaned
    return books.return_payout(payout_id=payout.pk, reason=given["reason"], on=given["on"], **doing.by)


def slip(payout: Payout, doing: Doing) -> Any:
    """付款凭证扫描件."""
    return attach_slips(payout_id=payout.pk, file_ids=doing.files["files"], **doing.by)


def cancel(payout: Payout, doing: Doing) -> Any:
    """取消."""
    return books.cancel_payout(payout_id=payout.pk, reason=doing.cleaned["reason"], **doing.by)


STEPS: dict[str, Step] = {
    "to-finance": Step(
        _lazy("移送财务"), forms.ToFinanceForm, to_finance, REQUESTERS, _lazy("已移送财务。"), _lazy("确认移送")
    ),
    "received": Step(
        _lazy("财务接收"), forms.OnForm, received, PAYERS, _lazy("财务已接收，五个工作日的付款期限开始计算。"), _lazy("确认接收")
    ),
    "approve": Step(
        _lazy("批准发放"), forms.StepForm, approve, CHECKERS, _lazy("已批准发放。"), _lazy("批准"), checked=True
    ),
    "send": Step(
        _lazy("发出付款"), forms.StepForm, send, PAYERS, _lazy("付款指令已发出，等待银行确认。"), _lazy("发出付款"), checked=True
    ),
    "confirm": Step(
        _lazy("登记付款成功"), forms.ConfirmForm, confirm_paid, PAYERS, _lazy("已登记银行确认到账。"), _lazy("登记")
    ),
    "return": Step(
        _lazy("登记退票"), forms.ReturnForm, give_back, PAYERS, _lazy("已登记退票，款项回到待发。"), _lazy("登记退票")
    ),
    "slip": Step(
        _lazy("上传付款凭证"), forms.SlipForm, slip, PAYERS, _lazy("付款凭证已归入本笔发放。"), _lazy("上传")
    ),
    "cancel": Step(
        _lazy("取消发放"), forms.CancelForm, cancel, (*REQUESTERS, *CHECKERS), _lazy("已取消发放。"), _lazy("确认取消")
    ),
}  # fmt: skip
