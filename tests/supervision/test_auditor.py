"""Each kind of fault is planted in a sound case and named; a sound court has none."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction

from cases.actions.holding import suspend_case
from cases.models import Case, Hold
from courts.models import PackRelease
from deadlines.models import Deadline, Firing, Timer
from deadlines.sweep import sweep
from documents.actions.render import render_due
from documents.models import Paper
from events import log, relay
from events.models import Event, Pending
from kernel import time
from notices.models import Attempt, Message
from supervision.auditor import Audit, audit
from tests.factories.cases import House, assigned, complete, filing, house, key

pytestmark = pytest.mark.django_db
FILED = "2023-04-24 09:30"
NOTICE = {
    "channel": "electronic",
    "sent_on": "2023-04-24",
    "platform_ref": "E2023-1",
    "with_report_order": True,
}
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def case(home: House) -> Case:
    with time.travel(FILED):
        return assigned(home, filing("2023-04-24"))


def audited(when: str = FILED, **limits: object) -> Audit:
    with time.travel(when):
        return audit(at=time.now(), **limits)


def named(found: Audit) -> set[tuple[str, str]]:
    return {(finding.kind.id, finding.place) for finding in found.findings}


def clock(case: Case, rule: str = "JZ-D-01") -> Deadline:
    return Deadline.objects.get(case_id=case.pk, rule_id=rule)


def settled() -> None:
    """Papers rendered and messages delivered, so that only what a test plants is late."""
    Message.objects.filter(state="waiting").update(state="sent", due_at=None, sent_at=time.now())
    Paper.objects.filter(state="draft").update(state="voided", voided_at=time.now(), void_reason="试验")


def test_a_sound_case_has_no_finding(home: House, case: Case) -> None:
    with time.travel("2023-04-24 09:35"):
        complete(case, "enforcement_notice", home.handler, **NOTICE)
        while relay.run():
            pass
        found = audit(at=time.now())
    assert named(found) == set()
    assert found.faults == []


def test_a_sound_case_stays_sound_while_its_clocks_warn(home: House, case: Case) -> None:
    with time.travel("2023-04-27 09:00"):
        settled()
        sweep()
        found = audit(at=time.now())
    assert Firing.objects.filter(deadline__case_id=case.pk).exists()
    assert named(found) == set()
    assert dict(found.lateness)["1 分钟内"] == Firing.objects.count()


def test_an_open_case_whose_timers_are_lost_is_named_with_its_clocks(case: Case) -> None:
    Timer.objects.all().delete()
    running = Deadline.objects.filter(case_id=case.pk, state="running").values_list("pk", flat=True)
    assert running
    found = audited()
    assert named(found) == {
        ("clockless", f"case:{case.pk}"),
        *(("untimed", f"deadline:{pk}") for pk in running),
    }
    assert {finding.number for finding in found.findings} == {case.number}
    assert all(finding.words for finding in found.findings)


def test_one_lost_timer_is_named_and_the_case_is_still_looked_after(case: Case) -> None:
    lost = clock(case)
    Timer.objects.filter(deadline=lost).delete()
    assert named(audited()) == {("untimed", f"deadline:{lost.pk}")}


def test_a_clock_that_lost_its_timer_between_two_late_rungs_is_named(case: Case) -> None:
    late = clock(case)
    with time.travel("2023-05-06 09:01"):
        settled()
        sweep()
        assert Firing.objects.filter(deadline=late, due_rung_at__gt=late.due_at).count() == 1
        Timer.objects.filter(deadline=late).delete()
        assert named(audit(at=time.now())) == {("untimed", f"deadline:{late.pk}")}


def test_a_clock_whose_last_rung_has_fired_needs_no_timer(case: Case) -> None:
    spent = clock(case)
    with time.travel("2023-05-20 09:01"):
        settled()
        sweep()
        assert not Timer.objects.filter(deadline=spent).exists()
        assert named(audit(at=time.now())) == set()


def test_a_rung_of_an_end_that_has_moved_since_does_not_count(case: Case) -> None:
    moved = clock(case)
    with time.travel("2023-05-20 09:01"):
        settled()
        sweep()
        later = time.at_local(dt.date(2023, 7, 1)) - dt.timedelta(microseconds=1)
        Deadline.objects.filter(pk=moved.pk).update(
            due_on=dt.date(2023, 6, 30), due_at=later, overdue_at=later
        )
        assert named(audit(at=time.now())) == {("untimed", f"deadline:{moved.pk}")}


def test_a_case_warned_of_to_the_end_is_told_but_is_no_fault(case: Case) -> None:
    with time.travel("2025-05-20 09:01"):
        settled()
        sweep()
        found = audit(at=time.now())
    assert named(found) == {("climbed", f"case:{case.pk}")}
    assert found.faults == []


def test_a_clock_of_a_rule_that_no_pack_holds_is_named(case: Case) -> None:
    odd = clock(case)
    with time.travel("2023-05-20 09:01"):
        settled()
        sweep()
        Deadline.objects.filter(pk=odd.pk).update(pack_version=99)
        assert not PackRelease.objects.filter(version=99).exists()
        assert named(audit(at=time.now())) == {("untimed", f"deadline:{odd.pk}")}


def test_a_suspended_clock_without_an_open_hold_is_named(home: House, case: Case) -> None:
    with time.travel("2023-04-25 09:30"):
        settled()
        suspend_case(
            case_id=case.pk,
            ground="中止1号",
            on=dt.date(2023, 4, 25),
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
    stopped = Deadline.objects.filter(case_id=case.pk, state="suspended").values_list("pk", flat=True)
    assert stopped
    assert named(audited("2023-04-25 09:30")) == set()
    Timer.objects.all().delete()
    Deadline.objects.filter(case_id=case.pk, state="running").update(state="cancelled")
    assert named(audited("2023-04-25 09:30")) == set(), "a case that is rightly suspended is looked after"
    Hold.objects.filter(case=case).update(voided=True)
    assert named(audited("2023-04-25 09:30")) == {
        ("clockless", f"case:{case.pk}"),
        *(("unheld", f"deadline:{pk}") for pk in stopped),
    }


def test_a_timer_past_due_is_named_after_ten_minutes(case: Case) -> None:
    timer = clock(case).timer
    with time.travel(FILED):
        settled()
    assert named(audit(at=timer.fire_at + 9 * MINUTE)) == set()
    assert ("unfired", f"deadline:{timer.pk}") in named(audit(at=timer.fire_at + 11 * MINUTE))


def test_lateness_is_counted_by_how_late(case: Case) -> None:
    with time.travel("2023-04-25 12:00"):
        delays = (0, 5, 30, 300, 3000)
        for rung, minutes in enumerate(delays):
            due = time.now() - minutes * MINUTE
            Firing.objects.create(deadline=clock(case), rung=rung, due_rung_at=due, fired_at=time.now())
        Firing.objects.create(
            deadline=clock(case),
            rung=9,
            due_rung_at=time.now() - 9000 * MINUTE,
            fired_at=time.now(),
            silent=True,
        )
    found = audited("2023-04-25 12:00")
    assert [count for _words, count in found.lateness] == [1, 1, 1, 1, 1], "silent ones are left out"


@pytest.mark.parametrize("state", ["waiting", "sending"])
def test_a_message_nobody_sends_is_named_half_an_hour_after_it_might_go(case: Case, state: str) -> None:
    with time.travel(FILED):
        settled()
        message = Message.objects.filter(state="sent").order_by("pk")[0]
        allowed = time.now() + 600 * MINUTE
        Message.objects.filter(pk=message.pk).update(state=state, due_at=allowed)
    assert ("stuck", f"message:{message.pk}") not in named(audit(at=allowed + 29 * MINUTE))
    found = audit(at=allowed + 31 * MINUTE)
    assert ("stuck", f"message:{message.pk}") in named(found)
    assert found.of(next(f.kind for f in found.findings if f.kind.id == "stuck"))[0].case_id == case.pk


def test_an_unknown_outcome_is_named_a_day_after_the_sending(case: Case) -> None:
    with time.travel(FILED):
        settled()
        message = Message.objects.filter(state="sent").order_by("pk")[0]
        Message.objects.filter(pk=message.pk).update(state="unknown")
        sent = time.now() + 60 * MINUTE
        Attempt.objects.create(
            message=message,
            no=1,
            kind="send",
            provider="file",
            started_at=sent,
            ended_at=sent,
            result="unknown",
        )
    assert ("stuck", f"message:{message.pk}") not in named(audit(at=sent + dt.timedelta(hours=23)))
    assert ("stuck", f"message:{message.pk}") in named(audit(at=sent + dt.timedelta(hours=25)))


def told(case: Case, at: dt.datetime) -> Event:
    with transaction.atomic():
        return log.append(
            stream="receipt:9",
            kind="receipt.released",
            actor="user:1",
            at=at,
            key=key(),
            data={"about": case.about},
            court_id=case.court_id,
        )


def test_an_event_nobody_reacts_to_is_named_with_its_case(case: Case) -> None:
    with time.travel(FILED):
        settled()
        event = told(case, time.now())
        pending = Pending.objects.get(event=event)
        assert named(audit(at=time.now() + 9 * MINUTE)) == set()
        found = audit(at=time.now() + 11 * MINUTE).findings
        assert [(f.kind.id, f.place, f.case_id) for f in found] == [
            ("unrelayed", f"event:{event.pk}", case.pk)
        ]
        Pending.objects.filter(pk=pending.pk).update(attempts=5, problem="ValueError: 13900000001")
        hard = audit(at=time.now()).findings
    assert [f.kind.id for f in hard] == ["unrelayed"]
    assert "ValueError" in hard[0].words
    assert "139" not in hard[0].words


def test_a_paper_not_rendered_is_named_after_ten_minutes(case: Case) -> None:
    paper = Paper.objects.get(case_id=case.pk)
    assert named(audit(at=paper.created_at + 9 * MINUTE)) == set()
    found = audit(at=paper.created_at + 11 * MINUTE)
    assert named(found) == {("unrendered", f"paper:{paper.pk}")}
    with time.travel(FILED):
        render_due(at=time.now())
        # The portal hears of a paper that was drawn: until the event has been handed on, that is named instead.
        assert {kind for kind, _place in named(audit(at=paper.created_at + 11 * MINUTE))} == {"unrelayed"}
        while relay.run():
            pass
    assert named(audit(at=paper.created_at + 11 * MINUTE)) == set()


def test_a_clock_that_outlives_its_case_is_named(case: Case) -> None:
    with time.travel(FILED):
        settled()
    Case.objects.filter(pk=case.pk).update(state="closed", closing_type="performed", closed_on="2023-04-24")
    left = Deadline.objects.filter(case_id=case.pk, state="running").values_list("pk", flat=True)
    assert named(audited()) == {("outlived", f"deadline:{pk}") for pk in left}
    first = clock(case)
    Deadline.objects.exclude(pk=first.pk).update(state="cancelled")
    Timer.objects.exclude(pk=first.pk).delete()
    Deadline.objects.filter(pk=first.pk).update(pack_code="BASE", pack_version=1, rule_id="BASE-D-66")
    assert named(audited()) == set(), "closing itself starts the pool query"


def test_only_the_courts_asked_for(case: Case) -> None:
    Timer.objects.all().delete()
    other = house()
    assert audited(courts=[other.court.pk]).findings == ()
    assert audited(courts=[]).findings == ()
    assert {f.court_id for f in audited(courts=[case.court_id]).findings} == {case.court_id}
    assert len(audited(limit=1).findings) == 2, "one of each kind"


def test_the_number_of_statements_does_not_grow(case: Case, home: House, django_assert_num_queries) -> None:
    with time.travel(FILED):
        assigned(home, filing("2023-04-24"))
        Timer.objects.all().delete()
        at = time.now()
        audit(at=at)
        with django_assert_num_queries(12):
            audit(at=at)
