"""Paging by keys: forward and back over several segments, nothing twice, nothing lost."""

import pytest

from courts.models import Unit
from kernel.keyset import Segment, page
from tests.factories.courts import court, unit

pytestmark = pytest.mark.django_db


def segments() -> list[Segment]:
    home = court()
    for number in range(5):
        unit(home, kind="team", name=f"团队{number}", function="a" if number < 2 else "b")
    for number in range(4):
        unit(home, kind="group", name=f"组{number}")
    rows = Unit.objects.filter(court=home)
    return [
        Segment("teams", rows.filter(kind="team"), ("-function", "id")),
        Segment("groups", rows.filter(kind="group"), ("-id",)),
    ]


def names(found) -> list[str]:
    return [row.name for _segment, row in found.rows]


ORDER = ["团队2", "团队3", "团队4", "团队0", "团队1", "组3", "组2", "组1", "组0"]


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 9, 20])
def test_forward_and_back_give_every_row_once(size: int) -> None:
    parts = segments()
    forward, found = [], page(parts, size=size)
    assert found.prev == ""
    forward += names(found)
    pages = [names(found)]
    while found.next:
        found = page(parts, after=found.next, size=size)
        pages.append(names(found))
        forward += names(found)
    assert forward == ORDER
    back = [pages[-1]]
    while found.prev:
        found = page(parts, before=found.prev, size=size)
        back.append(names(found))
    assert [name for part in reversed(back) for name in part] == ORDER


def test_a_row_that_comes_in_front_does_not_move_the_page() -> None:
    parts = segments()
    first = page(parts, size=2)
    Unit.objects.create(court=Unit.objects.first().court, kind="team", name="新团队", function="c")
    assert names(page(parts, after=first.next, size=2)) == ["团队4", "团队0"]


@pytest.mark.parametrize(
    "cursor", ["x", "teams~b", "teams~b~x", "groups~99999999999999999999x", "nothing~1", "~", "teams~b~1~2"]
)
def test_a_cursor_nobody_gave_out_is_the_first_page(cursor: str) -> None:
    assert names(page(segments(), after=cursor, size=3)) == ORDER[:3]


def test_segments_that_the_page_does_not_reach_are_not_asked(django_assert_num_queries) -> None:
    parts = segments()
    with django_assert_num_queries(1):
        page(parts, size=3)
    with django_assert_num_queries(2):
        page(parts, size=8)
