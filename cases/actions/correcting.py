"""更正立案信息 (SQ 第七条(一)): what was filed wrongly is put right; what follows from it is computed anew.

The old and the new value stand in the event; of what is encrypted only its mask, of an address only that it changed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.actions.completing import check_open, may_do
from cases.actions.filing import ask_of_doubles, contact, identity_of
from cases.actions.holding import move_filing_day
from cases.filings import PartyInput, check_party
from cases.models import ClaimItem, ContactPoint, Node, Party, Subject
from cases.perform import Act, check_day, known, perform
from cases.policy import in_reach, may, still_open
from cases.snapshot import Locked, lock_case
from courts.models import User
from events.models import Event
from kernel import time
from kernel.errors import BadInput
from kernel.fields import blind_index
from kernel.identity import mask_phone
from kernel.text import pinyin_initials

KIND = "case.filing_corrected"
NODE = "filing_correction"
CLAIM_KINDS = ("money", "delivery", "act")
Change = tuple[str, int | None, str, str]
"""(field, subject of the party or None, old, new) as the event keeps it."""


@dataclass(frozen=True, slots=True)
class PartyCorrection:
    """What is put right of one party; None: as it stands. phone: a number to add. id_reason: why a doubtful number stays."""

    party_id: int
    name: str | None = None
    id_number: str | None = None
    id_reason: str = ""
    address: str | None = None
    location: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """What is put right; None or left out: as it stands. words: what was wrong, by which paper. claims: item -> yuan."""

    words: str
    cause: str | None = None
    basis: str | None = None
    claim_kind: str | None = None
    filed_on: dt.date | None = None
    costs_amount: Decimal | None = None
    claims: Mapping[int, Decimal] = field(default_factory=dict)
    parties: Sequence[PartyCorrection] = ()
    duplicate_reason: str = ""


@dataclass
class _Work:
    """What a correction writes as it goes: the rows, the facts and the changes for the event."""

    rows: list[Any] = field(default_factory=list)
    facts: list[tuple[int, str, Any]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


def correct_filing(
    *,
    case_id: int,
    correction: Correction,
    on: dt.date,
    actor: User,
    at: dt.datetime,
    key: str,
    seen_version: int | None = None,
) -> Event:
    """更正立案信息: completes the open node of it where there is one; else done by whom the court lets file.

    seen_version: of the node as its form showed it. Clocks that rest on a corrected fact are counted again.
    Raises NotFound, NotAllowed, BadInput (field named; nothing changed), WrongState, Conflict.
    """
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if (event := known(locked, kind=KIND)) is not None:
            return event
        node = _node(locked)
        in_reach(locked, actor)
        warnings = may_do(locked, actor, node) if node is not None else []
        if node is None:
            if not actor.scope.may("extension", "A"):
                may(actor, "file", "W", _("更正立案信息"))
            still_open(locked)
        elif seen_version is not None:
            check_open(locked, node, seen_version)
        check_day(locked, on, at)
        if correction.filed_on not in (None, locked.case.filed_on) and node is None:
            may(actor, "extension", "A", _("更正立案日期"))
        work = put_right(locked, correction, actor=actor, at=at, warnings=warnings)
        act = Act(
            kind=KIND,
            key=key,
            on=on,
            node=node,
            values={"on": on.isoformat(), "correction": correction.words.strip()} if node is not None else {},
            facts=work.facts,
            rows=work.rows,
            data={"changes": [list(change) for change in work.changes], "words": correction.words.strip()},
            warnings=warnings,
            quiet=True,
        )
        return perform(locked, act, actor=actor, at=at)


def put_right(
    locked: Locked, correction: Correction, *, actor: User, at: dt.datetime, warnings: list[Any]
) -> _Work:
    """Write the corrected rows of a locked case. Joins the caller's transaction. Raises BadInput, WrongState (guard)."""
    if not correction.words.strip():
        raise BadInput(_("没有写明更正的内容。"), field="words", fix=_("写明哪里有误、依据什么材料更正。"))
    work = _Work()
    for party in correction.parties:
        _party(locked, party, work, time.today(at))
    _claims(locked, correction, work)
    _plain(locked, correction, work)
    if correction.filed_on is not None and correction.filed_on != locked.case.filed_on:
        work.changes.append(
            ("filed_on", None, locked.case.filed_on.isoformat(), correction.filed_on.isoformat())
        )
        work.facts += move_filing_day(locked, correction.filed_on, at)
    if not work.changes:
        raise BadInput(_("没有改动任何内容。"), field="words", fix=_("在有误的项目中填写正确的内容。"))
    if any(name in ("basis", "name") for name, *_rest in work.changes):
        warnings += ask_of_doubles(locked, (actor, correction.duplicate_reason))
    return work


def try_correction(locked: Locked, correction: Correction, *, actor: User, at: dt.datetime) -> list[Change]:
    """Put a correction into a locked state whose transaction is taken back; returns what it changes."""
    work = put_right(locked, correction, actor=actor, at=at, warnings=[])
    for subject, key, value in work.facts:
        if not key.startswith("@"):
            locked.facts.setdefault(subject, {})[key] = value
    return work.changes


def _node(locked: Locked) -> Node | None:
    return next((n for n in locked.nodes.values() if n.kind == NODE and n.state == "open"), None)


def _plain(locked: Locked, correction: Correction, work: _Work) -> None:
    """案由, 执行依据, 执行内容, 执行费用."""
    case = locked.case
    for name, words in (("cause", _("案由")), ("basis", _("执行依据"))):
        new = getattr(correction, name)
        if new is None or new.strip() == getattr(case, name):
            continue
        if not new.strip():
            raise BadInput(_("没有填写%s。") % words, field=name, fix=_("填写正确的内容。"))
        work.changes.append((name, None, getattr(case, name), new.strip()))
        setattr(case, name, new.strip())
    costs = correction.costs_amount
    if costs is not None and costs != case.costs_amount:
        if costs < 0:
            raise BadInput(_("执行费用不能小于零。"), field="costs_amount", fix=_("核对金额。"))
        work.changes.append(("costs_amount", None, f"{case.costs_amount:.2f}", f"{costs:.2f}"))
        case.costs_amount = costs


def _claims(locked: Locked, correction: Correction, work: _Work) -> None:
    """请求的各项金额和种类; the claim of the case is their sum."""
    case = locked.case
    kind = correction.claim_kind or case.claim_kind
    if kind not in CLAIM_KINDS:
        raise BadInput(_("没有这种执行内容。"), field="claim_kind", fix=_("从列表中选择。"))
    items = list(ClaimItem.objects.filter(case=case).order_by("id"))
    if unknown := set(correction.claims) - {item.pk for item in items}:
        raise BadInput(
            _("本案没有这项请求。"), field="claims", fix=_("刷新页面。"), detail={"items": sorted(unknown)}
        )
    for item in items:
        new = correction.claims.get(item.pk, item.amount)
        if new < 0:
            raise BadInput(_("金额不能小于零。"), field=f"claim_{item.pk}", fix=_("核对金额。"))
        if new != item.amount:
            work.changes.append((f"claim:{item.kind}", None, f"{item.amount:.2f}", f"{new:.2f}"))
            item.amount = new
            item.save(update_fields=["amount"])
            work.rows.append(item)
    total = sum((item.amount for item in items), Decimal("0.00"))
    if kind == "money" and total <= 0:
        first = f"claim_{items[0].pk}" if items else "claim_kind"
        raise BadInput(_("执行标的须大于零。"), field=first, fix=_("按执行依据填写金额，单位元。"))
    if total != case.claim_amount:
        work.facts.append((locked.root, "claim_amount", f"{total:.2f}"))
        case.claim_amount = total
        locked.claims = [(item.kind, item.amount) for item in items]
    if kind != case.claim_kind:
        work.changes.append(("claim_kind", None, case.claim_kind, kind))
        work.facts.append((locked.root, "claim_kind", kind))
        case.claim_kind = kind
        case.save(update_fields=["claim_kind"])


def _party(locked: Locked, given: PartyCorrection, work: _Work, today: dt.date) -> None:
    """姓名, 证件, 住址, 所在地, 电话 of one party of the case."""
    row = Party.objects.filter(pk=given.party_id, case=locked.case).first()
    if row is None:
        raise BadInput(_("本案没有这名当事人。"), field="parties", fix=_("刷新页面。"))
    name = row.name if given.name is None else given.name.strip()
    number = (given.id_number or "").strip().upper()
    checked = PartyInput(
        role=row.role,
        kind=row.kind,
        name=name,
        id_number=number,
        id_reason=given.id_reason,
        phones=[given.phone] if given.phone else [],
    )
    try:
        work.said += check_party(checked, today)
    except BadInput as refused:
        place = {"id_number": "id_number", "phone": "phone"}.get(refused.field, "name")
        refused.field = f"party_{row.pk}_{place}"
        raise
    before = len(work.changes)
    _rename(locked, row, name, work)
    if number and blind_index(number, purpose="id") != _bytes(row.id_index):
        old = row.id_masked
        for column, value in identity_of(number, given.id_reason).items():
            setattr(row, column, value)
        work.changes.append(("id_number", row.subject_id, old, row.id_masked))
    if given.address is not None and given.address.strip() and given.address.strip() != (row.address or ""):
        row.address = given.address.strip()
        work.changes.append(("address", row.subject_id, "", ""))
    if given.location is not None and given.location != row.location:
        work.changes.append(("location", row.subject_id, row.location, given.location))
        row.location = given.location
        if row.role == Party.Role.RESPONDENT:
            work.facts.append((row.subject_id, "respondent_location", given.location or None))
    if given.phone:
        _phone(row, given.phone.strip(), work)
    if len(work.changes) > before:
        row.save()
        work.rows.append(row)


def _bytes(index: Any) -> bytes | None:
    return bytes(index) if index is not None else None


def _rename(locked: Locked, row: Party, name: str, work: _Work) -> None:
    if name == row.name:
        return
    work.changes.append(("name", row.subject_id, row.name, name))
    row.name, row.initials = name, pinyin_initials(name)[:60]
    subject = Subject.objects.get(pk=row.subject_id)
    subject.label = name
    subject.save(update_fields=["label"])
    locked.labels[subject.pk] = name
    work.rows.append(subject)


def _phone(row: Party, phone: str, work: _Work) -> None:
    point = contact(row, "mobile", phone)
    if ContactPoint.objects.filter(party=row, agent=None, index=point.index).exists():
        return
    point.save()
    work.changes.append(("phone", row.subject_id, "", mask_phone(phone)))
    work.facts.append((row.subject_id, "valid_e_contact_known", True))
    if row.role == Party.Role.RESPONDENT:
        work.facts.append((row.subject_id, "service_channel", "electronic"))
