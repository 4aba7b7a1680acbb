"""督办 from issue to close. Each verb locks the case, then the order, and writes an event to both their streams."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from cases.models import Case
from cases.snapshot import Locked, lock_case
from courts.models import Court, User
from deadlines.matters import matters_in_use
from deadlines.models import Deadline
from documents.uploads import store_upload
from kernel import time
from kernel.errors import BadInput, Conflict, WrongState
from supervision import policy, reminding
from supervision.actions.holding import Held, holding, must, text_of, write
from supervision.models import Order, OrderExtension
from supervision.states import ExtensionState, OrderState

STANDS = "ORDER-STANDS"
"""The refusal of a second order about the same."""


def issue_order(
    *,
    case_id: int,
    words: str,
    due_on: dt.date,
    actor: User,
    at: dt.datetime,
    key: str,
    clock_id: int | None = None,
    needs_review: bool = False,
    kind: str = Order.Kind.ORDER,
) -> Order:
    """发起督办 (or 催办): words and the last day for the answer, about a case or one of its running clocks.

    Writes the Order, supervision.ordered to the case and order.issued to the order, tells the handler. Raises
    NotFound, NotAllowed, BadInput (words, due_on), WrongState when that clock has such an order already.
    """
    words = text_of(words, "words", _("没有写明督办要求。"), _("写明要办什么、办到什么程度。"))
    if due_on < time.today(at):
        raise BadInput(_("反馈期限已经过去。"), field="due_on", fix=_("填写今天或者以后的日期。"))
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        policy.require_issue(locked.case, actor)
        if (standing := Order.objects.filter(key=key).first()) is not None:
            if (standing.case_id, standing.words, standing.kind) != (case_id, words, kind):
                raise Conflict(_("这一操作编号已用于另一项内容，请刷新页面后重新提交。"), code="ORDER-KEY")
            return standing
        clock = _clock(locked, clock_id)
        matter = _matter(locked, clock)
        _check_alone(case_id, clock, matter, kind)
        order = Order(
            case=locked.case,
            kind=kind,
            court_id=actor.court_id or locked.case.court_id,
            year=time.today(at).year,
            clock_id=clock.pk if clock else None,
            node_kind=clock.node_kind if clock else "",
            matter=matter,
            words=words,
            needs_review=needs_review,
            issued_by=actor,
            issued_at=at,
            key=key,
        )
        order.set_due(due_on)
        order.ordinal = _next_ordinal(order)
        order.remind_at = reminding.next_rung(order)
        order.save(force_insert=True)
        write(Held(locked, order, False), "issued", actor, at, key, {"clock": clock_id, "due_on": due_on})
        reminding.tell_issued(order, at=at)
    return order


def read_order(*, order_id: int, actor: User, at: dt.datetime, key: str) -> Order:
    """签收: who has to answer has taken note, once, and of each addition once. A reminder is done with that.

    Raises NotFound, NotAllowed.
    """
    with holding(order_id, actor, key) as held:
        order = held.order
        policy.require_answer(order, actor)
        unread = list(order.additions.filter(read_at=None))
        if held.done or (order.read_at is not None and not unread):
            return order
        if order.read_at is None:
            order.read_by, order.read_at = actor, at
        for row in unread:
            row.read_by, row.read_at = actor, at
            row.save(update_fields=["read_by", "read_at"])
        if order.kind == Order.Kind.REMINDER:
            order.close(by=actor, at=at, words="")
        order.save()
        write(held, "read", actor, at, key, {}, unread)
    return order


def answer_order(
    *,
    order_id: int,
    words: str,
    uploads: Sequence[UploadedFile] = (),
    actor: User,
    at: dt.datetime,
    key: str,
) -> Order:
    """反馈: what was done, with what proves it. Ends the clock; closes the order unless the issuer wants to look at it.

    Raises NotFound, NotAllowed, BadInput (words, file), WrongState when it does not wait for an answer.
    """
    words = text_of(words, "words", _("没有写明办理情况。"), _("写明办了什么、结果如何、还差什么。"))
    with holding(order_id, actor, key) as held:
        order = held.order
        policy.require_answer(order, actor)
        if held.done:
            return order
        must(order, OrderState.OPEN)
        if order.kind == Order.Kind.REMINDER:
            raise WrongState(_("催办只须签收。"), fix=_("请点“签收”。"))
        files = [_keep(held.locked.case, upload, actor, at) for upload in uploads]
        if order.read_at is None:
            order.read_by, order.read_at = actor, at
        order.take_answer(by=actor, at=at, words=words, files=files)
        if not order.needs_review:
            order.close(by=actor, at=at, words="")
        order.save()
        late = order.days_late(at)
        write(held, "answered", actor, at, key, {"files": files, "days_late": late})
        reminding.tell_issuer(order, _("已反馈"), at=at, key=key)
    return order


def ask_extension(
    *, order_id: int, due_on: dt.date, ground: str, actor: User, at: dt.datetime, key: str
) -> OrderExtension:
    """申请延期反馈 until a later day. Raises NotFound, NotAllowed, BadInput, WrongState (one waits already)."""
    ground = text_of(ground, "ground", _("没有写明延期理由。"), _("写明为什么不能按期反馈。"))
    with holding(order_id, actor, key) as held:
        order = held.order
        policy.require_answer(order, actor)
        if held.done:
            return order.extensions.latest("pk")
        must(order, OrderState.OPEN)
        if due_on <= order.due_on:
            raise BadInput(
                _("延至的日期不晚于现在的期限（%s）。") % order.due_on.isoformat(),
                field="due_on",
                fix=_("填写更晚的日期。"),
            )
        if order.extensions.filter(state=ExtensionState.ASKED).exists():
            raise WrongState(_("已有一项延期申请等待批准。"), fix=_("请等交办法院答复。"))
        row = OrderExtension.objects.create(
            order=order, due_on=due_on, ground=ground, asked_by=actor, asked_at=at
        )
        write(held, "extension_asked", actor, at, key, {"extension": row.pk, "due_on": due_on})
        reminding.tell_issuer(order, _("申请延期反馈"), at=at, key=key)
    return row


def decide_extension(
    *, order_id: int, give: bool, words: str = "", actor: User, at: dt.datetime, key: str
) -> Order:
    """批准或不批准延期, by those who direct the order; given, the clock ends on the later day and its rungs start anew.

    Raises NotFound, NotAllowed, WrongState (nothing waits), BadInput (a refusal says why).
    """
    with holding(order_id, actor, key) as held:
        order = held.order
        policy.require_direct(order, actor)
        if held.done:
            return order
        row = order.extensions.filter(state=ExtensionState.ASKED).first()
        if row is None:
            raise WrongState(_("没有等待批准的延期申请。"), fix=_("请刷新页面。"))
        if row.asked_by_id == actor.pk:
            policy.require(False, _("自己提出的延期不能由自己批准。"), _("由其他有权的人员批准。"))
        if not give:
            text_of(words, "words", _("没有写明不批准的理由。"), _("写明为什么不同意延期。"))
        row.state = ExtensionState.GIVEN if give else ExtensionState.REFUSED
        row.decided_by, row.decided_at, row.words = actor, at, words.strip()
        row.save()
        if give and order.is_open:
            order.set_due(row.due_on)
            order.reminded, order.remind_at = 0, None
            order.remind_at = reminding.next_rung(order, after=at)
            order.save()
        kind = "extended" if give else "extension_refused"
        write(held, kind, actor, at, key, {"extension": row.pk, "due_on": row.due_on})
        said = _("已批准延期至 %s") % row.due_on.isoformat() if give else _("未批准延期")
        reminding.tell_handler(order, said, at=at, key=key)
    return order


def escalate_order(*, order_id: int, words: str, actor: User, at: dt.datetime, key: str) -> Order:
    """提级督办: take the order to the court above, whose bureau then directs it too.

    Raises NotFound, NotAllowed, BadInput, WrongState where there is no court above, or it stands there already.
    """
    words = text_of(words, "words", _("没有写明提级理由。"), _("写明为什么需要上级法院督办。"))
    with holding(order_id, actor, key) as held:
        order = held.order
        policy.require_direct(order, actor)
        if held.done:
            return order
        if order.state == OrderState.CLOSED:
            must(order, OrderState.OPEN)
        parent = Court.objects.filter(pk=order.court_id).values_list("parent_id", flat=True).first()
        if parent is None:
            raise WrongState(_("系统中没有登记上级法院。"), fix=_("请系统管理员核对法院层级。"))
        if order.superior_id is not None:
            raise WrongState(_("这件督办已经提级。"), fix=_("由上级法院继续督办。"))
        order.superior_id, order.escalated_at, order.escalation = parent, at, words
        order.save()
        write(held, "escalated", actor, at, key, {"to": parent})
        reminding.tell_superior(order, at=at)
    return order


def send_back_order(*, order_id: int, words: str, actor: User, at: dt.datetime, key: str) -> Order:
    """退回补充: the answer does not do; the order waits again, its last day unchanged.

    Raises NotFound, NotAllowed, BadInput, WrongState.
    """
    words = text_of(words, "words", _("没有写明退回理由。"), _("写明还要补充什么。"))
    with holding(order_id, actor, key) as held:
        order = held.order
        policy.require_direct(order, actor)
        if held.done:
            return order
        must(order, OrderState.ANSWERED)
        order.send_back()
        order.remind_at = reminding.next_rung(order, after=at)
        order.save()
        write(held, "sent_back", actor, at, key, {"words": words})
        reminding.tell_handler(order, _("反馈被退回：%s") % words, at=at, key=key)
    return order


def close_order(*, order_id: int, words: str, actor: User, at: dt.datetime, key: str) -> Order:
    """核销: those who direct the order are satisfied, or want nothing any more. words: their opinion.

    Raises NotFound, NotAllowed, BadInput, WrongState when it is closed.
    """
    words = text_of(words, "words", _("没有写明核销意见。"), _("写明督办事项是否办妥。"))
    with holding(order_id, actor, key) as held:
        order = held.order
        policy.require_direct(order, actor)
        if held.done:
            return order
        if order.state == OrderState.CLOSED:
            must(order, OrderState.ANSWERED)
        order.close(by=actor, at=at, words=words)
        order.save()
        write(held, "closed", actor, at, key, {})
        reminding.tell_handler(order, _("已核销"), at=at, key=key)
    return order


def _clock(locked: Locked, clock_id: int | None) -> Deadline | None:
    """The running clock of the case that the order is about. Raises BadInput, WrongState."""
    if clock_id is None:
        return None
    clock = locked.clocks.get(clock_id)
    if clock is None or clock.state not in ("running", "suspended"):
        raise BadInput(
            _("这项期限已经不在计算。"), field="clock", fix=_("刷新列表后，对仍未办结的节点发起督办。")
        )
    return clock


def _check_alone(case_id: int, clock: Deadline | None, matter: str, kind: str) -> None:
    """No second one of its kind beside one that is not settled; asked under the lock of the case. Raises WrongState."""
    standing = Order.objects.about(case_id, clock.pk if clock else None, matter).filter(kind=kind)
    order = (standing.unanswered() if kind == Order.Kind.REMINDER else standing.unsettled()).first()
    if order is None:
        return
    what = _("这个节点") if clock else _("本案全案")
    raise WrongState(
        _("%(what)s已经有未办结的%(kind)s%(number)s。")
        % {"what": what, "kind": order.get_kind_display(), "number": order.number},
        code=STANDS,
        fix=_("需要增加要求的，在原督办单上补充；不要重复督办。")
        if kind == Order.Kind.ORDER
        else _("请等对方签收。"),
    )


def _matter(locked: Locked, clock: Deadline | None) -> str:
    if clock is None:
        return str(_("全案"))
    about = "" if clock.subject_id == locked.root else f"（{locked.labels.get(clock.subject_id, '')}）"
    return f"{matters_in_use().of(clock)}{about}"[:120]


def _next_ordinal(order: Order) -> int:
    """The court's next number of the year; its row is held, so that two orders never draw one."""
    Court.objects.select_for_update(no_key=True).get(pk=order.court_id)
    of_year = Order.objects.filter(court_id=order.court_id, year=order.year, kind=order.kind)
    return int(of_year.aggregate(last=Max("ordinal"))["last"] or 0) + 1


def _keep(case: Case, upload: UploadedFile, actor: User, at: dt.datetime) -> int:
    return store_upload(
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
