"""Bulk work on a frozen snapshot: same kind only, each row its own act, what changed since is refused, the rest goes on."""

from __future__ import annotations

import pytest
from django.urls import reverse

from cases.actions import batches
from cases.actions.completing import complete_node
from cases.actions.tasks import give_sheet
from cases.models import Batch, Case, Node, Task
from desk.views.batches import TYPED_FROM
from events.models import Event
from jobs import running
from jobs.models import Job
from kernel import time
from kernel.errors import BadInput, NotFound, WrongState
from tests.factories.cases import House, applicant, assigned, filing, house, key, respondent
from tests.factories.courts import person
from tests.factories.pages import client_of, hidden, main

pytestmark = pytest.mark.django_db
NOW = "2023-04-25 10:00"


@pytest.fixture
def home() -> House:
    return house(packs=("LY-2021",))


def open_nodes(home: House, number: int, kind: str) -> list[Node]:
    with time.travel("2023-04-24 09:30"):
        for n in range(number):
            assigned(home, filing("2023-04-24", applicant(f"张{n}", phone=f"1380000{n:04d}"), respondent()))
    return list(Node.objects.filter(kind=kind, state="open").order_by("pk"))


def frozen(home: House, nodes: list[Node], actor=None) -> Batch:
    return batches.freeze_nodes(
        node_ids=[node.pk for node in nodes],
        conditions=["kind"],
        whole=False,
        actor=actor or home.handler,
        at=time.now(),
        key=key(),
    )


def states(batch: Batch) -> list[str]:
    return list(batch.rows.order_by("pk").values_list("state", flat=True))


def acceptance_values() -> dict:
    definition = batches.check_kind("acceptance")
    given = {}
    for field in definition.fields:
        if field.required or field.effective:
            given[field.key] = "2023-04-25" if field.type == "date" else field.choices[0].value
    return given


def test_each_row_is_its_own_act_and_a_changed_one_is_refused(home: House) -> None:
    nodes = open_nodes(home, 3, "acceptance")
    with time.travel(NOW):
        batch = frozen(home, nodes)
        complete_node(
            node_id=nodes[1].pk,
            seen_version=nodes[1].version,
            values=acceptance_values(),
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
        batches.fill(batch_id=batch.pk, actor=home.handler, common=acceptance_values())
        job = batches.confirm(batch_id=batch.pk, actor=home.handler, at=time.now())
        assert running.run(job.pk)
        assert running.run(job.pk), "a second worker does nothing again"
    assert states(batch) == ["done", "refused", "done"]
    note = batch.rows.get(state="refused").note
    assert "已经" in note
    assert "旧页面" in note
    made = Event.objects.filter(kind="node.completed", data__node__in=[n.pk for n in nodes])
    assert made.count() == 3
    assert Job.objects.get(pk=job.pk).result == {"lines": ["办成 2，没有办成 1"]}
    kinds = list(Event.objects.filter(stream=batch.about).order_by("seq").values_list("kind", flat=True))
    assert kinds == ["batch.frozen", "batch.confirmed", "batch.finished"]


def test_a_row_may_have_values_of_its_own(home: House) -> None:
    nodes = open_nodes(home, 2, "acceptance")
    with time.travel(NOW):
        batch = frozen(home, nodes)
        common = acceptance_values()
        batches.fill(batch_id=batch.pk, actor=home.handler, common=common)
        other = {**common, **{k: "2023-04-24" for k, v in common.items() if v == "2023-04-25"}}
        row = batch.rows.get(node=nodes[1])
        batches.fill(batch_id=batch.pk, actor=home.handler, rows={row.pk: other})
        running.run(batches.confirm(batch_id=batch.pk, actor=home.handler, at=time.now()).pk)
    done = {node.pk: node.done_on.isoformat() for node in Node.objects.filter(pk__in=[n.pk for n in nodes])}
    assert list(done.values()) == ["2023-04-25", "2023-04-24"]


def test_one_kind_only_and_none_that_needs_its_own_papers(home: House) -> None:
    open_nodes(home, 1, "acceptance")
    with time.travel(NOW):
        every = list(Node.objects.filter(state="open"))
        assert len({node.kind for node in every}) > 1
        with pytest.raises(BadInput, match="不是同一种"):
            frozen(home, every)
        with pytest.raises(BadInput, match="没有可以批量办结"):
            frozen(home, [])
        with pytest.raises(BadInput, match="不能批量办结"):
            batches.check_kind("control")
        stranger = person(home.court, "handler", name="别组人")
        with pytest.raises(BadInput, match="没有可以批量办结"):
            frozen(home, every[:1], actor=stranger)
    assert not Batch.objects.exists()


def test_a_batch_is_ones_own_and_a_dropped_one_is_not_done(home: House) -> None:
    nodes = open_nodes(home, 1, "acceptance")
    with time.travel(NOW):
        batch = frozen(home, nodes)
        with pytest.raises(NotFound):
            batches.drop(batch_id=batch.pk, actor=home.leader)
        assert client_of(home.leader).get(reverse("desk:batch", args=[batch.pk])).status_code == 404
        batches.drop(batch_id=batch.pk, actor=home.handler)
        with pytest.raises(WrongState):
            batches.confirm(batch_id=batch.pk, actor=home.handler, at=time.now())
    assert states(batch) == ["waiting"]


def test_hand_over_goes_on_past_a_case_that_changed(home: House) -> None:
    open_nodes(home, 3, "acceptance")
    receiver = person(home.court, "handler", unit=home.team, name="赵接收")
    cases = list(Case.objects.order_by("pk"))
    with time.travel(NOW):
        batch = batches.freeze_cases(
            case_ids=[case.pk for case in cases],
            conditions=[],
            whole=True,
            actor=home.centre,
            at=time.now(),
            key=key(),
        )
        Case.objects.filter(pk=cases[0].pk).update(version=99)
        given = {"owner": receiver.pk, "team": home.team.pk, "reason": "岗位调整"}
        batches.fill(batch_id=batch.pk, actor=home.centre, common=given)
        running.run(batches.confirm(batch_id=batch.pk, actor=home.centre, at=time.now()).pk)
    assert states(batch) == ["refused", "done", "done"]
    assert list(Case.objects.order_by("pk").values_list("owner_id", flat=True)) == [
        home.handler.pk, receiver.pk, receiver.pk
    ]  # fmt: skip
    assert "选定后被改动过" in batch.rows.get(state="refused").note


def test_like_nodes_are_passed_on_row_by_row_as_they_were_seen(home: House) -> None:
    nodes = open_nodes(home, 3, "acceptance")
    mate = person(home.court, "assistant", unit=home.team, name="赵助理")
    browser = client_of(home.leader)
    with time.travel(NOW):
        page = browser.get("/worklist?kind=acceptance")
        assert "批量转办…" in main(page)
        sent = {"act_key": hidden(page, "act_key"), "list": "kind=acceptance", "all": "pass_on"}
        address = browser.post(reverse("desk:batch_nodes"), sent)["Location"]
        batch = Batch.objects.get()
        assert (batch.kind, batch.rows.count()) == ("pass_on", 3)
        # Since then the second node has gone into other hands.
        give_sheet(
            node_id=nodes[1].pk,
            doer=home.handler,
            words="今天办",
            actor=home.leader,
            at=time.now(),
            key=key(),
        )
        assert "请写明转办要求" in main(browser.post(address, {"act": "apply", "doer": mate.pk}))
        given = {"act": "apply", "doer": mate.pk, "words": "李明法外出，请代办"}
        assert "已套用到全部 3 条" in main(browser.post(address, given, follow=True))
        done = main(browser.post(address, {"act": "confirm"}, follow=True))
        assert "共 3 条，办成 2 条，没有办成 1 条" in done
        assert "在选定后有变化或者换了办理人" in done
    held = Task.objects.filter(node__in=nodes, state="held").order_by("node").values_list("doer_id", "way")
    assert list(held) == [(mate.pk, "sheet"), (home.handler.pk, "sheet"), (mate.pk, "sheet")]
    with time.travel(NOW):
        own = batches.freeze_nodes_to_pass_on(
            node_ids=[nodes[0].pk, nodes[2].pk],
            conditions=[],
            whole=False,
            actor=mate,
            at=time.now(),
            key=key(),
        )
        batches.fill(batch_id=own.pk, actor=mate, common={"doer": home.handler.pk, "words": "办不完"})
        running.run(batches.confirm(batch_id=own.pk, actor=mate, at=time.now()).pk)
    offered = Task.objects.filter(node__in=nodes, state="offered").values_list("doer_id", "by_id")
    assert list(offered) == [(home.handler.pk, mate.pk)] * 2, "one's own is offered, and waits to be accepted"


def test_from_the_list_to_the_result(home: House) -> None:
    nodes = open_nodes(home, 3, "acceptance")
    browser = client_of(home.handler)
    with time.travel(NOW):
        page = browser.get("/worklist?kind=acceptance")
        assert "批量办结" in main(page)
        assert "选择全部 3 条结果" in main(page)
        sent = {"act_key": hidden(page, "act_key"), "list": "kind=acceptance", "all": "1"}
        made = browser.post(reverse("desk:batch_nodes"), sent)
        batch = Batch.objects.get()
        assert made["Location"] == reverse("desk:batch", args=[batch.pk])
        assert (batch.whole, batch.conditions, batch.rows.count()) == (True, ["kind"], 3)
        browser.post(reverse("desk:batch_nodes"), sent)
        assert Batch.objects.count() == 1, "the same click again is the same batch"
        # A case that comes later is not among them.
        assigned(home, filing("2023-04-25", applicant("后来人", phone="13811112222"), respondent()))
        address = made["Location"]
        assert "已选定 3 条" in main(browser.get(address))
        common = {"act": "apply", "act_key": key(), **acceptance_values()}
        assert "已套用到全部 3 条" in main(browser.post(address, common, follow=True))
        rows = {
            f"r{row.pk}-{name}": value
            for row in batch.rows.all()
            for name, value in acceptance_values().items()
        }
        bad = {name: "" for name in rows}
        refused = browser.post(address, {"act": "confirm", **bad})
        assert refused.status_code == 422
        done = browser.post(address, {"act": "confirm", **rows}, follow=True)
        assert "共 3 条，办成 3 条" in main(done)
        sheet = browser.get(f"{address}?format=xlsx")
        assert sheet["Content-Type"].endswith("sheet")
        assert sheet.getvalue()
    assert Node.objects.filter(pk__in=[n.pk for n in nodes], state="done").count() == 3


def test_more_than_fifty_want_their_number_typed(home: House, monkeypatch) -> None:
    monkeypatch.setattr("desk.views.batches.TYPED_FROM", 1)
    nodes = open_nodes(home, 2, "acceptance")
    browser = client_of(home.handler)
    with time.travel(NOW):
        batch = frozen(home, nodes)
        batches.fill(batch_id=batch.pk, actor=home.handler, common=acceptance_values())
        rows = {
            f"r{row.pk}-{name}": value
            for row in batch.rows.all()
            for name, value in acceptance_values().items()
        }
        address = reverse("desk:batch", args=[batch.pk])
        refused = browser.post(address, {"act": "confirm", "typed": "3", **rows})
        assert refused.status_code == 422
        assert "请输入 2" in main(refused)
        assert browser.post(address, {"act": "confirm", "typed": "2", **rows}).status_code == 302
    assert TYPED_FROM == 50
    assert Batch.objects.get().state == "running", "many are left to a worker"


@pytest.mark.parametrize("rows", [2, 6])
def test_the_page_of_a_batch_has_a_fixed_number_of_queries(
    home: House, rows: int, django_assert_max_num_queries
) -> None:
    nodes = open_nodes(home, rows, "acceptance")
    with time.travel(NOW):
        batch = frozen(home, nodes)
        browser = client_of(home.handler)
        address = reverse("desk:batch", args=[batch.pk])
        browser.get(address)
        with django_assert_max_num_queries(14):
            browser.get(address)
