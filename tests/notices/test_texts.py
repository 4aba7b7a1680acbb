"""The preset texts: whole, short, saying nothing of the other side; the verbs that put texts into use."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import call_command

from events.models import Event
from kernel import time
from kernel.errors import BadInput, NotAllowed, NotFound
from notices.actions.templates import retire_template, seed_templates, write_template
from notices.models import Template
from notices.rendering import check_text, places, render
from notices.states import Audience, Reason
from notices.topics import canonical, label, placeholders, topics
from regimes.packs import load_library
from tests.factories import courts as people
from tests.factories.notices import text, waiting

AT = time.at_local(dt.date(2023, 4, 24), 9)
FACTS = {
    "court": "云州市东湖区人民法院",
    "court_phone": "0799-12368",
    "number": "(2023)鄂9901执1234号",
    "old_number": "(2023)鄂9902执1230号",
    "date": "2023年4月24日",
    "handler": "欧阳某某",
    "team": "普执团队",
    "closing": "执行完毕",
    "act": "查封",
    "time": "4月26日9时",
    "place": "执行局二楼",
    "code": "482913",
    "minutes": 10,
    "recipient": "被执行人 138****6021",
    "reason": "号码无法接收",
    "receipt": "R20230424001",
    "unit": "执行一团队",
    "tail": "5702",
    "link": "https://zx.example.cn/my/",
}
PRESETS = [
    (topic.code, audience, preset) for topic in topics().values() for audience, preset in topic.texts.items()
]


@pytest.mark.parametrize(("topic", "audience", "preset"), PRESETS)
def test_a_preset_text_is_allowed_whole_and_one_part_long(topic, audience, preset):
    check_text(preset, topic=topic)
    assert audience in Audience.values
    rendered = render(preset, FACTS)
    assert "{" not in rendered
    assert len(rendered) <= 70, rendered
    if audience != "staff":
        assert "法院" in places(preset)


@pytest.mark.parametrize(("topic", "audience", "preset"), PRESETS)
def test_a_preset_text_names_no_amount_and_no_asset_of_the_other_side(topic, audience, preset):
    assert not {"金额", "元", "账号", "银行"} & set(places(preset))
    if audience in ("applicant", "agent"):
        assert "名下" not in preset


def test_every_push_of_every_rule_pack_has_a_preset_text_for_each_reader():
    seen = 0
    for pack in load_library().packs:
        for push in pack.pushes:
            for audience in push.to:
                seen += 1
                assert audience in topics()[canonical(push.topic)].texts, (push.id, audience)
    assert seen > 30


def test_chinese_names_are_unambiguous():
    names = [topic.label for topic in topics().values()]
    assert len(set(names)) == len(names)
    assert len(set(placeholders().values())) == len(placeholders())
    assert (label("case_filed"), label("something")) == ("立案", "something")


@pytest.mark.django_db
def test_the_presets_are_put_in_once_and_leave_a_standing_text_alone():
    kept = text(text="法院自己的文本{案号}")

    assert seed_templates(at=AT) == len(PRESETS) - 1
    assert seed_templates(at=AT) == 0
    call_command("seed_templates")

    assert Template.objects.filter(court__isnull=True).count() == len(PRESETS)
    kept.refresh_from_db()
    assert kept.text == "法院自己的文本{案号}"
    assert Event.objects.filter(kind="template.seeded").count() == 1


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        ("", "不能为空"),
        ("{案号", "不成对"),
        ("案号}{", "不成对"),
        ("{案号}由{承办人}承办", "承办人"),
        ("{不存在}", "不存在"),
        ("{0.__class__}", "__class__"),
    ],
)
def test_a_text_that_could_not_be_rendered_is_refused(bad, named):
    with pytest.raises(BadInput, match=named):
        check_text(bad, topic="case_filed")


@pytest.mark.django_db
class TestVerbs:
    @pytest.fixture
    def court(self):
        return people.court()

    @pytest.fixture
    def centre(self, court):
        return people.person(court, "command_centre")

    def write(self, actor, court, **fields):
        defaults = {
            "topic": "立案",
            "audience": "applicant",
            "text": "本院已立{案号}案。",
            "approved_by": "李主任",
            "approved_on": dt.date(2023, 4, 1),
            "key": "k1",
        }
        return write_template(actor=actor, court_id=court.pk, at=AT, **{**defaults, **fields})

    def test_a_new_text_takes_the_place_of_the_old_one(self, court, centre):
        old = self.write(centre, court)
        new = self.write(centre, court, text="{案号}案已由本院立案。", key="k2")

        old.refresh_from_db()
        assert (old.active, old.retired_at, new.active, new.topic) == (False, AT, True, "case_filed")
        message = waiting(court, at=AT)
        assert (message.text, message.template_id) == ("(2023)鄂9901执12号案已由本院立案。", new.pk)

    def test_the_same_key_writes_once(self, court, centre):
        assert self.write(centre, court) == self.write(centre, court)
        assert Template.objects.count() == 1

    def test_only_the_command_centre_of_the_court_may(self, court, centre):
        for actor in (people.person(court, "handler"), people.person(people.court(), "command_centre")):
            with pytest.raises(NotAllowed):
                self.write(actor, court)
            with pytest.raises(NotAllowed):
                retire_template(
                    actor=actor,
                    template_id=text(court=court, topic=f"t{actor.pk}").pk,
                    reason="x",
                    at=AT,
                    key="k",
                )
        assert Template.objects.filter(topic="case_filed").count() == 0

    @pytest.mark.parametrize(
        "fields", [{"approved_by": " "}, {"audience": "world"}, {"topic": "天气"}, {"text": "{"}]
    )
    def test_bad_input_is_refused(self, court, centre, fields):
        with pytest.raises(BadInput):
            self.write(centre, court, **fields)
        assert Template.objects.count() == 0

    def test_a_retired_text_leaves_a_gap_or_the_one_for_all_courts(self, court, centre):
        template = self.write(centre, court)
        with pytest.raises(BadInput):
            retire_template(actor=centre, template_id=template.pk, reason=" ", at=AT, key="r")
        retire_template(actor=centre, template_id=template.pk, reason="不再使用", at=AT, key="r")
        retire_template(actor=centre, template_id=template.pk, reason="不再使用", at=AT, key="r")

        assert waiting(court, at=AT).reason == Reason.NO_TEMPLATE
        text(text="统一文本{案号}")
        assert waiting(court, at=AT).text.startswith("统一文本")

    def test_the_text_for_all_courts_is_not_a_courts_to_retire(self, court, centre):
        with pytest.raises(NotFound):
            retire_template(actor=centre, template_id=text().pk, reason="x", at=AT, key="r")
