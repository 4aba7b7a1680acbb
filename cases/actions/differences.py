"""每日差异: what the national system's last list says otherwise than our cases; assigned, explained, ended by agreement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Case, Difference, NationalList, NationalRecord
from cases.national import states
from cases.policy import may
from cases.states import OPEN_STATES, CaseState
from courts.models import Court, User
from events import log
from kernel.errors import BadInput, NotFound, WrongState
from kernel.time import today

Kind, State = Difference.Kind, Difference.State
Found = tuple[str, str, int | None, str, str]
"""(kind, about, case, ours, theirs)."""


def compare_all(*, at: dt.datetime) -> int:
    """Every court whose list we have. Returns how many differences are open. Safe to run twice."""
    for court in Court.objects.filter(pk__in=NationalRecord.objects.values("court_id")).order_by("pk"):
        with transaction.atomic(durable=True):
            keep_differences(Court.objects.select_for_update().get(pk=court.pk), at)
    return Difference.objects.filter(state=State.OPEN).count()


def keep_differences(court: Court, at: dt.datetime) -> None:
    """Find the differences of a court anew, joining the caller's transaction. What is gone ends by itself.

    What a person has explained stays ended as long as both sides say the same as then. Sealed cases are left out.
    """
    found = {(kind, about): (case, ours, theirs) for kind, about, case, ours, theirs in _found(court)}
    explained = {
        (row.kind, row.about): (row.ours, row.theirs)
        for row in Difference.objects.filter(court=court, state=State.EXPLAINED).order_by("pk")
    }
    standing = {
        (row.kind, row.about): row
        for row in Difference.objects.select_for_update().filter(court=court, state=State.OPEN)
    }
    for place, row in standing.items():
        if place not in found:
            row.state, row.ended_at = State.AGREED, at
        else:
            row.case_id, row.ours, row.theirs = found[place]
    Difference.objects.bulk_update(
        standing.values(), ["state", "ended_at", "case", "ours", "theirs"], batch_size=500
    )
    Difference.objects.bulk_create(
        Difference(
            court=court, kind=kind, about=about, case_id=case, ours=ours, theirs=theirs, found_on=today(at)
        )
        for (kind, about), (case, ours, theirs) in found.items()
        if (kind, about) not in standing and explained.get((kind, about)) != (ours, theirs)
    )


def assign_difference(*, difference_id: int, to: User, actor: User, at: dt.datetime, key: str) -> Difference:
    """交办 to a colleague of the court. Raises NotFound, NotAllowed, WrongState, BadInput."""
    with transaction.atomic(durable=True):
        row = _open(difference_id, actor)
        if to.court_id != row.court_id or not to.is_active:
            raise BadInput(_("处理人须是本院在岗人员。"), field="to", fix=_("从列表中选择。"))
        row.assigned_to = to
        row.save(update_fields=["assigned_to"])
        _tell(row, "national.assigned", actor, at, key, {"to": to.pk})
    return row


def explain_difference(
    *, difference_id: int, words: str, actor: User, at: dt.datetime, key: str
) -> Difference:
    """说明: the difference stays, and why; it comes back when either side changes. Raises BadInput without words."""
    if not words.strip():
        raise BadInput(_("没有填写说明。"), field="words", fix=_("例如 国家系统未同步变更后的标的，已反馈。"))
    with transaction.atomic(durable=True):
        row = _open(difference_id, actor)
        row.state, row.words, row.ended_by, row.ended_at = State.EXPLAINED, words.strip()[:200], actor, at
        row.save(update_fields=["state", "words", "ended_by", "ended_at"])
        _tell(row, "national.explained", actor, at, key, {"words": row.words})
    return row


def _open(difference_id: int, actor: User) -> Difference:
    may(actor, "national", "W", _("处理国家系统差异"))
    visible = Difference.objects.visible_to(actor).filter(pk=difference_id).values("pk")
    row = Difference.objects.select_for_update().filter(pk__in=visible).first()
    if row is None:
        raise NotFound(_("没有这条差异，或您无权查看。"), fix=_("从“国家系统”重新进入。"))
    if row.state != State.OPEN:
        raise WrongState(_("这条差异已经结束。"), fix=_("刷新页面。"))
    return row


def _found(court: Court) -> Iterator[Found]:
    """Four queries. A case that was closed before the list had to hold it is not missed there, nor one whose row had an error."""
    cases = {
        case.number_key: case
        for case in Case.objects.filter(court=court, sealed=False)
        .exclude(state=CaseState.CANCELLED)
        .select_related("owner", "national")
    }
    sealed = set(Case.objects.filter(court=court, sealed=True).values_list("number_key", flat=True))
    by_number = {
        case.national.number: case
        for case in cases.values()
        if hasattr(case, "national") and case.national.court_id == case.court_id
    }
    seen = set[int]()
    for record in NationalRecord.objects.filter(court=court).order_by("number"):
        case = by_number.get(record.number) or cases.get(record.number_key)
        if record.number_key in sealed:
            continue
        if case is None:
            yield Kind.MISSING_HERE, record.case_number, None, "", f"{record.number} {record.state}"[:80]
            continue
        seen.add(case.pk)
        yield from _unlike(case, record)
    garbled = _garbled(court)
    for case in cases.values():
        if case.pk not in seen and not {case.pk, case.number_key} & garbled and case.state in OPEN_STATES:
            yield Kind.MISSING_THERE, case.number, case.pk, str(case.get_state_display()), ""


def _garbled(court: Court) -> set[int | str]:
    """Cases (by id and by number) that the last list names in a row with an error: they are there. One query."""
    lists = NationalList.objects.filter(court=court, state=NationalList.State.DONE).order_by("-confirmed_at")
    rows = lists.values_list("rows", flat=True).first() or ()
    bad = [row for row in rows if row["verdict"] == NationalList.Verdict.BAD]
    return {name for row in bad for name in (row["case"], row.get("key")) if name}


def _unlike(case: Case, record: NationalRecord) -> Iterator[Found]:
    handler = case.owner.full_name if case.owner else ""
    pairs: Mapping[str, tuple[bool, str, str]] = {
        Kind.STATE: (
            case.state in states().get(record.state, {case.state}),
            str(case.get_state_display()),
            record.state,
        ),
        Kind.AMOUNT: (
            record.amount is None or record.amount == case.claim_amount,
            f"{case.claim_amount:.2f}",
            f"{record.amount or 0:.2f}",
        ),
        Kind.HANDLER: (not record.handler or record.handler == handler, handler, record.handler),
        Kind.FILED: (
            record.filed_on is None or record.filed_on == case.filed_on,
            str(case.filed_on),
            str(record.filed_on),
        ),
        Kind.CLOSED: (
            record.closed_on == case.closed_on or record.closed_on is None and case.closed_on is None,
            str(case.closed_on or ""),
            str(record.closed_on or ""),
        ),
    }
    for kind, (alike, ours, theirs) in pairs.items():
        if not alike:
            yield kind, case.number, case.pk, ours, theirs


def _tell(
    row: Difference, kind: str, actor: User, at: dt.datetime, key: str, data: dict[str, object]
) -> None:
    log.append(
        stream=f"difference:{row.pk}",
        kind=kind,
        actor=actor.actor,
        at=at,
        key=key,
        data=data,
        court_id=row.court_id,
    )
