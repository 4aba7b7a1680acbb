"""What every page asks is composed once for people of one shape, and gives each of them their own."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from approvals.models import Request
from cases.models import Case
from courts.actions.delegating import delegate
from courts.likeness import likeness_of
from courts.models import User
from deadlines.models import Deadline
from desk.selectors import frame
from kernel import time
from kernel.statements import SOME_DAY, SOME_INSTANT, composed
from tests.factories.approvals import asked
from tests.factories.cases import House, assigned, filing, house, key
from tests.factories.courts import person
from tests.factories.pages import client_of

pytestmark = pytest.mark.django_db
NOW = "2023-05-10 09:00"


@pytest.fixture
def home() -> House:
    """Two handlers of one team, the second with two cases; the leader has something to decide; one stands in."""
    home = house()
    other = person(home.court, "handler", unit=home.team, name="陈审判")
    standing_in = person(home.court, "handler", unit=home.team, name="吴代理")
    home.people = {"other": other, "standing_in": standing_in}
    with time.travel("2023-04-24 09:30"):
        assigned(home, filing("2023-04-24"))
        for _ in range(2):
            case = assigned(home, filing("2023-04-24"))
            for rows in (
                Case.objects.filter(pk=case.pk),
                case.nodes,
                Deadline.objects.filter(case_id=case.pk),
            ):
                rows.update(owner_id=other.pk)
        asked(home.court, other)
    with time.travel(NOW):
        delegate(
            absent=home.handler,
            to=standing_in,
            first=dt.date(2023, 5, 10),
            last=dt.date(2023, 5, 12),
            reason="培训",
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
    return home


def test_each_reads_their_own_figures_as_the_query_set_gives_them(home: House) -> None:
    shapes = {}
    with time.travel(NOW):
        at = time.now()
        for name, user in {**vars(home), **home.people}.items():
            if not isinstance(user, User):
                continue
            user = User.objects.get(pk=user.pk)
            row = frame._row(user, time.today(at), at).get()
            found = frame.frame_of(user, at)
            assert (found.unread, found.overdue, found.waiting) == row[2:5], name
            shapes[name] = likeness_of(user)
            assert user.scope.owners[0] in shapes[name].numbers.values()
        mine = frame.frame_of(User.objects.get(pk=home.handler.pk), at)
        theirs = frame.frame_of(User.objects.get(pk=home.people["other"].pk), at)
    assert (mine.overdue, theirs.overdue) == (1, 2)
    assert shapes["handler"] == shapes["other"], "one statement for both"
    assert shapes["standing_in"] != shapes["handler"], "who stands in for somebody has another"
    assert Request.objects.exists()


def test_a_number_that_nothing_replaces_is_an_error(home: House) -> None:
    known = likeness_of(home.handler)
    statement = composed(frame._row(known.user, SOME_DAY, SOME_INSTANT))
    with time.travel(NOW):
        values = {SOME_DAY: time.today(), SOME_INSTANT: time.now()}
    with pytest.raises(LookupError):
        statement.rows(values)
    assert statement.rows({**known.numbers, **values})


def test_reading_writes_the_session_once_a_minute(home: House) -> None:
    browser = client_of(home.handler)

    def written() -> list[str]:
        with CaptureQueriesContext(connection) as asked_for:
            assert browser.get("/approvals").status_code == 200
        return [query["sql"] for query in asked_for if query["sql"].startswith("UPDATE")]

    assert not written(), "just signed in"
    session = Session.objects.get(session_key=browser.session.session_key)
    before = timezone.now() + dt.timedelta(minutes=28)
    Session.objects.update(expire_date=before)
    assert len(written()) == 1
    session.refresh_from_db()
    assert session.expire_date > before + dt.timedelta(minutes=1)
    assert not written()
    Session.objects.update(expire_date=timezone.now())
    assert browser.get("/approvals").status_code == 302, "over is over"


def test_the_day_of_a_scope_is_not_asked_of_the_database_again(home: House) -> None:
    user, other = (User.objects.get(pk=pk) for pk in (home.handler.pk, home.leader.pk))
    now = time.now()
    with CaptureQueriesContext(connection) as asked_for:
        assert user.scope.roles
        assert other.scope.roles
        assert abs(time.lately() - now) < dt.timedelta(seconds=60)
    assert len(asked_for) == 2
