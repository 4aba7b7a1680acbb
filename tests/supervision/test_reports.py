"""阶段报告 (JZ-05): four sections, prefilled, due at the quarter's end, sent, received; who has not sent theirs is listed."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pikepdf
import pytest

from kernel import time
from kernel.errors import BadInput, Conflict, NotAllowed, WrongState
from notices.models import Message
from supervision.actions.reports import receive_report, remind_reports, save_report, submit_report
from supervision.indicators.reporting import asked_of
from supervision.indicators.rows import QuarterReport
from supervision.indicators.spans import span_of
from tests.factories.cases import House, house, key
from tests.factories.indicators import stood
from tests.factories.pages import client_of, hidden, main

pytestmark = pytest.mark.django_db
TITLES = ("阶段工作", "经验做法", "困难问题", "下步打算")
SPAN = span_of("2023-Q2")


@pytest.fixture
def home() -> House:
    return house()


def saved(home: House, *, version: int = 0, **words: str) -> QuarterReport:
    written = {title: "已写" for title in TITLES} | words
    return save_report(
        court=home.court,
        span=SPAN,
        words=written,
        seen_version=version,
        actor=home.director,
        at=time.now(),
        key=key(),
    )


@pytest.mark.req("JZ-05")
def test_due_on_the_last_day_of_the_quarter_or_the_next_working_day(home: House) -> None:
    def due(text: str) -> str | None:
        wanted = asked_of(home.court.pk, span_of(text), dt.date(2024, 3, 1))
        assert wanted is not None
        assert wanted.sections == TITLES
        return wanted.due_on.isoformat() if wanted.due_on else None

    assert due("2023-Q1") == "2023-03-31"
    assert due("2023-Q2") == "2023-06-30"
    assert due("2023-Q3") == "2023-10-07", "30 September 2023 is a holiday; 7 October is worked"
    assert due("2023-Q4") == "2024-01-02"
    assert due("2024-Q1") is None, "the campaign is over"
    assert asked_of(house(packs=("SQ-2022",)).court.pk, SPAN, dt.date(2023, 6, 1)) is None


@pytest.mark.req("JZ-05")
def test_four_sections_or_it_is_not_sent(home: House) -> None:
    with time.travel("2023-06-29 10:00"):
        stood(home.court, "2023-04-03", "2023-06-01")
        report = saved(home, 困难问题=" ")
        given = {"report_id": report.pk, "at": time.now()}
        with pytest.raises(BadInput, match="困难问题"):
            submit_report(**given, actor=home.director, key=key())
        with pytest.raises(Conflict):
            saved(home)
        report = saved(home, version=1, 困难问题="人手少")
        with pytest.raises(WrongState):
            receive_report(**given, actor=home.superior, key=key())
        same = key()
        for _n in range(2):
            report = submit_report(**given, actor=home.director, key=same)
        assert dict((row[0], row[1]) for row in report.figures)["执结率"] == "100.00%"
        assert report.state == "submitted"
        with pytest.raises(WrongState):
            saved(home, version=2)
        with pytest.raises(NotAllowed):
            receive_report(**given, actor=home.director, key=key())
        with pytest.raises(NotAllowed):
            receive_report(**given, actor=house().superior, key=key())
        assert receive_report(**given, actor=home.superior, key=key()).state == "received"


def test_who_may_write(home: House) -> None:
    given = {"court": home.court, "span": SPAN, "words": {}, "seen_version": 0, "at": time.now()}
    for actor in (home.handler, home.superior, house().director):
        with pytest.raises(NotAllowed):
            save_report(**given, actor=actor, key=key())
    with pytest.raises(BadInput):
        save_report(**{**given, "words": {TITLES[0]: "字" * 20_001}}, actor=home.director, key=key())
    assert not QuarterReport.objects.exists()


@pytest.mark.req("JZ-05")
def test_who_has_not_sent_theirs_is_listed_and_reminded(home: House) -> None:
    other = house()
    with time.travel("2023-06-28 09:00"):
        assert remind_reports(at=time.now()) >= 2
        assert remind_reports(at=time.now()) == 0
        report = saved(other)
        submit_report(report_id=report.pk, actor=other.director, at=time.now(), key=key())
    told = Message.objects.filter(to_user=home.director, topic="阶段报告", text__startswith="2023年第2")
    assert "即将到期" in told.get().text
    with time.travel("2023-07-03 09:00"):
        page = main(client_of(home.superior).get("/supervision/reports?late=1"))
        assert home.court.name in page
        assert "逾期 3 日" in page
        theirs = main(client_of(other.superior).get("/supervision/reports"))
        assert "已报送" in theirs
        remind_reports(at=time.now())
    assert told.filter(text__contains="已经逾期").count() == 1
    assert (
        Message.objects.filter(
            to_user=other.director, text__contains="已经逾期", text__startswith="2023年第2"
        ).count()
        == 0
    )


@pytest.mark.req("JZ-05")
def test_a_report_from_draft_to_received_on_the_pages(home: House) -> None:
    path = f"/supervision/reports/{home.court.pk}/2023-Q2"
    with time.travel("2023-06-30 10:00"):
        client, above = client_of(home.director), client_of(home.superior)
        assert above.get(path).status_code == 404
        form = client.get(path)
        given = {f"section-{n}": f"第{n}部分" for n in range(4)}
        client.post(path, {**given, "act_key": hidden(form, "act_key"), "version": "0"})
        assert above.get(path).status_code == 404, "a draft is nobody else's to read"
        stale = client.post(path, {**given, "act_key": "other", "version": "0"})
        assert stale.status_code == 422
        assert "刚被别人修改" in stale.content.decode()
        report = QuarterReport.objects.get()
        client.post(f"/supervision/reports/acts/{report.pk}/submit", {"act_key": "a"})
        page = main(above.get(path))
        assert "第3部分" in page
        above.post(f"/supervision/reports/acts/{report.pk}/receive", {"act_key": "b"})
        report.refresh_from_db()
        assert report.state == "received"
        paper, sheet = (above.get(f"{path}.{kind}") for kind in ("pdf", "xlsx"))
        assert client_of(house().superior).get(path).status_code == 404
    assert len(pikepdf.open(io.BytesIO(paper.content)).pages) >= 1
    book = openpyxl.load_workbook(io.BytesIO(sheet.content))
    assert [row[0].value for row in book["报告"].rows][1:] == list(TITLES)
