"""Which stories are told, when each begins, who stands in it: first those that show a state of today, then the past."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from cases.filings import AgentInput, PartyInput
from enforcement.demo import everyday, money, names, shares, stories
from enforcement.demo.case import DemoCase
from enforcement.demo.courts import BASIC
from enforcement.demo.people import Bench
from enforcement.demo.script import PREFIX, Script
from enforcement.demo.statements import bank_month
from enforcement.demo.stories import Tell

DEFAULT_SIZE = 200
# Working days in three years, less a few: the packs were in force before.
OLDEST = 735
SMALL, LARGE = (3_000, 98_000), (110_000, 900_000)


@dataclass(frozen=True, slots=True)
class Plan:
    """A case to be: its story, how many working days before today it was filed, who stands in it.

    cast: person, firm, many (several respondents, long names), silent (a respondent without a phone), agent.
    """

    tell: Tell
    ago: int
    cast: str = "person"
    large: bool = False
    imported: bool = False


# What is to be seen today. One of each comes first, so that a small demo shows every state, too.
POSED = (
    Plan(stories.only_filed, 0),
    Plan(stories.only_filed, 1, "agent"),
    Plan(stories.only_assigned, 2),
    Plan(stories.only_assigned, 5),
    Plan(stories.only_assigned, 7),
    Plan(stories.served, 5, "silent"),
    Plan(stories.found_account, 7),
    Plan(stories.found_account, 9, "firm"),
    Plan(stories.found_car, 12),
    Plan(stories.frozen, 20, "many"),
    Plan(stories.frozen_until(6), 38),
    Plan(stories.frozen_until(25), 44, "firm"),
    Plan(stories.renewed, 42),
    Plan(stories.over_limit, 9),
    Plan(stories.over_limit_given, 16),
    Plan(stories.suspended, 30, "firm", large=True),
    Plan(stories.resumed, 48),
    Plan(stories.extension_asked, 117, "firm", large=True),
    Plan(stories.extension_given, 119, large=True),
    Plan(stories.deduction_asked, 11, "silent"),
    Plan(stories.handed_over, 24),
    Plan(stories.recused, 14),
    Plan(stories.sealed, 10),
    Plan(stories.cancelled, 13),
    Plan(stories.with_clue, 9),
    Plan(stories.entered_late, 120, imported=True),
    Plan(stories.to_be_priced, 14),
    Plan(stories.being_priced, 22),
    Plan(stories.priced, 27),
    Plan(stories.announced, 34, large=True),
    Plan(stories.failed_auction, 48),
    Plan(stories.sold, 46),
    Plan(stories.in_custody, 15),
    Plan(stories.waits_for_check, 17),
    Plan(stories.at_finance, 20, "firm", large=True),
    Plan(stories.checked, 17),
    Plan(stories.sent, 17),
    Plan(stories.paid, 19, "agent"),
    Plan(stories.returned, 19),
    Plan(stories.interview_due, 51),
    Plan(stories.termination_asked, 62, "many"),
    Plan(stories.termination_returned, 66),
    Plan(stories.terminated, 85, "silent"),
    Plan(stories.terminated_archived, 110),
    Plan(stories.performed, 30),
    Plan(stories.performed_archived, 60, "firm", large=True),
    Plan(stories.paid_by_respondent, 90),
    Plan(stories.withdrawn, 75),
    Plan(stories.settled_elsewhere, 50),
    Plan(stories.escrowed, 20),
    Plan(stories.escrow_asked, 18),
    Plan(stories.papers_missing, 14, "agent"),
    Plan(stories.refunded, 18, "firm"),
    Plan(stories.insured, 13),
    Plan(stories.shared_out, 15),
    Plan(stories.moved_away, 20),
    Plan(stories.offered_away, 8),
    Plan(stories.sent_back, 15),
    Plan(shares.allotted, 15),
    Plan(shares.deposits, 46),
    Plan(shares.deferred, 17),
    Plan(shares.objected, 19),
    # More of what a day at court is made of.
    Plan(stories.only_filed, 0, "firm"),
    Plan(stories.only_filed, 1),
    Plan(stories.only_filed, 1, "many", large=True),
    Plan(stories.only_assigned, 2, "firm"),
    Plan(stories.only_assigned, 3),
    Plan(stories.only_assigned, 4, "agent"),
    Plan(stories.only_assigned, 5, "firm"),
    Plan(stories.only_assigned, 5),
    Plan(stories.only_assigned, 6),
    Plan(stories.served, 4),
    Plan(stories.served, 6, "firm", large=True),
    Plan(stories.found_account, 8),
    Plan(stories.found_account, 9),
    Plan(stories.found_account, 10, "agent"),
    Plan(stories.found_car, 11, "firm"),
    Plan(stories.found_car, 15),
    Plan(stories.frozen, 17),
    Plan(stories.frozen, 19, "firm", large=True),
    Plan(stories.frozen, 26),
    Plan(stories.frozen, 33, "agent"),
    Plan(stories.frozen, 37),
    Plan(stories.frozen_until(2), 41),
    Plan(stories.frozen_until(14), 36, large=True),
    Plan(stories.frozen_until(29), 39),
    Plan(stories.over_limit, 10, "firm"),
    Plan(stories.suspended, 22),
    Plan(stories.suspended, 41, "many"),
    Plan(stories.suspended, 95, "firm", large=True),
    Plan(stories.extension_asked, 118),
    Plan(stories.handed_over, 35, "firm"),
    Plan(stories.with_clue, 10),
    Plan(stories.entered_late, 70, imported=True),
    Plan(stories.entered_late, 90, "firm", imported=True),
    Plan(stories.being_priced, 18, large=True),
    Plan(stories.priced, 25, "firm", large=True),
    Plan(stories.announced, 31),
    Plan(stories.in_custody, 14, "firm", large=True),
    Plan(stories.in_custody, 18),
    Plan(stories.in_custody, 21),
    Plan(stories.waits_for_check, 16, "agent"),
    Plan(stories.at_finance, 21, large=True),
    Plan(stories.sent, 18),
    Plan(stories.interview_due, 55, "silent"),
    Plan(stories.termination_asked, 61),
    Plan(stories.petitioned, 24),
    Plan(stories.petitioned_by_phone, 16),
    Plan(everyday.watched, 9),
    Plan(everyday.passed_on, 6, "firm"),
    Plan(everyday.written_to, 11),
)
# Nothing more happens in these, so that money of the bank's files may arrive in them.
QUIET = (stories.only_assigned, stories.served, stories.found_account)
# The past: how often in ten, between how many working days ago, who stands in it.
PAST = (
    (stories.performed, 2, (28, 45)),
    (stories.performed_archived, 3, (60, OLDEST)),
    (stories.paid_by_respondent, 2, (60, OLDEST)),
    (stories.terminated, 1, (85, 125)),
    (stories.withdrawn, 1, (50, OLDEST)),
    (stories.settled_elsewhere, 1, (45, OLDEST)),
)


def make_cases(script: Script, benches: Sequence[Bench], size: int) -> None:
    """Put the steps of so many cases into a script. The same day and size always give the same cases."""
    rng = Random(size)  # noqa: S311  a repeatable choice, no secret
    plans = [*POSED[:size], *_past(rng, max(0, size - len(POSED)))]
    placed = [(script.workdays_ago(plan.ago), _bench(rng, benches), plan) for plan in plans]
    placed.sort(key=lambda each: each[0])
    numbers: Counter[tuple[str, int]] = Counter()
    quiet: list[DemoCase] = []
    for story, (filed_on, bench, plan) in enumerate(placed, start=1):
        numbers[bench.court.code, filed_on.year] += 1
        number = numbers[bench.court.code, filed_on.year]
        own = Random(f"{size}/{story}")  # noqa: S311
        low, high = LARGE if plan.large else SMALL
        case = DemoCase(
            script,
            bench,
            number=number * 3 + 100,
            story=story,
            filed_on=filed_on,
            parties=_parties(own, plan.cast),
            cause=own.choice(names.CAUSES),
            amount=Decimal(own.randint(low * 100, high * 100)) / 100,
            team="ordinary" if plan.large or plan.ago > 60 or own.random() < 0.5 else "fast",
            imported=plan.imported,
        )
        plan.tell(case)
        if plan.tell in QUIET and bench is benches[0]:
            quiet.append(case)
    _unidentified(script, benches, rng)
    bank_month(script, benches[0], quiet)


def _past(rng: Random, count: int) -> Iterator[Plan]:
    kinds = [(tell, span) for tell, often, span in PAST for _ in range(often)]
    for place in range(count):
        tell, (first, last) = kinds[place % len(kinds)]
        # More of the recent past than of the remote one.
        ago = first + int((last - first) * rng.random() ** 1.6)
        cast = rng.choice(("person", "person", "firm", "agent", "silent"))
        yield Plan(tell, ago, cast, large=rng.random() < 0.2)


def _bench(rng: Random, benches: Sequence[Bench]) -> Bench:
    return rng.choices(benches, [plan.share for plan in BASIC])[0]


def _parties(rng: Random, cast: str) -> list[PartyInput]:
    lawyer = AgentInput(names.person(rng), names.mobile(rng), is_lawyer=True, firm="云州正衡律师事务所")
    applicant = _natural(rng, "applicant", agents=[lawyer] if cast == "agent" else [])
    if cast == "firm":
        return [
            _firm(rng, "applicant", rng.choice(names.FIRMS[-2:])),
            _firm(rng, "respondent", rng.choice(names.FIRMS[:-2])),
        ]
    if cast == "many":
        return [
            applicant,
            _firm(rng, "respondent", rng.choice(names.LONG_FIRMS)),
            _natural(rng, "respondent", rng.choice(names.LONG_NAMES), location="outside_city"),
            _natural(rng, "respondent"),
        ]
    return [applicant, _natural(rng, "respondent", phone=cast != "silent")]


def _natural(
    rng: Random,
    role: str,
    name: str = "",
    *,
    location: str = "",
    phone: bool = True,
    agents: Sequence[AgentInput] = (),
) -> PartyInput:
    return PartyInput(
        role=role,
        kind="natural_person",
        name=name or names.person(rng),
        id_number=names.citizen_id(rng),
        phones=[names.mobile(rng)] if phone else [],
        address=f"云州市东湖区{rng.choice(names.VILLAGES)}{rng.randint(1, 12)}组",
        location=location
        or (rng.choice(("in_court_area", "in_court_area", "in_city")) if role == "respondent" else ""),
        agents=agents,
    )


def _firm(rng: Random, role: str, name: str) -> PartyInput:
    return PartyInput(
        role=role,
        kind="enterprise",
        name=name,
        id_number=names.credit_code(rng),
        phones=[names.mobile(rng)],
        address=f"云州市东湖区工业大道{rng.randint(1, 99)}号",
        location="in_court_area" if role == "respondent" else "",
    )


def _unidentified(script: Script, benches: Sequence[Bench], rng: Random) -> None:
    """Money on the courts' accounts whose case is not known yet."""
    for place, (ago, number) in enumerate(((1, 0), (2, 0), (3, 1), (6, 0), (12, 2)), start=1):
        amount = Decimal(rng.randint(90_000, 4_000_000)) / 100
        payer = names.person(rng)

        def verb(
            key: str,
            bench: Bench,
            day: dt.date,
            amount: Decimal = amount,
            payer: str = payer,
            place: int = place,
        ) -> object:
            return money.arrive(bench, amount, f"SKW{place:05d}", payer, "执行款", key, day)

        day, bench = script.workdays_ago(ago), benches[number]
        script.add(
            day,
            -place,
            f"{PREFIX}money:{place}",
            lambda key, verb=verb, bench=bench, day=day: verb(key, bench, day),
        )
