"""The party's pages: one's own side only, light, kept by ETag, and what one can do there."""

from __future__ import annotations

import datetime as dt
import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Access, Case, Party, Subject
from courts.models import User
from desk.words import ACTS
from documents.actions.render import render_due
from documents.models import File, Paper
from events.models import Event
from kernel import time
from petitions.models import Letter
from portal.actions.drafts import forget_clue_drafts, save_clue_draft
from portal.models import ClueDraft
from portal.selectors.drafts import clue_draft_of
from portal.selectors.history import BOTH, KEPT_BACK, OWN, lines
from portal.urls import urlpatterns
from tests.factories.cases import House, assign, complete, filed, filing, house
from tests.factories.courts import person
from tests.factories.documents import jpeg
from tests.factories.pages import client_of, hidden, words
from tests.petitions.test_letters import case_of, reader_of, write
from tests.walks.stage import money, on, pay, payee

pytestmark = pytest.mark.django_db
PAGES = ("case", "money", "papers", "letters", "clue", "account")
ROOT = Path(__file__).resolve().parents[2]


def url(name: str, *args: int) -> str:
    return reverse(f"portal:{name}", args=args)


@pytest.mark.parametrize("name", PAGES)
def test_a_party_opens_its_own_case_and_nobody_else_does(name: str) -> None:
    home, other = house(), house()
    case, foreign = case_of(home), case_of(other)
    mine, theirs = reader_of(case), reader_of(foreign)
    address = url(name, case.pk)
    assert client_of(mine).get(address).status_code == 200
    for user in (theirs, home.handler, other.handler, person(kind="party")):
        assert client_of(user).get(address).status_code == 404


def test_every_address_of_a_case_is_among_those_tried() -> None:
    assert {row.name for row in urlpatterns if "<int:pk>" in str(row.pattern)} == {
        *PAGES,
        "paper",
        "codes",
        "account_withdraw",
        "letter_file",
    }


@pytest.mark.parametrize("name", PAGES)
def test_a_sealed_case_an_ended_access_and_a_staff_access_open_nothing(name: str) -> None:
    case = case_of(house())
    user = reader_of(case)
    Access.objects.filter(user=user).update(until="2025-01-01")
    assert client_of(user).get(url(name, case.pk)).status_code == 404
    Access.objects.filter(user=user).update(until=None)
    Case.objects.filter(pk=case.pk).update(sealed=True)
    assert client_of(user).get(url(name, case.pk)).status_code == 404


def test_papers_are_those_addressed_to_ones_side() -> None:
    home = house()
    case = case_of(home)
    render_all()
    made = {paper.facts.get("addressee"): paper for paper in Paper.objects.filter(case_id=case.pk)}
    assert made, "filing drafts at least one paper"
    for role, name, foreign in (("applicant", "张三", "李四"), ("respondent", "李四", "张三")):
        client = client_of(reader_of(case, role))
        page = words(client.get(url("papers", case.pk)))
        if name in made:
            assert made[name].zh in page
            response = client.get(url("paper", case.pk, made[name].pk))
            assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
            assert b"".join(response.streaming_content).startswith(b"%PDF")
            for close in response._resource_closers:
                close()
        if foreign in made:
            assert client.get(url("paper", case.pk, made[foreign].pk)).status_code == 404


def render_all() -> None:
    while render_due(at=time.now()):
        pass


def test_the_other_side_hears_nothing_of_property_nor_of_anybodys_numbers() -> None:
    home = house()
    case = case_of(home)
    client = client_of(reader_of(case, "respondent"))
    Subject.objects.create(case=case, kind="property", label="鄂D12345 轿车")
    for name in PAGES:
        page = client.get(url(name, case.pk)).content.decode()
        assert "鄂D12345" not in page
        assert "13800000001" not in page
        assert "13900000001" not in page


def test_money_in_is_shown_to_both_and_money_out_to_who_got_it() -> None:
    home = house()
    with on("2025-02-10 09:00"):
        case = filed(home, filing("2025-02-10"))
        assign(home, case)
    with on("2025-02-11 09:00"):
        to = payee(home, case)
    with on("2025-02-12 09:00"):
        receipt = money(home, case, "5000.00", "S1")
    with on("2025-02-13 09:00"):
        pay(home, case, receipt, to, "B1")
    for role, sees in (("applicant", True), ("respondent", False)):
        page = words(client_of(reader_of(case, role)).get(url("money", case.pk)))
        assert "¥5,000.00" in page
        assert ("发给您的钱" in page) is sees
        assert "6217" not in page


def test_a_letter_and_its_answer_are_seen_by_its_side_only() -> None:
    home = house(("JZ-2023",))
    case = case_of(home)
    user, other = reader_of(case), reader_of(case, "respondent")
    client = client_of(user)
    form = client.get(url("letters", case.pk))
    given = {
        "act_key": hidden(form, "act_key"),
        "party": hidden(form, "party"),
        "topic": "money",
        "words": "<script>alert(1)</script>什么时候发钱",
    }
    assert client.post(url("letters", case.pk), given).status_code == 302
    page = client.get(url("letters", case.pk))
    assert "什么时候发钱" in words(page)
    assert "<script>alert" not in page.content.decode()
    assert "什么时候发钱" not in words(client_of(other).get(url("letters", case.pk)))
    assert "您的留言已收到" not in words(client_of(other).get(url("case", case.pk)))


def test_another_partys_number_in_the_form_is_refused() -> None:
    case = case_of(house())
    client = client_of(reader_of(case))
    foreign = Party.objects.get(case=case, role="respondent").pk
    given = {"act_key": "x", "party": foreign, "topic": "money", "words": "问"}
    assert client.post(url("letters", case.pk), given).status_code == 422
    assert not Letter.objects.exists()


def test_a_clue_from_the_portal_opens_its_clock_for_the_handler() -> None:
    case = case_of(house())
    client = client_of(reader_of(case))
    form = client.get(url("clue", case.pk))
    given = {name: hidden(form, name) for name in ("act_key", "party")}
    answer = client.post(url("clue", case.pk), {**given, "words": "县城有门面房", "specific": "on"})
    assert answer.status_code == 302
    assert case.nodes.filter(kind="clue_verification", state="open").count() == 1


def test_what_is_filled_in_is_kept_when_refused_and_says_what_to_do() -> None:
    case = case_of(house())
    client = client_of(reader_of(case))
    form = client.get(url("letters", case.pk))
    given = {
        "act_key": hidden(form, "act_key"),
        "party": hidden(form, "party"),
        "topic": "money",
        "words": "",
    }
    response = client.post(url("letters", case.pk), given)
    assert response.status_code == 422
    assert "请填写" in words(response)
    long = client.post(url("letters", case.pk), {**given, "words": "字" * 2001})
    assert long.status_code == 422
    assert "最多 2000 个字，现在有 2001 个字" in words(long)
    assert "字" * 2001 in long.content.decode()
    assert not re.search(r"<textarea[^>]*maxlength", form.content.decode()), "the browser would cut it unsaid"
    wrong = SimpleUploadedFile("a.exe", b"MZ" * 40)
    refused = client.post(url("letters", case.pk), {**given, "words": "见照片", "photos": [wrong]})
    assert "不能接收这种文件。可以上传" in words(refused)


def first_load(client: Any, address: str) -> int:
    """Bytes of page, style sheet and icons as they are sent, compressed."""
    page = client.get(address).content
    static = [
        ROOT / "static/css/portal.css",
        ROOT / "static/icons/portal.svg",
        ROOT / "static/img/favicon.svg",
    ]
    return sum(len(gzip.compress(part)) for part in [page, *(path.read_bytes() for path in static)])


def test_the_first_load_is_below_60_kib_and_the_second_is_not_sent_again() -> None:
    home = house()
    case = case_of(home)
    client = client_of(reader_of(case))
    assert first_load(client, url("case", case.pk)) < 60 * 1024
    first = client.get(url("case", case.pk))
    again = {"HTTP_IF_NONE_MATCH": first["ETag"]}
    assert client.get(url("case", case.pk), **again).status_code == 304
    complete_any(home, case, client)
    assert client.get(url("case", case.pk), **again).status_code == 200


def test_who_sends_something_gets_a_receipt_number() -> None:
    case = case_of(house())
    client = client_of(reader_of(case))
    complete_any(house(), case, client)
    subject = Subject.objects.get(case=case, kind="clue")
    assert f"回执号 X{subject.pk:06d}" in words(client.get(url("case", case.pk)))
    form = client.get(url("letters", case.pk))
    given = {name: hidden(form, name) for name in ("act_key", "party")}
    page = client.post(
        url("letters", case.pk), {**given, "topic": "progress", "words": "进展？"}, follow=True
    )
    assert words(page).count(f"回执号 L{Letter.objects.get().pk:06d}") == 2


def complete_any(home: House, case: Case, client: Any) -> None:
    """Something happens in the case."""
    form = client.get(url("clue", case.pk))
    given = {name: hidden(form, name) for name in ("act_key", "party")}
    client.post(url("clue", case.pk), {**given, "words": "门面房"})


@pytest.mark.parametrize("name", ["case", "letters"])
def test_a_page_has_a_fixed_number_of_queries(name: str) -> None:
    case = case_of(house())
    user = reader_of(case)
    client = client_of(user)
    counts = []
    for _n in range(3):
        write(case, user)
        with CaptureQueriesContext(connection) as seen:
            client.get(url(name, case.pk))
        counts.append(len(seen))
    assert counts[1] == counts[2] <= 26


def test_large_print_stays_over_sign_out_and_goes_back_only_to_our_pages() -> None:
    case = case_of(house())
    client = client_of(reader_of(case))
    back = client.post("/my/large", {"back": url("case", case.pk)})
    assert back["Location"] == url("case", case.pk)
    assert 'class="c-big"' in client.get(url("case", case.pk)).content.decode()
    client.post("/my/logout")
    assert 'class="c-big"' in client.get("/my/login").content.decode()
    for evil in ("https://evil.example/my/", "//evil.example", "/my//evil"):
        assert client.post("/my/large", {"back": evil})["Location"].startswith("/my/")


def test_a_party_arrives_at_its_only_case_and_else_at_the_list() -> None:
    home = house()
    case = case_of(home)
    user = reader_of(case)
    assert client_of(user).get("/", follow=True).redirect_chain[-1][0] == url("case", case.pk)
    second = case_of(home, "2025-02-11")
    party = Party.objects.get(case=second, role="applicant")
    Access.objects.create(user=user, case=second, side="applicant", party=party)
    page = words(client_of(user).get("/my/"))
    assert case.number in page
    assert second.number in page


def steps(user: User, case: Case) -> str:
    return words(client_of(user).get(url("case", case.pk)))


def test_the_five_steps_follow_the_case() -> None:
    home = house()
    with on("2025-02-10 09:00"):
        case = filed(home, filing("2025-02-10"))
        user = reader_of(case)
        assert "现在：法院已立案" in steps(user, case)
        assign(home, case)
        page = steps(user, case)
        assert "现在：法院正在查找被执行人的财产" in page
        assert "还剩" in page
    with on("2025-02-12 09:00"):
        money(home, case, "5000.00", "S1")
        assert "现在：案款已经到账" in steps(user, case)


def test_photos_of_a_clue_are_kept_with_the_case_and_what_is_no_picture_keeps_nothing() -> None:
    case = case_of(house())
    client = client_of(reader_of(case))
    form = client.get(url("clue", case.pk))
    given = {
        **{name: hidden(form, name) for name in ("act_key", "party")},
        "words": "西山路 8 号有一间门面房",
    }
    photos = [SimpleUploadedFile(f"{n}.jpg", jpeg(), "image/jpeg") for n in range(2)]
    bad = SimpleUploadedFile("车库.jpg", b"MZ\x90\x00" * 9, "image/jpeg")
    refused = client.post(url("clue", case.pk), {**given, "photos": [photos[0], bad]})
    assert (refused.status_code, "车库.jpg" in words(refused)) == (422, True)
    many = [SimpleUploadedFile(f"{n}.jpg", jpeg(), "image/jpeg") for n in range(7)]
    assert "最多 6 张" in words(client.post(url("clue", case.pk), {**given, "photos": many}))
    assert not File.objects.exclude(kind="paper").exists()
    assert not Event.objects.filter(kind="clue.received").exists()
    photos[0].seek(0)
    for _n in range(2):
        for photo in photos:
            photo.seek(0)
        assert client.post(url("clue", case.pk), {**given, "photos": photos}).status_code == 302
    event = Event.objects.get(kind="clue.received")
    kept = File.objects.exclude(kind="paper").order_by("pk")
    assert [file.pk for file in kept] == event.data["files"]
    assert {(file.case_id, file.media_type) for file in kept} == {(case.pk, "image/jpeg")}


def photo(name: str = "门牌.jpg", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, jpeg() if content is None else content, "image/jpeg")


def test_pictures_go_with_a_letter_and_with_its_answer_and_to_nobody_else() -> None:
    home = house(("JZ-2023",))
    case = case_of(home)
    user, other = reader_of(case), reader_of(case, "respondent")
    client, desk = client_of(user), client_of(home.handler)
    page = client.get(url("letters", case.pk))
    given = {name: hidden(page, name) for name in ("act_key", "party")} | {
        "topic": "other",
        "words": "见照片",
    }
    refused = client.post(url("letters", case.pk), {**given, "photos": [photo("a.jpg", b"MZ not a picture")]})
    assert (refused.status_code, Letter.objects.count(), File.objects.filter(kind="upload").count()) == (
        422,
        0,
        0,
    )
    many = client.post(url("letters", case.pk), {**given, "photos": [photo() for _ in range(7)]})
    assert "照片太多" in words(many)
    assert client.post(url("letters", case.pk), {**given, "photos": [photo()]}).status_code == 302
    letter = Letter.objects.get()
    (sent,) = letter.files
    form = desk.get(f"/letters/{letter.pk}/")
    assert f"/files/{sent}" in form.content.decode()
    answer = {"act_key": hidden(form, "act_key"), "reply": "已收到", "photos": [photo("现场.jpg")]}
    assert desk.post(f"/letters/{letter.pk}/", answer).status_code == 302
    letter.refresh_from_db()
    (back,) = letter.reply_files
    stray = File.objects.exclude(pk__in=[sent, back]).filter(case_id=case.pk).first()
    for file, who, status in ((sent, client, 200), (back, client, 200), (sent, client_of(other), 404)):
        answered = who.get(url("letter_file", case.pk, file))
        assert answered.status_code == status
        for close in getattr(answered, "_resource_closers", ()):
            close()
    assert client.get(url("letter_file", case.pk, stray.pk if stray else 1)).status_code == 404
    assert "照片 1" in words(client.get(url("letters", case.pk)))


def test_a_clue_half_written_is_kept_for_its_writer_alone_and_goes_when_it_is_sent() -> None:
    home = house()
    case = case_of(home)
    user, agent = reader_of(case), reader_of(case)
    client = client_of(user)
    page = client.get(url("clue", case.pk))
    given = {name: hidden(page, name) for name in ("act_key", "party")} | {"words": "李四在城东有一间门面"}
    assert client.post(url("clue", case.pk), {**given, "draft": "keep"}).status_code == 302
    assert "城东有一间门面" in client.get(url("clue", case.pk)).content.decode()
    assert "城东有一间门面" not in client_of(agent).get(url("clue", case.pk)).content.decode()
    assert not Event.objects.filter(kind="clue.received").exists()
    empty = client.post(url("clue", case.pk), {**given, "words": " ", "draft": "keep"})
    assert empty.status_code == 422
    foreign = Party.objects.get(case=case, role="respondent").pk
    assert client.post(url("clue", case.pk), {**given, "party": foreign, "draft": "keep"}).status_code == 422
    assert client.post(url("clue", case.pk), given).status_code == 302
    assert not ClueDraft.objects.exists()
    with time.travel("2025-02-11 09:00"):
        save_clue_draft(
            case_id=case.pk,
            party_id=int(given["party"]),
            words="旧",
            specific=False,
            urgent=False,
            actor=user,
            at=time.now(),
        )
    with time.travel("2025-03-14 09:01"):
        assert clue_draft_of(user, case, time.now()) is None
        assert forget_clue_drafts(at=time.now()) == 1


def test_a_paper_says_when_and_how_it_was_sent() -> None:
    home = house()
    case = case_of(home)
    with time.travel("2025-02-11 10:00"):
        given = {"channel": "electronic", "sent_on": "2025-02-11", "platform_ref": "E-1"}
        complete(case, "enforcement_notice", home.handler, **given, with_report_order=False)
    render_all()
    assert "2025年2月11日（周二） 电子送达；" in words(
        client_of(reader_of(case, "respondent")).get(url("papers", case.pk))
    )
    assert "电子送达" not in words(client_of(reader_of(case)).get(url("papers", case.pk)))


def test_of_every_kind_of_act_it_is_decided_whether_a_party_reads_of_it_and_in_which_words() -> None:
    known = set(ACTS)
    assert {*BOTH, *OWN, *KEPT_BACK} >= known, (
        "a new kind of act: say what the parties read of it, or keep it back"
    )
    assert not (set(BOTH) | set(OWN)) & KEPT_BACK
    told = [
        Event(
            kind=kind,
            seq=n,
            effective_on=dt.date(2025, 2, 10),
            data={"letter": 7, "party": 1, "parties": [1]},
        )
        for n, kind in enumerate([*BOTH, *OWN, *sorted(KEPT_BACK)])
        if kind not in KEPT_BACK
    ]
    mine, theirs = lines(told, {1}), lines(told, {2})
    assert [str(line["words"]) for line in theirs] == [str(words) for words in BOTH.values()]
    assert len(mine) == len(told)
    assert all(not re.search("[A-Za-z_.]", str(line["words"])) for line in mine)
