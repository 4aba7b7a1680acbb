"""领款登记 by the party itself (JZ 三(一)2): the account to which its money is paid, with the signed 领款承诺书.

The first account is registered at once. Another one needs a code sent to the number the person signs in with, and
is in force a day after it was confirmed; everybody on that side is told at once, and it can be taken back until then.
Nothing is changed once a payout to the party has begun.
"""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import ContactPoint, Party
from cases.policy import reads_for
from cases.snapshot import Locked, lock_case, lock_followed
from courts.models import User
from documents.uploads import store_upload
from events import log
from funds.actions.payees import COOLING, register_payee
from funds.bankcards import clean_account, clean_bank
from funds.models import Payee, Payout
from funds.states import RUNNING, PayoutState
from kernel import time
from kernel.dates import long_instant
from kernel.errors import BadInput, WrongState
from kernel.identity import mask_account
from notices import outbox
from notices.outbox import Draft
from portal import throttle
from portal.actions.signing import digest_of
from portal.models import AccountChange, Reader

MINUTES = 10
STARTED = tuple(state for state in RUNNING if state != PayoutState.DRAFTED)


UNDERTAKING_TYPES = ("application/pdf", "image/jpeg", "image/png", "image/heic")


@dataclass(frozen=True, slots=True)
class Account:
    """What a party fills in: the account number twice, the name as the bank has it."""

    name: str
    bank: str
    account: str
    again: str


def give_account(
    *,
    case_id: int,
    party_id: int,
    given: Account,
    upload: UploadedFile | None,
    actor: User,
    at: dt.datetime,
    key: str,
) -> AccountChange | None:
    """登记收款账户. Returns None when it was registered (the first one), else the change that waits for its code.

    Writes the file and payee.registered, or an AccountChange and a message. Raises NotFound, BadInput by field,
    WrongState once a payout has begun or while another change is on its way.
    """
    with transaction.atomic(durable=True):
        on = time.today(at)
        locked = lock_followed(case_id=case_id, user=actor, on=on, key=key)
        party = reads_for(locked, actor, party_id, on).party
        known = AccountChange.objects.filter(key=key, user=actor).first()
        if known is not None:
            return known
        if Payee.objects.filter(about=locked.case.about, accounts__key=key).exists():
            return None
        account, bank = _checked(party, given)
        not_paying(locked, party)
        if AccountChange.objects.filter(
            party=party, ended_at__isnull=True, effective_at__isnull=False
        ).exists():
            raise WrongState(_("已有一项账户变更正在等待生效。"), fix=_("需要改的，先撤回原来的变更。"))
        file_id = _kept(locked, upload, actor, at)
        payee = Payee.objects.filter(about=locked.case.about, name=party.name).first()
        if payee is None:
            _register(locked, party, bank, account, file_id, on, actor, at, key)
            return None
        if payee.accounts.latest("version").account == account:
            raise BadInput(_("这个账户已经登记。"), field="account", fix=_("不用再登记。"))
        return _asked(locked, party, bank, account, file_id, actor, at, key)


def confirm_account(
    *, case_id: int, party_id: int, code: str, actor: User, at: dt.datetime, key: str
) -> AccountChange:
    """The code from the SMS: the change is in force after the cooling period. Raises NotFound, BadInput, WrongState.

    A wrong code is counted; after five the change has to be asked for anew.
    """
    with transaction.atomic(durable=True):
        locked, change = _open(case_id, party_id, actor, at, key)
        if change.effective_at is not None:
            return change
        same = hmac.compare_digest(bytes(change.digest), digest_of(code.strip()))
        right = same and change.expires_at > at and change.tries < throttle.TRIES_PER_CODE
        if right:
            change.effective_at = at + COOLING
            change.save(update_fields=["effective_at"])
            _log(change, "payee.change_confirmed", at, actor, key)
            _tell_all(locked, change, at)
            return change
        AccountChange.objects.filter(pk=change.pk).update(tries=change.tries + 1)
    raise BadInput(
        _("验证码不正确，或者已经过期。"), field="code", fix=_("请核对后再填；仍不行的，重新提交账户。")
    )


def withdraw_account(*, case_id: int, party_id: int, actor: User, at: dt.datetime, key: str) -> AccountChange:
    """撤回变更, before it is in force. Raises NotFound, WrongState."""
    with transaction.atomic(durable=True):
        _locked, change = _open(case_id, party_id, actor, at, key)
        _end(change, at, _("本人撤回"))
        _log(change, "payee.change_withdrawn", at, actor, key)
    return change


def take_effect(*, change_id: int, at: dt.datetime) -> bool:
    """Register a confirmed account after its cooling period; False when it ended otherwise. Safe to run twice."""
    with transaction.atomic(durable=True):
        row = AccountChange.objects.filter(pk=change_id).values_list("party__case_id", flat=True).first()
        if row is None:
            return False
        locked = lock_case(case_id=row)
        change = (
            AccountChange.objects.select_for_update(of=("self",))
            .select_related("party", "user")
            .get(pk=change_id)
        )
        if change.ended_at is not None or change.effective_at is None or change.effective_at > at:
            return False
        key = f"account-change:{change.pk}"
        try:
            not_paying(locked, change.party)
        except WrongState as refused:
            _end(change, at, str(refused))
            _log(change, "payee.change_refused", at, change.user, key)
            return False
        account = str(change.account)
        _register(
            locked, change.party, change.bank, account, change.file_id, change.signed_on, change.user, at, key
        )
        change.is_done = True
        _end(change, at, "")
    return True


def not_paying(locked: Locked, party: Party) -> None:
    """No payout to this party has begun. Raises WrongState."""
    begun = Payout.objects.filter(about=locked.case.about, payee__name=party.name, state__in=STARTED)
    if begun.exists():
        raise WrongState(_("案款已经开始发放，账户不能在网上修改。"), fix=_("确需修改的，请立即联系承办人。"))


def _checked(party: Party, given: Account) -> tuple[str, str]:
    """(account, bank). Raises BadInput by field."""
    if "".join(given.name.split()) != "".join(party.name.split()):
        raise BadInput(_("户名与当事人姓名不一致。"), field="name", fix=_("案款只发到当事人本人名下的账户。"))
    bank = clean_bank(given.bank)
    try:
        account = clean_account(given.account)
    except BadInput as error:
        if error.detail.get("keepable"):
            raise BadInput(
                str(error), field="account", fix=_("对照银行卡再填一次；卡号确实如此的，请到法院窗口登记。")
            ) from error
        raise
    if clean_account(given.again, doubt="-") != account:
        raise BadInput(_("两次填写的账号不一样。"), field="again", fix=_("对照银行卡再填一次。"))
    return account, bank


def _kept(locked: Locked, upload: UploadedFile | None, actor: User, at: dt.datetime) -> int:
    """The signed undertaking. Raises BadInput (file): none, too large, or of a kind we do not take."""
    if upload is None:
        raise BadInput(_("没有上传领款承诺书。"), field="file", fix=_("签名后拍照上传。"))
    case = locked.case
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
        only=UNDERTAKING_TYPES,
    ).pk


def _register(
    locked: Locked,
    party: Party,
    bank: str,
    account: str,
    file_id: int,
    signed_on: dt.date,
    actor: User,
    at: dt.datetime,
    key: str,
) -> None:
    register_payee(
        about=locked.case.about,
        court_id=locked.case.court_id,
        name=party.name,
        bank=bank,
        account=account,
        undertaking_file_id=file_id,
        signed_on=signed_on,
        actor=actor,
        at=at,
        key=key,
        joins=True,
        by_payee=True,
    )


def _asked(
    locked: Locked,
    party: Party,
    bank: str,
    account: str,
    file_id: int,
    actor: User,
    at: dt.datetime,
    key: str,
) -> AccountChange:
    """The change with its code on the way to the number the person signs in with."""
    contact = _own_number(party, actor)
    AccountChange.objects.filter(party=party, ended_at__isnull=True).update(
        ended_at=at, account=None, reason=_("重新提交")
    )
    plain = f"{secrets.randbelow(1_000_000):06d}"
    change = AccountChange.objects.create(
        party=party,
        user=actor,
        bank=bank,
        account=account,
        masked=mask_account(account),
        file_id=file_id,
        signed_on=time.today(at),
        asked_at=at,
        digest=digest_of(plain),
        expires_at=at + dt.timedelta(minutes=MINUTES),
        key=key,
    )
    _log(change, "payee.change_asked", at, actor, key)
    draft = Draft(
        **_about(locked),
        topic="account_code",
        audience=_audience(contact),
        key=f"account-change:{change.pk}:code",
        number=contact.value,
        facts={"number": locked.case.number, "minutes": MINUTES},
        secret={"code": plain},
        urgent=True,
        expires_at=change.expires_at,
    )
    outbox.enqueue([draft], at=at)
    return change


def _own_number(party: Party, actor: User) -> ContactPoint:
    """The number by which this person signs in, as the party or its agent. Raises WrongState for a paper's holder."""
    index = Reader.objects.filter(user=actor).values_list("phone_index", flat=True).first()
    mobiles = ContactPoint.objects.filter(party=party, kind="mobile", bad=False)
    contact = mobiles.filter(index=index).order_by("id").first() if index else None
    if contact is None:
        raise WrongState(
            _("变更账户要用短信验证码确认，您没有用手机号登录。"),
            fix=_("用留给法院的手机号登录，或者到法院窗口办理。"),
        )
    return contact


def _open(
    case_id: int, party_id: int, actor: User, at: dt.datetime, key: str
) -> tuple[Locked, AccountChange]:
    """The change of this party that is on its way, for who reads for it. Raises NotFound, WrongState."""
    locked = lock_followed(case_id=case_id, user=actor, on=time.today(at), key=key)
    reads_for(locked, actor, party_id, time.today(at))
    change = AccountChange.objects.filter(party_id=party_id, ended_at__isnull=True).first()
    if change is None:
        raise WrongState(_("没有等待确认的账户变更。"), fix=_("重新提交账户。"))
    return locked, change


def _end(change: AccountChange, at: dt.datetime, reason: str) -> None:
    change.ended_at, change.account, change.reason = at, None, reason[:120]
    change.save(update_fields=["ended_at", "account", "reason", "is_done"])


def _tell_all(locked: Locked, change: AccountChange, at: dt.datetime) -> None:
    """Every good mobile of the side hears when the account changes: whoever did not ask for it can stop it."""
    mobiles = ContactPoint.objects.filter(party=change.party, kind="mobile", bad=False).order_by("id")
    drafts = [
        Draft(
            **_about(locked),
            topic="account_changing",
            audience=_audience(contact),
            key=f"account-change:{change.pk}:told:{contact.pk}",
            party_ref=f"party:{change.party_id}",
            number=contact.value,
            facts={"number": locked.case.number, "time": long_instant(change.effective_at)},
        )
        for contact in mobiles
    ]
    outbox.enqueue(drafts, at=at)


def _audience(contact: ContactPoint) -> str:
    if contact.agent_id:
        return "agent"
    return "respondent" if contact.party.role == "respondent" else "applicant"


def _about(locked: Locked) -> dict[str, object]:
    case = locked.case
    return {
        "about": case.about,
        "case_id": case.pk,
        "court_id": case.court_id,
        "team_id": case.team_id,
        "owner_id": case.owner_id,
    }


def _log(change: AccountChange, kind: str, at: dt.datetime, actor: User, key: str) -> None:
    """Beside the case's own stream, as who may read: what is on its way is no state of the case. Never the number."""
    case = change.party.case
    log.append(
        stream=f"access:{case.pk}",
        kind=kind,
        actor=actor.actor,
        at=at,
        key=f"{kind}:{key}",
        data={"change": change.pk, "party": change.party_id, "file": change.file_id},
        court_id=case.court_id,
    )
