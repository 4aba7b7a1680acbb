"""The sweep over days: who is told of a clock and when, what is missed, what is silent, what goes up."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from django.core.exceptions import ObjectDoesNotExist

from courts.models import Appointment
from deadlines import clocks, tasks
from deadlines import sweep as sweeping
from deadlines.models import Deadline, Firing, Timer
from deadlines.reminders import Meaning
from deadlines.sweep import Swept, sweep
from events import audit, relay
from events.models import Event, Pending
from kernel import time
from notices.models import Message
from notices.states import Level, Reason, State
from regimes.book import Pinned, RuleBook
from regimes.calendar import Calendar
from tests.factories import courts as people
from tests.factories.deadlines import Post, change, many, notice_clock, released, started

pytestmark = pytest.mark.django_db
FILED = "2023-04-24 09:30"


@pytest.fixture
def pack():
    return released()


@pytest.fixture
def post():
    return Post()


def told(*, on: str) -> Counter[str]:
    """Whom the sweep at ten on this day told, by user name."""
    before = set(Message.objects.values_list("pk", flat=True))
    with time.travel(f"{on} 10:00"):
        sweep()
    return Counter(Message.objects.exclude(pk__in=before).values_list("to_user__username", flat=True))


@pytest.mark.req("JZ-32")
def test_the_life_of_a_clock(post, pack):
    """JZ-D-01, received 2023-04-24, due 2023-05-04. Saturday 6 May is worked, so day three is the 8th."""
    with time.travel(FILED):
        clock = notice_clock(post, pack)
    handler, leader, centre, superior = (
        person.username for person in (post.handler, post.leader, post.centre, post.superior)
    )
    expected = {
        "2023-04-24": (),
        "2023-04-26": (),
        "2023-04-27": (handler, centre),
        "2023-04-28": (),
        "2023-05-03": (),
        "2023-05-04": (handler,),
        "2023-05-05": (leader,),
        "2023-05-06": (),
        "2023-05-08": (centre,),
        "2023-05-09": (),
        "2023-05-10": (superior,),
        "2023-05-11": (),
    }

    assert {day: told(on=day) for day in expected} == {day: Counter(names) for day, names in expected.items()}
    assert list(clock.firings.order_by("rung").values_list("rung", "to", "silent")) == [
        (0, ["handler", "command_centre"], False),
        (1, ["handler"], False),
        (2, ["team_leader"], False),
        (3, ["command_centre"], False),
        (4, ["superior_court"], False),
    ]
    assert not Timer.objects.exists()


def test_a_rung_fires_at_nine_and_not_before(post, pack):
    with time.travel(FILED):
        clock = notice_clock(post, pack)
    with time.travel("2023-04-27 08:59"):
        assert sweep() == Swept()
    with time.travel("2023-04-27 09:00"):
        assert sweep() == Swept(timers=1, firings=1, notices=2)
        assert sweep() == Swept()

    timer = Timer.objects.get(pk=clock.pk)
    assert (timer.rung, timer.fire_at) == (1, time.at_local(dt.date(2023, 5, 4), 9))


def test_what_a_notice_says(post, pack):
    with time.travel(FILED):
        clock = notice_clock(post, pack)
    told(on="2023-04-27")
    early = Message.objects.get(to_user=post.handler)
    told(on="2023-05-05")
    late = Message.objects.get(to_user=post.leader)

    assert early.text == "发出执行通知：到期日2023年5月4日（周四），到期前2个工作日提醒"
    assert (early.level, early.state, early.reason) == (Level.WARN, State.DELIVERED, "")
    assert (early.about, early.case_id, early.rule_id) == (f"case:{clock.case_id}", clock.case_id, "JZ-D-01")
    assert (early.court_id, early.team_id, early.owner_id) == (post.court.pk, post.team.pk, post.handler.pk)
    assert early.delivered_at == early.created_at == time.at_local(dt.date(2023, 4, 27), 10)
    assert early in Message.objects.unread_by(post.handler)
    assert late.text == "发出执行通知：到期日2023年5月4日（周四），逾期1个工作日提醒"
    assert late.level == Level.OVERDUE


def test_hours_are_told_with_their_time(post):
    pledge = released("CASES-2018")
    asked = dt.datetime(2025, 3, 7, 18, 30, tzinfo=time.SHANGHAI)
    with time.travel("2025-03-07 18:30"):
        started(post, pledge, change(pledge, "HD-D-03", asked))
    with time.travel("2025-03-08 14:30"):
        assert sweep().firings == 1

    assert "到期日2025年3月8日（周六） 18:30，到期前4小时提醒" in Message.objects.get().text


def test_missed_rungs_fire_once_and_each_person_is_told_once(post, pack):
    """Down from 04-25 to 05-09: four rungs at once. The handler hears of the last one that is for handlers."""
    with time.travel(FILED):
        clock = notice_clock(post, pack)
    with time.travel("2023-05-09 07:00"):
        assert sweep() == Swept(timers=1, firings=4, notices=3)
        assert sweep() == Swept()

    assert list(clock.firings.order_by("id").values_list("rung", flat=True)) == [0, 1, 2, 3]
    names = dict(Message.objects.values_list("to_user_id", "text"))
    assert names[post.handler.pk].endswith("到期当日提醒")
    assert names[post.leader.pk].endswith("逾期1个工作日提醒")
    assert names[post.centre.pk].endswith("逾期3个工作日提醒")
    assert Timer.objects.get(pk=clock.pk).rung == 4


def test_one_person_in_two_roles_is_told_once_in_a_sweep(post, pack):
    Appointment.objects.create(user=post.handler, role="team_leader", court=post.court, unit=post.team)
    Appointment.objects.filter(user=post.leader).delete()
    with time.travel(FILED):
        notice_clock(post, pack)

    assert told(on="2023-05-05") == Counter({post.handler.username: 1, post.centre.username: 1})
    assert Message.objects.get(to_user=post.handler).text.endswith("逾期1个工作日提醒")


def test_the_oldest_is_taken_first_and_batches_go_on_until_nothing_is_left(post, pack):
    begin = dt.datetime(2023, 5, 4, 1, tzinfo=dt.UTC)
    rows = many(post, pack, [[begin + dt.timedelta(minutes=7 * n % 60)] for n in range(23)])
    with time.travel("2023-05-05 09:00"):
        assert sweep(batch=5, budget_seconds=-1) == Swept(timers=5, firings=5, notices=10)
        first = set(Firing.objects.values_list("deadline_id", flat=True))
        assert sweep(batch=5) == Swept(timers=18, firings=18, notices=36)

    oldest = sorted(rows, key=lambda row: row.due_at)[:5]
    assert first == {row.pk for row in oldest}
    assert not Timer.objects.exists()


def test_a_batch_takes_the_same_statements_for_two_clocks_and_for_sixty(
    post, pack, django_assert_num_queries
):
    """A look; timers, clocks, firings; courts, offices and handlers, which are kept; notices."""
    with time.travel("2023-05-05 09:00"):
        for count in (2, 60):
            many(post, pack, [[dt.datetime(2023, 5, 4, 1, tzinfo=dt.UTC)] for _ in range(count)])
            # Savepoint and release stand here for the batch's own transaction.
            with django_assert_num_queries(9 + 2):
                assert sweep().firings == count


def test_nothing_due_takes_one_look(post, pack, django_assert_num_queries):
    with time.travel(FILED):
        notice_clock(post, pack)
        with django_assert_num_queries(1):
            assert sweep() == Swept()


def test_a_rearmed_clock_does_not_repeat_a_rung_and_a_new_date_is_told(post, pack):
    with time.travel(FILED):
        clock = notice_clock(post, pack)
    told(on="2023-04-27")
    with time.travel("2023-04-28 12:00"):
        clocks.rearm([clock], book=RuleBook([Pinned(pack)]), calendar=Calendar.seed())
        assert sweep() == Swept(timers=1)

    assert told(on="2023-05-04") == Counter({post.handler.username: 1})


def test_rungs_whose_instants_do_not_rise_fire_by_their_instants(post, pack):
    """An early warning that counts from the start may come after a rung that counts from the end."""
    days = [time.at_local(dt.date(2023, 5, day), 9) for day in (3, 1, 2)]
    [clock] = many(post, pack, [days])
    fired = []
    for day in (1, 2, 3):
        with time.travel(f"2023-05-0{day} 09:30"):
            sweep()
        fired.append(list(clock.firings.order_by("id").values_list("rung", flat=True)))

    assert fired == [[1], [1, 2], [1, 2, 0]]
    assert not Timer.objects.exists()


def test_a_clock_that_does_not_run_is_not_told(post, pack):
    with time.travel(FILED):
        clock = notice_clock(post, pack)
    Deadline.objects.filter(pk=clock.pk).update(state="suspended")

    assert told(on="2023-04-27") == Counter()
    assert not Firing.objects.exists()


def test_a_back_dated_clock_is_silent_about_the_past_and_speaks_of_what_comes(
    post, pack, django_assert_max_num_queries
):
    with time.travel("2023-05-05 12:00"), django_assert_max_num_queries(4):
        clock = notice_clock(post, pack, silent=True)

    assert list(clock.firings.order_by("rung").values_list("rung", "silent", "to")) == [
        (0, True, ["handler", "command_centre"]),
        (1, True, ["handler"]),
        (2, True, ["team_leader"]),
    ]
    assert told(on="2023-05-06") == Counter()
    assert told(on="2023-05-08") == Counter({post.centre.username: 1})


def test_a_back_dated_clock_that_is_wholly_past_is_all_silent(post, pack):
    with time.travel("2023-06-01 12:00"):
        clock = notice_clock(post, pack, silent=True)
        assert sweep() == Swept()

    assert clock.firings.filter(silent=True).count() == 5
    with pytest.raises(ObjectDoesNotExist):
        clock.timer  # noqa: B018


def test_the_court_above_is_an_event_that_upper_floors_react_to(post, pack, monkeypatch):
    monkeypatch.setitem(relay.reactions(), "clock.escalated", {"test.listed": lambda event: None})
    with time.travel(FILED):
        clock, other = notice_clock(post, pack), notice_clock(post, pack)
    with time.travel("2023-05-10 09:05"):
        assert sweep() == Swept(timers=2, firings=10, notices=8, escalations=2)

    event = Event.objects.get(stream=f"deadline:{clock.pk}")
    assert (event.kind, event.actor, event.court_id) == ("clock.escalated", "system:sweep", post.court.pk)
    assert event.effective_on == dt.date(2023, 5, 10)
    assert event.data == {
        "deadline_id": clock.pk,
        "case_id": clock.case_id,
        "rule_id": "JZ-D-01",
        "rung": 4,
        "due_on": "2023-05-04",
        "to": ["superior_court"],
    }
    assert Event.objects.filter(stream=f"deadline:{other.pk}").count() == 1
    assert Pending.objects.filter(event=event, reaction="test.listed").exists()
    assert list(audit.flaws()) == []


def test_a_second_escalation_follows_the_first_in_the_stream_of_its_clock(post, pack):
    [clock] = many(post, pack, [[time.at_local(dt.date(2023, 5, day), 9) for day in (1, 2, 3, 4, 5)]])
    told(on="2023-05-05")
    Timer.objects.create(
        deadline=clock,
        fire_at=time.at_local(dt.date(2023, 5, 9), 9),
        rung=4,
        rungs=[time.at_local(dt.date(2023, 5, day), 9) for day in (1, 2, 3, 4, 9)],
    )
    told(on="2023-05-09")

    assert list(Event.objects.filter(stream=f"deadline:{clock.pk}").values_list("seq", flat=True)) == [1, 2]
    assert list(audit.flaws(f"deadline:{clock.pk}")) == []


def test_escalations_of_one_clock_in_one_sweep_follow_each_other(post, pack, monkeypatch):
    upward = Meaning(to=("superior_court",), duty="发出执行通知", name="逾期", late=True)
    monkeypatch.setattr(sweeping, "meaning_of", lambda *_rung: upward)
    [clock] = many(post, pack, [[time.at_local(dt.date(2023, 5, day), 9) for day in (1, 2, 3)]])

    assert told(on="2023-05-04") == Counter({post.superior.username: 1})
    assert list(Event.objects.filter(stream=f"deadline:{clock.pk}").values_list("seq", "data__rung")) == [
        (1, 0),
        (2, 1),
        (3, 2),
    ]
    assert list(audit.flaws()) == []


def test_only_those_in_office_of_this_court_and_this_team_are_told(post, pack):
    elsewhere = people.court(parent=post.court.parent)
    people.person(elsewhere, "command_centre")
    people.person(post.court, "team_leader", unit=people.unit(post.court))
    people.person(post.court, "team_leader", unit=post.team, is_active=False)
    retired = people.person(post.court, "command_centre")
    Appointment.objects.filter(user=retired).update(until=dt.date(2023, 4, 26))
    coming = people.person(post.court, "command_centre")
    Appointment.objects.filter(user=coming).update(since=dt.date(2023, 4, 28))
    second = people.person(post.court, "command_centre")
    with time.travel(FILED):
        notice_clock(post, pack)

    first = told(on="2023-04-27")
    assert first == Counter(person.username for person in (post.handler, post.centre, second))
    assert told(on="2023-05-05") == Counter({post.handler.username: 1, post.leader.username: 1})


def test_a_role_that_nobody_holds_leaves_a_notice_that_says_so(post, pack):
    Appointment.objects.filter(user=post.centre).delete()
    post.handler.is_active = False
    post.handler.save()
    with time.travel(FILED):
        notice_clock(post, pack)

    assert told(on="2023-04-27") == Counter({None: 2})
    rows = Message.objects.values_list("state", "reason", "delivered_at")
    assert set(rows) == {(State.NOT_SENT, Reason.NO_RECIPIENT, None)}


@pytest.mark.parametrize("loss", ["release", "rule", "rungs"])
def test_a_clock_whose_rule_is_gone_warns_its_handler_and_stops_no_other(post, pack, loss):
    with time.travel(FILED):
        lost, kept = notice_clock(post, pack), notice_clock(post, pack)
    if loss == "release":
        Deadline.objects.filter(pk=lost.pk).update(pack_version=99, pack_digest="gone")
    elif loss == "rule":
        Deadline.objects.filter(pk=lost.pk).update(rule_id="JZ-D-99")
    else:
        early = time.at_local(dt.date(2023, 4, 27), 9)
        late = early + dt.timedelta(days=60)
        Timer.objects.filter(pk=lost.pk).update(rungs=[late, late, late, late, late, late, early], rung=6)

    assert told(on="2023-04-27") == Counter({post.handler.username: 2, post.centre.username: 1})
    assert kept.firings.count() == lost.firings.count() == 1


def test_the_task_sweeps(post, pack):
    with time.travel(FILED):
        notice_clock(post, pack)
        assert tasks.run_sweep() == 0
    with time.travel("2023-04-27 10:00"):
        assert tasks.run_sweep() == 1
