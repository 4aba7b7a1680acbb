"""国家系统 in a real browser: differences, list preview, exports, at both widths."""

from __future__ import annotations

from pathlib import Path

import pytest

from cases.actions.differences import explain_difference
from cases.actions.national_lists import take_list
from cases.models import Difference
from kernel import time
from tests.browser.conftest import Shoot, Visit, assert_sound
from tests.cases.test_national import export, line, listed, new_case, sheet
from tests.factories.cases import house

NOW = "2026-03-02 09:00"


@pytest.mark.parametrize("width", [1440, 390])
def test_the_pages_are_sound(visit: Visit, shoot: Shoot, tmp_path: Path, width: int) -> None:
    with time.travel(NOW):
        home = house(name="东湖区人民法院")
        one, two, three = (new_case(home) for _n in range(3))
        gone = f"（2025）{home.court.code}执9号"
        rows = (
            line(one, "N1", handler="王某", amount="1.5万元", state="已结案", closed_on="2026-02-01"),
            line(two, "N2"),
            ("N3", gone, "在办", None, None, None, None),
        )
        listed(home, sheet(tmp_path / "a.xlsx", *rows))
        export(home)
        by = {"actor": home.centre, "at": time.now()}
        explain_difference(
            difference_id=Difference.objects.get(kind="handler").pk, words="已反馈国家系统", key="x", **by
        )
        bad = sheet(tmp_path / "b.xlsx", line(one, "N1", state="飞升", filed_on="2026-02-30"), rows[2])
        preview = take_list(court_id=home.court.pk, path=bad, name="三月清单.xlsx", key="l2", **by)
        row = Difference.objects.filter(state="open").first()
        for path, name in (
            ("", "differences"),
            ("?state=explained", "explained"),
            ("lists/", "lists"),
            (f"lists/{preview.pk}/", "preview"),
            ("exports/", "exports"),
            (f"differences/{row.pk}/assign/", "assign"),
            (f"differences/{row.pk}/explain/", "explain"),
            (f"cases/{three.pk}/number", "number"),
        ):
            page = visit(f"/national/{path}", user=home.centre, width=width)
            assert_sound(page)
            shoot(page, f"national-{name}")
