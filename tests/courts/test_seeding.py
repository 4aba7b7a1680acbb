"""The calendar and the packs come into the database once, and what is released never changes."""

import datetime as dt

import pytest
from django.core.management import call_command

from courts.actions.calendar import seed_calendar, set_day
from courts.actions.packs import release_pack
from courts.calendar import calendar_for
from courts.models import CalendarDay, PackRelease
from courts.selectors import packs_in_force, released_pack
from kernel import time
from kernel.errors import BadInput, Conflict, NotAllowed
from regimes.packs import load_library, parse_pack
from tests.factories.courts import court, person

pytestmark = pytest.mark.django_db


def test_calendar_is_seeded_once_and_goes_on_into_provisional_years() -> None:
    at = time.now()
    assert seed_calendar(at=at, through=2030) > 500
    assert seed_calendar(at=at, through=2030) == 0
    calendar = calendar_for()
    assert calendar.is_workday(dt.date(2023, 4, 23))
    assert not calendar.is_workday(dt.date(2023, 5, 3))
    assert calendar.is_provisional(dt.date(2027, 2, 8))


def test_a_court_may_have_its_own_day() -> None:
    seed_calendar(at=time.now(), through=2027)
    basic = court()
    clerk = person(basic, "administrator")
    day = dt.date(2026, 11, 23)
    with pytest.raises(BadInput, match="依据"):
        set_day(
            on=day,
            is_workday=False,
            name="停电",
            source=" ",
            actor=clerk,
            at=time.now(),
            key="a",
            court=basic,
        )
    with pytest.raises(NotAllowed):
        set_day(
            on=day,
            is_workday=False,
            name="停电",
            source="x",
            actor=person(basic, "handler"),
            at=time.now(),
            key="b",
            court=basic,
        )
    set_day(
        on=day,
        is_workday=False,
        name="停电",
        source="云府发〔2026〕1号",
        actor=clerk,
        at=time.now(),
        key="c",
        court=basic,
    )
    assert not calendar_for(basic.pk).is_workday(day)
    assert calendar_for().is_workday(day)
    assert CalendarDay.objects.get(court=basic).name == "停电"


def test_packs_are_released_once_and_never_change() -> None:
    call_command("release_packs", verbosity=0)
    call_command("release_packs", verbosity=0)
    library = load_library()
    assert PackRelease.objects.count() == len(library.packs)
    pack = library.pack("JZ-2023")
    assert released_pack("JZ-2023", 1).digest == pack.digest
    changed = parse_pack(pack.text + "\n# changed\n", name=pack.file)
    with pytest.raises(Conflict, match="已发布"):
        release_pack(pack=changed, text=changed.text, at=time.now(), actor="user:1")


def test_a_court_follows_base_and_its_own_packs_in_order() -> None:
    call_command("release_packs", verbosity=0)
    basic = court(packs=["JZ-2023"])
    codes = [release.code for release, _ in packs_in_force(basic.pk, dt.date(2023, 4, 24))]
    assert codes == ["BASE", "JZ-2023"]
    assert [r.code for r, _ in packs_in_force(basic.pk, dt.date(2023, 1, 10))] == ["BASE"]
