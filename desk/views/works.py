"""Which form a node has, and which verb it becomes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from cases.actions.accounts import register_account
from cases.actions.assigning import assign_case
from cases.actions.completing import complete_node
from cases.actions.correcting import correct_filing
from cases.actions.triage import classify_case
from closing.actions.closing import archive_case, record_interview
from desk.forms import nodes as forms
from desk.forms.act_form import ActForm
from desk.forms.correcting import CorrectFilingForm
from desk.forms.declared import DeclaredForm
from desk.forms.property import ControlForm, FeedbackForm
from desk.forms.triage import TriageForm
from desk.views.doing import Doing
from kernel.errors import BadInput
from measures.actions.controlling import Taking, leave_uncontrolled, take_control
from measures.actions.disposing import Announcement, announce_auction, record_result, set_price
from measures.actions.finding import Found, record_feedback


@dataclass(frozen=True, slots=True)
class Work:
    """How a node is done. template: what stands between the head and the foot of its form."""

    form: type[ActForm]
    run: Callable[[Doing], Any]
    template: str = "desk/_fields.html"
    submit: Any = ""


def work_of(form: str) -> Work | None:
    """The work behind a node's `form`; None for nodes that are done elsewhere (payout, closing, auction_start)."""
    return WORKS.get(form)


def complete(doing: Doing) -> Any:
    """A node with declared fields."""
    node = doing.about.node
    return complete_node(
        node_id=node.pk, seen_version=doing.seen, values=doing.form.values(doing.files), **doing.by
    )


def assign(doing: Doing) -> Any:
    """分案."""
    given = doing.cleaned
    return assign_case(
        case_id=doing.about.file.case.pk, owner=given["owner"], team=given["team"], on=given["on"], **doing.by
    )


def correct_filed(doing: Doing) -> Any:
    """更正立案信息, with or without the node of it."""
    return correct_filing(
        case_id=doing.about.file.case.pk,
        correction=doing.cleaned["correction"],
        on=doing.cleaned["on"],
        seen_version=doing.seen if doing.about.node is not None else None,
        **doing.by,
    )


def register(doing: Doing) -> Any:
    """领款登记."""
    given, case = doing.cleaned, doing.about.file.case
    files = doing.files.get("undertaking") or [None]
    return register_account(
        case_id=case.pk,
        name=given["name"],
        bank=given["bank"],
        account=given["account"],
        account_doubt=given["account_doubt"],
        undertaking_file_id=files[0],
        signed_on=given["signed_on"],
        **doing.by,
    )


def feed_back(doing: Doing) -> Any:
    """网络查控反馈 with the rows of what was found."""
    given, node = doing.cleaned, doing.about.node
    return record_feedback(
        node_id=node.pk,
        seen_version=doing.seen,
        items=[found(row) for row in doing.form.found.filled()],
        queried=given["queried"],
        national=given["national"],
        on=given["on"],
        **doing.by,
    )


def found(row: dict[str, Any]) -> Found:
    """A cleaned row as the verb takes it."""
    return Found(
        party_id=int(row["party"]),
        kind=row["kind"],
        label=row["label"],
        value=row["value"],
        reference=row["reference"],
        holder=row["holder"],
        protected_kind=row["protected_kind"] or "none",
        indivisible=row["indivisible"],
    )


def control(doing: Doing) -> Any:
    """采取控制措施 on the ticked items, or leave the node's item free with a reason."""
    given, form, file = doing.cleaned, doing.form, doing.about.file
    if form.leaves:
        return leave_uncontrolled(
            property_id=doing.about.item.pk, reason=given["reason"], on=given["started_on"], **doing.by
        )
    approval = given.get("approval")
    return take_control(
        case_id=file.case.pk,
        takings=[
            Taking(
                property_id=row.row.pk,
                kind=row.cleaned_data["kind"],
                amount=row.cleaned_data["amount"] or Decimal(0),
                started_on=given["started_on"],
                ends_on=row.cleaned_data["ends_on"],
                waiting=row.cleaned_data["waiting"],
                agency=given["agency"],
                document=given["document"],
                files=doing.files.get("files", []),
                approval_id=int(approval) if approval else None,
            )
            for row in form.taken
        ],
        **doing.by,
    )


def price(doing: Doing) -> Any:
    """参考价确定."""
    given = doing.cleaned
    return set_price(
        node_id=doing.about.node.pk,
        seen_version=doing.seen,
        price=given["price"],
        method=given["method"],
        on=given["on"],
        report=given["report"],
        **doing.by,
    )


def announce(doing: Doing) -> Any:
    """拍卖公告."""
    names = ("announced_on", "opens_on", "starting_price", "deposit", "platform", "ruling")
    return announce_auction(
        node_id=doing.about.node.pk,
        seen_version=doing.seen,
        announcement=Announcement(**{name: doing.cleaned[name] for name in names}),
        **doing.by,
    )


def result(doing: Doing) -> Any:
    """成交或流拍."""
    given = doing.cleaned
    sold = given["sold"] == "yes"
    return record_result(
        node_id=doing.about.node.pk,
        seen_version=doing.seen,
        sold=sold,
        price=given["price"] if sold else None,
        on=given["on"],
        paid_on=given["paid_on"] if sold else None,
        **doing.by,
    )


def interview(doing: Doing) -> Any:
    """终本约谈."""
    given = doing.cleaned
    return record_interview(
        node_id=doing.about.node.pk, seen_version=doing.seen, values=given, on=given["on"], **doing.by
    )


def triage(doing: Doing) -> Any:
    """繁简分流."""
    given = doing.cleaned
    return classify_case(
        case_id=doing.about.file.case.pk,
        classes=doing.form.classes,
        facts=doing.form.facts,
        reason=given["reason"],
        on=given["on"],
        **doing.by,
    )


def archive(doing: Doing) -> Any:
    """归档."""
    given = doing.cleaned
    if not given["volumes"].strip():
        raise BadInput(_("没有填写卷宗情况。"), field="volumes", fix=_("例如 正卷一册。"))
    return archive_case(
        case_id=doing.about.file.case.pk, on=given["on"], volumes=given["volumes"], **doing.by
    )


WORKS: dict[str, Work] = {
    "declared": Work(DeclaredForm, complete),
    "acceptance": Work(DeclaredForm, complete),
    "assignment": Work(forms.AssignmentForm, assign),
    "payee": Work(forms.PayeeForm, register),
    "feedback": Work(FeedbackForm, feed_back, "desk/_feedback_fields.html"),
    "control": Work(ControlForm, control, "desk/_control_fields.html"),
    "price": Work(forms.PriceForm, price),
    "auction_announcement": Work(forms.AnnouncementForm, announce),
    "auction_result": Work(forms.ResultForm, result),
    "interview": Work(forms.InterviewForm, interview),
    "triage": Work(TriageForm, triage, "desk/_triage_fields.html"),
    "archive": Work(forms.ArchiveForm, archive),
    "filing_correction": Work(CorrectFilingForm, correct_filed, "desk/_correcting_fields.html"),
}
