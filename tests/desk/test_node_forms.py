"""A node is completed from its form: done once, refused in words at the field, too late in words of what changed."""

from __future__ import annotations

import pytest
from django.test import Client

from cases.models import Case, Node
from deadlines.models import Deadline
from documents.models import File
from events.models import Event
from kernel import time
from tests.factories.cases import House, applicant, assigned, complete, filed, filing, house, node, respondent
from tests.factories.documents import pdf, upload
from tests.factories.forms import fill, form_of, signed_in, text_of

pytestmark = pytest.mark.django_db
NOON = "2023-04-26 10:00"
NOTICE = {"channel": "electronic", "sent_on": "2023-04-26", "platform_ref": "E2023-1"}


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def case(home: House) -> Case:
    with time.travel("2023-04-24 09:30"):
        return assigned(home, filing("2023-04-24"))


def open_form(client: Client, row: Node, **values: object) -> tuple[str, dict]:
    """The address of a node's form and what it sends."""
    action = f"/cases/{row.case_id}/nodes/{row.pk}/"
    return action, fill(client, f"/cases/{row.case_id}/?node={row.pk}", action, **values)


def test_a_node_is_done_and_the_next_one_opens(home: House, case: Case) -> None:
    client = signed_in(home.handler)
    row = node(case, "enforcement_notice")
    with time.travel(NOON):
        action, data = open_form(client, row, **NOTICE)
        response = client.post(action, data, follow=True)
    assert Deadline.objects.get(case_id=case.pk, rule_id="JZ-D-01").state == "met"
    assert "已办结“执行通知（李四）”。" in text_of(response)
    opened = int(response.redirect_chain[-1][0].partition("node=")[2].partition("#")[0])
    assert Node.objects.get(pk=opened).state == "open"


def test_two_clicks_are_one_act_and_say_the_same(home: House, case: Case) -> None:
    client = signed_in(home.handler)
    with time.travel(NOON):
        action, data = open_form(client, node(case, "enforcement_notice"), **NOTICE)
        answers = [client.post(action, data).status_code for _ in range(2)]
    assert answers == [302, 302]
    assert Event.objects.filter(kind="node.completed").count() == 1


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({**NOTICE, "sent_on": "2023-04-23"}, "日期早于立案日期"),
        ({**NOTICE, "sent_on": "2023-04-27"}, "日期不能晚于今天"),
        ({**NOTICE, "sent_on": ""}, "请填写“发出日期”"),
        ({**NOTICE, "platform_ref": ""}, "请填写“送达平台编号”"),
        ({**NOTICE, "channel": "post"}, "JZ-G-SVC-03"),
    ],
)
def test_what_is_wrong_stands_in_the_form_and_nothing_is_lost(
    home: House, case: Case, values: dict, words: str
) -> None:
    client = signed_in(home.handler)
    with time.travel(NOON):
        action, data = open_form(client, node(case, "enforcement_notice"), **values, remark="已电话核实地址")
        response = client.post(action, data)
    page = text_of(response)
    assert response.status_code == 422
    assert words in page
    assert "data-errors" in page
    assert form_of(page, action)["remark"] == "已电话核实地址"
    assert form_of(page, action)["act_key"] == data["act_key"]
    assert not Event.objects.filter(kind="node.completed").exists()


def test_htmx_gets_only_the_form_back(home: House, case: Case) -> None:
    client = signed_in(home.handler)
    with time.travel(NOON):
        action, data = open_form(client, node(case, "enforcement_notice"), **{**NOTICE, "sent_on": ""})
        refused = client.post(action, data, headers={"HX-Request": "true"})
        done = client.post(action, {**data, **NOTICE}, headers={"HX-Request": "true"})
    assert refused.status_code == 422
    assert text_of(refused).strip().startswith('<div class="c-work"')
    assert done["HX-Redirect"].startswith(f"/cases/{case.pk}/")


def test_a_stale_form_says_who_changed_what(home: House, case: Case) -> None:
    client = signed_in(home.handler)
    with time.travel(NOON):
        action, data = open_form(client, node(case, "enforcement_notice"), **NOTICE)
    with time.travel("2023-04-26 11:00"):
        complete(case, "enforcement_notice", home.clerk, **NOTICE)
        response = client.post(action, data)
    page = text_of(response)
    assert response.status_code == 409
    assert "周书记 今天 11:00" in page
    assert "<del>待办</del> → <ins>已办结</ins>" in page


def test_a_part_done_meanwhile_can_be_sent_again(home: House, case: Case) -> None:
    client = signed_in(home.handler)
    visit = {"on": "2023-04-26", "returned_on": "2023-04-26", "place": "某村", "place_kind": "village"}
    with time.travel(NOON):
        row = node(case, "onsite_investigation")
        action, data = open_form(client, row, **visit, full_recording="on")
        complete(case, "onsite_investigation", home.clerk, **visit, full_recording=True)
        late = client.post(action, data)
        again = form_of(text_of(late), action)
        done = client.post(action, {**again, "seen_again": Node.objects.get(pk=row.pk).version})
    assert late.status_code == 409
    assert "仍按我填写的提交" in text_of(late)
    assert done.status_code == 302
    assert Event.objects.filter(kind="node.completed", data__node=row.pk).count() == 2


def test_another_court_knows_of_nothing(home: House, case: Case) -> None:
    client = signed_in(house().handler)
    row = node(case, "enforcement_notice")
    with time.travel(NOON):
        assert client.get(f"/cases/{case.pk}/").status_code == 404
        assert client.post(f"/cases/{case.pk}/nodes/{row.pk}/", NOTICE).status_code == 404
    assert node(case, "enforcement_notice").version == row.version


def test_a_node_of_another_case_is_not_found(home: House, case: Case) -> None:
    with time.travel("2023-04-24 10:00"):
        other = assigned(home, filing("2023-04-24", applicant("赵一"), respondent("钱二")))
    row = node(other, "enforcement_notice")
    with time.travel(NOON):
        assert signed_in(home.handler).post(f"/cases/{case.pk}/nodes/{row.pk}/").status_code == 404


def test_who_may_not_complete_is_told_who_may(home: House, case: Case) -> None:
    client = signed_in(home.reviewer)
    row = node(case, "enforcement_notice")
    with time.travel(NOON):
        page = text_of(client.get(f"/cases/{case.pk}/?node={row.pk}"))
        sent = client.post(
            f"/cases/{case.pk}/nodes/{row.pk}/",
            {**NOTICE, "act_key": "k", "seen_version": row.version, "seen_seq": 1},
        )
    assert "您没有办理“执行通知”的权限" in page
    assert sent.status_code == 403
    assert node(case, "enforcement_notice").version == row.version


def test_assignment_offers_who_has_least_and_is_done(home: House) -> None:
    with time.travel("2023-04-24 09:30"):
        case = filed(home, filing("2023-04-24"))
        client = signed_in(home.centre)
        action, data = open_form(client, node(case, "assignment"))
        assert "在办 0 件" in text_of(client.get(f"/cases/{case.pk}/"))
        refused = client.post(action, data)
        done = client.post(action, {**data, "owner": home.handler.pk, "team": home.team.pk})
    case.refresh_from_db()
    assert refused.status_code == 422
    assert done.status_code == 302
    assert (case.owner, case.team) == (home.handler, home.team)


def test_an_accepted_case_begins() -> None:
    home = house(packs=("LY-2021",))
    with time.travel("2023-04-24 09:30"):
        case = assigned(home, filing("2023-04-24"))
        client = signed_in(home.handler)
        action, data = open_form(client, node(case, "acceptance"))
        assert client.post(action, data).status_code == 302
    assert Node.objects.get(case=case, kind="acceptance").state == "done"


def test_files_are_kept_though_the_rest_is_refused(home: House, case: Case) -> None:
    client = signed_in(home.handler)
    with time.travel(NOON):
        complete(case, "enforcement_notice", home.handler, **NOTICE, with_report_order=True)
        action, data = open_form(client, node(case, "property_declaration"), declared="truthful")
        refused = client.post(
            action, {**data, "declared_on": "2023-04-20", "files": upload(pdf(), "申报表.pdf")}
        )
        again = form_of(text_of(refused), action)
        done = client.post(action, {**again, "declared_on": "2023-04-26"})
    kept = File.objects.get(case_id=case.pk)
    assert refused.status_code == 422
    assert "申报表.pdf 已上传" in text_of(refused)
    assert done.status_code == 302
    assert Node.objects.get(case=case, kind="property_declaration").values["files"] == [kept.pk]


def test_a_file_we_do_not_take_is_refused_at_its_field(home: House, case: Case) -> None:
    client = signed_in(home.handler)
    with time.travel(NOON):
        complete(case, "enforcement_notice", home.handler, **NOTICE, with_report_order=True)
        action, data = open_form(client, node(case, "property_declaration"), declared="truthful")
        response = client.post(action, {**data, "files": upload(b"MZ not a pdf at all")})
    assert response.status_code == 422
    assert "不能接收这种文件" in text_of(response)
    assert 'id="id_files_error"' in text_of(response)


def test_a_done_node_shows_what_was_recorded(home: House, case: Case) -> None:
    with time.travel(NOON):
        event = complete(case, "enforcement_notice", home.handler, **NOTICE, with_report_order=True)
        page = text_of(signed_in(home.handler).get(f"/cases/{case.pk}/?node={event.data['node']}"))
    assert "E2023-1" in page
    assert "电子送达" in page
    assert "2023年4月26日" in page
    assert f"/papers/{event.data['papers'][0]}.pdf" in page
    assert f"/cases/{case.pk}/log/{event.pk}/undo/" in page
