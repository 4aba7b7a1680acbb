"""拨入周转基金: a line of the bank is claimed for the fund of its court, and taken back; the balance of the start declared."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from courts.models import Court, User
from documents.uploads import store_upload
from events import log
from events.models import Event
from funds import policy
from funds.accounts import Account, JournalKind
from funds.ledger import credit, debit, post, reverse
from funds.models import Journal, StatementLine, TopUp
from funds.repeats import used_otherwise, was_done
from funds.revolving import fund_of, lock_fund
from funds.shapes import past, positive, reason_of
from kernel.errors import BadInput, NotFound, WrongState
from kernel.money import format_yuan
from kernel.time import today

PUT_IN, TAKEN_BACK = "fund.topped_up", "fund.top_up_undone"


def claim_for_fund(
    *, line_id: int, actor: User, at: dt.datetime, key: str, amount: Decimal | None = None
) -> TopUp:
    """认领为周转基金: a credit line, or a part of it, is money of the fund of its court. amount: yuan, None: all that is left.

    One journal, out of 银行流水待核款. Writes fund.topped_up to "fund:<court>". Raises NotFound, NotAllowed, BadInput,
    WrongState (claimed by another meanwhile), Conflict.
    """
    policy.may(actor, policy.PAY, _("认领周转基金拨款"))
    with transaction.atomic(durable=True):
        found = StatementLine.objects.visible_to(actor).filter(pk=line_id, direction="C")
        court_id = found.values_list("court_id", flat=True).first()
        if court_id is None:
            raise NotFound(_("没有这笔流水，或您无权办理。"), fix=_("刷新匹配页后重新选择。"))
        lock_fund(court_id)
        if (standing := _known(court_id, key, line=line_id)) is not None:
            return standing
        line = found.locked().get()
        wanted = positive(amount) if amount is not None else line.rest
        if not wanted or wanted > line.rest:
            raise WrongState(
                _("金额超过这笔流水没有认领的部分，剩余 %s。") % format_yuan(line.rest),
                code="LINE-CLAIMED",
                fix=_("刷新页面，核对剩余金额；认领有误的，先撤销原认领。"),
            )
        line.claimed += wanted
        line.save(update_fields=["claimed"])
        return _put_in(
            TopUp(court_id=court_id, line=line, amount=wanted, on=line.booked_on), Account.SUSPENSE,
            actor=actor, at=at, key=key,
        )  # fmt: skip


def declare_opening(
    *,
    court: Court,
    amount: Decimal,
    on: dt.date,
    evidence: str,
    upload: UploadedFile | None,
    actor: User,
    at: dt.datetime,
    key: str,
) -> TopUp:
    """登记期初余额: what the fund had before the court's first statement, once, with the paper that shows it.

    Raises NotFound, NotAllowed, BadInput, WrongState (money was put in already), Conflict.
    """
    policy.may(actor, policy.PAY, _("登记周转基金期初余额"))
    if court.pk not in actor.scope.courts:
        raise NotFound(_("没有这个法院，或您无权办理。"), fix=_("由该院财务办理。"))
    words = evidence.strip()[:200]
    if not words:
        raise BadInput(
            _("没有填写期初余额的凭据。"),
            field="evidence",
            fix=_("写明文号或者凭证号，例如拨款文件、对账单。"),
        )
    with transaction.atomic(durable=True):
        lock_fund(court.pk)
        if (standing := _known(court.pk, key, line=None)) is not None:
            if standing.amount != positive(amount):
                raise used_otherwise()
            return standing
        if upload is None:
            raise BadInput(
                _("没有上传凭据的扫描件。"), field="file", fix=_("上传拨款文件或者对账单的扫描件。")
            )
        if TopUp.objects.filter(court=court).standing().exists():
            raise WrongState(
                _("周转基金已有拨入，不能再登记期初余额。"),
                code="FUND-OPENED",
                fix=_("其后的拨款在案款认领中按银行流水认领；期初有误的，先撤销。"),
            )
        file = store_upload(
            upload=upload, kind="upload", about=f"fund:{court.pk}", case_id=None, court_id=court.pk, team_id=None,
            owner_id=None, actor=actor.actor, at=at,
        )  # fmt: skip
        made = TopUp(
            court=court, amount=positive(amount), on=past(on, at, field="on"), evidence=words, file=file
        )
        return _put_in(made, Account.BANK, actor=actor, at=at, key=key)


def undo_top_up(*, top_up_id: int, reason: str, actor: User, at: dt.datetime, key: str) -> TopUp:
    """撤销拨入: the journal is reversed and the line unclaimed again. Only while the fund still has so much.

    Raises NotFound, NotAllowed, BadInput, WrongState, Conflict.
    """
    policy.may(actor, policy.PAY, _("撤销周转基金拨入"))
    reason = reason_of(reason)
    with transaction.atomic(durable=True):
        found = TopUp.objects.visible_to(actor).filter(pk=top_up_id)
        court_id = found.values_list("court_id", flat=True).first()
        if court_id is None:
            raise NotFound(_("没有这笔拨入，或您无权办理。"), fix=_("从周转基金页重新进入。"))
        lock_fund(court_id)
        made = found.select_related("journal").get()
        if was_done(f"fund:{court_id}", key, TAKEN_BACK, top_up=made.pk):
            return made
        if not made.stands:
            raise WrongState(_("这笔拨入已经撤销。"), code="FUND-UNDONE", fix=_("刷新页面。"))
        if made.amount > (there := fund_of(court_id)):
            raise WrongState(
                _("基金余额只有 %s，这笔拨入已经垫付，不能撤销。") % format_yuan(there),
                code="FUND-SPENT",
                fix=_("垫付收回后再撤销，或者先认领另一笔拨款。"),
            )
        if made.line_id is not None:
            line = StatementLine.objects.locked().get(pk=made.line_id)
            line.claimed -= made.amount
            line.save(update_fields=["claimed"])
        made.reason = reason
        made.save(update_fields=["reason"])
        event = _tell(made, TAKEN_BACK, today(at), actor=actor, at=at, key=key)
        reverse(journal=made.journal, event=event, key=f"{event.stream}/{event.pk}", on=today(at))
    return made


def _known(court_id: int, key: str, *, line: int | None) -> TopUp | None:
    """What this key has put in. Raises Conflict when it was other money."""
    stream = f"fund:{court_id}"
    if not was_done(stream, key, PUT_IN, line=line):
        return None
    return TopUp.objects.get(journal__event__stream=stream, journal__event__key=key)


def _put_in(made: TopUp, source: Account, *, actor: User, at: dt.datetime, key: str) -> TopUp:
    event = _tell(made, PUT_IN, made.on, actor=actor, at=at, key=key)
    made.journal = _post(made, source, event)
    made.save(force_insert=True)
    return made


def _post(made: TopUp, source: Account, event: Event) -> Journal:
    return post(
        event=event, court_id=made.court_id, kind=JournalKind.TRANSFER, key=f"{event.stream}/{event.pk}", on=made.on,
        legs=[debit(source, made.amount), credit(Account.REVOLVING, made.amount)],
    )  # fmt: skip


def _tell(made: TopUp, kind: str, on: dt.date, *, actor: User, at: dt.datetime, key: str) -> Event:
    """Append to the fund's stream. The reason stays in the row: free text may name people."""
    data: dict[str, Any] = {"amount": made.amount, "line": made.line_id}
    if made.pk:
        data["top_up"] = made.pk
    return log.append(
        stream=f"fund:{made.court_id}", kind=kind, actor=actor.actor, at=at, key=key, court_id=made.court_id,
        data=data, effective_on=on,
    )  # fmt: skip
