"""Citations follow the text in force on the day of the paper, and say when nobody has checked them."""

import datetime as dt

import pytest

from documents import law


@pytest.mark.parametrize(
    ("on", "article"),
    [
        (dt.date(2023, 12, 31), "第二百四十七条"),
        (dt.date(2024, 1, 1), "第二百五十一条"),
        (dt.date(2022, 1, 1), "第二百四十七条"),
        (dt.date(2021, 12, 31), "第二百四十条"),
    ],
)
def test_the_article_is_that_of_the_day(on: dt.date, article: str) -> None:
    assert law.cite(["cpl.notice"], on)[0].articles == (article,)


def test_articles_of_one_document_stand_together() -> None:
    clause = law.clause(["cpl.notice", "rules.notice", "cpl.late_interest"], dt.date(2024, 3, 1))
    assert clause == (
        "《中华人民共和国民事诉讼法》第二百五十一条、第二百六十四条，"
        "《最高人民法院关于人民法院执行工作若干问题的规定（试行）》第22条"
    )


def test_an_unverified_article_is_marked() -> None:
    citation = law.cite(["termination.conditions"], dt.date(2024, 3, 1))[0]
    assert not citation.verified
    assert str(citation).endswith("第一条〔待核实〕")
    assert law.unverified(["cpl.notice", "termination.conditions"], dt.date(2024, 3, 1)) == [str(citation)]


def test_before_the_first_text_we_know_the_citation_is_uncertain() -> None:
    assert not law.cite(["rules.notice"], dt.date(2019, 5, 1))[0].verified


def test_an_unknown_article_is_an_error() -> None:
    with pytest.raises(LookupError, match="cpl.nothing"):
        law.cite(["cpl.nothing"], dt.date(2024, 3, 1))
    with pytest.raises(LookupError, match="nowhere"):
        law.cite(["nowhere.notice"], dt.date(2024, 3, 1))


def test_texts_of_one_document_hold_the_same_articles() -> None:
    for name, document in law.law().items():
        held = [set(text["articles"]) for text in document["texts"]]
        assert all(each == held[0] for each in held), name
