"""Figures of a crowd of cases against SQL written by hand, level by level."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supervision.indicators import drilling
from supervision.indicators.counting import Place, count
from supervision.indicators.declared import all_lines, line_of
from supervision.indicators.drilling import Asked
from supervision.indicators.spans import span_of
from tests.factories.cases import House, house
from tests.factories.courts import person, unit
from tests.factories.indicators import arrived, clock, day, limit, owning, reviewed, stood
from tests.supervision.test_indicators import figure

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> House:
    return house(features=("tianjin", "haidian"))


def populated(home: House, seed: int = 7, n: int = 300) -> None:
    """A crowd drawn by lot: teams, closings, limits, property, money, reviews."""
    lot = random.Random(seed)
    teams = [home.team, unit(home.court, function="fast"), None]
    owners = [home.handler, person(home.court, "handler", unit=home.team), None]
    for _n in range(n):
        filed = day("2024-06-01").toordinal() + lot.randrange(400)
        closed = filed + lot.randrange(20, 260) if lot.random() < 0.7 else 0
        case = stood(
            home.court,
            day("0001-01-01").fromordinal(filed).isoformat(),
            day("0001-01-01").fromordinal(closed).isoformat() if closed else "",
            team=lot.choice(teams),
            owner=lot.choice(owners),
            claim=lot.choice(["0.00", "1000.00", "2500.50"]),
            how=lot.choice(["performed", "terminated_this_procedure", "terminated", "cancelled"]),
            state="" if closed or lot.random() < 0.8 else "suspended",
            kind=lot.choice(["执", "执恢"]),
        )
        due = day("0001-01-01").fromordinal(filed + 181)
        limit(case, due.isoformat())
        if lot.random() < 0.6:
            owning(
                case,
                kind=lot.choice(["bank_account", "wechat", "vehicle"]),
                state=lot.choice(["found", "controlled", "cannot_be_disposed"]),
            )
        if lot.random() < 0.4:
            on = day("0001-01-01").fromordinal(filed + lot.randrange(200)).isoformat()
            arrived(case, lot.choice(["100.00", "999.99"]), on, home.funds)
        if closed and case.closing_type == "terminated_this_procedure":
            reviewed(case, case.closed_on.isoformat(), passed=lot.random() < 0.8)
        if lot.random() < 0.3:
            clock(
                case,
                "JZ-D-02",
                (due - 100 * (day("2024-01-02") - day("2024-01-01"))).isoformat(),
                node_kind="closing",
            )


# Written by hand, from the definitions alone. {c}: the court; {a}, {z}: first and last day.
BY_HAND = {
    "BASE-I-01.1": """SELECT 100.0 * (SELECT count(*) FROM cases_case WHERE court_id={c} AND closed_on>='{a}' AND closed_on<='{z}')
        / (SELECT count(*) FROM cases_case WHERE court_id={c}
           AND (filed_on>='{a}' AND filed_on<='{z}' OR filed_on<'{a}' AND coalesce(closed_on,'9999-01-01')>='{a}'))""",
    "LY-I-04.1": """SELECT 100.0 * sum((closing_type<>'terminated_this_procedure')::int) / count(*) FROM cases_case
        WHERE court_id={c} AND closed_on>='{a}' AND closed_on<='{z}'""",
    "LY-I-05.1": """SELECT avg(closed_on - filed_on) FROM cases_case WHERE court_id={c} AND kind='执'
        AND closed_on>='{a}' AND closed_on<='{z}'""",
    "JZ-I-04.1": """SELECT avg(closed_on - filed_on) FROM cases_case WHERE court_id={c}
        AND closing_type='terminated_this_procedure' AND closed_on>='{a}' AND closed_on<='{z}'""",
    "TJ-I-04.1": """SELECT 100.0 * sum((coalesce(closed_on,'9999-01-01')<='{z}')::int) / count(*) FROM cases_case
        WHERE court_id={c} AND filed_on>='2016-01-01' AND filed_on<='{z}' AND closing_type<>'cancelled'""",
    "JZ-I-02.1": """SELECT 100.0 * sum((result='passed')::int) / count(*) FROM closing_terminationreview
        WHERE court_id={c} AND decided_on>='{a}' AND decided_on<='{z}'""",
    "TJ-I-01.1": """WITH due AS (SELECT DISTINCT k.* FROM cases_case k JOIN deadlines_deadline x ON x.case_id=k.id
          AND x.rule_id='BASE-D-04' JOIN measures_property y ON y.case_id=k.id AND y.state IN ('found','controlled')
          WHERE k.court_id={c} AND k.state<>'suspended' AND x.due_on>='{a}' AND x.due_on<='{z}')
        SELECT 100.0 * count(*) FILTER (WHERE closed_on <= filed_on + 181 AND closing_type<>'terminated_this_procedure')
          / count(*) FROM due""",
    "JZ-I-01.1": """WITH due AS (SELECT DISTINCT k.* FROM cases_case k JOIN deadlines_deadline x ON x.case_id=k.id
          AND x.rule_id='BASE-D-04' JOIN measures_property y ON y.case_id=k.id AND y.state IN ('found','controlled')
          WHERE k.court_id={c} AND k.state<>'suspended' AND x.due_on>='{a}' AND x.due_on<='{z}')
        SELECT 100.0 * count(*) FILTER (WHERE closed_on <= filed_on + 181) / count(*) FROM due""",
    "JZ-I-01.2": """WITH due AS (SELECT DISTINCT k.id, k.claim_amount FROM cases_case k JOIN deadlines_deadline x
          ON x.case_id=k.id AND x.rule_id='BASE-D-04'
          JOIN measures_property y ON y.case_id=k.id AND y.state IN ('found','controlled')
          WHERE k.court_id={c} AND k.state<>'suspended' AND x.due_on>='{a}' AND x.due_on<='{z}')
        SELECT (SELECT sum(amount) FROM funds_receipt WHERE arrived_on<='{z}' AND about IN
          (SELECT 'case:'||id FROM due)) / (SELECT sum(claim_amount) FROM due)""",
    "LY-I-03.1": """WITH done AS (SELECT id, claim_amount FROM cases_case WHERE court_id={c} AND closed_on>='{a}'
          AND closed_on<='{z}' AND claim_amount>0)
        SELECT (SELECT sum(amount) FROM funds_receipt WHERE arrived_on<='{z}' AND about IN
          (SELECT 'case:'||id FROM done)) / (SELECT sum(claim_amount) FROM done)""",
    "HD-I-01.1": """SELECT 100.0 * (SELECT sum(value) FROM measures_property y JOIN cases_case k ON k.id=y.case_id
          WHERE k.court_id={c} AND k.filed_on>='{a}' AND k.filed_on<='{z}' AND y.kind='bank_account' AND k.claim_amount>0)
        / (SELECT sum(claim_amount) FROM cases_case WHERE court_id={c} AND filed_on>='{a}' AND filed_on<='{z}')""",
    "JZ-I-07.1": """SELECT count(*) FROM cases_case k WHERE court_id={c} AND filed_on + 181 < '{z}'
        AND coalesce(closed_on,'9999-01-01') > '{z}'""",
    "SQ-I-01.1": """SELECT count(*) FROM (SELECT 1 FROM deadlines_deadline WHERE court_id={c} AND due_on<'{z}'
        AND coalesce(met_on,'9999-01-01')>'{z}' GROUP BY case_id, CASE WHEN node_kind='' THEN id ELSE 0 END) q""",
}  # fmt: skip


@pytest.mark.parametrize("period", ["2025-Q1", "2025-03", "2024-11-15..2025-05-05"])
def test_figures_equal_hand_written_sql(home: House, period: str) -> None:
    populated(home)
    span = span_of(period)
    for code, sql in BY_HAND.items():
        with connection.cursor() as cursor:
            cursor.execute(sql.format(c=home.court.pk, a=span.first, z=span.last))
            exact = Decimal(cursor.fetchone()[0])
        places = Decimal(figure(home, code, period)).as_tuple().exponent
        assert abs(Decimal(figure(home, code, period)) - exact) <= Decimal(5).scaleb(int(places) - 1), code


def test_levels_add_up_and_lists_are_as_long_as_their_counts(home: House) -> None:
    populated(home, seed=3, n=120)
    span = span_of("2025-Q1")
    for line in all_lines():
        found = count([line], [home.court.pk], [span])[line.key]
        whole = found[Place(span.first, span.last, home.court.pk)][0]
        officers = [f for place, (f, _n) in found.items() if place.level == "officer"]
        if whole.numerator is None:
            continue
        unowned = Asked(line, span, (home.court.pk,), "numerator")
        rows = list(drilling.every(home.centre, unowned))
        assert (
            sum((row.value for row in rows), Decimal(0)) == whole.numerator or "-" in line.calc.numerator
        ), line.code
        if whole.denominator is not None:
            below = drilling.every(home.centre, Asked(line, span, (home.court.pk,), "denominator"))
            assert sum((row.value for row in below), Decimal(0)) == whole.denominator, line.code
        assert sum((f.numerator or Decimal(0) for f in officers), Decimal(0)) <= whole.numerator


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), max_size=6))
def test_exclusions_take_from_both_sides(home: House, drawn: list[tuple[bool, bool, bool]]) -> None:
    with transaction.atomic():
        for suspended, closed, terminated in drawn:
            closed = closed and not suspended
            how = "terminated_this_procedure" if terminated else "performed"
            case = stood(home.court, "2023-01-04", "2023-05-05" if closed else "", how=how,
                         state="suspended" if suspended else "")  # fmt: skip
            owning(case)
            limit(case, "2023-05-31")
        line, span = line_of("TJ-I-01.1"), span_of("2023-Q2")
        found, left_out = count([line], [home.court.pk], [span])[line.key][
            Place(span.first, span.last, home.court.pk)
        ]
        counted = [d for d in drawn if not d[0]]
        assert left_out == len(drawn) - len(counted)
        assert found.denominator == len(counted)
        assert found.numerator == sum(1 for _s, closed, terminated in counted if closed and not terminated)
        assert (found.value is None) == (not counted)
        assert bool(found.reason) == (not counted)
        parts = {
            part: len(drilling.page(home.centre, Asked(line, span, (home.court.pk,), part)).rows)
            for part in drilling.PARTS
        }
        assert parts["numerator"] + parts["missing"] == parts["denominator"]
        assert parts["denominator"] + parts["excluded"] == len(drawn)
        transaction.set_rollback(True)
