"""分案 and 移交: whom the load proposes, one or all at once, what moves, who may."""

from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import pytest
from openpyxl import load_workbook

from cases.actions.assigning import assign_case
from cases.models import Batch, Case, Node
from courts.models import User
from desk.selectors.assigning import assignment, handover, moving
from events.models import Event
from kernel import time
from tests.factories.cases import House, applicant, assigned, filed, filing, house, key, respondent
from tests.factories.courts import person, unit
from tests.factories.pages import client_of, hidden, main

pytestmark = pytest.mark.django_db
AT = "2023-04-24 10:00"


@pytest.fixture
def home() -> House:
    with time.travel("2023-04-24 09:30"):
        return house()


@pytest.fixture
def colleague(home: House) -> User:
    return person(home.court, "handler", unit=unit(home.court, name="速执团队"), name="欧阳明")


def waiting(home: House, number: int = 1) -> list[Case]:
    with time.travel("2023-04-24 09:30"):
        return [
            filed(home, filing("2023-04-24", applicant(f"甲{n}"), respondent(f"乙{n}")))
            for n in range(number)
        ]


def held(home: House, number: int = 1) -> list[Case]:
    with time.travel("2023-04-24 09:30"):
        return [
            assigned(home, filing("2023-04-24", applicant(f"丙{n}"), respondent(f"丁{n}")))
            for n in range(number)
        ]


def test_the_lightest_is_proposed_and_each_proposal_counts(home: House, colleague: User) -> None:
    held(home, 2)
    waiting(home, 4)
    with time.travel(AT):
        found = assignment(user=home.centre, at=time.now())
    assert [row.proposed for row in found.cases] == [
        colleague.pk,
        colleague.pk,
        home.handler.pk,
        colleague.pk,
    ]
    assert [officer.words for officer in found.officers[home.court.pk]] == [
        "欧阳明（速执团队，在办 0 件）",
        f"李明法（{home.team.name}，在办 2 件）",
    ]


def test_one_case_is_given_to_the_chosen_handler(home: House, colleague: User) -> None:
    first, second = waiting(home, 2)
    client = client_of(home.centre)
    with time.travel(AT):
        page = client.get("/assign")
        given = {
            "act_key": hidden(page, "act_key"),
            "one": first.pk,
            f"owner_{first.pk}": home.handler.pk,
            f"owner_{second.pk}": colleague.pk,
        }
        assert client.post("/assign/preview", given)["Location"] == "/assign"
        after = client.get("/assign")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.owner, first.team) == (home.handler, home.team)
    assert second.owner is None
    assert "已分案 1 件" in main(after)
    assert "1 件等待分案" in main(after)


def test_all_are_given_after_a_look_at_who_gets_how_many(home: House, colleague: User) -> None:
    cases = waiting(home, 3)
    client = client_of(home.centre)
    chosen = {
        f"owner_{case.pk}": who.pk
        for case, who in zip(cases, (colleague, colleague, home.handler), strict=True)
    }
    with time.travel(AT):
        preview = client.post("/assign/preview", {"act_key": "k", **chosen})
        assert "分案 3 件" in main(preview)
        assert "欧阳明 2 件，分后在办 2 件" in main(preview)
        assert Case.objects.filter(owner__isnull=True).count() == 3, (
            "nothing is written before it is confirmed"
        )
        given = {"act_key": hidden(preview, "act_key"), **chosen}
        for _click in range(2):
            assert client.post("/assign/all", given)["Location"] == "/assign"
    assert [Case.objects.get(pk=case.pk).owner for case in cases] == [colleague, colleague, home.handler]
    assert Event.objects.filter(kind="case.assigned").count() == 3


def test_a_case_that_is_refused_does_not_hold_up_the_others(home: House, colleague: User) -> None:
    first, second = waiting(home, 2)
    client = client_of(home.centre)
    with time.travel(AT):
        assign_case(
            case_id=first.pk, owner=home.handler, team=None, actor=home.centre, at=time.now(), key=key()
        )
        Case.objects.filter(pk=first.pk).update(state="running")
        client.post(
            "/assign/all",
            {"act_key": "k", f"owner_{first.pk}": colleague.pk, f"owner_{second.pk}": colleague.pk},
        )
        page = main(client.get("/assign"))
    assert "已分案 1 件" in page
    assert f"{first.number}没有分出：案件执行中，不能再分案。" in page
    second.refresh_from_db()
    assert second.owner == colleague


def test_who_may_assign_and_of_which_court(home: House) -> None:
    case = waiting(home)[0]
    assert client_of(home.handler).get("/assign").status_code == 403
    with time.travel(AT):
        other = house()
        assert "没有等待分案的案件" in main(client_of(other.centre).get("/assign"))
        client_of(other.centre).post("/assign/all", {"act_key": "k", f"owner_{case.pk}": other.handler.pk})
    case.refresh_from_db()
    assert case.owner is None


def test_assignment_takes_the_same_queries_for_one_case_and_for_many(
    home: House, django_assert_num_queries
) -> None:
    user = User.objects.get(pk=home.centre.pk)
    assert user.scope.courts
    for number in (1, 9):
        waiting(home, number)
        with time.travel(AT):
            with django_assert_num_queries(7):
                found = assignment(user=user, at=time.now(), size=1)
            if found.next:
                with django_assert_num_queries(7):
                    assignment(user=user, at=time.now(), after=found.next, size=4)


def test_those_who_wait_are_turned_exported_and_given_away_whole(
    home: House, colleague: User, monkeypatch
) -> None:
    monkeypatch.setattr(assignment, "__kwdefaults__", {**assignment.__kwdefaults__, "size": 2})
    monkeypatch.setattr("desk.exporting.TOGETHER", 2)
    held(home, 2)
    cases = waiting(home, 5)
    client = client_of(home.centre)
    with time.travel(AT):
        whole = [row.proposed for row in assignment(user=home.centre, at=time.now(), size=9).cases]
        pages = [client.get("/assign")]
        while address := pages[-1].context["next_url"]:
            pages.append(client.get(address))
        shown = [row for page in pages for group in page.context["groups"] for row in group["rows"]]
        chosen = [
            option["value"] for row in shown for option in row["cells"][4]["options"] if option["selected"]
        ]
        assert [row["id"] for row in shown] == [case.pk for case in cases]
        assert chosen == whole, "a page goes on where the one before it would leave the loads"
        assert client.get(pages[1].context["prev_url"]).context["groups"] == pages[0].context["groups"]
        assert "5 件等待分案" in main(pages[1])
        book = load_workbook(BytesIO(client.get("/assign?format=xlsx").getvalue()))
        text = "\n".join(str(cell) for row in book.worksheets[0].values for cell in row)
        assert [case.number in text for case in cases] == [True] * 5
        # All of them, as they stand now: one that comes later is not among them, one that changes is refused.
        address = client.post("/assign/freeze", {"act_key": hidden(pages[0], "act_key")})["Location"]
        later = waiting(home, 1)[0]
        batch = Batch.objects.get()
        assert (batch.kind, batch.whole, batch.rows.count()) == ("assign", True, 5)
        draft = client.get(address)
        assert "每人分到 欧阳明 3 件，分后在办 3 件" in main(draft)
        rows = {row.case_id: row for row in batch.rows.all()}
        given = {f"r{row.pk}-owner": row.values["owner"] for row in rows.values()}
        assert client.post(address, {**given, "act": "apply"}).status_code == 422
        given[f"r{rows[cases[0].pk].pk}-owner"] = ""
        assert "请选择承办人" in main(client.post(address, {**given, "act": "confirm"}))
        given[f"r{rows[cases[0].pk].pk}-owner"] = home.handler.pk
        Case.objects.filter(pk=cases[4].pk).update(version=99)
        done = main(client.post(address, {**given, "act": "confirm"}, follow=True))
    assert "共 5 条，办成 4 条，没有办成 1 条" in done
    assert "在选定后被改动过，本次没有分案" in done
    owners = [Case.objects.get(pk=case.pk).owner_id for case in (*cases, later)]
    assert owners == [home.handler.pk, *whole[1:4], None, None]
    assert Case.objects.get(pk=cases[0].pk).team == home.team


def test_no_more_are_given_away_at_once_than_the_page_says(home: House, colleague: User, monkeypatch) -> None:
    monkeypatch.setattr("desk.views.assigning.MOST", 2)
    cases = waiting(home, 3)
    client = client_of(home.centre)
    with time.travel(AT):
        monkeypatch.setattr(assignment, "__kwdefaults__", {**assignment.__kwdefaults__, "size": 1})
        page = client.get("/assign")
        assert "最早的 2 件按建议分案…" in main(page)
        assert "一次最多 2 件" in main(page)
        client.post("/assign/freeze", {"act_key": hidden(page, "act_key")})
    assert list(Batch.objects.get().rows.order_by("case").values_list("case_id", flat=True)) == [
        case.pk for case in cases[:2]
    ]


def test_numbers_that_no_case_can_have_are_no_cases(home: House) -> None:
    client = client_of(home.centre)
    huge = "9" * 30
    with time.travel(AT):
        given = {"act_key": "k", f"owner_{huge}": huge}
        assert client.post("/assign/preview", given).status_code == 302
        assert client.post("/assign/all", given).status_code == 302
        sent = {"act_key": "k", "from": huge, "selected": [huge], "owner": huge, "reason": "x"}
        assert client.post("/handover/preview", sent).status_code == 422
        assert client.post("/handover/freeze", sent).status_code == 302
    assert not Batch.objects.exists()


def test_a_hand_over_is_chosen_checked_and_done(home: House, colleague: User) -> None:
    cases = held(home, 3)
    client = client_of(home.leader)
    with time.travel(AT):
        assert "先选择移交人" in main(client.get("/handover"))
        page = client.get(f"/handover?from={home.handler.pk}")
        assert "李明法在办 3 件，勾选要移交的案件" in main(page)
        given = {
            "from": home.handler.pk,
            "selected": [cases[0].pk, cases[2].pk],
            "owner": colleague.pk,
            "reason": "岗位调整",
            "act_key": hidden(page, "act_key"),
        }
        preview = client.post("/handover/preview", given)
        text = main(preview)
        assert "案件 2 件" in text
        assert "接收人 欧阳明（速执团队） 在办 0 件，接收后 2 件" in text
        assert "移交后在办 1 件" in text
        number = Node.objects.open().filter(case_id__in=given["selected"]).count()
        assert f"未办节点 {number} 个" in text
        assert not Event.objects.filter(kind="case.handed_over").exists()
        given["act_key"] = hidden(preview, "act_key")
        for _click in range(2):
            response = client.post("/handover/confirm", given)
    assert Event.objects.filter(kind="case.handed_over").count() == 2
    moved = Case.objects.filter(owner=colleague)
    assert set(moved.values_list("pk", flat=True)) == {cases[0].pk, cases[2].pk}
    assert set(moved.values_list("team__name", flat=True)) == {"速执团队"}
    assert response.status_code in (302, 422)


def test_what_is_missing_comes_back_with_what_was_ticked(home: House, colleague: User) -> None:
    case = held(home)[0]
    client = client_of(home.leader)
    with time.travel(AT):
        given = {"from": home.handler.pk, "owner": "", "reason": "", "selected": [case.pk], "act_key": "k"}
        refused = client.post("/handover/preview", given)
        assert refused.status_code == 422
        assert "请选择接收人。" in main(refused)
        assert "请写明移交理由" in main(refused)
        assert "checked" in refused.content.decode().partition(f'value="{case.pk}"')[2].partition(">")[0]
        none = client.post(
            "/handover/preview", {**given, "selected": [], "owner": colleague.pk, "reason": "调整"}
        )
    assert "没有选择案件。请勾选要移交的案件。" in main(none)


def test_more_than_fifty_ask_for_the_number(home: House, colleague: User, monkeypatch) -> None:
    monkeypatch.setattr("desk.views.assigning.TYPED_FROM", 1)
    cases = held(home, 2)
    client = client_of(home.leader)
    given = {
        "from": home.handler.pk,
        "selected": [case.pk for case in cases],
        "owner": colleague.pk,
        "reason": "调整",
        "act_key": "k",
    }
    with time.travel(AT):
        assert "请输入“2”以确认" in main(client.post("/handover/preview", given))
        assert "输入的件数不对" in main(client.post("/handover/confirm", {**given, "typed": "3"}))
        assert Case.objects.filter(owner=colleague).count() == 0
        client.post("/handover/confirm", {**given, "typed": "2"})
    assert Case.objects.filter(owner=colleague).count() == 2


def test_only_cases_in_reach_are_offered_and_moved(home: House, colleague: User) -> None:
    case = held(home)[0]
    assert client_of(home.handler).get("/handover").status_code == 403
    with time.travel(AT):
        other = house()
        assert "没有可以移交的案件" in main(client_of(other.leader).get("/handover"))
        found = handover(user=other.centre, giver_id=home.handler.pk, at=time.now())
        assert (found.giver, found.lines) == (None, [])
        assert moving(user=other.centre, case_ids=[case.pk], at=time.now()).cases == []
        given = {
            "from": home.handler.pk,
            "selected": [case.pk],
            "owner": colleague.pk,
            "reason": "x",
            "act_key": "k",
        }
        assert client_of(other.leader).post("/handover/confirm", given).status_code == 422
    case.refresh_from_db()
    assert case.owner == home.handler


def test_receivers_are_the_courts_other_handlers_with_their_load(home: House, colleague: User) -> None:
    held(home)
    with time.travel(AT):
        found = handover(user=home.leader, giver_id=home.handler.pk, at=time.now())
    assert [(o.name, o.cases) for o in found.receivers] == [("欧阳明", 0)]
    assert [(o.name, o.cases) for o in found.givers] == [("李明法", 1)]


def test_what_one_holds_is_turned_exported_and_handed_over_whole(
    home: House, colleague: User, monkeypatch, django_assert_num_queries
) -> None:
    monkeypatch.setattr(handover, "__kwdefaults__", {**handover.__kwdefaults__, "size": 2})
    monkeypatch.setattr("desk.exporting.TOGETHER", 2)
    cases = held(home, 5)
    client = client_of(home.leader)
    first = f"/handover?from={home.handler.pk}"
    with time.travel(AT):
        user = User.objects.get(pk=home.leader.pk)
        assert user.scope.teams
        for size in (1, 4):
            with django_assert_num_queries(8):
                handover(user=user, giver_id=home.handler.pk, at=time.now(), size=size)
        pages = [client.get(first)]
        while address := pages[-1].context["next_url"]:
            pages.append(client.get(address))
        shown = [row["id"] for page in pages for group in page.context["groups"] for row in group["rows"]]
        assert shown == [case.pk for case in cases]
        assert client.get(pages[1].context["prev_url"]).context["groups"] == pages[0].context["groups"]
        book = load_workbook(BytesIO(client.get(f"{first}&format=xlsx").getvalue()))
        text = "\n".join(str(cell) for row in book.worksheets[0].values for cell in row)
        assert [case.number in text for case in cases] == [True] * 5
        # What is ticked on the second page stays on it, refused or confirmed.
        given = {"from": home.handler.pk, "selected": [cases[3].pk], "after": pages[0].context["next_url"]}
        given["after"] = parse_qs(urlsplit(given["after"]).query)["after"][0]
        refused = client.post("/handover/preview", {**given, "owner": "", "reason": "", "act_key": "k"})
        assert [row["selected"] for row in refused.context["groups"][0]["rows"]] == [False, True]
        both = {**given, "owner": colleague.pk, "reason": "调整", "act_key": "k"}
        preview = client.post("/handover/preview", both)
        assert "案件 1 件" in main(preview)
        assert hidden(preview, "after") == given["after"]
        # All of them.
        assert "移交全部 5 件…" in main(pages[1])
        sent = {"from": home.handler.pk, "act_key": hidden(pages[1], "act_key")}
        address = client.post("/handover/freeze", sent)["Location"]
        later = held(home, 1)[0]
        assert list(Batch.objects.get().rows.order_by("case").values_list("case_id", flat=True)) == shown
        client.post(address, {"act": "apply", "owner": colleague.pk, "reason": "调整"})
        assert "共 5 条，办成 5 条" in main(client.post(address, {"act": "confirm"}, follow=True))
    assert set(Case.objects.filter(pk__in=shown).values_list("owner_id", flat=True)) == {colleague.pk}
    later.refresh_from_db()
    assert later.owner == home.handler
