"""Long work: once per key, in steps, through kills and failures, seen only by whom it concerns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import transaction

from courts.models import CalendarStamp, Court
from jobs import kinds, running
from jobs.actions.asking import ask_job
from jobs.kinds import Stride
from jobs.models import Job
from kernel import time
from tests.factories.courts import court, person
from tests.factories.pages import client_of, words

pytestmark = pytest.mark.django_db
KIND = "test.count"
START = dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC)


def count_to(last: int, *, broken: Callable[[int], bool] = lambda _n: False) -> kinds.Step:
    """A kind whose each step raises the calendar's stamp by one, which is its work."""

    def step(job: Job) -> Stride:
        number = job.cursor.get("n", 0) + 1
        stamp, _new = CalendarStamp.objects.get_or_create(pk=9, defaults={"version": 0})
        CalendarStamp.objects.filter(pk=9).update(version=stamp.version + 1)
        if broken(number):
            raise RuntimeError("paper jam")
        if number > last:
            CalendarStamp.objects.filter(pk=9).update(version=stamp.version)
            return Stride(last, last, None, "好了", {"lines": ["数到头"]})
        return Stride(number, last, {"n": number}, f"数到 {number}")

    return step


@pytest.fixture(autouse=True)
def _own_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "_steps", {})


def counted() -> int:
    return CalendarStamp.objects.values_list("version", flat=True).get(pk=9)


def asked(key: str = "k", where: Court | None = None, **more: object) -> Job:
    with transaction.atomic():
        return ask_job(
            kind=KIND, title="数数", params={}, key=key, at=time.now(), court_id=where and where.pk, **more
        )


def test_a_job_is_asked_once_a_key_and_done_in_steps() -> None:
    kinds.list_kind(KIND, count_to(3))
    job = asked()
    assert asked().pk == job.pk
    assert job.share == 0
    assert running.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.share, job.message) == ("done", 3, 3, 100, "好了")
    assert job.result == {"lines": ["数到头"]}
    assert counted() == 3
    assert running.run(job.pk), "once more changes nothing"
    assert counted() == 3


def test_a_job_beyond_its_budget_goes_on_in_the_next_task() -> None:
    kinds.list_kind(KIND, count_to(3))
    job = asked()
    assert not running.run(job.pk, budget_seconds=-1)
    assert counted() == 1
    job.refresh_from_db()
    assert (job.state, job.done) == ("running", 1)
    assert running.sweep() == 1
    assert counted() == 3


def test_a_failed_step_leaves_nothing_and_is_tried_again_later() -> None:
    faults = iter([False, True, False, False, False])
    kinds.list_kind(KIND, count_to(3, broken=lambda _n: next(faults)))
    with time.travel(START):
        job = asked()
        assert not running.run(job.pk)
        job.refresh_from_db()
        assert (job.state, job.done, job.attempts, job.problem) == (
            "running",
            1,
            1,
            "RuntimeError: paper jam",
        )
        assert counted() == 1, "the broken step has written nothing"
        assert running.sweep() == 0, "not before its time"
    with time.travel(START + dt.timedelta(seconds=6)):
        assert running.sweep() == 1
        job.refresh_from_db()
        assert (job.state, job.problem) == ("done", "")
        assert counted() == 3


def test_a_job_that_never_succeeds_fails_visibly() -> None:
    kinds.list_kind(KIND, count_to(3, broken=lambda n: n == 2))
    job = asked()
    for hours in range(len(running.BACKOFF) + 1):
        with time.travel(time.now() + dt.timedelta(hours=hours)):
            running.sweep()
    job.refresh_from_db()
    assert (job.state, job.done) == ("failed", 1)
    assert job.finished_at is not None
    assert counted() == 1
    with time.travel(time.now() + dt.timedelta(days=1)):
        assert running.sweep() == 0


def test_two_workers_do_not_share_a_job() -> None:
    taken: list[bool] = []

    def step(job: Job) -> Stride:
        taken.append(running._take(job.pk))
        return Stride(1, 1, None)

    kinds.list_kind(KIND, step)
    assert running.run(asked().pk)
    assert taken == [False]


def test_a_kind_that_nobody_listed_is_a_failure_not_a_loss() -> None:
    job = asked()
    assert not running.run(job.pk)
    job.refresh_from_db()
    assert "no job kind" in job.problem
    assert job.state == "running"


def test_who_sees_a_job() -> None:
    here, there = court(), court()
    asker = person(here, "administrator")
    job = asked(where=here, actor=asker)
    national = asked("other")
    for user, seen in (
        (asker, {job.pk}),
        (person(here, "bureau_director"), {job.pk}),
        (person(here, "handler"), set()),
        (person(there, "bureau_director"), set()),
        (person(kind="party"), set()),
    ):
        assert set(Job.objects.visible_to(user).values_list("pk", flat=True)) == seen
    assert client_of(person(there, "bureau_director")).get(f"/jobs/{job.pk}/").status_code == 404
    chief = person(here, is_superuser=True)
    assert set(Job.objects.visible_to(chief).values_list("pk", flat=True)) == {job.pk, national.pk}


def test_the_page_polls_until_the_job_is_over(django_assert_num_queries) -> None:
    kinds.list_kind(KIND, count_to(4))
    here = court()
    user = person(here, "bureau_director")
    client = client_of(user)
    job = asked(where=here, actor=user)
    running.run(job.pk, budget_seconds=-1)
    page = client.get(f"/jobs/{job.pk}/")
    assert f'hx-get="/jobs/{job.pk}/progress"' in page.content.decode()
    assert "数到 1" in words(page)
    assert "1 / 4" in words(page)
    part = client.get(f"/jobs/{job.pk}/progress", headers={"HX-Request": "true"})
    assert "HX-Refresh" not in part
    running.run(job.pk)
    last = client.get(f"/jobs/{job.pk}/progress", headers={"HX-Request": "true"})
    assert last["HX-Refresh"] == "true"
    assert "hx-get" not in last.content.decode()
    over = client.get(f"/jobs/{job.pk}/")
    assert "数到头" in words(over)
    few = len(client.get("/jobs/").content)
    for number in range(5):
        asked(f"more{number}", where=here, actor=user)
    assert len(client.get("/jobs/").content) > few
