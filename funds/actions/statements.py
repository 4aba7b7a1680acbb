"""银行流水入账 in three steps: the file is taken, its columns are read into a preview, a person confirms.

Until the confirmation nothing stands in the books. Confirming books the whole sum in one journal: bank to
银行流水待核款, from which each line is claimed for a case.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import zlib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from courts.models import Court, User
from events import log
from events.models import Event
from funds import policy
from funds.accounts import Account, JournalKind
from funds.ledger import credit, debit, post
from funds.models import BankAccount, Statement, StatementHeading
from funds.statements import headings, storing
from funds.statements.camt import read_camt
from funds.statements.headings import LABELS, Outline
from funds.statements.movements import BAD, Reading
from funds.statements.reading import Reader, check_sum
from funds.statements.tables import Rows, is_workbook, read_rows, read_sheet
from kernel.errors import BadInput, Conflict, NotAllowed, NotFound, WrongState
from kernel.fields import blind_index
from kernel.money import from_fen, to_fen
from kernel.time import local, today

State = Statement.State
PURPOSE = "bank_account"


def register_bank_account(
    *,
    court: Court,
    bank: str,
    name: str,
    number: str,
    range_prefix: str,
    range_width: int,
    actor: User,
    at: dt.datetime,
    key: str,
) -> BankAccount:
    """登记案款专户, with the range of its sub-account numbers. Raises NotAllowed, BadInput, Conflict."""
    policy.may(actor, policy.PAY, _("登记案款专户"))
    _of_court(actor, court.pk)
    digits = number.replace(" ", "").replace("-", "")
    if not (digits.isascii() and digits.isdigit() and 8 <= len(digits) <= 32):  # noqa: PLR2004
        raise BadInput(_("账号应为8至32位数字。"), field="number", fix=_("核对开户资料上的账号。"))
    if range_prefix and not (range_prefix.isascii() and range_prefix.isdigit()):
        raise BadInput(_("号段只能是数字。"), field="range_prefix", fix=_("按银行给的号段填写；没有的留空。"))
    if not 3 <= range_width <= 10:  # noqa: PLR2004
        raise BadInput(_("顺序号应为3至10位。"), field="range_width", fix=_("按银行给的号段填写。"))
    with transaction.atomic(durable=True):
        index = blind_index(digits, purpose=PURPOSE)
        standing = BankAccount.objects.filter(number_index=index).first()
        if standing is not None:
            if (standing.court_id, standing.key) == (court.pk, key):
                return standing
            raise Conflict(
                _("这个账号已经登记过。"), code="BANK-ACCOUNT", field="number", fix=_("核对账号。")
            )
        account = BankAccount.objects.create(
            court=court,
            bank=bank.strip(),
            name=name.strip(),
            number=digits,
            number_index=index,
            number_tail=digits[-4:],
            range_prefix=range_prefix,
            range_width=range_width,
            key=key,
            opened_at=at,
        )
        log.append(
            stream=f"bankaccount:{account.pk}",
            kind="bankaccount.registered",
            actor=actor.actor,
            at=at,
            key=key,
            data={"account": account.pk},
            court_id=court.pk,
        )
    return account


def take_statement(
    *, account_id: int, path: Path, name: str, actor: User, at: dt.datetime, key: str
) -> Statement:
    """第一步 解析: keep the file, find its columns. Raises NotFound, NotAllowed, BadInput (field file), Conflict."""
    policy.may(actor, policy.RECORD, _("导入银行流水"))
    account = BankAccount.objects.visible_to(actor).filter(pk=account_id).first()
    if account is None:
        raise NotFound(_("没有这个案款专户，或您无权办理。"), fix=_("从列表中选择本院的专户。"))
    _of_court(actor, account.court_id)
    workbook = is_workbook(path)
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    form = "xlsx" if workbook else "camt" if content.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<" else "csv"
    seen = _outline(content, form, account)
    with transaction.atomic(durable=True):
        standing = Statement.objects.filter(court=account.court_id, key=key).first()
        if standing is not None:
            return standing
        _not_twice(account, digest)
        statement = Statement.objects.create(
            court_id=account.court_id,
            account=account,
            name=name[:120],
            form=form,
            digest=digest,
            content=base64.b64encode(zlib.compress(content, 1)).decode("ascii"),
            titles={str(place): title[:60] for place, title in seen.titles.items()},
            columns={str(place): what for place, what in seen.fields.items()},
            samples={str(place): texts for place, texts in seen.samples.items()},
            opening=_yuan(seen.opening),
            closing=_yuan(seen.closing),
            key=key,
            taken_at=at,
            taken_by=actor,
        )
        _tell(statement, "statement.taken", actor, at, key, digest=digest)
    return statement


def preview_statement(
    *,
    statement_id: int,
    columns: Mapping[int, str],
    opening: Decimal | None,
    closing: Decimal | None,
    actor: User,
    at: dt.datetime,
    key: str,
) -> Statement:
    """第二步 预览: read every line, hold the balances against the sum, find what stands already. Books nothing.

    columns: place -> field; kept for the bank's next file. opening, closing: yuan, where the file does not say.
    Raises NotFound, WrongState, BadInput.
    """
    with transaction.atomic(durable=True):
        statement = _locked(statement_id, actor)
        if statement.state not in (State.PARSED, State.PREVIEWED):
            raise WrongState(
                _("这份流水%s，不能再改。") % statement.get_state_display(), fix=_("重新上传一份。")
            )
        content = zlib.decompress(base64.b64decode(str(statement.content)))
        reading = _read(statement, content, columns, today(at))
        if opening is not None:
            reading.opening = to_fen(opening)
        if closing is not None:
            reading.closing = to_fen(closing)
        _same_account(reading.own, statement.account)
        storing.stage(statement, reading.lines)
        statement.counts = storing.mark_standing(
            statement,
            same=_("这笔流水已经入账"),
            other=_("流水号已经入账，但金额或日期不同"),
            recorded=_("流水号已由人工登记，但金额或日期不同"),
        )
        _judge(statement, reading, at)
        statement.save()
        if statement.form != "camt":
            _remember(statement)
    return statement


def confirm_statement(*, statement_id: int, actor: User, at: dt.datetime, key: str) -> Statement:
    """第三步 确认入账: the good lines stand in the books, in one journal. Writes statement.confirmed.

    The same file, or the same lines in another file, add nothing. Raises NotFound, WrongState, Conflict.
    """
    with transaction.atomic(durable=True):
        statement = _locked(statement_id, actor)
        if statement.state == State.CONFIRMED:
            return statement
        if statement.state != State.PREVIEWED:
            raise WrongState(_("这份流水还没有预览，不能入账。"), fix=_("先核对各列，看过预览再确认。"))
        if statement.flaw:
            raise WrongState(_("这份流水不能入账：%s") % statement.flaw, fix=_("改好以后重新上传。"))
        account = BankAccount.objects.locked().get(pk=statement.account_id)
        _not_twice(account, statement.digest)
        _still_true(statement)
        new, fen = storing.book_lines(statement)
        statement.state, statement.confirmed_at, statement.content = State.CONFIRMED, at, None
        statement.counts = {**statement.counts, "new": new}
        amount = from_fen(fen)
        event = _tell(statement, "statement.confirmed", actor, at, key, amount=amount, lines=new)
        if fen:
            statement.journal = post(
                event=event,
                court_id=statement.court_id,
                kind=JournalKind.ARRIVAL,
                key=f"{statement.stream}/arrived",
                on=statement.until_on or today(at),
                legs=[debit(Account.BANK, amount), credit(Account.SUSPENSE, amount)],
            )
        statement.save()
    return statement


def withdraw_statement(*, statement_id: int, actor: User, at: dt.datetime, key: str) -> Statement:
    """放弃: nothing was booked; what was read is thrown away. Raises NotFound, WrongState once it was confirmed."""
    with transaction.atomic(durable=True):
        statement = _locked(statement_id, actor)
        if statement.state == State.CONFIRMED:
            raise WrongState(_("这份流水已经入账，不能放弃。"), fix=_("个别认领有误的，在匹配页撤销认领。"))
        if statement.state != State.WITHDRAWN:
            statement.state, statement.content = State.WITHDRAWN, None
            statement.save(update_fields=["state", "content"])
            statement.staged.all().delete()
            _tell(statement, "statement.withdrawn", actor, at, key)
    return statement


def _outline(content: bytes, form: str, account: BankAccount) -> Outline:
    if form == "camt":
        reading = read_camt(content)
        _same_account(reading.own, account)
        return Outline(0, {}, {}, reading.own, reading.opening, reading.closing)
    seen = headings.outline(_rows(content, form), _known(account))
    _same_account(seen.own, account)
    return seen


def _rows(content: bytes, form: str) -> Rows:
    if form == "csv":
        return read_rows(content)
    with NamedTemporaryFile(suffix=".xlsx") as stored:
        stored.write(content)
        stored.flush()
        return read_sheet(Path(stored.name))


def _known(account: BankAccount) -> dict[str, str]:
    remembered = StatementHeading.objects.filter(court=account.court_id, bank=account.bank)
    return dict(remembered.values_list("heading", "field"))


def _read(statement: Statement, content: bytes, columns: Mapping[int, str], on: dt.date) -> Reading:
    if statement.form == "camt":
        return read_camt(content)
    rows = _rows(content, statement.form)
    seen = headings.outline(rows, _known(statement.account))
    fields = {place: columns.get(place, "") for place in seen.titles}
    _check_columns(fields)
    statement.columns = {str(place): what for place, what in fields.items()}
    reading = Reader(fields, max(seen.titles) + 1).read(rows, seen.row + 1)
    # What is written in words above or below the table goes before what the running balances say.
    reading.opening = seen.opening if seen.opening is not None else reading.opening
    reading.closing = seen.closing if seen.closing is not None else reading.closing
    reading.own = reading.own or seen.own
    if not reading.lines:
        raise BadInput(_("表头下面没有一行流水。"), field="file", fix=_("核对是不是选错了文件或工作表。"))
    return reading


def _check_columns(fields: Mapping[int, str]) -> None:
    chosen = [what for what in fields.values() if what]
    wrong = next((what for what in chosen if what not in LABELS), None)
    twice = next((what for what in chosen if chosen.count(what) > 1), None)
    if wrong is not None:
        raise BadInput(_("没有“%s”这一项。") % wrong, field="columns", fix=_("从列表中选择。"))
    if twice is not None:
        raise BadInput(_("“%s”选了两列。") % LABELS[twice], field="columns", fix=_("每一项只对应一列。"))
    if "booked_on" not in chosen:
        raise BadInput(_("没有指明哪一列是记账日期。"), field="columns", fix=_("为日期列选择“记账日期”。"))
    if ("amount" in chosen) == bool({"income", "outgo"} & set(chosen)):
        raise BadInput(
            _("金额列没有指明，或者指明了两种。"),
            field="columns",
            fix=_("选择“金额”一列，或者选择“收入”“支出”两列。"),
        )


def _judge(statement: Statement, reading: Reading, at: dt.datetime) -> None:
    """Whether the statement may be confirmed, and why not."""
    statement.opening, statement.closing = _yuan(reading.opening), _yuan(reading.closing)
    statement.incoming, statement.outgoing = from_fen(reading.incoming), from_fen(reading.outgoing)
    days = [line.booked_on for line in reading.lines if line.booked_on is not None]
    statement.from_on, statement.until_on = min(days, default=None), max(days, default=None)
    bad = statement.counts.get(BAD, 0)
    flaw = reading.flaw or check_sum(reading)
    if bad:
        flaw = _("有 %d 行读不懂或有矛盾，见下面的清单。") % bad
    elif statement.until_on is not None and statement.until_on > today(at):
        flaw = _("流水里有晚于今天的日期（%s）。") % statement.until_on.isoformat()
    statement.flaw = flaw[:300]
    statement.state = State.PREVIEWED


def _still_true(statement: Statement) -> None:
    """Nothing was booked since the preview that contradicts it. Raises Conflict."""
    again = storing.mark_standing(
        statement,
        same=_("这笔流水已经入账"),
        other=_("流水号已经入账，但金额或日期不同"),
        recorded=_("流水号已由人工登记，但金额或日期不同"),
    )
    if again.get(BAD, 0):
        raise Conflict(
            _("预览以后，有流水号相同而金额或日期不同的款项入了账。"),
            code="STATEMENT-STALE",
            fix=_("重新预览，核对列出的行。"),
        )
    statement.counts = again


def _remember(statement: Statement) -> None:
    said = {
        headings.bare(title): statement.columns.get(place, "") for place, title in statement.titles.items()
    }
    StatementHeading.objects.bulk_create(
        [
            StatementHeading(
                court_id=statement.court_id, bank=statement.account.bank, heading=name, field=what
            )
            for name, what in said.items()
            if name
        ],
        update_conflicts=True,
        unique_fields=["court", "bank", "heading"],
        update_fields=["field"],
    )


def _same_account(own: str, account: BankAccount) -> None:
    """The file is of this account. A masked number in it says nothing. Raises BadInput."""
    digits = own.replace(" ", "").replace("-", "")
    if digits.isdigit() and digits != str(account.number):
        raise BadInput(
            _("这是另一个账户（尾号 %(tail)s）的流水，不是%(account)s的。")
            % {"tail": digits[-4:], "account": account},
            field="file",
            fix=_("选择与文件相符的专户，或者重新导出。"),
        )


def _not_twice(account: BankAccount, digest: str) -> None:
    standing = Statement.objects.filter(account=account, digest=digest, state=State.CONFIRMED).first()
    if standing is not None and standing.confirmed_at is not None:
        raise Conflict(
            _("这份文件已于 %s 入账，没有再写入任何款项。")
            % f"{local(standing.confirmed_at):%Y-%m-%d %H:%M}",
            code="STATEMENT-TWICE",
            field="file",
            fix=_("核对是不是选错了文件。"),
        )


def _of_court(actor: User, court_id: int) -> None:
    if court_id not in actor.scope.courts:
        raise NotAllowed(
            _("您不能办理其他法院的案款专户。"), code="FUNDS-COURT", fix=_("请该院案款专管办理。")
        )


def _locked(statement_id: int, actor: User) -> Statement:
    policy.may(actor, policy.RECORD, _("导入银行流水"))
    found = Statement.objects.visible_to(actor).filter(pk=statement_id).select_related("account")
    statement = found.locked().first()
    if statement is None:
        raise NotFound(_("没有这份银行流水，或您无权办理。"), fix=_("从流水列表重新进入。"))
    return statement


def _yuan(fen: int | None) -> Decimal | None:
    return None if fen is None else from_fen(fen)


def _tell(statement: Statement, kind: str, actor: User, at: dt.datetime, key: str, **more: Any) -> Event:
    data = {
        "statement": statement.pk,
        "account": statement.account_id,
        "state": str(statement.state),
        **more,
    }
    return log.append(
        stream=statement.stream,
        kind=kind,
        actor=actor.actor,
        at=at,
        key=key,
        data=data,
        court_id=statement.court_id,
    )
