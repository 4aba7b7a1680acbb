"""The party's pages in a real browser: a phone, a wide window and large print."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from documents.actions.render import render_due
from kernel import time
from notices.models import Message
from petitions.actions.letters import answer_letter
from petitions.models import Letter
from portal.actions.signing import send_codes
from tests.browser.conftest import Shoot, Visit, assert_sound
from tests.factories.cases import assign, filed, filing, house, key
from tests.petitions.test_letters import reader_of, write
from tests.walks.stage import money

NOW = "2025-03-07 10:00"


def at_work():
    home = house((), ("haidian",))
    with time.travel("2025-02-10 09:00"):
        case = filed(home, filing("2025-02-10"))
        assign(home, case)
        while render_due(at=time.now()):
            pass
    user = reader_of(case)
    with time.travel("2025-03-05 09:00"):
        money(home, case, "25000.00", "S1")
        write(case, user)
        answer_letter(
            letter_id=Letter.objects.get().pk,
            words="已经委托评估，预计下周出结果。",
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
    with time.travel("2025-03-07 09:30"):
        write(case, user, topic="money", words="到账的钱什么时候发给我？")
    return home, case, user


@pytest.mark.parametrize("width", [390, 1440])
def test_the_pages_are_sound(visit: Visit, shoot: Shoot, width: int) -> None:
    home, case, user = at_work()
    with time.travel(NOW):
        for name in ("", "money/", "papers/", "letters/", "clue/"):
            page = visit(f"/my/cases/{case.pk}/{name}", user=user, width=width)
            assert_sound(page)
            shoot(page, f"portal-{name.strip('/') or 'case'}")
        for path in ("/my/login", "/my/login/paper"):
            page = visit(path, width=width)
            assert_sound(page)
            shoot(page, f"portal-{path.rpartition('/')[2]}")
        for path in ("/letters/", f"/letters/{Letter.objects.order_by('-id')[0].pk}/"):
            page = visit(path, user=home.handler, width=width)
            assert_sound(page)
            shoot(page, "desk-letters" if path == "/letters/" else "desk-letter")


def test_large_print_is_sound_and_every_target_is_big(visit: Visit, shoot: Shoot) -> None:
    _home, case, user = at_work()
    with time.travel(NOW):
        page = visit(f"/my/cases/{case.pk}/", user=user, width=390)
        page.get_by_role("button", name="大字版").click()
        expect(page.locator("html")).to_have_class("c-big")
        assert_sound(page)
        shoot(page, "portal-large")
        small = page.eval_on_selector_all(
            "a, button, input:not([type=hidden]), select, textarea",
            "all => all.filter(e => !e.matches('.c-skip') && e.getBoundingClientRect().height < 44)"
            ".map(e => e.outerHTML.slice(0, 80))",
        )
        assert small == []


def test_a_party_signs_in_without_scripts_and_writes(visit: Visit, shoot: Shoot) -> None:
    home = house()
    with time.travel("2025-02-10 09:00"):
        case = filed(home, filing("2025-02-10"))
        assign(home, case)
    with time.travel(NOW):
        page = visit("/my/login", width=390, scripts=False)
        page.get_by_label("手机号").fill("13800000001")
        page.get_by_role("button", name="获取验证码").click()
        shoot(page, "portal-code")
        send_codes(at=time.now())
        code = re.search(r"\d{6}", Message.objects.get(topic="sign_in_code").full_text)[0]
        page.get_by_label("验证码").fill(code)
        page.get_by_role("button", name="登录").click()
        expect(page.get_by_role("heading", name=case.number)).to_be_visible()
        page.get_by_role("link", name="留言", exact=True).click()
        page.get_by_label("想说的话").fill("请问进展")
        page.get_by_role("button", name="提交留言").click()
        expect(page.get_by_role("status")).to_contain_text("留言已送到承办人")
        assert Letter.objects.get().words == "请问进展"
