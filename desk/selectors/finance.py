"""What the finance pages show: what waits, statements, unclaimed money with its candidates, what was claimed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Min, Q, QuerySet, Sum

from cases.models import Case, Fact
from courts.models import User
from deadlines.models import Deadline
from desk.selectors.matching import matching_cases
from desk.selectors.payments import to_pay
from funds.claimtime import CLAIM, Suggested, suggested
from funds.ledger import NOTHING
from funds.matching import MOST
from funds.models import (
    BankAccount,
    Claim,
    ClaimReminder,
    MonthEnd,
    Payout,
    Proposal,
    Receipt,
    StagedLine,
    Statement,
    StatementLine,
    TopUp,
)
from funds.policy import PAY
from funds.states import PayoutState, ReceiptState
from kernel.keyset import Segment, page
from kernel.time import at_local

SHOWN = 50
FEW = 8
MONTHS = 12
TO_LOOK_AT = ("bad", "aside", "repeat")


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the finance desk has before it. oldest: booking day of the oldest unclaimed line, None where there is none.

    to_pay: approved payouts of which the bank has not been told, None for who does not pay.
    """

    unclaimed: int
    unclaimed_amount: Decimal
    late: int
    oldest: dt.date | None
    by_hand: int
    by_hand_amount: Decimal
    previewed: int
    at_finance: list[AtFinance] = field(default_factory=list)
    to_pay: int | None = None
    to_pay_amount: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class AtFinance:
    """A large payout whose papers are with finance (JZ-14). due_on: the last of its five working days."""

    payout: Payout
    case: Case | None
    due_on: dt.date | None
    rule_id: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case to which a line may belong. key: 1 to 9; reasons: codes, none for one that a person looked up."""

    key: int
    case: Case
    respondents: str
    reasons: Sequence[str] = ()
    score: int = 0


@dataclass(frozen=True, slots=True)
class MatchPage:
    """The matching desk."""

    lines: list[StatementLine]
    chosen: StatementLine | None
    candidates: list[Candidate]
    claimed: list[Claim]
    next: str = ""
    prev: str = ""
    put_in: list[TopUp] = field(default_factory=list)


def accounts_of(user: User) -> list[BankAccount]:
    """The court's bank accounts. One query."""
    return list(BankAccount.objects.visible_to(user).order_by("pk"))


def inbox(user: User, on: dt.date) -> Waiting:
    """What waits. Seven queries, and three for each court with accounts."""
    open_lines = unclaimed(user)
    lines = open_lines.aggregate(
        n=Count("pk"), amount=Sum("amount"), claimed=Sum("claimed"), oldest=Min("booked_on")
    )
    hand = Receipt.objects.visible_to(user).filter(state=ReceiptState.UNIDENTIFIED)
    by_hand = hand.aggregate(n=Count("pk"), amount=Sum("amount"))
    previewed = Statement.objects.visible_to(user).filter(state__in=("parsed", "previewed")).count()
    limits = claim_limits(user, on)
    may_pay = any(user.scope.may(area, letter) for area, letter in PAY)
    approved = to_pay(user).aggregate(n=Count("pk"), amount=Sum("amount")) if may_pay else {}
    return Waiting(
        lines["n"],
        (lines["amount"] or NOTHING) - (lines["claimed"] or NOTHING),
        _late(open_lines, limits, on),
        lines["oldest"],
        by_hand["n"],
        by_hand["amount"] or NOTHING,
        previewed,
        _at_finance(user),
        approved.get("n"),
        approved.get("amount") or NOTHING,
    )


def claim_limits(user: User, on: dt.date) -> dict[int, Suggested]:
    """Court -> how soon its packs suggest that money is claimed, for the courts with accounts that the person sees."""
    courts = BankAccount.objects.visible_to(user).values_list("court_id", flat=True).distinct()
    found = {court: suggested(court, CLAIM, on) for court in courts}
    return {court: limit for court, limit in found.items() if limit is not None}


def _late(lines: QuerySet[StatementLine], limits: dict[int, Suggested], on: dt.date) -> int:
    past = Q(pk__in=())
    for court, limit in limits.items():
        past |= Q(court_id=court, booked_on__lte=limit.latest_due(on - dt.timedelta(days=1)))
    return lines.filter(past).count()


def month_ends(user: User) -> list[MonthEnd]:
    """月末不明款 of the person's court, the newest first. One query."""
    rows = MonthEnd.objects.visible_to(user).filter(court_id=user.court_id)
    return list(rows.order_by("-month")[:MONTHS])


def _at_finance(user: User) -> list[AtFinance]:
    """Payouts with finance, the earliest limit first. Three queries."""
    payouts = Payout.objects.visible_to(user).filter(state=PayoutState.TO_FINANCE)
    found = list(payouts.select_related("payee", "book", "receipt").order_by("pk")[:SHOWN])
    ids = {payout.book.case_id for payout in found}
    cases = {case.pk: case for case in Case.objects.visible_to(user).filter(pk__in=ids)}
    subjects = Fact.objects.filter(case_id__in=cases, key="receipt_id").values_list("value", "subject_id")
    subject_of = {int(value): subject for value, subject in subjects if value is not None}
    clocks = Deadline.objects.filter(
        case_id__in=cases, subject_id__in=subject_of.values(), state="running", due_on__isnull=False
    ).order_by("-due_on")
    clock_of = {clock.subject_id: clock for clock in clocks}
    rows = []
    for payout in found:
        clock = clock_of.get(subject_of.get(payout.receipt_id, 0))
        rows.append(
            AtFinance(
                payout,
                cases.get(payout.book.case_id),
                clock.due_on if clock else None,
                clock.rule_id if clock else "",
            )
        )
    return sorted(rows, key=lambda row: (row.due_on or dt.date.max, row.payout.pk))


def unclaimed(user: User) -> QuerySet[StatementLine]:
    """不明款 that the person may see."""
    return StatementLine.objects.visible_to(user).unclaimed()


def unclaimed_page(
    user: User, *, after: str = "", before: str = "", size: int = SHOWN
) -> tuple[list[StatementLine], str, str]:
    """Unclaimed lines, the oldest first: .best the likeliest case, .reminded when somebody was last told. Four queries."""
    rows = unclaimed(user).select_related("account")
    found = page([Segment("line", rows, ("booked_on", "id"))], after=after, before=before, size=size)
    lines = [row for _name, row in found.rows]
    best = Proposal.objects.filter(line__in=lines, rank=1).values_list("line_id", "book__case_id")
    wanted = [case_id for _line, case_id in best if case_id]
    cases = Case.objects.visible_to(user).select_related("owner").in_bulk(wanted)
    likely = {line: cases.get(case_id) for line, case_id in best}
    told = ClaimReminder.objects.filter(line__in=lines).order_by("told_at")
    reminded = dict(told.values_list("line_id", "told_at"))
    for line in lines:
        line.best, line.reminded = likely.get(line.pk), reminded.get(line.pk)
    return lines, found.next, found.prev


def match_page(user: User, *, line_id: int | None, text: str, after: str, before: str) -> MatchPage:
    """The matching desk: lines, the chosen one with its candidates, what was claimed last. At most nine queries."""
    lines, next_, prev = unclaimed_page(user, after=after, before=before)
    chosen = next((line for line in lines if line.pk == line_id), None)
    if chosen is None and line_id is not None:
        chosen = unclaimed(user).filter(pk=line_id).select_related("account").first()
    chosen = chosen or (lines[0] if lines else None)
    claims = Claim.objects.filter(line__in=StatementLine.objects.visible_to(user)).exclude(
        receipt__state=ReceiptState.VOIDED
    )
    claimed = list(claims.select_related("receipt", "receipt__book", "line").order_by("-pk")[:FEW])
    numbers = dict(
        Case.objects.visible_to(user)
        .filter(pk__in=[claim.receipt.book.case_id for claim in claimed if claim.receipt.book])
        .values_list("pk", "number")
    )
    for claim in claimed:
        claim.number = numbers.get(claim.receipt.book.case_id, "") if claim.receipt.book else ""
    put_in = list(TopUp.objects.visible_to(user).standing().select_related("line").order_by("-pk")[:FEW])
    return MatchPage(lines, chosen, _candidates(user, chosen, text), claimed, next_, prev, put_in)


def _candidates(user: User, line: StatementLine | None, text: str) -> list[Candidate]:
    if line is None:
        return []
    found: list[tuple[Case, Sequence[str], int]] = []
    if text.strip():
        cases = Case.objects.visible_to(user).filter(matching_cases(text), court_id=line.court_id)
        found = [(case, (), 0) for case in cases.select_related("owner").order_by("-pk")[:MOST]]
    else:
        proposals = list(Proposal.objects.filter(line=line).select_related("book").order_by("rank")[:MOST])
        ids = [proposal.book.case_id for proposal in proposals]
        cases_by = Case.objects.visible_to(user).select_related("owner").in_bulk([pk for pk in ids if pk])
        for proposal in proposals:
            case = cases_by.get(proposal.book.case_id)
            if case is not None:
                found.append((case, proposal.reasons, proposal.score))
    names = _respondents([case.pk for case, _reasons, _score in found])
    return [
        Candidate(key, case, names.get(case.pk, ""), reasons, score)
        for key, (case, reasons, score) in enumerate(found, 1)
    ]


def _respondents(case_ids: Sequence[int]) -> dict[int, str]:
    from_cases = Case.objects.filter(pk__in=case_ids, parties__role="respondent")
    names: dict[int, list[str]] = {}
    for pk, name in from_cases.order_by("parties__pk").values_list("pk", "parties__name"):
        names.setdefault(pk, []).append(name)
    return {pk: "、".join(each) for pk, each in names.items()}


def statements_of(user: User) -> list[Statement]:
    """The newest statements. One query."""
    rows = Statement.objects.visible_to(user).select_related("account", "taken_by").defer("content")
    return list(rows.order_by("-pk")[:SHOWN])


def visible_statements(user: User) -> QuerySet[Statement]:
    """Statements that the person may see, without the file itself."""
    return Statement.objects.visible_to(user).select_related("account", "taken_by").defer("content")


def staged_page(statement: Statement, *, after: str, before: str) -> tuple[list[StagedLine], str, str]:
    """The lines of a preview: those to look at, the rest behind them. At most two queries."""
    rows = statement.staged.all()
    segments = [
        Segment("look", rows.filter(verdict__in=TO_LOOK_AT), ("row",)),
        Segment("good", rows.filter(verdict="good"), ("row",)),
    ]
    found = page(segments, after=after, before=before, size=SHOWN)
    return [row for _name, row in found.rows], found.next, found.prev


def problem_rows(statement: Statement) -> Iterator[StagedLine]:
    """Every line that is not plainly good, one by one."""
    return statement.staged.filter(verdict__in=TO_LOOK_AT).order_by("row").iterator(chunk_size=500)


@dataclass(frozen=True, slots=True)
class DayClose:
    """日结: what came and went on a day by the bank, what of it was claimed, what the bank was told and has not answered."""

    on: dt.date
    came: Decimal
    came_count: int
    went: Decimal
    went_count: int
    claimed: Decimal
    unclaimed: Decimal
    paid: Decimal
    unanswered: Decimal
    unanswered_count: int


def day_close(user: User, on: dt.date) -> DayClose:
    """The day's figures. Three queries."""
    lines = StatementLine.objects.visible_to(user).filter(booked_on=on)
    income, outgo = Q(direction="C"), Q(direction="D")
    sums = lines.aggregate(
        came=Sum("amount", filter=income), came_n=Count("pk", filter=income), went=Sum("amount", filter=outgo),
        went_n=Count("pk", filter=outgo), claimed=Sum("claimed", filter=income),
    )  # fmt: skip
    paid = Payout.objects.visible_to(user).filter(state=PayoutState.PAID, paid_on=on)
    sent = Payout.objects.visible_to(user).filter(
        state=PayoutState.SENT, sent_at__lt=at_local(on + dt.timedelta(days=1))
    )
    waits = sent.aggregate(all=Sum("amount"), n=Count("pk"))
    came, claimed = sums["came"] or NOTHING, sums["claimed"] or NOTHING
    return DayClose(
        on, came, sums["came_n"], sums["went"] or NOTHING, sums["went_n"], claimed, came - claimed,
        paid.aggregate(all=Sum("amount"))["all"] or NOTHING, waits["all"] or NOTHING, waits["n"],
    )  # fmt: skip
