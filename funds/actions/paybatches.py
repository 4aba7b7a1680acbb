"""付款批次: instructions become one file, the file leaves once, the bank's answer comes back line by line."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from courts.models import User
from events import log
from events.models import Event
from funds import policy
from funds.actions.bookings import book_paid, book_returned
from funds.bank import Result
from funds.bank.files import Layout, ReturnLine, layout_of, read_returns, written
from funds.books import lock_book
from funds.instructing import order_of
from funds.models import BankAccount, Instruction, PaymentBatch, Payout, ReturnFile
from funds.repeats import used_otherwise, was_done
from funds.shapes import reason_of
from funds.statements.tables import is_workbook, read_rows, read_sheet
from funds.states import PayoutState
from kernel.errors import BadInput, Conflict, DomainError, NotFound, WrongState
from kernel.money import format_yuan
from kernel.time import today

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Download:
    """A batch's file as it leaves."""

    batch: PaymentBatch
    name: str
    content: bytes


def close_batch(
    *, account_id: int, layout: str, actor: User, at: dt.datetime, key: str
) -> PaymentBatch | None:
    """生成批次: every sent payout of the account that waits for a file goes into this one; None where none waits.

    What an interrupted batch has left waiting is taken along. Writes batch.closed (count, total, digest).
    Raises NotFound, NotAllowed, BadInput, Conflict.
    """
    form = layout_of(layout)
    policy.may(actor, policy.PAY, _("生成付款批次"))
    with transaction.atomic(durable=True):
        account = BankAccount.objects.visible_to(actor).filter(pk=account_id).locked().first()
        if account is None:
            raise NotFound(_("没有这个案款专户，或您无权使用。"), fix=_("从本院的案款专户中选择。"))
        standing = PaymentBatch.objects.filter(court=account.court_id, key=key).first()
        if standing is not None:
            if (standing.account_id, standing.layout) != (account_id, layout):
                raise used_otherwise()
            return standing
        rows = _with_orders(Instruction.objects.unbatched().filter(account=account))
        if not rows:
            return None
        batch = PaymentBatch(
            court_id=account.court_id,
            account=account,
            layout=layout,
            count=len(rows),
            total=sum((row.payout.amount for row in rows), NOTHING),
            key=key,
            made_at=at,
            made_by=actor,
        )
        batch.save(force_insert=True)
        batch.digest = hashlib.sha256(_file(batch, form, rows)).hexdigest()
        batch.save(update_fields=["digest"])
        Instruction.objects.filter(pk__in=[row.pk for row in rows]).update(batch=batch)
        data = {"count": batch.count, "total": batch.total, "digest": batch.digest, "layout": layout}
        _tell(batch, "batch.closed", actor, at, key, instructions=[row.pk for row in rows], **data)
    return batch


def download_batch(*, batch_id: int, reason: str, actor: User, at: dt.datetime, key: str) -> Download:
    """下载批次文件: once; again only with a reason, because a file that is uploaded twice is paid twice by a careless bank.

    The bytes are those that were hashed. Writes batch.downloaded (times). Raises NotFound, NotAllowed, BadInput,
    WrongState when the file would not be the same one, Conflict.
    """
    with transaction.atomic(durable=True):
        batch = _locked(batch_id, actor)
        policy.may(actor, policy.PAY, _("下载付款文件"))
        is_repeat = was_done(batch.stream, key, "batch.downloaded")
        form = layout_of(batch.layout)
        rows = _with_orders(batch.instructions.all())
        content = _file(batch, form, rows)
        if hashlib.sha256(content).hexdigest() != batch.digest:
            raise WrongState(
                _("重新生成的文件与批次登记的校验值不一致，不能下载。"),
                code="BATCH-DIGEST",
                fix=_("不要向银行提交这份批次，请系统管理员核对。"),
            )
        if not is_repeat:
            words = reason_of(reason) if batch.downloads else reason.strip()[:200]
            batch.downloads = [
                *batch.downloads,
                {"at": at.isoformat(), "by": actor.full_name, "reason": words},
            ]
            batch.save(update_fields=["downloads"])
            handed = batch.instructions.filter(state=Instruction.State.WAITING)
            handed.update(state=Instruction.State.HANDED, tries=1)
            _tell(batch, "batch.downloaded", actor, at, key, times=len(batch.downloads))
    return Download(batch, f"{batch.name}.{form.ending}", content)


def take_returns(*, batch_id: int, path: Path, name: str, actor: User, at: dt.datetime) -> ReturnFile:
    """导入回盘文件: each line is paid, returned or unknown; each payout is booked in a transaction of its own.

    A line that does not fit (not of this batch, another amount, an end that the books have already) is kept as a problem
    and changes nothing. The same file twice books nothing twice; one that was interrupted goes on where it stopped.
    Raises NotFound, NotAllowed, BadInput (field file), WrongState.
    """
    policy.may(actor, policy.PAY, _("导入回盘文件"))
    batch = PaymentBatch.objects.visible_to(actor).filter(pk=batch_id).first()
    if batch is None:
        raise _no_batch()
    if not batch.downloads:
        raise WrongState(
            _("批次文件还没有下载，不会有回盘。"), code="BATCH-WAITING", fix=_("先下载并提交银行。")
        )
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    standing = ReturnFile.objects.filter(batch=batch, digest=digest).first()
    if standing is not None:
        return standing
    lines = read_returns(read_sheet(path) if is_workbook(path) else read_rows(content))
    known = {row.reference: row for row in batch.instructions.select_related("payout")}
    if not any(line.reference in known for line in lines):
        raise BadInput(
            _("回盘文件里没有一笔属于批次 %s。") % batch.name, field="file", fix=_("核对是不是选错了批次。")
        )
    counts, problems = {"paid": 0, "returned": 0, "unknown": 0}, []
    for line in lines:
        try:
            _take_line(known.get(line.reference), line, actor, at)
            counts[line.result] += 1
        except DomainError as refused:
            problems.append({"row": line.row, "reference": str(line.reference), "text": str(refused)})
    with transaction.atomic(durable=True):
        _locked(batch_id, actor)
        given = {**counts, "problems": problems, "name": name[:120], "taken_at": at, "taken_by": actor}
        file, is_new = ReturnFile.objects.get_or_create(batch=batch, digest=digest, defaults=given)
        if is_new:
            _tell(batch, "batch.answered", actor, at, f"return:{digest}", file=digest, **counts)
    return file


def _take_line(row: Instruction | None, line: ReturnLine, actor: User, at: dt.datetime) -> None:
    if row is None:
        raise BadInput(_("这个指令号不在本批次。"))
    if row.payout.amount != line.amount:
        raise BadInput(
            _("金额 %(said)s 与指令的 %(told)s 不符。")
            % {"said": format_yuan(line.amount), "told": format_yuan(row.payout.amount)}
        )
    with transaction.atomic(durable=True):
        lock_book(row.payout.book_id)
        payout = Payout.objects.select_related("receipt").get(pk=row.payout_id)
        code = line.reason[:60] or line.result
        state = Instruction.State.UNKNOWN if line.result is Result.UNKNOWN else Instruction.State.HANDED
        Instruction.objects.filter(pk=row.pk).update(state=state, code=code)
        if line.result is Result.UNKNOWN:
            return
        on = line.on or today(at)
        if on > today(at):
            raise BadInput(_("回盘日期 %s 晚于今天。") % on.isoformat())
        key = f"bank:{row.reference}:{line.result}"
        by: dict[str, Any] = {"on": on, "actor": actor.actor, "at": at, "key": key}
        if line.result is Result.PAID:
            _paid(payout, line, by)
        elif payout.state != PayoutState.RETURNED:
            book_returned(payout, reason=line.reason or _("银行退回"), **by)


def _paid(payout: Payout, line: ReturnLine, by: dict[str, Any]) -> None:
    if payout.state == PayoutState.SENT:
        book_paid(payout, bank_ref=line.bank_ref, **by)
    elif (payout.state, payout.bank_ref) != (PayoutState.PAID, line.bank_ref):
        raise Conflict(
            _("回盘写明成功，但账上这笔发放%(state)s（回单号 %(ref)s）。")
            % {"state": payout.get_state_display(), "ref": payout.bank_ref or "—"}
        )


def _with_orders(rows: Any) -> list[Instruction]:
    """Instructions with all that an order needs, in the order of the file."""
    return list(rows.select_related("payout__payee", "payout__account", "account").order_by("pk"))


def _file(batch: PaymentBatch, form: Layout, rows: list[Instruction]) -> bytes:
    return written(form, [order_of(row) for row in rows], name=batch.name, at=batch.made_at)


def _locked(batch_id: int, actor: User) -> PaymentBatch:
    batch = PaymentBatch.objects.visible_to(actor).filter(pk=batch_id).locked().first()
    if batch is None:
        raise _no_batch()
    return batch


def _no_batch() -> NotFound:
    return NotFound(_("没有这个付款批次，或您无权办理。"), fix=_("从付款批次列表重新进入。"))


def _tell(batch: PaymentBatch, kind: str, actor: User, at: dt.datetime, key: str, **data: Any) -> Event:
    return log.append(
        stream=batch.stream, kind=kind, actor=actor.actor, at=at, court_id=batch.court_id, key=key,
        data={"batch": batch.pk, **data},
    )  # fmt: skip
