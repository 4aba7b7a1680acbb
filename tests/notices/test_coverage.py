"""Who was told, what was not, and why: per case and per court."""

from __future__ import annotations

import datetime as dt

import pytest

from kernel import time
from notices import delivery
from notices.coverage import Push, court_coverage, coverage, uncovered_pushes
from notices.models import Message, Template
from notices.outbox import cancel
from notices.providers import Outcome, Result
from notices.states import Reason, State
from tests.factories import courts as people
from tests.factories.notices import Scripted, text, waiting

pytestmark = pytest.mark.django_db
AT = time.at_local(dt.date(2023, 4, 24), 9)
BOTH = ("applicant", "respondent")
# JZ-P-01 .. JZ-P-06: the six nodes of 荆中法发〔2023〕10号 三(一)1.
SIX = {
    "JZ-P-01": ("立案", ("case_filed",)),
    "JZ-P-02": ("分案", ("case_assigned",)),
    "JZ-P-03": ("网络查控", ("network_feedback_received", "property_controlled")),
    "JZ-P-04": ("评估", ("reference_price_started", "reference_price_set")),
    "JZ-P-05": ("拍卖", ("auction_announced", "auction_closes")),
    "JZ-P-06": ("结案", ("case_closed",)),
}
PUSHES = [Push(rule, topic, BOTH, on) for rule, (topic, on) in SIX.items()]
TOPICS = [topic for topic, _on in SIX.values()]


@pytest.fixture
def court():
    for topic in ("case_filed", "case_assigned", "network_control", "valuation", "auction", "case_closed"):
        for audience in BOTH:
            text(topic, audience)
    return people.court()


def tell(court, topic, audience, **fields):
    return waiting(court, at=AT, topic=topic, audience=audience, party_ref=f"party:{audience}", **fields)


def tell_all(court, topics=TOPICS):
    return [tell(court, topic, audience) for topic in topics for audience in BOTH]


def send(provider=None, at=AT):
    with time.travel(at):
        delivery.deliver(provider=provider or Scripted())


def report(court, happened=TOPICS, pushes=PUSHES):
    return coverage(court_id=court.pk, about="case:12", pushes=pushes, happened=happened)


@pytest.mark.req("JZ-09")
def test_six_nodes_told_to_both_sides_are_six_of_six_and_a_deleted_text_uncovers_its_node(court):
    tell_all(court)
    send()

    whole = report(court)
    assert (whole.score, whole.uncovered) == ((6, 6), ())
    assert all(row.told_at == AT and row.is_covered for row in whole.rows)
    assert len(whole.rows) == 12

    Template.objects.filter(topic="valuation", audience="respondent").delete()

    gap = report(court)
    assert (gap.score, gap.uncovered) == ((5, 6), ("valuation",))
    row = next(row for row in gap.rows if not row.is_covered)
    assert (row.audience, row.why, row.told_at) == ("respondent", (Reason.RETIRED,), AT)
    assert row.why_text == "已告知，但文本已停用"


def test_only_nodes_that_happened_count(court):
    tell_all(court, TOPICS[:3])
    send()

    some = report(court, happened=TOPICS[:3])
    assert some.score == (3, 3)
    assert [row.happened for row in some.rows] == [True] * 6 + [False] * 6


def test_a_node_that_nothing_was_written_for_says_so(court):
    gap = report(court, happened=["立案"])

    assert (gap.score, gap.uncovered) == ((0, 1), ("case_filed",))
    assert {row.why for row in gap.rows if row.happened} == {(Reason.MISSING,)}


@pytest.mark.parametrize(
    ("fields", "state", "why"),
    [
        ({"number": ""}, State.NOT_SENT, Reason.NO_NUMBER),
        ({"imported": True}, State.NOT_SENT, Reason.IMPORTED),
        ({"withheld_for": "control"}, State.WITHHELD, Reason.HOLD),
    ],
)
def test_a_side_not_told_has_its_reason_and_the_other_side_is_told(court, fields, state, why):
    tell(court, "立案", "applicant")
    tell(court, "立案", "respondent", **fields)
    send()

    rows = {row.audience: row for row in report(court).rows if row.topic == "case_filed"}
    assert rows["applicant"].is_covered
    assert (rows["respondent"].told_at, rows["respondent"].why) == (None, (why,))
    assert rows["respondent"].parties[0].state == state


def test_a_failure_shows_until_the_message_that_replaces_it_arrives(court):
    old = tell(court, "立案", "applicant")
    send(Scripted(sends=[lambda one: Outcome(one.message_id, Result.REFUSED, bad_number=True)]))
    assert report(court).rows[0].why == (Reason.BAD_NUMBER,)

    new = tell(court, "立案", "applicant")
    Message.objects.filter(pk=new.pk).update(replaces=old)
    send()

    assert report(court).rows[0].is_covered


def test_every_party_of_a_side_must_be_told(court):
    tell(court, "立案", "respondent")
    waiting(court, at=AT, topic="立案", audience="respondent", party_ref="party:9", number="")
    send()

    row = report(court).rows[1]
    assert not row.is_covered
    assert {party.party_ref: party.why for party in row.parties} == {
        "party:respondent": "",
        "party:9": Reason.NO_NUMBER,
    }


def test_a_cancelled_message_counts_for_nothing(court):
    message = tell(court, "立案", "applicant")
    cancel(keys=[message.key], at=AT)

    assert report(court).rows[0].parties == ()


def test_a_rule_whose_event_another_rule_told_of_is_covered_by_that_message(court):
    """Of several rules for one event one message goes out (TJ-P-01 beside JZ-P-01)."""
    pushes = [*PUSHES, Push("TJ-P-01", "案件基本信息", BOTH, ("case_filed", "case_assigned"))]
    tell_all(court, ["立案", "分案"])
    send()

    both = report(court, happened=["立案", "分案", "案件基本信息"], pushes=pushes)
    assert both.score == (3, 3)
    assert [row.is_covered for row in both.rows if row.rule_id == "TJ-P-01"] == [True, True]

    without_events = [Push(push.rule_id, push.topic, push.audiences) for push in pushes]
    assert report(court, happened=["案件基本信息"], pushes=without_events).score == (0, 1)


def test_the_report_takes_two_statements(court, django_assert_num_queries):
    tell_all(court)
    with django_assert_num_queries(2):
        report(court)


def test_other_cases_do_not_count(court):
    tell(court, "立案", "applicant", about="case:13", case_id=13)
    send()

    assert report(court).rows[0].parties == ()
    assert coverage(court_id=court.pk, case_id=13, pushes=PUSHES, happened=["立案"]).rows[0].is_covered
    with pytest.raises(ValueError, match="about or case_id"):
        coverage(court_id=court.pk, pushes=PUSHES, happened=[])


def test_the_summary_of_a_court(court, django_assert_num_queries):
    other = people.court()
    for number in range(3):
        tell(court, "立案", "applicant", about=f"case:{number}")
    tell(court, "立案", "applicant", number="")
    tell(court, "立案", "respondent", withheld_for="control")
    tell(other, "立案", "applicant")
    waiting(court, at=AT + dt.timedelta(days=40), topic="立案")
    send()
    Template.objects.filter(topic="auction").delete()

    with django_assert_num_queries(2):
        rows = court_coverage(
            court_id=court.pk, since=AT, until=AT + dt.timedelta(days=30), pushes=[PUSHES[0], PUSHES[4]]
        )

    figures = {(row.topic, row.audience): row for row in rows}
    filed = figures["case_filed", "applicant"]
    assert (filed.intended, filed.told, filed.pending, filed.why) == (4, 3, 0, {Reason.NO_NUMBER: 1})
    withheld = figures["case_filed", "respondent"]
    assert (withheld.told, withheld.pending, withheld.why) == (0, 1, {Reason.HOLD: 1})
    assert [figures["auction", side].has_text for side in BOTH] == [False, False]
    assert figures["auction", "applicant"].intended == 0


def test_pushes_without_a_text_are_listed(court):
    Template.objects.filter(topic="auction", audience="respondent").update(active=False)
    text("auction", "respondent", court=people.court())

    assert uncovered_pushes(court_id=court.pk, pushes=PUSHES) == [("JZ-P-05", "auction", "respondent")]
