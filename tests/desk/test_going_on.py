"""下一件, 常用语 and drafts: an officer goes on through the day, and an idle sign-out loses no word."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Node
from courts.models import User
from desk.actions import drafts as draft_verbs
from desk.actions.drafts import drop_draft, forget_drafts, save_draft
from desk.actions.phrases import add_phrase
from desk.models import FormDraft, Phrase
from desk.selectors.position import position_of
from desk.selectors.worklist import Asked
from kernel import time
from kernel.errors import BadInput
from tests.cases.test_batches import acceptance_values
from tests.factories.cases import House, applicant, assigned, filing, house, respondent
from tests.factories.pages import client_of, hidden, main

pytestmark = pytest.mark.django_db
NOW = "2023-04-25 10:00"
LIST = "kind=acceptance"


@pytest.fixture
def home() -> House:
    with time.travel("2023-04-24 08:00"):
        return house(packs=("LY-2021",))


def three(home: House) -> list[Node]:
    """The same node of three cases, in the order of the worklist."""
    for number in range(3):
        with time.travel(f"2023-04-24 09:3{number}"):
            assigned(home, filing("2023-04-24", applicant(f"张{number}"), respondent()))
    return list(Node.objects.filter(kind="acceptance", state="open").order_by("pk"))


def test_after_a_node_the_next_of_the_list_stands_open_with_its_place(home: House) -> None:
    one, two, three_ = three(home)
    client = client_of(home.handler)

    def address(node: Node) -> str:
        return f"/cases/{node.case_id}/?from=worklist%3Fkind%3Dacceptance&node={node.pk}#node-{node.pk}"

    def do(node: Node) -> str:
        page = client.get(address(node))
        sent = {"from": f"worklist?{LIST}", **acceptance_values()}
        sent |= {name: hidden(page, name) for name in ("act_key", "seen_version", "seen_seq")}
        return client.post(f"/cases/{node.case_id}/nodes/{node.pk}/", sent)["Location"]

    with time.travel(NOW):
        shown = client.get(address(two))
        assert "第 2 / 3 件" in main(shown)
        assert address(one).replace("&", "&amp;") in shown.content.decode()
        assert do(two) == address(three_), "what comes after it, under the same conditions"
        assert "下面是下一件" in main(client.get(address(three_)))
        assert "第 2 / 2 件" in main(client.get(address(three_)))
        assert do(three_) == address(one), "at the end: what was passed over"
        page = client.get(address(one))
        sent = {"from": f"worklist?{LIST}", **acceptance_values()}
        sent |= {name: hidden(page, name) for name in ("act_key", "seen_version", "seen_seq")}
        late = assigned(home, filing("2023-04-25", applicant("后来"), respondent()))
        new = Node.objects.get(case=late, kind="acceptance")
        for _click in range(2):
            answered = client.post(f"/cases/{one.case_id}/nodes/{one.pk}/", sent)
            assert answered["Location"] == address(new), "a hurried second click goes the same way"
        assert do(new) == f"/worklist?{LIST}"
        assert "没有下一件了" in main(client.get(f"/worklist?{LIST}"))


def test_the_place_costs_the_same_however_long_the_list_and_counts_none(home: House, monkeypatch) -> None:
    first = three(home)[0]
    monkeypatch.setattr("desk.selectors.position.MOST", 5)

    def asked() -> list[str]:
        user = User.objects.get(pk=home.handler.pk)
        assert user.scope.roles
        with time.travel(NOW), CaptureQueriesContext(connection) as queries:
            place = position_of(user=user, asked=Asked(kind="acceptance"), node_id=first.pk, at=time.now())
        assert (place.number, place.total, place.more) == (1, min(number, 5), number > 5)
        return [query["sql"] for query in queries]

    number = 3
    few = asked()
    for number in range(4, 8):
        with time.travel("2023-04-24 10:30"):
            assigned(home, filing("2023-04-24", applicant(f"王{number}"), respondent()))
    many = asked()
    assert len(many) <= len(few) <= 6, many
    assert not [sql for sql in many if "cases_party" in sql], "nothing is read that is not shown"
    assert not [sql for sql in many if "COUNT(" in sql], "the list is read from its start, never counted"
    (rows,) = [
        sql
        for sql in many
        if sql.startswith("SELECT") and 'FROM "deadlines_deadline"' in sql and "LIMIT" in sql
    ]
    assert "LIMIT 6" in rows
    assert rows.index('ORDER BY "deadlines_deadline"."overdue_at" ASC') > 0


def test_phrases_are_ones_own_and_hold_no_numbers(home: House) -> None:
    client, other = client_of(home.handler), client_of(home.leader)
    client.post("/phrases/", {"words": " 已到院谈话 "})
    client.post("/phrases/", {"words": "已到院谈话"})
    kept = Phrase.objects.get()
    assert 'data-phrase="已到院谈话"' in client.get("/phrases/pick").content.decode()
    assert "已到院谈话" not in other.get("/phrases/").content.decode()
    refused = client.post("/phrases/", {"words": "电话 13800000001"})
    assert refused.status_code == 422
    assert "常用语里有手机号或证件号码" in main(refused)
    assert other.post(f"/phrases/{kept.pk}/delete").status_code == 404
    assert client.post(f"/phrases/{kept.pk}/delete").status_code == 302
    assert not Phrase.objects.exists()
    for number in range(30):
        add_phrase(words=f"第{number}句", actor=home.handler, at=time.now())
    with pytest.raises(BadInput, match="最多保存 30 条"):
        add_phrase(words="再一句", actor=home.handler, at=time.now())


def test_a_draft_is_encrypted_comes_back_to_its_owner_and_goes_with_the_form(home: House) -> None:
    node = three(home)[0]
    form = f"/cases/{node.case_id}/nodes/{node.pk}/"
    client = client_of(home.handler)
    with time.travel(NOW):
        typed = {"draft_of": form, "words": "电话 13812345678", "csrfmiddlewaretoken": "t", "password": "p"}
        assert client.post("/drafts", typed).json() == {"at": "10:00"}
        assert client.get("/drafts", {"form": form}).json()["values"] == {"words": ["电话 13812345678"]}
        assert client_of(home.leader).get("/drafts", {"form": form}).json() == {}
        with connection.cursor() as cursor:
            cursor.execute("select encode(values, 'hex') from desk_formdraft")
            assert b"13812345678".hex() not in cursor.fetchone()[0]
        page = client.get(f"/cases/{node.case_id}/?node={node.pk}")
        keys = {name: hidden(page, name) for name in ("act_key", "seen_version", "seen_seq")}
        assert "data-draft" in page.content.decode()
        refused = client.post(form, {"draft_of": form, **keys})
        assert refused.status_code == 422
        assert FormDraft.objects.exists(), "a refused form keeps its draft"
        done = client.post(form, {"draft_of": form, **keys, **acceptance_values()})
        assert done.status_code == 302
        assert not FormDraft.objects.exists()


def test_old_drafts_are_forgotten_and_long_ones_refused(home: House, monkeypatch) -> None:
    by = {"actor": home.handler}
    monkeypatch.setattr(draft_verbs, "MOST", 2)
    with time.travel(NOW):
        for number in range(3):
            save_draft(form=f"/a/{number}", values={"x": ["1"]}, at=time.now(), **by)
        assert set(FormDraft.objects.values_list("form", flat=True)) == {"/a/1", "/a/2"}
        drop_draft(form="/a/1", **by)
        with pytest.raises(BadInput, match="内容太长"):
            save_draft(form="/a/9", values={"x": ["字" * 20_001]}, at=time.now(), **by)
        assert forget_drafts(at=time.now() + dt.timedelta(days=7)) == 0
    with time.travel("2023-05-02 10:01"):
        assert client_of(home.handler).get("/drafts", {"form": "/a/2"}).json() == {}
        assert forget_drafts(at=time.now()) == 1
