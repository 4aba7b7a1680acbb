"""Sign-in of parties and agents: a code by SMS, or the code on a paper. Nothing tells whether a number is known.

Asking writes one row, whatever the number; the worker looks it up afterwards. A wrong code, a late one, a used one
and one for an unknown number are refused in the same words after the same work.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cases.models import Access, Case, ContactPoint, Party
from cases.policy import in_reach
from cases.snapshot import lock_case
from courts.models import User
from documents.models import Paper
from events import log
from events.kick import kick
from events.models import Event
from kernel import passcodes, time
from kernel.errors import BadInput
from kernel.fields import blind_index
from kernel.identity import check_credit_code, check_phone, mask_phone
from notices import outbox
from notices.outbox import Draft
from portal import throttle
from portal.models import Code, Reader

MINUTES = 5
PAPER_DAYS = 90
MOST_OF_NAME = 40


def ask_code(*, phone: str, place: str, at: dt.datetime) -> None:
    """Ask for a code to this number. Raises BadInput for what is no mobile number, TooOften."""
    number, index = _mobile(phone)
    with transaction.atomic(durable=True):
        throttle.check_ask(index, _place(place), at)
        Code.objects.filter(way="sms", phone_index=index, used_at__isnull=True).update(used_at=at)
        Code.objects.create(
            way="sms",
            phone_index=index,
            number=number,
            created_at=at,
            expires_at=at + dt.timedelta(minutes=MINUTES),
        )
        kick("portal.send_codes")


def send_codes(*, at: dt.datetime) -> int:
    """Look up the numbers asked for and send a code to those that a case knows. Returns how many were looked at."""
    seen = 0
    with transaction.atomic(durable=True):
        waiting = Code.objects.select_for_update(skip_locked=True).filter(way="sms", looked_at__isnull=True)
        for code in waiting.order_by("created_at")[:100]:
            _send(code, at)
            seen += 1
    return seen


@dataclass(frozen=True, slots=True)
class Company:
    """For which company somebody signs in: its 统一社会信用代码, and who represents it."""

    code: str
    representative: str

    @property
    def index(self) -> bytes:
        """By which its parties are found."""
        return blind_index(check_credit_code(self.code).value, purpose="id")


def check_company(company: Company) -> None:
    """Raises BadInput (credit_code, representative) for what can be nobody's. Says nothing about who is known."""
    check = check_credit_code(company.code)
    if not check.ok:
        raise BadInput(str(check.message), field="credit_code", fix=_("对照营业执照填写 18 位代码。"))
    if not 2 <= len(company.representative.strip()) <= MOST_OF_NAME:
        raise BadInput(
            _("没有填写代表的姓名。"), field="representative", fix=_("填写代表单位登录的人的姓名。")
        )


def sign_in_by_phone(
    *, phone: str, code: str, place: str, at: dt.datetime, company: Company | None = None
) -> User:
    """The person with this number, who may from now on follow their cases. Raises BadInput, TooOften.

    company: only the cases of this company whose registered number it is; a wrong credit code is refused as a wrong
    code is, in the same words.
    """
    _number, index = _mobile(phone)
    if company is not None:
        check_company(company)
    with transaction.atomic(durable=True):
        throttle.check_guess(index, _place(place), at)
        row = Code.objects.select_for_update().filter(way="sms", phone_index=index).order_by("-id").first()
        is_right = _is_right(row, code, at)
        contacts = _contacts(index).order_by("party_id", "id")
        if company is not None:
            contacts = contacts.filter(party__id_index=company.index, agent=None)
            is_right = is_right and contacts.exists()
        if is_right:
            Code.objects.filter(pk=row.pk).update(used_at=at)
            return _enter(list(contacts), index, mask_phone(phone), at, company)
        throttle.note_wrong(index, _place(place), at)
        if row is not None:
            Code.objects.filter(pk=row.pk).update(tries=row.tries + 1)
    raise _wrong()


def sign_in_by_paper(*, code: str, place: str, at: dt.datetime, company: Company | None = None) -> User:
    """Who holds the paper with this code follows that one case for its party. Raises BadInput, TooOften.

    company: the paper must be that company's; another credit code is refused as a wrong code is.
    """
    if company is not None:
        check_company(company)
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    with transaction.atomic(durable=True):
        throttle.check_guess(None, _place(place), at)
        lookup = blind_index(plain or "-", purpose="paper_code")
        row = (
            Code.objects.select_for_update(of=("self",))
            .filter(way="paper", lookup=lookup)
            .select_related("party")
            .first()
        )
        is_right = _is_right(row, plain, at)
        if company is not None:
            is_right = is_right and bytes(row.party.id_index or b"") == company.index
        if is_right:
            return _enter_by_paper(row, at, company)
        throttle.note_wrong(None, _place(place), at)
    raise _wrong(of_paper=True)


def issue_paper_code(*, case_id: int, party_id: int, actor: User, at: dt.datetime, key: str) -> str:
    """A new code for a party's paper, shown once; the one before stops working. Raises NotFound, NotAllowed, BadInput."""
    plain = passcodes.fresh()
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, user=actor, key=key)
        in_reach(locked, actor)
        party = Party.objects.filter(case_id=case_id, pk=party_id).first()
        if party is None:
            raise BadInput(_("没有这个当事人。"), field="party", fix=_("从本案当事人中选择。"))
        if log.find(f"access:{case_id}", key) is not None:
            raise BadInput(_("登录码只显示一次。"), field="party", fix=_("没有记下的，重新生成一个。"))
        _keep_paper_code(party, plain, at)
        _log(locked.case, "access.paper_code", actor.actor, {"party": party_id}, at, key)
    return plain


def note_paper(event: Event) -> None:
    """document.rendered: the code printed on a paper opens the case to whom the paper is addressed. Once for each paper."""
    paper = Paper.objects.filter(pk=event.data["paper"]).first()
    plain = paper.every_fact().get("login_code") if paper is not None and paper.case_id else None
    if not plain:
        return
    parties = list(Party.objects.filter(case_id=paper.case_id, name=paper.facts.get("addressee")))
    if len(parties) != 1:
        return
    at = time.now()
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=paper.case_id)
        key = f"paper:{paper.pk}"
        if log.find(f"access:{paper.case_id}", key) is not None:
            return
        _keep_paper_code(parties[0], plain, at)
        _log(locked.case, "access.paper_code", event.actor, {"party": parties[0].pk}, at, key)


def _keep_paper_code(party: Party, plain: str, at: dt.datetime) -> None:
    """The code of a party's paper; the one before stops working."""
    Code.objects.filter(way="paper", party=party, used_at__isnull=True).update(used_at=at)
    Code.objects.create(
        way="paper",
        party=party,
        lookup=blind_index(plain, purpose="paper_code"),
        digest=digest_of(plain),
        created_at=at,
        expires_at=at + dt.timedelta(days=PAPER_DAYS),
    )


def _mobile(phone: str) -> tuple[str, bytes]:
    check = check_phone(phone)
    if check.kind != "mobile":
        raise BadInput(_("手机号码不正确。"), field="phone", fix=_("请填写 11 位手机号码。"))
    return check.value, blind_index(check.value, purpose="mobile")


def _place(place: str) -> bytes:
    return blind_index(place or "-", purpose="place")


def digest_of(code: str) -> bytes:
    """What is kept of a code."""
    return hmac.digest(settings.SECRET_KEY.encode(), f"portal:{code}".encode(), hashlib.sha256)


def _is_right(row: Code | None, code: str, at: dt.datetime) -> bool:
    """Compared even where there is nothing to compare with, so that the time says nothing."""
    kept = bytes(row.digest) if row is not None and row.digest is not None else bytes(32)
    same = hmac.compare_digest(kept, digest_of(code.strip()))
    return (
        same
        and row is not None
        and row.used_at is None
        and row.expires_at > at
        and row.tries < throttle.TRIES_PER_CODE
    )


def _wrong(*, of_paper: bool = False) -> BadInput:
    if of_paper:
        return BadInput(
            _("登录码不正确，或者已经过期。"),
            field="code",
            fix=_("请照纸上的写；仍不行的，请承办人重新开具。"),
        )
    return BadInput(
        _("验证码不正确，或者已经过期。"), field="code", fix=_("请核对后再填；仍不行的，重新获取。")
    )


def _send(code: Code, at: dt.datetime) -> None:
    number = str(code.number)
    contact = next(iter(_contacts(code.phone_index).order_by("-party__case_id", "id")), None)
    if contact is not None and code.used_at is None and code.expires_at > at:
        plain = f"{secrets.randbelow(1_000_000):06d}"
        code.digest = digest_of(plain)
        role = "respondent" if contact.party.role == "respondent" else "applicant"
        draft = Draft(
            about=f"sign-in:{code.pk}",
            court_id=contact.party.case.court_id,
            topic="sign_in_code",
            audience="agent" if contact.agent_id else role,
            key=f"sign-in:{code.pk}",
            number=number,
            facts={"minutes": MINUTES},
            secret={"code": plain},
            urgent=True,
            expires_at=code.expires_at,
        )
        outbox.enqueue([draft], at=at)
    code.looked_at, code.number = at, None
    code.save(update_fields=["digest", "looked_at", "number"])


def _contacts(index: bytes) -> QuerySet[ContactPoint]:
    known = ContactPoint.objects.filter(index=index, kind="mobile", bad=False, party__case__sealed=False)
    return known.exclude(party__case__state="cancelled").select_related("party__case", "agent")


def _enter(
    contacts: Sequence[ContactPoint], index: bytes, masked: str, at: dt.datetime, company: Company | None
) -> User:
    """The user of a number, and the cases it opens today; those it no longer opens are closed."""
    names = [contact.agent.name if contact.agent else contact.party.name for contact in contacts]
    firm = company.index if company else None
    readers = Reader.objects.select_for_update(of=("self",)).filter(phone_index=index)
    reader = (
        readers.filter(company_index=firm) if company else readers.filter(company_index__isnull=True)
    ).first()
    if reader is None:
        username = f"phone:{bytes(index).hex()}" if firm is None else f"firm:{_digest(firm + bytes(index))}"
        user = _new_user(username, next(iter(names), masked), at)
        reader = Reader.objects.create(user=user, phone_index=index, company_index=firm, masked=masked)
    _represented(reader, company, at)
    user = reader.user
    today = time.today(at)
    opened = {contact.party_id: contact.party for contact in contacts}
    standing = Access.objects.in_force(today).filter(user=user, party__isnull=False)
    standing.exclude(party_id__in=opened).update(until=today - dt.timedelta(days=1))
    for party in opened.values():
        _open(user, party, None, at)
    return user


def _enter_by_paper(code: Code, at: dt.datetime, company: Company | None) -> User:
    party = code.party
    username = f"paper:{party.pk}"
    reader = Reader.objects.filter(user__username=username).select_related("user").first()
    if reader is None:
        reader = Reader.objects.create(user=_new_user(username, party.name, at))
    _represented(reader, company, at)
    _open(reader.user, party, time.today(code.expires_at), at)
    return reader.user


def _represented(reader: Reader, company: Company | None, at: dt.datetime) -> None:
    """Record who signs in for a company: at the account, and as an event of the user at each sign-in."""
    if company is None:
        return
    reader.representative = company.representative.strip()
    reader.save(update_fields=["representative"])
    log.append(
        stream=f"user:{reader.user_id}",
        kind="company.signed_in",
        actor=reader.user.actor,
        at=at,
        key=f"company:{at.isoformat()}",
        data={"representative": reader.representative},
        court_id=None,
    )


def _digest(value: bytes) -> str:
    return hashlib.sha256(value).hexdigest()[:40]


def _new_user(username: str, name: str, at: dt.datetime) -> User:
    user = User(username=username, full_name=name[:40], kind=User.Kind.PARTY)
    user.set_unusable_password()
    user.save()
    log.append(
        stream=f"user:{user.pk}",
        kind="user.created",
        actor=user.actor,
        at=at,
        key="created",
        data={"kind": user.kind},
        court_id=None,
    )
    return user


def _open(user: User, party: Party, until: dt.date | None, at: dt.datetime) -> None:
    access, is_new = Access.objects.get_or_create(
        user=user, case_id=party.case_id, side=party.role, party=party, defaults={"until": until}
    )
    if is_new or access.until != until:
        Access.objects.filter(pk=access.pk).update(until=until)
        data = {"user": user.pk, "party": party.pk, "side": party.role, "until": until}
        _log(party.case, "access.opened", user.actor, data, at, f"opened:{access.pk}:{at.isoformat()}")


def _log(case: Case, kind: str, actor: str, data: dict[str, object], at: dt.datetime, key: str) -> None:
    """Beside the case's own stream: who may read is no state of the case."""
    log.append(
        stream=f"access:{case.pk}", kind=kind, actor=actor, at=at, key=key, data=data, court_id=case.court_id
    )
