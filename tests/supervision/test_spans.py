"""统计期: what an address says, and the periods before."""

from __future__ import annotations

import datetime as dt

import pytest

from kernel.errors import BadInput
from supervision.indicators.spans import last_spans, span_around, span_of


@pytest.mark.parametrize(
    ("text", "first", "last", "words"),
    [
        ("2024-02", "2024-02-01", "2024-02-29", "2024年2月"),
        ("2023-Q2", "2023-04-01", "2023-06-30", "2023年第2季度"),
        ("2025", "2025-01-01", "2025-12-31", "2025年"),
        ("2025-03-01..2025-04-05", "2025-03-01", "2025-04-05", "2025年3月1日至2025年4月5日"),
    ],
)
def test_a_period_is_read(text: str, first: str, last: str, words: str) -> None:
    span = span_of(text)
    assert (span.first.isoformat(), span.last.isoformat(), span.words) == (first, last, words)
    assert span_of(span.text) == span


@pytest.mark.parametrize(
    "text", ["", "2025-13", "2025-Q5", "2025-02-30..2025-03-01", "2025-05-01..2025-04-01", "0000"]
)
def test_what_is_no_period_is_refused_in_words(text: str) -> None:
    with pytest.raises(BadInput, match="统计期"):
        span_of(text)


def test_twelve_periods_end_with_the_one_asked_for() -> None:
    months = last_spans(span_of("2025-02"), 12)
    assert [months[0].text, months[-2].text, months[-1].text] == ["2024-03", "2025-01", "2025-02"]
    assert [span.text for span in last_spans(span_of("2025-Q1"), 3)] == ["2024-Q3", "2024-Q4", "2025-Q1"]
    days = span_of("2025-03-11..2025-03-20")
    assert days.before().text == "2025-03-01..2025-03-10"
    assert span_around("quarter", dt.date(2025, 12, 31)).text == "2025-Q4"
