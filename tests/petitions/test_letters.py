"""Letters from parties: their clock, their answer, who hears of it (HD-15, JZ-27)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from cases.models import Access, Case, Party
from courts.models import User
from deadlines.models import Deadline
from deadlines.sweep import sweep
from events import relay
from events.models import Event
from kernel import time
from kernel.errors import BadInput, Conflict, NotFound, WrongState
from notices.models import Message
from petitions.actions.letters import answer_letter, hand_over_letter, write_letter
from petitions.models import Letter
from petitions.selectors import unanswered
from supervision.replay import differences, replay, stored
from tests.factories.cases import House, assigned, filing, house, key
from tests.factories.courts import person
from tests.factories.pages import client_of, hidden, words

pytestmark = pytest.mark.django_db


def reader_of(case: Case, role: str = "applicant") -> User:
    """A person who follows the case for its first party of a role."""
    party = Party.objects.filter(case=case, role=role).order_by("id")[0]
    user = person(kind="party", name=party.name)
    Access.objects.create(user=user, case=case, side=role, party=party)
    return user


def case_of(home: House, filed_on: str = "2025-02-10", **fields: Any) -> Case:
    with time.travel(f"{filed_on} 09:00"):
        return assigned(home, filing(filed_on, **fields))


def write(case: Case, user: User, **changes: Any) -> Event:
    access = Access.objects.get(user=user, case=case)
    given = {"topic": "progress", "words": "请问评估什么时候出结果？", "at": time.now(), "key": key()}
    return write_letter(
        **{"case_id": case.pk, "party_id": access.party_id, "actor": user, **given, **changes}
    )


def clock(letter: Letter) -> Deadline:
    return Deadline.objects.get(subject_id=letter.subject_id)


@pytest.mark.req("HD-15")
def test_the_answer_is_due_24_hours_later_to_the_minute_even_on_a_saturday() -> None:
    case = case_of(house((), ("haidian",)))
    with time.travel("2025-03-07 18:30"):
        write(case, reader_of(case))
    row = clock(Letter.objects.get())
    assert row.rule_id == "HD-D-03"
    assert time.local(row.due_at) == dt.datetime(2025, 3, 8, 18, 30, tzinfo=time.SHANGHAI)


@pytest.mark.req("HD-15")
@pytest.mark.parametrize(("when", "state"), [("2025-03-08 18:30", "met"), ("2025-03-08 18:31", "met_late")])
def test_an_answer_at_the_last_minute_is_in_time_and_one_later_is_not(when: str, state: str) -> None:
    home = house((), ("haidian",))
    case = case_of(home)
    with time.travel("2025-03-07 18:30"):
        write(case, reader_of(case))
    letter = Letter.objects.get()
    with time.travel(when):
        answer_letter(letter_id=letter.pk, words="已出结果。", actor=home.handler, at=time.now(), key=key())
    assert clock(letter).state == state
    events = Event.objects.filter(stream=case.about)
    assert differences(replay(events), stored(case)) == []


@pytest.mark.req("JZ-27")
def test_without_a_limit_in_the_pack_an_old_letter_is_unanswered_but_not_overdue() -> None:
    home = house(("JZ-2023",))
    case = case_of(home)
    with time.travel("2025-03-03 09:00"):
        write(case, reader_of(case))
    with time.travel("2025-03-06 09:00"):
        (row,) = unanswered(home.handler, time.now())
        page = words(client_of(home.handler).get("/letters/"))
    assert (row.due_at, row.is_overdue, row.hours, row.suggested) == (None, False, 72, 24)
    assert not Deadline.objects.filter(subject_id=row.letter.subject_id).exists()
    assert "已等待 72 小时" in page
    assert "超过回复期限" not in page


@pytest.mark.req("HD-15")
def test_the_binding_clock_is_shown_as_late_in_the_list() -> None:
    home = house((), ("haidian",))
    case = case_of(home)
    with time.travel("2025-03-07 18:30"):
        write(case, reader_of(case))
    with time.travel("2025-03-08 18:30"):
        assert [row.is_overdue for row in unanswered(home.handler, time.now())] == [False]
    with time.travel("2025-03-08 18:31"):
        assert "超过回复期限 1 条" in words(client_of(home.handler).get("/letters/"))


def test_the_handler_answers_on_the_page_and_the_writer_is_told_by_sms_with_the_link(settings: Any) -> None:
    settings.PORTAL_URL = "https://zx.example.cn/my/"
    home = house()
    case = case_of(home)
    with time.travel("2025-03-07 10:00"):
        write(case, reader_of(case))
    letter = Letter.objects.get()
    assert Message.objects.filter(to_user=home.handler, link=f"/letters/{letter.pk}/").count() == 1
    with time.travel("2025-03-07 11:00"):
        client = client_of(home.handler)
        form = client.get(f"/letters/{letter.pk}/")
        given = {"act_key": hidden(form, "act_key"), "reply": "下周出评估结果。"}
        assert client.post(f"/letters/{letter.pk}/", given).status_code == 302
    letter.refresh_from_db()
    assert (letter.reply, letter.replied_by) == ("下周出评估结果。", home.handler)
    text = Message.objects.get(topic="letter_answered").text
    assert "https://zx.example.cn/my/" in text
    assert "评估" not in text


def test_a_second_tap_is_the_same_letter_and_a_key_of_another_is_refused() -> None:
    case = case_of(house())
    user, same = reader_of(case), key()
    first = write(case, user, key=same)
    assert write(case, user, key=same) == first
    assert Letter.objects.count() == 1
    other = Party.objects.get(case=case, role="respondent").pk
    with pytest.raises(Conflict):
        write(case, user, key=same, party_id=other)


def test_nobody_writes_for_the_other_side_nor_after_the_access_has_ended() -> None:
    case = case_of(house())
    user = reader_of(case)
    with pytest.raises(NotFound):
        write(case, user, party_id=Party.objects.get(case=case, role="respondent").pk)
    Access.objects.filter(user=user).update(until=dt.date(2025, 3, 1))
    with pytest.raises(NotFound):
        write(case, user)
    assert not Letter.objects.exists()


@pytest.mark.parametrize(
    ("given", "field"),
    [({"words": " \x00 "}, "words"), ({"words": "问" * 2001}, "words"), ({"topic": "x"}, "topic")],
)
def test_bad_input_is_refused_by_field_and_nothing_is_written(given: dict[str, str], field: str) -> None:
    case = case_of(house())
    with pytest.raises(BadInput) as refused:
        write(case, reader_of(case), **given)
    assert refused.value.field == field
    assert not Letter.objects.exists()


def test_it_is_answered_once_and_only_by_who_sees_the_case() -> None:
    home, other = house(), house()
    case = case_of(home)
    write(case, reader_of(case))
    letter = Letter.objects.get()
    given = {"letter_id": letter.pk, "words": "好。", "at": time.now()}
    with pytest.raises(NotFound):
        answer_letter(**given, actor=other.handler, key=key())
    answer_letter(**given, actor=home.handler, key=key())
    with pytest.raises(WrongState):
        answer_letter(**given, actor=home.handler, key=key())


@pytest.mark.req("HD-15")
def test_an_overdue_answer_goes_to_the_leader() -> None:
    home = house((), ("haidian",))
    case = case_of(home)
    with time.travel("2025-03-07 18:30"):
        write(case, reader_of(case))
    with time.travel("2025-03-09 09:00"):
        while relay.run():
            pass
        sweep()
        while relay.run():
            pass
    assert Message.objects.filter(rule_id="HD-D-03", to_user=home.leader).exists()


def test_a_draft_is_kept_and_no_party_sees_it() -> None:
    home = house((), ("haidian",))
    case = case_of(home)
    user = reader_of(case)
    with time.travel("2025-03-07 18:30"):
        write(case, user)
        letter = Letter.objects.get()
        client = client_of(home.handler)
        form = client.get(f"/letters/{letter.pk}/")
        given = {"act_key": hidden(form, "act_key"), "reply": "草稿内容在此", "draft": "1"}
        assert client.post(f"/letters/{letter.pk}/", given).status_code == 302
        assert "草稿内容在此" in words(client.get(f"/letters/{letter.pk}/"))
        assert "草稿" not in words(client_of(user).get(f"/my/cases/{case.pk}/letters/"))
    assert clock(letter).state == "running"
    assert not Message.objects.filter(topic="letter_answered").exists()
    answer_letter(letter_id=letter.pk, words="好。", actor=home.handler, at=time.now(), key=key())
    letter.refresh_from_db()
    assert letter.draft == ""
    kinds = list(
        Event.objects.filter(stream=case.about, kind__startswith="letter.")
        .order_by("seq")
        .values_list("kind", flat=True)
    )
    assert kinds == ["letter.received", "letter.read", "letter.drafted", "letter.answered"]
    case.refresh_from_db()
    assert differences(replay(Event.objects.filter(stream=case.about)), stored(case)) == []


def test_a_letter_is_handed_to_a_colleague_of_the_team_with_the_reason_and_its_clock_runs_on() -> None:
    home, away = house((), ("haidian",)), house()
    case = case_of(home)
    with time.travel("2025-03-07 18:30"):
        write(case, reader_of(case))
        letter = Letter.objects.get()
        due = clock(letter).due_at
        given = {"letter_id": letter.pk, "actor": home.handler, "at": time.now()}
        for to, reason, field in (
            (away.handler, "休假", "to"),
            (home.handler, "休假", "to"),
            (home.clerk, " ", "reason"),
        ):
            with pytest.raises(BadInput) as refused:
                hand_over_letter(**given, to=to, reason=reason, key=key())
            assert refused.value.field == field
        client = client_of(home.handler)
        form = client.get(f"/letters/{letter.pk}/")
        moved = {
            "move-act_key": hidden(form, "move-act_key"),
            "move-to": home.clerk.pk,
            "move-reason": "休假",
        }
        assert client.post(f"/letters/{letter.pk}/move/", moved).status_code == 302
        assert "周书记" in words(client.get("/letters/"))
    letter.refresh_from_db()
    assert (letter.handler, clock(letter).due_at) == (home.clerk, due)
    assert Message.objects.filter(to_user=home.clerk, link=f"/letters/{letter.pk}/").count() == 1
    assert Event.objects.get(kind="letter.handed_over").data["reason"] == "休假"
    case.refresh_from_db()
    assert differences(replay(Event.objects.filter(stream=case.about)), stored(case)) == []


def test_a_quick_text_begins_the_answer_and_sends_nothing() -> None:
    home = house()
    case = case_of(home)
    write(case, reader_of(case), topic="money")
    letter = Letter.objects.get()
    page = client_of(home.handler).post(f"/letters/{letter.pk}/", {"reply": "张三：", "quick": "1"})
    assert page.status_code == 200
    assert (
        page.context["form"]["reply"].value()
        == "张三：\n您好，案款已经到账，正在办理发放手续，发放后会用短信告诉您。"
    )
    letter.refresh_from_db()
    assert letter.reply == ""


def test_who_is_to_answer_has_read_it_and_the_writer_sees_when() -> None:
    home = house((), ("haidian",))
    case = case_of(home)
    user = reader_of(case)
    with time.travel("2025-03-07 10:00"):
        write(case, user)
    letter, page = Letter.objects.get(), f"/my/cases/{case.pk}/letters/"
    with time.travel("2025-03-07 10:30"):
        client_of(home.leader).get(f"/letters/{letter.pk}/")
    assert not Event.objects.filter(kind="letter.read").exists(), "a leader who looks does not answer it"
    assert "承办人未读" in words(client_of(user).get(page))
    with time.travel("2025-03-07 11:00"):
        for _n in range(2):
            client_of(home.handler).get(f"/letters/{letter.pk}/")
    event = Event.objects.get(kind="letter.read")
    assert (event.stream, event.data["letter"], event.actor) == (case.about, letter.pk, home.handler.actor)
    assert "承办人 2025年3月7日 11:00 已读" in words(client_of(user).get(page))
    assert clock(letter).state == "running", "reading is no answer"
    assert differences(replay(Event.objects.filter(stream=case.about)), stored(case)) == []
