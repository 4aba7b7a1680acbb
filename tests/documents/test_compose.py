"""Facts to the words of the paper: escaped, cited by the day, with what is optional left out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from documents import catalogue, compose, law
from documents.facts import freeze
from tests.factories import documents as factory


def body(
    code: str, *, on: dt.date = dt.date(2023, 5, 4), secret: dict[str, Any] | None = None, **changes: Any
) -> str:
    kind = catalogue.kind(code)
    secrets = factory.secrets(code) if secret is None else secret
    facts = freeze(kind, factory.facts(code, **changes), secrets, court=factory.COURT, on=on)
    return compose.html_of(kind, number="（2023）鄂9903执12号", facts={**facts.open, **facts.secret})


@pytest.mark.parametrize("code", list(catalogue.kinds()))
def test_facts_are_escaped(code: str) -> None:
    html = body(code, cause="<script>alert(1)</script>", respondents=["<b>李四</b>"], secret={})
    assert "<script>" not in html
    assert "<b>李四" not in html
    assert "&lt;b&gt;李四" in html


def test_braces_in_a_fact_are_only_text() -> None:
    assert "{clerk}[cpl.notice]" in body("freeze_ruling", property=["{clerk}[cpl.notice]"], secret={})


def test_the_law_is_that_of_the_day() -> None:
    assert "第二百四十九条" in body("freeze_ruling", on=dt.date(2023, 12, 29))
    assert "第二百五十三条" in body("freeze_ruling", on=dt.date(2024, 1, 2))


def test_unverified_law_is_marked_and_verified_law_is_not() -> None:
    assert law.UNVERIFIED in body("termination_ruling", on=dt.date(2024, 4, 12))
    assert law.UNVERIFIED not in body("execution_notice", on=dt.date(2024, 4, 12))


def test_the_notice_orders_performance_and_names_late_interest() -> None:
    """执行规定 第22条: the notice orders performance, and says that late interest or a late fee is owed."""
    html = body("execution_notice")
    assert "责令你（单位）自收到本通知之日起立即履行下列义务" in html
    assert "加倍支付迟延履行期间的债务利息" in html
    assert "支付迟延履行金" in html


def test_the_report_order_has_its_five_contents() -> None:
    """财产调查规定 第四条: time limit, scope and period, supplement, liability, and the form."""
    html = body("report_order")
    for words in (
        "收到本令之日起十日内",
        "前一年",
        "自变动之日起十日内向本院补充报告",
        "予以罚款、拘留",
        "纳入失信被执行人名单",
        "被执行人财产调查表",
    ):
        assert words in html


def test_the_freeze_is_limited_and_dated() -> None:
    html = body("freeze_ruling")
    assert "人民币60000元（大写：陆万元整）为限" in html
    assert "自2023年5月4日起至2024年5月3日止" in html
    assert "（账号：6227000000000000026）" in html
    assert html.count("账号：") == 1


def test_one_judge_signs_alone_and_a_panel_has_a_presiding_judge() -> None:
    assert "审　判　长" not in body("freeze_ruling")
    html = body("termination_ruling")
    assert html.count("审　判　长") == 1
    assert html.count("审　判　员") == 2


def test_the_ruling_has_a_row_for_each_element() -> None:
    rows = factory.FACTS["termination_ruling"]["elements"]
    html = body("termination_ruling")
    assert html.count("<tr>") == len(rows) + 1
    for item, day, result in rows:
        assert f"<td>{item}</td><td>{day}</td><td>{result}</td>" in html


def test_what_is_not_given_leaves_no_gap() -> None:
    html = body("execution_notice", account_name=None, account_bank=None, clerk=None, secret={})
    assert "案款账户" not in html
    assert "书 记 员" not in html


def test_the_template_digest_changes_with_the_paper_and_its_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    notice, order = (catalogue.kind(code) for code in ("execution_notice", "report_order"))
    before = compose.template_digest(notice)
    assert before == compose.template_digest(notice) != compose.template_digest(order)
    monkeypatch.setattr("documents.fonts.digest", lambda: "other fonts")
    assert compose.template_digest(notice) != before
