"""E2E-08, the figures: a quarter's in-time rate with its late numbers, the year of two courts, the average of 75 days."""

from __future__ import annotations

from courts.models import CourtPack
from kernel import time
from regimes.formulas import standing_of
from supervision.actions.figures import issue_figure, keep_figures
from supervision.indicators import drilling
from supervision.indicators.declared import line_of
from supervision.indicators.drilling import Asked
from supervision.indicators.rows import Figure
from supervision.indicators.spans import last_spans, span_of
from tests.factories.cases import House, house, key
from tests.factories.courts import court
from tests.factories.indicators import limit, owning, reviewed, stood
from tests.factories.pages import client_of, main
from tests.walks.stage import Story, on


def figures(story: Story) -> None:
    """The command centre's figures, each from the pages or rows that people see."""
    home = house(features=("tianjin",))
    late = quarter(home)
    with on("2023-06-30 18:00"):
        issued = issue_figure(
            court=home.court, code="TJ-I-01.1", period="2023-Q2", words="季度通报", actor=home.centre, at=time.now(), key=key()
        )  # fmt: skip
        asked = Asked(line_of("TJ-I-01.1"), span_of("2023-Q2"), (home.court.pk,), "missing")
        listed = sorted(row.case.number for row in drilling.every(home.centre, asked))
    story.expect("quarter: 92.00% in time", lambda: f"{issued.value:.2f}" == "92.00")
    story.expect("quarter: the 16 late case numbers", lambda: listed == late and len(listed) == 16)
    commentary(story)
    year(story)


def quarter(home: House) -> list[str]:
    """200 due, 184 in time; the numbers of the other 16."""
    late = []
    for place in range(200):
        in_time = place < 184
        case = stood(home.court, "2022-11-30", "2023-05-20" if in_time else "2023-06-20")
        owning(case)
        limit(case, "2023-05-31")
        late += [] if in_time else [case.number]
    return sorted(late)


def commentary(story: Story) -> None:
    """Two first-time cases of 60 and 90 days in Luoyang."""
    home = house(packs=("LY-2021",))
    for closed_on in ("2023-05-02", "2023-06-01"):
        stood(home.court, "2023-03-03", closed_on)
    with on("2023-06-18 09:00"):
        keep_figures([home.court.pk], [span_of("2023-01-01..2023-06-18")], at=time.now())
        shown = Figure.objects.get(court=home.court, indicator="LY-I-05", level="court")
        page = main(client_of(home.centre).get("/supervision/indicators?period=2023-01-01..2023-06-18"))
    story.expect(
        "commentary: average 75.0 days is red against 70",
        lambda: (
            f"{shown.value:.1f}" == "75.0"
            and standing_of(shown.value, line_of("LY-I-05.1").calc) == "missed"
            and "75.0 日" in page
        ),
    )


def year(story: Story) -> None:
    """201 due, 181 in time; 40 reviewed, 39 qualified; beside another court."""
    home = house(features=("tianjin",))
    other = court(packs=("JZ-2023",), parent=home.court.parent)
    CourtPack.objects.create(court=home.court.parent, code="CASES-2018", position=5, features=["tianjin"])
    for where, due, done in ((home.court, 201, 181), (other, 10, 9)):
        for place in range(due):
            case = stood(where, "2025-01-06", "2025-07-01" if place < done else "2025-12-30")
            owning(case)
            limit(case, "2025-07-07")
            if place < 40:
                reviewed(case, "2025-06-30", passed=place != 5)
    with on("2025-12-31 18:00"):
        keep_figures([home.court.pk, other.pk], last_spans(span_of("2025"), 2), at=time.now())
        client = client_of(home.superior)
        table = main(
            client.get(f"/supervision/indicators/compare?a={home.court.pk}&b={other.pk}&period=2025")
        )
    story.expect("year: in time 90.05%", lambda: "90.05%" in table and "181/201" in table)
    story.expect("year: qualified 97.50%", lambda: "97.50%" in table and "39/40" in table)
    story.expect(
        "year: two-court table",
        lambda: home.court.name in table and other.name in table and "90.00%" in table and "9/10" in table,
    )
