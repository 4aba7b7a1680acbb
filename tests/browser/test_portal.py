"""The party's pages in a real browser: a phone, a wide window and large print."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import expect

from documents.actions.render import render_due
from kernel import time
from notices.models import Message
from petitions.actions.letters import answer_letter
from petitions.models import Letter
from portal.actions.signing import send_codes
from tests.browser.conftest import Shoot, Visit, assert_sound
from tests.factories.cases import assign, filed, filing, house, key
from tests.factories.documents import jpeg
from tests.factories.pages import client_of, hidden
from tests.petitions.test_letters import reader_of, write
from tests.portal.test_accounts import CARD, OTHER
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
        client, address = client_of(user), f"/my/cases/{case.pk}/"
        picture = SimpleUploadedFile("门面.jpg", jpeg(), "image/jpeg")
        for page, given in (
            (
                "letters/",
                {"topic": "other", "words": "被执行人的门面还在营业，见照片。", "photos": [picture]},
            ),
            ("clue/", {"words": "李四在城东有一间门面出租", "draft": "keep"}),
        ):
            form = client.get(address + page)
            given |= {name: hidden(form, name) for name in ("act_key", "party")}
            assert client.post(address + page, given).status_code == 302
    return home, case, user


@pytest.mark.parametrize("width", [320, 390, 1440])
def test_the_pages_are_sound(visit: Visit, shoot: Shoot, width: int) -> None:
    home, case, user = at_work()
    with time.travel(NOW):
        for name in ("", "money/", "papers/", "letters/", "clue/", "account/"):
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


@pytest.mark.parametrize("large", [False, True])
def test_a_party_registers_an_account_and_reads_it_masked(visit: Visit, shoot: Shoot, large: bool) -> None:
    _home, case, user = at_work()
    with time.travel(NOW):
        page = visit(f"/my/cases/{case.pk}/", user=user, width=390, forgive=(422,))
        if large:
            page.get_by_role("button", name="大字版").click()
        page.get_by_role("link", name="登记收款账户").click()
        page.get_by_label("户名").fill("张三")
        page.get_by_label("开户银行").select_option("中国工商银行")
        page.get_by_label("开户网点").fill("云州东湖支行")
        page.get_by_label("账号", exact=True).fill(CARD)
        page.get_by_label("再填一次账号").fill(OTHER)
        page.get_by_label("签名的领款承诺书").set_input_files(
            {"name": "承诺书.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
        )
        page.get_by_label("我承诺").check()
        page.get_by_role("button", name="提交账户").click()
        expect(page.get_by_text("两次填写的账号不一样")).to_be_visible()
        assert_sound(page)
        shoot(page, f"portal-account-refused{'-large' if large else ''}")
        page.get_by_label("再填一次账号").fill(CARD)
        page.get_by_label("签名的领款承诺书").set_input_files(
            {"name": "承诺书.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
        )
        page.get_by_role("button", name="提交账户").click()
        expect(page.get_by_role("status")).to_contain_text("收款账户已登记")
        assert CARD not in page.content()
        assert_sound(page)
        shoot(page, f"portal-account-done{'-large' if large else ''}")


def test_the_picture_on_the_paper_fills_in_the_code(visit: Visit) -> None:
    with time.travel(NOW):
        page = visit("/my/login/paper#7KQ4MXW29PDT", width=390)
        expect(page.get_by_label("登录码")).to_have_value("7KQ4MXW29PDT")
        assert page.url.endswith("/my/login/paper")


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


@pytest.mark.parametrize("width", [390, 1440])
def test_a_company_finds_its_door(visit: Visit, shoot: Shoot, width: int) -> None:
    page = visit("/my/login", width=width)
    page.get_by_role("link", name="单位登录").click()
    expect(page.get_by_label("统一社会信用代码")).to_be_visible()
    assert_sound(page)
    shoot(page, "portal-company")
