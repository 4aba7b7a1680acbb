"""指标: counted set-based, equal to hand-written SQL that shares nothing with it; every figure opens its cases."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from cases.models import Subject
from courts.models import CourtPack, Unit
from kernel import time
from kernel.errors import BadInput, NotAllowed
from kernel.time import at_local
from petitions.models import Petition
from supervision.actions.figures import (
    ask_figures,
    ask_night,
    differences,
    fill_slot,
    issue_figure,
    keep_figures,
    step,
)
from supervision.indicators import drilling
from supervision.indicators.counting import Place, count
from supervision.indicators.declared import indicators_of, line_of, slots_of
from supervision.indicators.drilling import Asked
from supervision.indicators.rows import Figure, IssuedFigure, SlotFill
from supervision.indicators.spans import span_of
from tests.factories.cases import House, house, key
from tests.factories.courts import unit
from tests.factories.indicators import clock, day, limit, owning, reviewed, root, stood

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> House:
    return house(features=("tianjin", "haidian"))


def figure(home: House, code: str, period: str, **place: object) -> str:
    line, span = line_of(code), span_of(period)
    found = count([line], [home.court.pk], [span])[line.key]
    value = found[Place(span.first, span.last, home.court.pk, **place)][0]  # type: ignore[arg-type]
    return str(value.value) if value.value is not None else value.reason


def numbers(home: House, code: str, period: str, part: str) -> list[str]:
    line, span = line_of(code), span_of(period)
    rows = drilling.every(home.centre, Asked(line, span, (home.court.pk,), part))
    return sorted(row.case.number for row in rows)


def due_cases(home: House, n: int, in_time: int, *, due_on: str = "2023-05-31") -> list[str]:
    """n cases with property and their limit on a day; the numbers of those not performed in time."""
    late = []
    for place in range(n):
        is_late = place >= in_time
        closed_on = "" if place == in_time else "2023-06-20" if is_late else "2023-05-20"
        case = stood(home.court, "2022-11-30", closed_on)
        owning(case)
        limit(case, due_on)
        late += [case.number] if is_late else []
    return sorted(late)


def test_quarter_200_due_184_in_time_with_the_16_late_numbers(home: House) -> None:
    late = due_cases(home, 200, 184)
    nothing = stood(home.court, "2022-11-30", "2023-05-01")
    limit(nothing, "2023-05-31")
    assert figure(home, "JZ-I-01.1", "2023-Q2") == "92.00"
    assert figure(home, "TJ-I-01.1", "2023-Q2") == "92.00"
    assert numbers(home, "TJ-I-01.1", "2023-Q2", "missing") == late
    assert len(numbers(home, "TJ-I-01.1", "2023-Q2", "numerator")) == 184
    assert len(late) == 16
    assert "分母为零" in figure(home, "TJ-I-01.1", "2023-Q3")


@pytest.mark.req("TJ-01")
def test_year_201_due_181_in_time_40_reviewed_39_qualified(home: House) -> None:
    due_cases(home, 201, 181)
    for place in range(40):
        case = stood(home.court, "2023-01-10", "2023-09-01", how="terminated_this_procedure")
        reviewed(case, "2023-08-30", passed=place != 7)
    assert figure(home, "TJ-I-01.1", "2023") == "90.05"
    assert figure(home, "TJ-I-02.1", "2023") == "97.50"
    assert figure(home, "JZ-I-02.1", "2023") == "97.50"


def test_closing_by_termination_is_in_time_but_not_performed(home: House) -> None:
    for how in ("performed", "terminated_this_procedure"):
        case = stood(home.court, "2023-01-04", "2023-05-01", how=how)
        owning(case)
        limit(case, "2023-05-31")
    assert figure(home, "JZ-I-01.1", "2023-Q2") == "100.00"
    assert figure(home, "TJ-I-01.1", "2023-Q2") == "50.00"


@pytest.mark.req("LY-37")
def test_closings_of_60_70_80_days_average_70(home: House) -> None:
    for closed_on in ("2023-03-02", "2023-03-12", "2023-03-22"):
        stood(home.court, "2023-01-01", closed_on, kind="执")
    stood(home.court, "2023-01-01", "2023-03-31", kind="执恢")
    assert figure(home, "LY-I-05.1", "2023-Q1") == "70.0"
    assert figure(home, "LY-I-02.1", "2023-Q1") == "100.00"
    assert figure(home, "LY-I-04.1", "2023-Q1") == "100.00"
    assert figure(home, "LY-I-03.1", "2023-Q1") == "0.00"


@pytest.mark.req("LY-42")
def test_60_and_90_days_are_75_and_red(home: House) -> None:
    from regimes.formulas import standing_of

    for closed_on in ("2023-03-02", "2023-04-01"):
        stood(home.court, "2023-01-01", closed_on)
    assert figure(home, "LY-I-05.1", "2023-01-01..2023-06-30") == "75.0"
    assert standing_of(Decimal("75.0"), line_of("LY-I-05.1").calc) == "missed"


@pytest.mark.req("HD-22")
def test_closing_rate_and_stock_by_team(home: House) -> None:
    other = Unit.objects.filter(court=home.court).exclude(pk=home.team.pk).first() or unit(
        home.court, function="fast"
    )
    for place in range(100):
        team = home.team if place % 4 else other
        stood(home.court, "2025-02-03", "2025-02-20" if place < 80 else "", team=team)
    for _n in range(20):
        stood(home.court, "2024-11-04", team=home.team)
    assert figure(home, "BASE-I-01.1", "2025") == "66.67"
    assert figure(home, "BASE-I-01.1", "2025", level="team", unit=other.pk) == "80.00"
    assert figure(home, "BASE-I-01.1", "2025", level="team", unit=home.team.pk) == "63.16"
    assert len(numbers(home, "BASE-I-01.1", "2025", "denominator")) == 120
    assert len(numbers(home, "BASE-I-01.1", "2025", "missing")) == 40


def test_what_is_left_out_is_listed_with_its_reason(home: House) -> None:
    kept, held = (stood(home.court, "2023-01-04", state=state) for state in ("running", "suspended"))
    for case in (kept, held):
        owning(case)
        limit(case, "2023-05-31")
    line, span = line_of("TJ-I-01.1"), span_of("2023-Q2")
    found = drilling.page(home.centre, Asked(line, span, (home.court.pk,), "excluded"))
    assert [(row.case.pk, row.reason) for row in found.rows] == [(held.pk, "suspended")]
    assert numbers(home, "TJ-I-01.1", "2023-Q2", "denominator") == [kept.number]
    assert (
        count([line], [home.court.pk], [span])[line.key][Place(span.first, span.last, home.court.pk)][1] == 1
    )


def test_petitions_count_once_their_clocks_run(home: House) -> None:
    for due_on, met_on in (("2023-05-10", "2023-05-09"), ("2023-05-10", "2023-05-11"), ("2023-05-12", "")):
        case = stood(home.court, "2023-01-04")
        subject = Subject.objects.create(case=case, kind="petition", label="信访")
        clock(case, "JZ-D-16", due_on, met_on=met_on, subject=subject)
        clock(case, "BASE-D-63", "2023-05-02", met_on="2023-05-01", subject=subject)
    assert figure(home, "JZ-I-03.1", "2023-Q2") == "33.33"
    assert figure(home, "TJ-I-03.1", "2023-Q2") == "66.67"
    assert figure(home, "JZ-I-03.2", "2023-Q2") == "0.00"
    assert "没有统计来源" in figure(home, "JZ-I-06.1", "2023-Q2"), (
        "no act of this system says what an app was used for"
    )


def test_petitions_resolved_in_substance_equal_hand_written_sql(home: House) -> None:
    """Of those due in the quarter and settled: resolved, of these at the basic level; closed later counts later."""
    made = (
        ("basic", True, "2023-05-09"),
        ("basic", False, "2023-05-09"),
        ("city", True, "2023-05-10"),
        ("basic", True, "2023-07-03"),
        ("basic", None, ""),
    )
    for number, (level, resolved, closed) in enumerate(made, 1):
        case = stood(home.court, "2023-01-04")
        subject = Subject.objects.create(case=case, kind="petition", label="信访")
        clock(case, "JZ-D-16", "2023-05-12", met_on="2023-05-09" if closed else "", subject=subject)
        Petition.objects.create(
            case=case,
            subject=subject,
            court=home.court,
            year=2023,
            ordinal=number,
            channel="visit",
            level=level,
            name="张三",
            demand="尽快执行",
            nth=1,
            received_on=day("2023-05-02"),
            registered_at=at_local(day("2023-05-02")),
            registered_by=home.centre,
            officer=home.handler,
            reply="已答复" if closed else "",
            **(
                {
                    "state": "closed",
                    "closed_at": at_local(day(closed)),
                    "closed_by": home.centre,
                    "closing": "办结",
                    "is_resolved": resolved,
                }
                if closed
                else {}
            ),
        )
    by_hand = """SELECT round(100.0 * count(*) FILTER (WHERE t.is_resolved AND t.closed_at::date < '2023-07-01'{more})
        / count(*), 2) FROM deadlines_deadline x JOIN petitions_petition t ON t.subject_id = x.subject_id
        WHERE x.rule_id = 'JZ-D-16' AND x.due_on BETWEEN '2023-04-01' AND '2023-06-30' AND x.met_on <= '2023-06-30'"""
    for code, more, plain in (
        ("JZ-I-03.2", "", "50.00"),
        ("SQ-I-03.1", " AND t.level = 'basic'", "25.00"),
    ):
        with connection.cursor() as cursor:
            cursor.execute(by_hand.format(more=more))
            exact = str(cursor.fetchone()[0])
        assert figure(home, code, "2023-Q2") == exact == plain, code


def test_overdue_nodes_as_of_a_day(home: House) -> None:
    case = stood(home.court, "2023-04-04")
    clock(case, "JZ-D-01", "2023-04-10", met_on="2023-05-08", node_kind="enforcement_notice")
    clock(case, "BASE-D-01", "2023-04-14", met_on="2023-05-08", node_kind="enforcement_notice")
    clock(case, "JZ-D-10", "2023-04-14", kind="soft_target")
    assert figure(home, "SQ-I-01.1", "2023-04") == "1"
    assert figure(home, "SQ-I-01.1", "2023-05") == "0"
    assert figure(home, "SQ-I-01.1", "2023-03") == "0"


def test_overdue_without_auction(home: House) -> None:
    bare, sold = (stood(home.court, "2023-01-10") for _n in range(2))
    for case, rounds in ((bare, 0), (sold, 1)):
        owning(case, rounds=rounds)
        limit(case, "2023-07-10")
    assert figure(home, "JZ-I-07.1", "2023-08-02..2023-08-02") == "1"
    assert numbers(home, "JZ-I-07.1", "2023-08-02..2023-08-02", "numerator") == [bare.number]


def test_a_list_turns_its_pages(home: House) -> None:
    for _n in range(7):
        stood(home.court, "2025-02-03")
    line, span = line_of("BASE-I-01.1"), span_of("2025-02")
    asked = Asked(line, span, (home.court.pk,), "denominator")
    seen, cursor = [], ""
    for _turn in range(3):
        found = drilling.page(home.centre, asked, after=cursor, size=3)
        seen += [row.case.pk for row in found.rows]
        cursor = found.next
    assert (len(seen), len(set(seen)), cursor) == (7, 7, "")
    assert drilling.page(home.centre, asked, after="nonsense~x", size=3).rows
    assert [row.case.pk for row in drilling.every(house().centre, asked)] == []


def test_figures_are_kept_by_the_job_and_counted_over(home: House) -> None:
    with time.travel("2025-03-10 02:00"):
        stood(home.court, "2025-02-03", "2025-03-01", team=home.team, owner=home.handler)
        job = ask_night(at=time.now())
        assert job is not None
        assert ask_night(at=time.now()) == job
        while (stride := step(job)).cursor is not None:
            job.cursor = stride.cursor
    span = span_of("2025-03")
    kept = Figure.objects.filter(court=home.court, indicator="BASE-I-01", first=span.first, last=span.last)
    assert {(row.level, row.unit_id) for row in kept} == {
        ("court", 0), ("team", home.team.pk), ("officer", home.handler.pk),
    }  # fmt: skip
    assert str(kept.get(level="court").value) == "100.0000"
    with time.travel("2025-03-11 02:00"):
        stood(home.court, "2025-03-03")
        keep_figures([home.court.pk], [span], at=time.now())
    assert str(kept.get(level="court").value) == "50.0000"
    assert kept.get(level="court").counted_at == time.now() or kept.count() == 3


def test_only_courts_in_reach_are_counted(home: House) -> None:
    given = {"span": span_of("2025-03"), "at": time.now(), "key": key()}
    with pytest.raises(NotAllowed):
        ask_figures(courts=[home.court.pk], actor=house().centre, **given)
    with pytest.raises(NotAllowed):
        ask_figures(courts=[home.court.pk], actor=home.handler, **given)
    job = ask_figures(courts=[home.court.pk], actor=home.superior, **given)
    assert len(job.params["spans"]) == 12


def test_an_issued_figure_is_frozen_and_can_be_checked(home: House) -> None:
    late = due_cases(home, 4, 3)
    given = {"court": home.court, "code": "TJ-I-01.1", "period": "2023-Q2", "words": "通报", "key": key()}
    with time.travel("2023-07-03 09:00"):
        with pytest.raises(NotAllowed):
            issue_figure(**given, actor=home.handler, at=time.now())
        with pytest.raises(NotAllowed):
            issue_figure(**given, actor=house().centre, at=time.now())
        issued = issue_figure(**given, actor=home.centre, at=time.now())
        assert issue_figure(**given, actor=home.centre, at=time.now()).pk == issued.pk
    line = line_of("TJ-I-01.1")
    assert (str(issued.value), issued.pack_digest) == ("75.00", line.pack.digest)
    assert issued.formula["exclude"] == ["suspended"]
    assert (len(issued.numerator_cases), len(issued.denominator_cases)) == (3, 4)
    assert differences(issued) == []
    from cases.models import Case

    Case.objects.filter(pk=issued.numerator_cases[0]).update(closed_on=day("2023-06-20"))
    assert differences(issued) == ["分子少了 1 件", "数值当时 75，现在 50"]
    assert late
    with pytest.raises(DatabaseError), transaction.atomic():
        IssuedFigure.objects.filter(pk=issued.pk).update(value=100)
    with pytest.raises(BadInput):
        issue_figure(**{**given, "period": "x"}, actor=home.centre, at=time.now())


def test_slots_are_filled_by_the_court_or_as_the_pack_proposes(home: House) -> None:
    today = time.today()
    (slot,) = slots_of(home.court.pk, today)
    assert [line.rule.id for line in slot.lines] == ["TJ-I-01", "JZ-I-02", "TJ-I-03", "TJ-I-04"]
    assert not slot.chosen
    given = {"court": home.court, "slot": "JZ-I-05", "at": time.now()}
    for members, slot_id in (
        (["JZ-I-99"], "JZ-I-05"),
        ([], "JZ-I-05"),
        (["JZ-I-02", "JZ-I-02"], "JZ-I-05"),
        (["JZ-I-02"], "LY-I-01"),
    ):
        with pytest.raises(BadInput):
            fill_slot(**{**given, "slot": slot_id}, members=members, actor=home.centre, key=key())
    with pytest.raises(NotAllowed):
        fill_slot(**given, members=["JZ-I-02"], actor=home.handler, key=key())
    same = key()
    for _n in range(2):
        fill_slot(**given, members=["JZ-I-02", "BASE-I-01"], actor=home.centre, key=same)
    (slot,) = slots_of(home.court.pk, today)
    assert [line.rule.id for line in slot.lines] == ["JZ-I-02", "BASE-I-01"]
    assert slot.chosen
    assert SlotFill.objects.count() == 1


@pytest.mark.parametrize(
    ("pack", "slot", "members"),
    [
        ("LY-2021", "LY-I-01", ["LY-I-02", "LY-I-03", "LY-I-04", "LY-I-05"]),
        ("SQ-2022", "SQ-I-02", ["BASE-I-01", "BASE-I-02", "BASE-I-03", "SQ-I-01"]),
    ],
)
def test_a_court_that_chose_nothing_has_the_lines_its_pack_proposes(
    pack: str, slot: str, members: list[str]
) -> None:
    found = {each.rule.id: each for each in slots_of(house((pack,)).court.pk, time.today())}
    assert [line.rule.id for line in found[slot].lines] == members
    assert not found[slot].chosen


def test_payouts_in_time_of_those_that_fell_due(home: House) -> None:
    from cases.models import Subject

    for due_on, met_on in (("2023-05-10", "2023-05-10"), ("2023-05-10", "2023-05-11"), ("2023-05-12", "")):
        case = stood(home.court, "2023-01-04")
        subject = Subject.objects.create(case=case, kind="receipt", label="到账")
        clock(case, "BASE-D-67", due_on, met_on=met_on, subject=subject)
    assert figure(home, "BASE-I-03.1", "2023-Q2") == "33.33"
    assert "期内到期的发款数为 0" in figure(home, "BASE-I-03.1", "2023-Q1")


def test_indicators_are_those_of_the_courts_packs(home: House) -> None:
    today = time.today()
    codes = {line.rule.id for line in indicators_of(home.court.pk, today)}
    assert {"JZ-I-01", "TJ-I-01", "HD-I-01", "BASE-I-01"} <= codes
    assert "LY-I-02" not in codes
    assert "PG-I-01" not in codes
    CourtPack.objects.filter(court=home.court, code="CASES-2018").delete()
    assert "TJ-I-01" not in {line.rule.id for line in indicators_of(home.court.pk, today)}
    assert root is not None
