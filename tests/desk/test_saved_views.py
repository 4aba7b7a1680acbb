"""Saved views: kept under a name, counted live in the navigation, shared with the team, changed by their owner alone."""

import pytest

from desk.actions.views import MOST_PINNED, change_view, save_view
from desk.models import SavedView
from desk.selectors.frame import frame_of
from kernel import time
from kernel.errors import BadInput, NotFound
from tests.factories.cases import House, applicant, assigned, filing, house, respondent
from tests.factories.pages import client_of, main, words

pytestmark = pytest.mark.django_db
NOW = "2023-04-25 10:00"


@pytest.fixture
def home() -> House:
    with time.travel("2023-04-24 09:30"):
        home = house()
        for name in ("张三", "钱七"):
            assigned(home, filing("2023-04-24", applicant(name), respondent()))
    return home


def kept(home: House, **more) -> SavedView:
    given = {"name": "张三的案件", "page": "cases", "query": "q=张三", "actor": home.handler, **more}
    return save_view(**given, at=time.now())


def test_a_list_is_kept_and_counted_in_the_navigation(home: House) -> None:
    browser = client_of(home.handler)
    with time.travel(NOW):
        page = browser.get("/cases/?q=张三")
        assert "保存为视图" in main(page)
        sent = {"name": "张三的案件", "page": "cases", "query": "q=张三&after=x"}
        assert browser.post("/views/save", sent).status_code == 302
        assert SavedView.objects.get().query == "q=%E5%BC%A0%E4%B8%89"
        assert "张三的案件 1" in words(browser.get("/worklist"))
        assigned(home, filing("2023-04-25", applicant("张三丰"), respondent()))
        assert "张三的案件 2" in words(browser.get("/worklist")), "counted anew"
        listed = browser.get("/views/")
        assert "张三的案件 2" in main(listed)


def test_a_view_of_the_worklist_counts_what_the_list_shows(home: House) -> None:
    with time.travel(NOW):
        kept(home, name="全部", page="worklist", query="")
        kept(home, name="通知", page="worklist", query="kind=clue_request")
        pages = [
            main(client_of(home.handler).get(url)) for url in ("/worklist", "/worklist?kind=clue_request")
        ]
        frame = frame_of(home.handler, time.now())
    counts = {view["name"]: view["count"] for view in frame.views}
    assert f"本页 {counts['全部']} 条" in pages[0]
    assert counts["全部"] > counts["通知"]


def test_the_team_reads_it_and_only_the_owner_changes_it(home: House) -> None:
    with time.travel(NOW):
        view = kept(home)
        assert "张三的案件" not in main(client_of(home.clerk).get("/views/"))
        change_view(view_id=view.pk, actor=home.handler, on=time.today(), shared=True, team=home.team)
        assert "张三的案件" in main(client_of(home.clerk).get("/views/"))
        assert client_of(home.clerk).post(f"/views/{view.pk}/", {"act": "delete"}).status_code == 404
        with pytest.raises(NotFound):
            change_view(view_id=view.pk, actor=home.clerk, on=time.today(), name="改")
        browser = client_of(home.handler)
        browser.post(f"/views/{view.pk}/", {"act": "rename", "name": "改名后"})
        browser.post(f"/views/{view.pk}/", {"act": "unpin"})
        view.refresh_from_db()
        assert (view.name, view.pinned) == ("改名后", False)
        assert "改名后" not in words(browser.get("/worklist"))
        browser.post(f"/views/{view.pk}/", {"act": "delete"})
    assert not SavedView.objects.exists()


def test_a_view_shared_by_another_shows_only_what_one_may_see(home: House) -> None:
    with time.travel(NOW):
        other = house()
        view = kept(home, query="")
        SavedView.objects.filter(pk=view.pk).update(team=other.team)
        frame = frame_of(other.handler, time.now())
    assert [view["count"] for view in frame.views] == [0]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": " "}, "请填写视图名称"),
        ({"name": "长" * 21}, "不超过 20 个字"),
        ({"query": "q=13812345678"}, "手机号或证件号码"),
        ({"page": "approvals"}, "不能保存为视图"),
    ],
)
def test_what_cannot_be_kept(home: House, given: dict, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        kept(home, **given)
    assert not SavedView.objects.exists()


def test_only_five_stand_in_the_navigation_in_three_queries(
    home: House, django_assert_max_num_queries
) -> None:
    with time.travel(NOW):
        for number in range(MOST_PINNED + 1):
            kept(home, name=f"视图{number}", query=f"q=张{number}")
        assert SavedView.objects.filter(pinned=True).count() == MOST_PINNED
        last = SavedView.objects.get(pinned=False)
        with pytest.raises(BadInput, match="最多固定"):
            change_view(view_id=last.pk, actor=home.handler, on=time.today(), pinned=True)
        assert home.handler.scope.roles
        at = time.now()
        frame_of(home.handler, at)
        with django_assert_max_num_queries(3):
            assert len(frame_of(home.handler, at).views) == MOST_PINNED
