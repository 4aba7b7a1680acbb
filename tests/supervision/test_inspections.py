"""季度检查 from plan to bulletin: frozen populations, samples, findings, answers, corrections, scores, who sees what."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from cases.actions.assigning import seal_case
from cases.actions.holds import set_hold
from cases.models import Case
from events.models import Event
from kernel import time
from kernel.errors import BadInput, Conflict, NotAllowed, NotFound, WrongState
from measures.actions.finding import Found, add_property
from notices.models import Message
from petitions.actions.petitions import Registration, register_petition
from regimes.sampling import Unit, digest, draw
from supervision.actions.commentaries import draft_commentary, review_commentary, rewrite_commentary
from supervision.actions.findings import (
    answer_finding,
    decide_answer,
    enter_finding,
    rectify_finding,
    verify_finding,
)
from supervision.actions.inspections import (
    draw_samples,
    finalise,
    hand_section,
    plan_inspection,
    set_section,
    swap_case,
)
from supervision.inspections.models import (
    Commentary,
    Inspection,
    InspectionDraw,
    InspectionFinding,
    InspectionSection,
)
from supervision.inspections.scoring import ranks
from tests.factories.cases import House, assigned, filing, house, key
from tests.factories.courts import court, person
from tests.factories.documents import jpeg, upload
from tests.factories.inspections import Bureau, bureau, by, drawn, enter_all, planned, section
from tests.walks.stage import money, on

pytestmark = pytest.mark.django_db
CHECKED, LATER = "2023-06-30 09:00", "2023-07-20 10:00"


@pytest.fixture
def place() -> Bureau:
    """Seven cases open for more than a year, and one fresh one."""
    home = house()
    with time.travel("2023-05-08 09:00"):
        for n in range(7):
            assigned(home, filing(f"2022-0{n % 3 + 1}-1{n}", imported=True))
        assigned(home, filing("2023-05-08"))
    return bureau(home)


def handed_all(place: Bureau, inspection: Inspection) -> None:
    for each in inspection.sections.all():
        hand_section(section_id=each.pk, note="本季度没有此类案件。", **by(place.chief))


@pytest.mark.req("JZ-04")
def test_six_sections_for_each_court_each_with_a_frozen_population(place: Bureau) -> None:
    other = court(parent=place.home.court.parent)
    with time.travel(CHECKED):
        found = planned(place, courts=[place.home.court.pk, other.pk])
    assert (found.name, found.last_on) == ("2023Q2", dt.date(2023, 6, 30))
    for court_id in (place.home.court.pk, other.pk):
        subjects = found.sections.filter(court_id=court_id).values_list("subject", flat=True)
        assert sorted(subjects) == sorted(
            ["over_long", "termination_quality", "case_funds", "objections", "petitions", "major"]
        )
    old = section_of(found, place.home, "over_long")
    expected = Case.objects.filter(court=place.home.court, filed_on__lte="2022-06-30").order_by("pk")
    assert [row[0] for row in old.population] == [case.pk for case in expected]
    assert old.counted == 7
    assert old.digest == digest([Unit(*row) for row in old.population])
    assert section_of(found, place.home, "petitions").counted == 0


@pytest.mark.req("JZ-04")
def test_each_subject_draws_from_the_cases_that_it_names(place: Bureau) -> None:
    """终本、案款、异议、信访、重大: each by what happened in the quarter, the case beside it left out."""
    home = place.home
    with on("2023-05-10 09:00"):
        ended, paid, argued, visited, large, criminal, quiet = (
            assigned(home, filing("2023-05-10", **more))
            for more in ({}, {}, {}, {}, {"amount": "10000000.00"}, {"facts": {"case_kind": ["criminal_property"]}}, {"amount": "9999999.99"})
        )  # fmt: skip
        money(home, paid, "5000.00", "Q1")
        party = argued.parties.get(role="respondent").pk
        flat = Found(party, "real_estate", "房屋", Decimal(50000))
        add_property(case_id=argued.pk, item=flat, source="declaration", on=time.today(), **by(home.handler))
        set_hold(
            case_id=argued.pk,
            rule_id="BASE-H-02",
            subject_id=argued.subjects.get(kind="property").pk,
            document="书面异议",
            ground="案外人主张房屋归其所有",
            on=time.today(),
            **by(home.handler),
        )
        visit = Registration(
            channel="visit", level="basic", name="张三", demand="请求说明进展。", received_on=time.today()
        )
        register_petition(case_id=visited.pk, given=visit, actor=home.handler, at=time.now(), key=key())
    Case.objects.filter(pk=ended.pk).update(
        state="closed", closing_type="terminated_this_procedure", closed_on="2023-06-20"
    )
    with time.travel(CHECKED):
        found = planned(place)
    drawn_from = {
        each.subject: [row[0] for row in each.population]
        for each in found.sections.exclude(subject="over_long")
    }
    assert drawn_from == {
        "termination_quality": [ended.pk],
        "case_funds": [paid.pk],
        "objections": [argued.pk],
        "petitions": [visited.pk],
        "major": [large.pk, criminal.pk],
    }
    assert quiet.pk not in {pk for pks in drawn_from.values() for pk in pks}
    with time.travel("2023-10-10 09:00"):
        later = planned(place, 2023, 3)
    counted = {each.subject: each.counted for each in later.sections.exclude(subject="over_long")}
    assert counted == {"termination_quality": 0, "case_funds": 0, "objections": 1, "petitions": 0, "major": 2}


def section_of(inspection: Inspection, home: House, subject: str) -> InspectionSection:
    return InspectionSection.objects.get(inspection=inspection, court=home.court, subject=subject)


def test_a_sealed_case_is_not_drawn_by_lot(place: Bureau) -> None:
    case = Case.objects.filter(court=place.home.court).first()
    with time.travel(CHECKED):
        seal_case(
            case_id=case.pk, sealed=True, reason="涉密", actor=place.home.director, at=time.now(), key=key()
        )
        assert section(planned(place), "over_long").counted == 6


def test_the_population_keeps_to_the_quarter(place: Bureau) -> None:
    with time.travel("2024-01-10 09:00"):
        found = planned(place, 2023, 1)
    assert section(found, "over_long").counted == 7
    assert "2023-05-08" not in {
        str(Case.objects.get(pk=row[0]).filed_on) for row in section(found, "over_long").population
    }


def test_a_sample_larger_than_its_population_is_refused_in_words(place: Bureau) -> None:
    with time.travel(CHECKED):
        found = planned(place)
        with pytest.raises(BadInput, match="样本 3 件多于总体 0 件"):
            draw_samples(inspection_id=found.pk, **by(place.chief))
        old = section(found, "over_long")
        with pytest.raises(BadInput, match="样本 8 件多于总体 7 件"):
            set_section(section_id=old.pk, wanted=8, inspector_id=None, **by(place.chief))
        found.refresh_from_db()
        assert (found.state, found.seed, InspectionDraw.objects.count()) == ("planned", None, 0)


def test_a_draw_can_be_drawn_again_from_its_seed_and_is_not_repeated(place: Bureau) -> None:
    with time.travel(CHECKED):
        found = drawn(place)
        old = section(found, "over_long")
        ids = list(old.draws.order_by("position").values_list("case_id", flat=True))
        assert ids == [unit.id for unit in draw(old.units, 5, found.seed)]
        with pytest.raises(WrongState, match="检查中"):
            draw_samples(inspection_id=found.pk, seed=1, all_of_small=True, **by(place.chief))


def test_a_swap_keeps_the_reason_and_brings_nobody_back(place: Bureau) -> None:
    with time.travel(CHECKED):
        old = section(drawn(place), "over_long")
        with pytest.raises(BadInput, match="换案理由"):
            swap_case(draw_id=old.draws.first().pk, reason=" ", **by(place.chief))
        first = old.draws.order_by("position").first()
        met = set(old.draws.values_list("case_id", flat=True))
        new = swap_case(draw_id=first.pk, reason="卷宗在上级法院", **by(place.chief))
        assert new.case_id not in met
        newer = swap_case(draw_id=new.pk, reason="检查人曾经参与办理", **by(place.chief))
        assert newer.case_id not in met | {new.case_id}
        with pytest.raises(WrongState, match="没有可以换入"):
            swap_case(draw_id=newer.pk, reason="再换", **by(place.chief))
        with pytest.raises(WrongState, match="已经换出"):
            swap_case(draw_id=first.pk, reason="再换", **by(place.chief))
    assert list(old.draws.exclude(reason="").order_by("position").values_list("reason", flat=True)) == [
        "卷宗在上级法院",
        "检查人曾经参与办理",
    ]
    assert old.draws.standing().count() == 5


def test_nobodys_finding_is_overwritten_unseen(place: Bureau) -> None:
    with time.travel(CHECKED):
        one = section(drawn(place), "over_long").draws.first()
        given = {"draw_id": one.pk, "point": "JZ-N-01-1", "result": "fault", "words": "未列入台账"}
        first = enter_finding(**given, **by(place.chief))
        with pytest.raises(Conflict, match="沈中院已经录入"):
            enter_finding(**{**given, "result": "met", "words": ""}, **by(place.second))
        seen = first.entered_at.isoformat()
        changed = enter_finding(**{**given, "words": "晚列入三个月"}, seen=seen, **by(place.second))
    assert (changed.pk, changed.words, changed.deducted) == (first.pk, "晚列入三个月", 20)
    assert changed.rectify_on == dt.date(2023, 7, 21), "fifteen working days, two of them a weekend each week"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"result": "maybe"}, "没有选择结论"),
        ({"words": " "}, "没有写明问题"),
        ({"deducted": 101}, "0 到 100"),
        ({"point": "JZ-N-02-1"}, "没有这个检查点"),
        ({"rectify_on": dt.date(2023, 6, 29)}, "整改期限已经过去"),
        ({"checked_on": dt.date(2023, 7, 1)}, "检查日期晚于今天"),
    ],
)
def test_bad_entries_write_nothing(place: Bureau, more: dict[str, object], said: str) -> None:
    with time.travel(CHECKED):
        one = section(drawn(place), "over_long").draws.first()
        given = {"draw_id": one.pk, "point": "JZ-N-01-1", "result": "fault", "words": "未列入台账", **more}
        with pytest.raises(BadInput, match=said):
            enter_finding(**given, **by(place.chief))
    assert InspectionFinding.objects.count() == 0


def test_only_the_inspector_of_a_section_checks_it(place: Bureau) -> None:
    with time.travel(CHECKED):
        old = section(drawn(place), "over_long")
        set_section(section_id=old.pk, wanted=old.wanted, inspector_id=place.second.pk, **by(place.chief))
        with pytest.raises(BadInput, match="没有检查权限"):
            set_section(
                section_id=old.pk, wanted=old.wanted, inspector_id=place.home.handler.pk, **by(place.chief)
            )
        with pytest.raises(NotAllowed, match="不由您办理"):
            enter_all(place, old.draws.first())
        enter_all(place, old.draws.first(), actor=place.second)
        with pytest.raises(NotAllowed):
            plan_inspection(year=2023, quarter=1, courts=[place.home.court.pk], **by(place.home.director))


def test_it_cannot_be_final_while_a_section_is_missing(place: Bureau) -> None:
    with time.travel(CHECKED):
        found = drawn(place)
        old = section(found, "over_long")
        with pytest.raises(WrongState, match="还有 20 个检查点"):
            hand_section(section_id=old.pk, **by(place.chief))
        for one in old.draws.all():
            enter_all(place, one)
        others = found.sections.exclude(pk=old.pk)
        for each in others[1:]:
            hand_section(section_id=each.pk, note="本季度没有此类案件。", **by(place.chief))
        hand_section(section_id=old.pk, **by(place.chief))
        with pytest.raises(WrongState, match="缺 1 项检查") as refused:
            finalise(inspection_id=found.pk, **by(place.chief))
        assert others[0].rule["title"] in str(refused.value)
        with pytest.raises(BadInput, match="为什么没有检查案件"):
            hand_section(section_id=others[0].pk, **by(place.chief))
        hand_section(section_id=others[0].pk, note="本季度没有此类案件。", **by(place.chief))
        done = finalise(inspection_id=found.pk, **by(place.chief))
    assert done.state == "final"
    assert section(found, "over_long").score == Decimal("100.00")


@pytest.mark.req("JZ-04")
def test_from_a_fault_to_its_verified_correction(place: Bureau) -> None:
    home = place.home
    with time.travel(CHECKED):
        found = drawn(place)
        old = section(found, "over_long")
        one, two, *rest = old.draws.all()
        faults = enter_all(place, one, {"JZ-N-01-2": "没有清积计划", "JZ-N-01-3": "两个节点超期"})
        other = enter_all(place, two, {"JZ-N-01-1": "未列入台账"})[0]
        for each in rest:
            enter_all(place, each)
        assert not InspectionFinding.objects.visible_to(home.handler).exists(), "not before it is handed over"
        handed_all(place, found)
        plan, late = faults[1], faults[2]
        with pytest.raises(NotAllowed, match="不能对这一检查结论"):
            answer_finding(finding_id=plan.pk, words="不是这样", **by(place.chief))
        answer_finding(finding_id=late.pk, words="两个节点当时已经中止", **by(home.handler))
        with pytest.raises(WrongState, match="申辩"):
            finalise(inspection_id=found.pk, **by(place.chief))
        decide_answer(finding_id=late.pk, keep=False, words="经核实已经中止", **by(place.chief))
        answer_finding(finding_id=plan.pk, words="已在制定", **by(home.handler))
        with pytest.raises(WrongState, match="已经申辩过"):
            answer_finding(finding_id=plan.pk, words="再说一次", **by(home.handler))
        decide_answer(finding_id=plan.pk, keep=True, words="检查时没有计划", **by(place.chief))
    with time.travel("2023-07-12 10:00"):
        with pytest.raises(WrongState, match="申辩期限已经届满"):
            answer_finding(finding_id=other.pk, words="迟了", **by(home.handler))
        finalise(inspection_id=found.pk, **by(place.chief))
        with pytest.raises(BadInput, match="整改材料"):
            rectify_finding(finding_id=plan.pk, words="已制定计划", **by(home.handler))
        assert not InspectionFinding.objects.overdue(time.today()).exists()
    with time.travel("2023-07-24 10:00"):
        assert set(InspectionFinding.objects.overdue(time.today())) == {
            InspectionFinding.objects.get(pk=plan.pk),
            InspectionFinding.objects.get(pk=other.pk),
        }
        done = rectify_finding(
            finding_id=plan.pk,
            words="已制定计划",
            uploads=[upload(jpeg(), "清积计划.jpg")],
            **by(home.handler),
        )
        assert (done.state, len(done.files)) == ("rectified", 1)
        verify_finding(finding_id=plan.pk, passed=False, words="计划没有时间", **by(place.chief))
        rectify_finding(
            finding_id=plan.pk, words="补上时间", uploads=[upload(jpeg(), "计划.jpg")], **by(home.handler)
        )
        done = verify_finding(finding_id=plan.pk, passed=True, words="到位", **by(place.second))
        assert (done.state, done.verified_by) == ("verified", place.second)
        assert [each.pk for each in InspectionFinding.objects.unsettled()] == [other.pk]
    # 5 cases, 30 and 20 marks: the withdrawn fault costs nothing.
    assert section(found, "over_long").score == Decimal("90.00")
    assert ranks(list(found.sections.select_related("court")))[0].total == Decimal("90.00")
    kinds = list(Event.objects.filter(stream=found.stream).order_by("seq").values_list("kind", flat=True))
    assert kinds[:2] == ["inspection.planned", "inspection.drawn"]
    assert kinds[-1] == "inspection.verified"
    assert Message.objects.filter(to_user_id=home.handler.pk, text__contains="整改已核实").exists()


def test_who_sees_what(place: Bureau) -> None:
    home = place.home
    stranger, abroad = person(home.court, "handler", name="别人"), house()
    with time.travel(CHECKED):
        found = drawn(place)
        one = section(found, "over_long").draws.first()
        for each in section(found, "over_long").draws.all():
            enter_all(place, each, {"JZ-N-01-1": "未列入台账"})
        assert not Inspection.objects.visible_to(home.director).exists(), (
            "not before something is handed over"
        )
        handed_all(place, found)
        assert Inspection.objects.visible_to(home.director).exists()
        assert InspectionFinding.objects.visible_to(home.handler).count() == 20
        assert not Inspection.objects.visible_to(home.handler).exists()
        for nobody in (stranger, abroad.centre, abroad.superior, person(kind="party")):
            assert not Inspection.objects.visible_to(nobody).exists()
            assert not InspectionSection.objects.visible_to(nobody).exists()
            assert not InspectionDraw.objects.visible_to(nobody).exists()
            assert not InspectionFinding.objects.visible_to(nobody).exists()
        fault = InspectionFinding.objects.filter(result="fault").first()
        with pytest.raises(NotFound):
            answer_finding(finding_id=fault.pk, words="无关", **by(stranger))
        with pytest.raises(NotFound):
            swap_case(draw_id=one.pk, reason="无关", **by(abroad.superior))


def final_with_a_fault(place: Bureau) -> Inspection:
    with time.travel(CHECKED):
        found = drawn(place)
        draws = list(section(found, "over_long").draws.order_by("position"))
        enter_all(place, draws[0], {"JZ-N-01-2": "没有清积计划"})
        for each in draws[1:]:
            enter_all(place, each)
        handed_all(place, found)
    with time.travel(LATER):
        return finalise(inspection_id=found.pk, **by(place.chief))


@pytest.mark.req("JZ-04")
def test_the_bulletin_is_reviewed_by_a_second_person_and_issued_as_a_version(place: Bureau) -> None:
    found = final_with_a_fault(place)
    with time.travel(LATER):
        first = draft_commentary(inspection_id=found.pk, **by(place.chief))
        assert "发现问题 1 个，集中在：一案一策的清积计划（1 件）。" in first.paragraphs
        with pytest.raises(WrongState, match="已有一版"):
            draft_commentary(inspection_id=found.pk, **by(place.chief))
        assert not Commentary.objects.visible_to(place.home.director).exists(), "drafts stay in the house"
        rewrite_commentary(
            commentary_id=first.pk, paragraphs=["第一段", "第二段"], propose=True, **by(place.chief)
        )
        with pytest.raises(NotAllowed, match="不能由自己复核"):
            review_commentary(commentary_id=first.pk, passed=True, **by(place.chief))
        with pytest.raises(BadInput, match="退回理由"):
            review_commentary(commentary_id=first.pk, passed=False, **by(place.second))
        review_commentary(commentary_id=first.pk, passed=False, words="补充整改要求", **by(place.second))
        second = draft_commentary(inspection_id=found.pk, anonymous=True, **by(place.chief))
        rewrite_commentary(
            commentary_id=second.pk, paragraphs=second.paragraphs, propose=True, **by(place.chief)
        )
        issued = review_commentary(commentary_id=second.pk, passed=True, **by(place.second))
    assert (issued.version, issued.state) == (2, "issued")
    told = str(issued.paragraphs) + str(issued.tables)
    assert "甲法院" in told
    assert place.home.court.short_name not in told
    assert "执" not in issued.tables[1]["rows"][0][1], "no case number"
    assert list(Commentary.objects.visible_to(place.home.director)) == [issued]


def test_the_same_key_plans_once(place: Bureau) -> None:
    with time.travel(CHECKED):
        given = {**by(place.chief), "courts": [place.home.court.pk], "year": 2023}
        first = plan_inspection(quarter=2, **given)
        assert plan_inspection(quarter=2, **given) == first
        with pytest.raises(Conflict):
            plan_inspection(quarter=1, **given)
        with pytest.raises(WrongState, match="已经制定方案"):
            planned(place)
        with pytest.raises(BadInput, match="还没有开始"):
            planned(place, 2023, 4)
        with pytest.raises(BadInput, match="不属于本院辖区"):
            planned(place, 2023, 1, courts=[house().court.pk])
