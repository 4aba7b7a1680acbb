"""Rows, cells, pills and buttons drawn in Python: escaped as templates escape, and without a template a cell."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.template import Template
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from desk.components_list import list_sample

HOSTILE = '<b onclick="x()">\'&'
SHOWN = "&lt;b onclick=&quot;x()&quot;&gt;&#x27;&amp;"


def table(*cells: dict[str, Any], **row: Any) -> str:
    """A table of one row."""
    rows = [{"cells": list(cells), **row}]
    context = {"caption": "", "columns": [{"label": "甲"}], "groups": [{"rows": rows}]}
    return render_to_string("components/table.html", context)


def test_every_text_of_a_row_is_escaped() -> None:
    words = ("text", "sub", "url", "sub_tone", "label", "kind")
    cell = {name: HOSTILE for name in words} | {"tags": [{"text": HOSTILE, "note": HOSTILE, "tone": HOSTILE}]}
    acts = [{"label": HOSTILE, "url": HOSTILE, "hint": HOSTILE, "icon": HOSTILE, "key": HOSTILE}]
    acts += [{"label": HOSTILE, "name": HOSTILE, "value": HOSTILE, "formaction": HOSTILE}]
    other = {
        "pill": {"state": HOSTILE, "text": HOSTILE},
        "amount": {"text": HOSTILE, "capitals": HOSTILE, "tone": HOSTILE},
        "actions": acts,
        "menu": [{"label": HOSTILE, "url": HOSTILE, "icon": HOSTILE}],
        "menu_label": HOSTILE,
    }
    drawn = table(cell, other, id=HOSTILE, select_label=HOSTILE, select_value=HOSTILE)
    assert drawn.count(SHOWN) == 30
    assert "<b " not in drawn
    assert 'x()"' not in drawn


def test_what_is_known_to_be_safe_stays_and_days_are_written_as_templates_write_them() -> None:
    drawn = table({"text": mark_safe("<b>甲</b>"), "sub": dt.date(2026, 11, 20)})  # noqa: S308
    assert "<b>甲</b>" in drawn
    assert "<small>2026年11月20日</small>" in drawn


def test_a_cell_with_a_partial_of_its_own_gets_the_cell_and_the_row() -> None:
    drawn = table(
        {"template": "desk/_officer_choice.html", "name": "n7", "label": "承办人", "options": []}, id=7
    )
    assert 'data-label="承办人"' in drawn
    assert "<select" in drawn


@pytest.mark.parametrize("rows", [1, 50])
def test_a_table_costs_no_template_a_row(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    sample = list_sample()
    row = sample["groups"][0]["rows"][0]
    context = {"caption": "", "columns": sample["columns"], "groups": [{"title": "甲", "rows": [row] * rows}]}
    asked: list[str] = []
    plain = Template._render
    monkeypatch.setattr(
        Template, "_render", lambda self, context: asked.append(self.name) or plain(self, context)
    )

    drawn = render_to_string("components/table.html", context)

    assert drawn.count("data-row") == rows
    assert asked == ["components/table.html"]
