"""规则库: what each page says of the packs, to whom, with how many queries and how fast."""

from __future__ import annotations

import time as stopwatch

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Case
from courts.models import CourtPack, User
from desk.rulematters import MATTERS, said
from kernel import time
from regimes.book import Pinned, RuleBook
from regimes.packs import load_library
from tests.factories.cases import House, assigned, filing, house
from tests.factories.courts import court, person
from tests.factories.pages import client_of, main

pytestmark = pytest.mark.django_db
LATE = "2023-05-10 09:00"


@pytest.fixture
def home() -> House:
    with time.travel("2023-04-24 09:30"):
        home = house(features=("haidian",))
        assigned(home, filing("2023-04-24"))
    return home


def text(user: User, path: str, at: str = LATE) -> str:
    with time.travel(at):
        response = client_of(user).get(path)
    assert response.status_code == 200
    return main(response)


def test_every_pack_stands_in_the_library_with_who_follows_it_and_where_it_bites(home: House) -> None:
    page = text(home.handler, "/rules/")
    for pack in load_library().packs:
        assert pack.title in page
    assert home.court.short_name in page
    assert "没有法院采用" in page


@pytest.mark.req("SQ-57")
def test_the_pack_says_which_annexes_are_absent(home: House) -> None:
    page = text(home.clerk, "/rules/packs/SQ-2022/1")
    assert "附件1人员配置及职责分工没有附送" in page
    assert "附件2流程节点示意图没有附送" in page


@pytest.mark.req("WJ-12")
def test_the_source_page_says_where_the_text_ends(home: House) -> None:
    page = text(home.clerk, "/rules/packs/CASES-2018/1")
    assert "案例5的文字到此为止，案例6至15只有标题" in page


@pytest.mark.req("SQ-28")
def test_the_pack_says_whose_cases_it_reaches_and_who_adopted_it(home: House) -> None:
    above = court(level="intermediate", name="云丘市中级人民法院", packs=("SQ-2022",))
    below = court(parent=above, name="云丘市东区人民法院", packs=("JZ-2023",))
    page = text(home.handler, "/rules/packs/SQ-2022/1")
    assert "中级人民法院自执案件；全市部分限于统一管理、统一指挥、统一协调" in page
    assert "中级法院：云丘市中级人民法院" in page
    assert below.name not in page


@pytest.mark.req("SQ-28")
def test_the_split_is_forced_only_on_courts_that_adopt_it() -> None:
    with time.travel("2024-04-26 09:30"):
        plain = house(packs=())
        CourtPack.objects.create(court=plain.court.parent, code="SQ-2022")
        adopting = house(packs=("SQ-2022",))
        kinds = [
            set(assigned(home, filing("2024-04-26")).nodes.values_list("kind", flat=True))
            for home in (plain, adopting)
        ]
    assert "triage" not in kinds[0]
    assert "triage" in kinds[1]


def test_each_rule_shows_its_statement_article_state_and_history(home: House) -> None:
    rules = {rule.id: rule for rule in load_library().pack("JZ-2023").rules()}
    page = text(home.handler, "/rules/packs/JZ-2023/1")
    rule = rules["JZ-D-01"]
    assert rule.statement in page
    assert f"JZ-D-01 · {rule.article}" in page
    assert "现行" in page
    assert "第 1 版起" in page
    assert "待核实" in text(home.handler, "/rules/packs/BASE/1")


def test_an_inactive_rule_says_what_it_waits_for(home: House) -> None:
    page = text(home.handler, "/rules/packs/JZ-2023/1?section=indicators")
    assert "未启用" in page
    assert "等待：监督管理" in page


def test_a_rule_shows_where_it_bites_and_leads_there(home: House) -> None:
    page = text(home.handler, "/rules/packs/JZ-2023/1")
    assert "超期 1 项" in page
    listed = text(home.handler, "/rules/clocks/JZ-D-01?late=1")
    assert Case.objects.get(court=home.court).number in listed
    assert "已超期" in listed
    before = text(home.handler, "/rules/clocks/JZ-D-01?late=1", at="2023-04-25 09:00")
    assert "没有正在计时的案件" in before


def test_where_it_bites_in_another_court_stays_hidden(home: House) -> None:
    stranger = person(court(), "handler")
    page = text(stranger, "/rules/packs/JZ-2023/1")
    assert "超期 1 项" not in page
    assert "1 项" not in page
    listed = text(stranger, "/rules/clocks/JZ-D-01")
    assert Case.objects.get(court=home.court).number not in listed


def test_a_link_to_a_rule_opens_the_page_that_holds_it(home: House) -> None:
    first, last = (text(home.handler, f"/rules/packs/BASE/1{query}") for query in ("", "?rule=BASE-D-73"))
    assert "BASE-D-01 ·" in first
    assert "BASE-D-73 ·" not in first
    assert "BASE-D-73 ·" in last
    assert "BASE-G-06 ·" in text(home.handler, "/rules/packs/BASE/1?rule=BASE-G-06")


def test_two_courts_stand_side_by_side(home: House) -> None:
    other = court(packs=("SQ-2022",))
    page = text(home.handler, f"/rules/compare?a={home.court.pk}&b={other.pk}")
    assert "收案后5个工作日" in page
    assert "JZ-D-01" in page
    assert "SQ-D-03" in page
    assert "BASE-D-01" in page
    assert "不同" in page
    same = text(home.handler, f"/rules/compare?a={home.court.pk}&b={home.court.pk}")
    assert "不同" not in same


# What the courts were found to differ in: matter -> pack -> what it says of it, "" where its document is silent.
CONFLICTS = {
    "执行通知": {"JZ-2023": "收案后5个工作日、收案后10日", "SQ-2022": "立案后5个工作日", "LY-2021": "立案后10日"},
    "分工": {"JZ-2023": "", "SQ-2022": "制作、送达三份文书", "JM-2022": "集中送达窗口", "LY-2021": "员额法官主办"},
    "接收案件": {"JZ-2023": "", "SQ-2022": "", "JM-2022": "", "LY-2021": "立案后3日"},
    "发起网络查控": {"SQ-2022": "立案后5个工作日", "LY-2021": "接收案件后3日", "JZ-2023": ""},
    "网上控制": {"JZ-2023": "财产反馈后3个工作日", "LY-2021": "财产反馈后48小时", "JM-2022": ""},
    "线下及其他控制": {"JZ-2023": "财产反馈后10个工作日", "SQ-2022": "立案后10个工作日", "LY-2021": "财产反馈后10个工作日"},
    "现场调查": {"JZ-2023": "收案后30日、收案后60日", "LY-2021": ""},
    "启动确定参考价": {"JZ-2023": "满足处置条件后10个工作日", "LY-2021": "", "BASE": "30日"},
    "启动拍卖": {"JZ-2023": "参考价确定后20个工作日", "LY-2021": "符合拍卖条件后30日", "BASE": "10日"},
    "拍卖公告": {"LY-2021": "拍卖公告发布后15日、拍卖公告发布后30日", "JZ-2023": ""},
    "起拍价、保证金": {"LY-2021": "百分之七十", "SQ-2022": ""},
    "委托评估": {"LY-2021": "一律先作网络询价", "JZ-2023": ""},
    "案款发放": {"JZ-2023": "案款到账后7日、案款到账后10个工作日、财务接到通知后5个工作日", "LY-2021": "案款到账后30日"},
    "提存、延期发放": {"JZ-2023": "符合提存条件后10日", "LY-2021": "法定事由消失后10日"},
    "案款管理": {"JM-2022": "不得脱离系统", "JZ-2023": "沟通记录", "LY-2021": "周转基金"},
    "结案期限": {"SQ-2022": "立案后30日、立案后6个月", "JM-2022": "立案后30个工作日、立案后3个月15日", "LY-2021": "立案后70日", "JZ-2023": ""},
    "繁简分流、分类": {"SQ-2022": "立案后5个工作日", "JM-2022": "涉企分类", "JZ-2023": "", "LY-2021": ""},
    "繁简转换": {"SQ-2022": "转换批准后3日", "JM-2022": "", "LY-2021": ""},
    "终本条件": {"JZ-2023": "社区、村委会调查", "SQ-2022": "终本文书上网", "JM-2022": "网络查控系统全面核查"},
    "终本时间": {"JZ-2023": "收案后90日", "BASE": "3个月"},
    "终本约谈": {"JZ-2023": "财产调查完成后10个工作日", "LY-2021": ""},
    "信访答复": {"JZ-2023": "接访后7个工作日", "LY-2021": "收到反映后3日", "SQ-2022": "上级交办文书写明的日期"},
    "告知当事人的环节": {"JZ-2023": "分案后", "SQ-2022": "转为繁案", "LY-2021": "限制消费令"},
    "长期未结": {"JZ-2023": "立案后6个月", "LY-2021": "6月30日前", "JM-2022": ""},
    "涉企保护、慎重采取措施": {"JZ-2023": "经济影响评估", "LY-2021": "生活必需品", "JM-2022": "经济影响评估", "SQ-2022": ""},
    "承办人资格": {"LY-2021": "员额法官承办", "SQ-2022": "速执团队", "JZ-2023": ""},
    "定期工作": {"LY-2021": "周通报", "JZ-2023": "八项重点工作检查", "SQ-2022": "超期节点统计表"},
    "核心指标": {"LY-2021": "3918", "JZ-2023": "终本合格率"},
}  # fmt: skip


@pytest.mark.parametrize("matter", CONFLICTS)
def test_the_comparison_tells_where_the_courts_differ(matter: str) -> None:
    library = load_library()
    [row] = [each for each in MATTERS if str(each.label) == matter]
    for code, expected in CONFLICTS[matter].items():
        told = "、".join(each.text for each in said(RuleBook([Pinned(library.pack(code))]), row))
        assert expected in told, (code, told)
        assert expected or not told, f"{code} says nothing of it"


def test_a_number_the_source_does_not_state_is_no_limit(home: House) -> None:
    page = text(home.handler, "/rules/packs/JZ-2023/1?section=suggestions")
    assert "建议，原文为“及时”" in page
    assert "JZ-U-02" in page


@pytest.mark.parametrize(
    "path",
    [
        "/rules/",
        "/rules/packs/BASE/1",
        "/rules/packs/JZ-2023/1?section=guards",
        "/rules/clocks/JZ-D-01",
        "/rules/compare",
    ],
)
def test_a_page_has_a_fixed_number_of_queries_and_is_quick(home: House, path: str) -> None:
    court(packs=("SQ-2022",))
    client = client_of(home.centre)
    client.get(path)
    counted, spent = [], []
    for _ in range(2):
        with (
            CaptureQueriesContext(
                connection,
            ) as found,
            time.travel(LATE),
        ):
            began = stopwatch.process_time()
            assert client.get(path).status_code == 200
            spent.append(stopwatch.process_time() - began)
        counted.append(len(found))
        with time.travel(LATE):
            assigned(home, filing("2023-04-24", basis=f"（2022）鄂9901民初{len(counted)}号"))
    assert counted[0] == counted[1] <= 12
    assert min(spent) < 0.1
