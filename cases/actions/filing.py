"""立案: one verb files a case, from the page and from a court's ledger sheet alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from cases.book import pin
from cases.filings import CASE_KINDS, FilingInput, PartyInput, check_filing
from cases.models import Agent, Case, ClaimItem, ContactPoint, NumberCounter, Party, Subject
from cases.perform import Act, guard, perform, perform_each
from cases.policy import may
from cases.querysets import CaseQuerySet
from cases.snapshot import Locked, read_locked, read_locked_each
from cases.states import CaseState
from courts.models import Court, User
from events.models import Event
from funds.books import issue_numbers, open_book, open_books
from kernel import casenumbers, time
from kernel.errors import BadInput, DomainError, WrongState
from kernel.fields import blind_index, blind_tail
from kernel.identity import mask_id, mask_phone
from kernel.text import pinyin_initials
from regimes.guards import Finding, check

REMEMBERED = dt.timedelta(days=31)
"""How long the key of a filing finds its case again."""


@dataclass(frozen=True, slots=True)
class Filed:
    """The case, its event (None when it stood already), and warnings for the person who files.

    is_new: whether it was filed by this call; a second call with the same key finds the event of the first.
    """

    case: Case
    event: Event | None
    warnings: tuple[str, ...]
    is_new: bool = False


def file_case(*, court: Court, filing: FilingInput, actor: User, at: dt.datetime, key: str) -> Filed:
    """立案 (执行工作规定 第16条): file a case; its clocks, nodes and first messages follow in the same transaction.

    imported: a case filed before it came into this system: dated back, no party is told, past warnings stay silent.
    Raises BadInput naming the field, NotAllowed. A number that stands already with the same content is returned as it is,
    and so is the case that this key filed before, even by a click at the same moment.
    """
    may(actor, "file", "W", _("立案"))
    if court.pk not in actor.scope.courts | actor.scope.home:
        raise BadInput(_("您不能为%s立案。") % court.name, field="court", fix=_("请由该院立案人员办理。"))
    warnings = check_filing(filing, at)
    with transaction.atomic(durable=True):
        return _file(court, filing, warnings, actor, at, key)


def file_from_ledger(*, court: Court, filing: FilingInput, actor: User, at: dt.datetime, key: str) -> Filed:
    """立案 as file_case does it, within the transaction of a caller who has asked whether this person may."""
    return _file(court, filing, check_filing(filing, at), actor, at, key)


def _file(
    court: Court, filing: FilingInput, warnings: tuple[str, ...], actor: User, at: dt.datetime, key: str
) -> Filed:
    drawing = transaction.savepoint()
    number = _number(court, filing, at)
    if (before := _filed_before(court, key, at)) is not None:
        transaction.savepoint_rollback(drawing)
        return Filed(Case.objects.get(pk=int(before.stream.partition(":")[2])), before, warnings)
    standing = (
        Case.objects.filter(court=court, number_key=number.loose_key)
        .exclude(state=CaseState.CANCELLED)
        .first()
    )
    if standing is not None:
        _same_or_refuse(standing, filing)
        return Filed(standing, None, warnings)
    case, written = _write(court, number, filing, actor, at)
    return Filed(case, _perform_filing(case, written, filing, actor, at, key), warnings, is_new=True)


def draw_number(court: Court, year: int, kind: str) -> casenumbers.CaseNumber:
    """The next number of a court for a case that comes to it. Joins the transaction, which holds the counter until its end."""
    return casenumbers.CaseNumber(year, court.code, kind, _count_up(court, year, kind, None))


def _number(court: Court, filing: FilingInput, at: dt.datetime) -> casenumbers.CaseNumber:
    if filing.number:
        number = _parsed(court, filing, at)
        _count_up(court, number.year, number.kind, number.number)
        return number
    return draw_number(court, filing.filed_on.year, filing.kind)


def _parsed(court: Court, filing: FilingInput, at: dt.datetime) -> casenumbers.CaseNumber:
    return casenumbers.parse(
        filing.number, courts=[court.code], kinds=sorted(CASE_KINDS), today=time.today(at), field="number"
    )


def _filed_before(court: Court, key: str, at: dt.datetime) -> Event | None:
    """The filing of this key within the last month. Asked under the lock of the counter, where a second click waits."""
    return Event.objects.filter(
        kind="case.filed", at__gte=at - REMEMBERED, court_id=court.pk, key=key
    ).first()


def _count_up(court: Court, year: int, kind: str, number: int | None) -> int:
    """Draw the next number, or note that one was given out elsewhere."""
    counter, _new = NumberCounter.objects.select_for_update().get_or_create(court=court, year=year, kind=kind)
    drawn = counter.last + 1 if number is None else number
    if drawn > counter.last:
        counter.last = drawn
        counter.save(update_fields=["last"])
    return drawn


def _same_or_refuse(case: Case, filing: FilingInput) -> None:
    names = sorted(case.parties.values_list("name", flat=True))
    same = (
        case.filed_on == filing.filed_on
        and case.claim_amount == filing.claim_amount
        and names == sorted(party.name.strip() for party in filing.parties)
    )
    if not same:
        raise BadInput(
            _("案号 %s 已经立案，但内容不同。") % case.number,
            field="number",
            fix=_("核对案号；确需改动已立案件的，在案件页办理更正。"),
            detail={"case": case.pk},
        )


@dataclass(slots=True)
class _Written:
    root: Subject
    parties: list[Party]
    others: list[Any]


def file_each_from_ledger(
    *, court: Court, filings: Sequence[tuple[FilingInput, str]], actor: User, at: dt.datetime
) -> list[Locked | None]:
    """`file_from_ledger` for many numbered rows with a key each, as many statements as one takes: the cases as the
    filing left them; None where one stands already or was filed before: that row goes by itself.

    Raises RowRefused; then nothing may stay written.
    """
    numbers: list[casenumbers.CaseNumber] = []
    for place, (filing, _key) in enumerate(filings):
        with refusing(place):
            check_filing(filing, at)
            numbers.append(_parsed(court, filing, at))
    _count_up_each(court, numbers)
    taken = _taken(court, numbers, [key for _filing, key in filings], at)
    fresh = [place for place in range(len(filings)) if place not in taken]
    filed: list[Locked | None] = [None] * len(filings)
    if not fresh:
        return filed
    pins = pin(court.pk, time.today(at))
    made = [_case(court, numbers[place], filings[place][0], pins, actor, at) for place in fresh]
    Case.objects.bulk_create(made)
    written = _write_people(made, [filings[place][0] for place in fresh])
    issue_numbers(open_books(court_id=court.pk, about=[case.about for case in made], at=at), at=at)
    acts = []
    for place, locked, rows in zip(fresh, read_locked_each(made, [""] * len(made)), written, strict=True):
        with refusing(place):
            acts.append((locked, _act_of(locked, rows, filings[place][0], actor, filings[place][1])))
    perform_each(acts, actor=actor, at=at)
    for place, (locked, _act) in zip(fresh, acts, strict=True):
        filed[place] = locked
    return filed


class RowRefused(Exception):
    """One of many rows done at once was refused; place: which one, from 0."""

    def __init__(self, place: int) -> None:
        super().__init__(place)
        self.place = place


@contextmanager
def refusing(place: int) -> Iterator[None]:
    """Say which of many rows a rule refuses."""
    try:
        yield
    except DomainError as refused:
        raise RowRefused(place) from refused


def _count_up_each(court: Court, numbers: Sequence[casenumbers.CaseNumber]) -> None:
    """Note the numbers given out elsewhere, counter by counter in their order."""
    highest: dict[tuple[int, str], int] = {}
    for number in numbers:
        kept = highest.get((number.year, number.kind), 0)
        highest[number.year, number.kind] = max(kept, number.number)
    for (year, kind), last in sorted(highest.items()):
        _count_up(court, year, kind, last)


def _taken(
    court: Court, numbers: Sequence[casenumbers.CaseNumber], keys: Sequence[str], at: dt.datetime
) -> set[int]:
    """The places of rows that stand already, were filed before, or share a number with another. Two queries."""
    filed = Event.objects.filter(
        kind="case.filed", at__gte=at - REMEMBERED, court_id=court.pk, key__in=keys
    ).values_list("key", flat=True)
    loose = [number.loose_key for number in numbers]
    standing = Case.objects.filter(court=court, number_key__in=loose).exclude(state=CaseState.CANCELLED)
    before, known = set(filed), set(standing.values_list("number_key", flat=True))
    return {
        place
        for place, (number, key) in enumerate(zip(loose, keys, strict=True))
        if key in before or number in known or loose.count(number) > 1
    }


def _write(
    court: Court, number: casenumbers.CaseNumber, filing: FilingInput, actor: User, at: dt.datetime
) -> tuple[Case, _Written]:
    case = _case(court, number, filing, pin(court.pk, time.today(at)), actor, at)
    case.save(force_insert=True)
    written = _write_people([case], [filing])[0]
    issue_numbers([open_book(court_id=court.pk, about=case.about, at=at)], at=at)
    return case, written


def _case(
    court: Court,
    number: casenumbers.CaseNumber,
    filing: FilingInput,
    pins: list[dict[str, Any]],
    actor: User,
    at: dt.datetime,
) -> Case:
    """The row of a case, not yet written."""
    return Case(
        court=court,
        number=str(number),
        number_key=number.loose_key,
        kind=number.kind,
        filed_on=filing.filed_on,
        received_on=filing.received_on or filing.filed_on,
        application_on=filing.application_on,
        channel=filing.channel,
        cause=filing.cause.strip(),
        basis=filing.basis.strip(),
        claim_kind=filing.claim_kind,
        claim_amount=filing.claim_amount,
        costs_amount=filing.costs_amount,
        imported=filing.imported,
        packs=pins,
        created_at=at,
        created_by=actor.actor,
    )


def _write_people(cases: Sequence[Case], filings: Sequence[FilingInput]) -> list[_Written]:
    """Subjects, parties with their contacts, and claims of cases just made; a statement a table, two for subjects."""
    whole = list(zip(cases, filings, strict=True))
    roots = Subject.objects.bulk_create(Subject(case=case, kind="case", label=case.number) for case in cases)
    subjects = Subject.objects.bulk_create(
        Subject(case=case, kind=party.role, parent=root, label=party.name.strip())
        for (case, filing), root in zip(whole, roots, strict=True)
        for party in filing.parties
    )
    given = [(case, party) for case, filing in whole for party in filing.parties]
    parties = Party.objects.bulk_create(
        _party(case, subject, party) for subject, (case, party) in zip(subjects, given, strict=True)
    )
    agents = _write_contacts(parties, [party for _case, party in given])
    claims = ClaimItem.objects.bulk_create(
        ClaimItem(case=case, kind=kind, amount=amount, words=words)
        for case, filing in whole
        for kind, amount, words in filing.claims or [("principal", filing.claim_amount, "")]
    )
    party_case = {row.pk: row.case_id for row in parties}
    found: dict[int, _Written] = {
        case.pk: _Written(root, [], []) for case, root in zip(cases, roots, strict=True)
    }
    for row in parties:
        found[row.case_id].parties.append(row)
    for row in (*subjects, *agents, *claims):
        found[party_case[row.party_id] if isinstance(row, Agent) else row.case_id].others.append(row)
    return [found[case.pk] for case in cases]


def _party(case: Case, subject: Subject, party: PartyInput) -> Party:
    number = party.id_number.strip().upper()
    return Party(
        case=case,
        subject=subject,
        role=party.role,
        kind=party.kind,
        name=party.name.strip(),
        initials=pinyin_initials(party.name.strip())[:60],
        **identity_of(number, party.id_reason),
        address=party.address or None,
        location=party.location,
    )


def identity_of(number: str, doubt: str) -> dict[str, Any]:
    """A document number as the columns of a party: encrypted, its indexes, its mask, why a doubtful one was kept."""
    return {
        "id_number": number or None,
        "id_index": blind_index(number, purpose="id") if number else None,
        "id_tail": blind_tail(number, 4, purpose="id_tail") if number else None,
        "id_masked": mask_id(number) if number else "",
        "id_doubt": doubt,
    }


def _write_contacts(rows: Sequence[Party], given: Sequence[PartyInput]) -> list[Agent]:
    """The agents of parties and the contacts of both."""
    agents = Agent.objects.bulk_create(
        Agent(party=row, name=agent.name, is_lawyer=agent.is_lawyer, firm=agent.firm)
        for row, party in zip(rows, given, strict=True)
        for agent in party.agents
    )
    of_party: dict[int, list[Agent]] = {}
    for agent in agents:
        of_party.setdefault(agent.party_id, []).append(agent)
    ContactPoint.objects.bulk_create(
        each
        for row, party in zip(rows, given, strict=True)
        for each in _contacts(row, party, of_party.get(row.pk, []))
    )
    return list(agents)


def _contacts(row: Party, party: PartyInput, agents: Sequence[Agent]) -> Iterator[ContactPoint]:
    for phone in party.phones:
        yield contact(row, "mobile", phone)
    if party.email:
        yield contact(row, "email", party.email)
    if party.address:
        yield contact(row, "post", party.address)
    for agent, given in zip(agents, party.agents, strict=True):
        if given.phone:
            yield contact(row, "mobile", given.phone, agent)


def contact(row: Party, kind: str, value: str, agent: Agent | None = None) -> ContactPoint:
    """A contact point, not yet saved: encrypted, with its indexes and mask."""
    value = value.strip()
    masked = mask_phone(value) if kind == "mobile" else value[:2] + "***"
    return ContactPoint(
        party=row,
        agent=agent,
        kind=kind,
        value=value,
        index=blind_index(value, purpose=kind),
        tail=blind_tail(value, 4, purpose="phone_tail") if kind == "mobile" else None,
        masked=masked,
    )


def _perform_filing(
    case: Case, written: _Written, filing: FilingInput, actor: User, at: dt.datetime, key: str
) -> Event:
    locked = read_locked(case)
    return perform(locked, _act_of(locked, written, filing, actor, key), actor=actor, at=at)


def _act_of(locked: Locked, written: _Written, filing: FilingInput, actor: User, key: str) -> Act:
    """The act that files the case, whose guards are asked. Raises WrongState."""
    case = locked.case
    root = written.root.pk
    facts: list[tuple[int, str, Any]] = [
        (root, "filing_channel", filing.channel),
        (root, "claim_amount", f"{filing.claim_amount:.2f}"),
        (root, "claim_kind", filing.claim_kind),
        (root, "court_level", case.court.level),
        (root, "case_first_time", case.kind == "执"),
        *((root, name, value) for name, value in filing.facts.items()),
    ]
    for row, party in zip(written.parties, filing.parties, strict=True):
        reachable = bool(party.phones or party.email)
        facts += [
            (row.subject_id, "party_kind", row.kind),
            (row.subject_id, "valid_e_contact_known", reachable),
        ]
        if row.role == "respondent":
            facts.append((row.subject_id, "service_channel", "electronic" if reachable else "post"))
            if row.location:
                facts.append((row.subject_id, "respondent_location", row.location))
    warnings = _ask(locked, filing, actor)
    happened = [("case_filed", root)]
    days: dict[tuple[str, int], dt.date] = {("case_received", root): case.received_on}
    if filing.application_on:
        happened.append(("application_received", root))
        days[("application_received", root)] = filing.application_on
    return Act(
        kind="case.filed",
        key=key,
        on=filing.filed_on,
        happened=happened,
        days=days,
        facts=facts,
        rows=[written.root, *written.others, *written.parties],
        data={
            "channel": filing.channel,
            "imported": filing.imported,
            **({"duplicate_reason": filing.duplicate_reason.strip()} if warnings else {}),
        },
        quiet=filing.imported,
        warnings=warnings,
    )


def _ask(locked: Locked, filing: FilingInput, actor: User) -> list[Finding]:
    """The guards before filing: no double or split filing (LY-G-FILE-02), except by whom the rule names, for a reason."""
    if filing.imported and locked.book.guards.get("file_case"):
        # What a court's ledger holds was filed before: two rows are kept, and the doubt with them.
        return check(locked.book, "file_case", {"duplicate_case_count": _twins(locked.case).count()})
    return ask_of_doubles(locked, (actor, filing.duplicate_reason))


def ask_of_doubles(locked: Locked, override: tuple[User, str]) -> list[Finding]:
    """The guards of double filing on a case as its parties and basis now stand. Raises WrongState, naming the others."""
    if not locked.book.guards.get("file_case"):
        return []
    twins, actor = _twins(locked.case), override[0]
    try:
        return guard(locked, "file_case", {"duplicate_case_count": twins.count()}, override=override)
    except WrongState as refused:
        numbers = list(twins.visible_to(actor).values_list("number", flat=True))
        named = _("已有：%s。") % "、".join(numbers) if numbers else ""
        raise WrongState(
            f"{refused}{named}",
            code=refused.code,
            fix=refused.fix,
            detail={**refused.detail, "cases": numbers},
        ) from None


def _twins(case: Case) -> CaseQuerySet:
    """The court's other cases of this kind on the same basis with an applicant and a respondent in common."""
    cases = Case.objects.filter(court_id=case.court_id, kind=case.kind, basis=case.basis)
    cases = cases.exclude(pk=case.pk).exclude(state=CaseState.CANCELLED)
    for role in ("applicant", "respondent"):
        names = Party.objects.filter(case=case, role=role).values("name")
        same = Party.objects.filter(case=OuterRef("pk"), role=role, name__in=names)
        cases = cases.filter(Exists(same))
    return cases.order_by("id")
