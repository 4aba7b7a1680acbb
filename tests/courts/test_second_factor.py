"""The second factor of staff: enrolment, sign-in, recovery codes, guessing, replay, reset, what stays shut without it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client

from courts.actions.factors import (
    begin_factor,
    confirm_factor,
    pass_factor,
    renew_recovery_codes,
    reset_factor,
)
from courts.factors import code_at
from courts.models import Authenticator, RecoveryCode, User
from courts.secondfactor import protected_areas
from events.models import Event
from kernel import time
from kernel.errors import BadInput, NotAllowed, NotFound
from tests.factories.courts import court, person
from tests.factories.pages import client_of, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("morning", "required")]
PASSWORD = "right-password-1"
STEP = dt.timedelta(seconds=30)


@pytest.fixture
def morning():
    with time.travel("2026-03-02 09:00"):
        yield


@pytest.fixture
def required(settings) -> None:
    settings.MFA_REQUIRED = True


def known(user: User) -> User:
    user.set_password(PASSWORD)
    user.save()
    return user


def enrolled(user: User) -> tuple[str, list[str]]:
    """The secret and the recovery codes of a person with a phone, who enrolled an hour ago."""
    at = time.now() - dt.timedelta(hours=1)
    secret = begin_factor(user=user, at=at).secret
    return secret, confirm_factor(user=user, code=code_at(secret, at), at=at, key="k1")


def signed_in(user: User, code: str | None = None) -> Client:
    client = Client()
    client.post("/login", {"username": user.username, "password": PASSWORD})
    if code:
        client.post("/login/code", {"code": code})
    return client


def test_codes_are_those_of_rfc_6238() -> None:
    """Appendix B of the RFC, the last six of its eight digits."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for second, digits in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        assert code_at(secret, dt.datetime.fromtimestamp(second, dt.UTC)) == digits


def test_a_clerk_of_money_is_led_to_enrol_and_then_works() -> None:
    clerk = known(person(court(), "administrator"))
    client = signed_in(clerk)
    held = client.get("/rules/releases/")
    assert held.status_code == 403
    assert "需要动态口令" in words(held)
    assert "现在启用" in words(held)
    page = client.get("/account/second-factor?next=/rules/releases/")
    assert b"<svg" in page.content
    secret = Authenticator.objects.get(user=clerk).secret
    form = {"code": code_at(secret, time.now()), "act_key": "a" * 32, "next": "/rules/releases/"}
    wrong = client.post("/account/second-factor", {**form, "code": "000000"})
    assert wrong.status_code == 422
    assert "动态口令不对" in words(wrong)
    shown = client.post("/account/second-factor", form)
    assert "只显示这一次" in words(shown)
    assert RecoveryCode.objects.filter(user=clerk).count() == 10
    assert client.get("/rules/releases/").status_code == 200
    assert signed_in(clerk).get("/rules/releases/")["Location"].startswith("/login"), (
        "a password is not enough"
    )


@pytest.mark.parametrize(
    ("role", "required", "status"),
    [("administrator", True, 403), ("administrator", False, 200), ("bureau_director", True, 200)],
)
def test_who_must_have_one_is_data(settings, role: str, required: bool, status: int) -> None:
    settings.MFA_REQUIRED = required
    assert client_of(person(court(), role)).get("/rules/releases/").status_code == status
    assert {"fund_pay", "receipt", "users"} <= protected_areas()


def test_other_work_goes_on_without_one() -> None:
    assert client_of(person(court(), "finance")).get("/worklist").status_code == 200


@pytest.mark.parametrize(
    "path", ["/cases/1/money/", "/cases/1/receipts/1/payout/", "/cases/1/payouts/1/approve/"]
)
def test_money_stays_shut_for_finance(path: str) -> None:
    response = client_of(person(court(), "finance")).get(path)
    assert response.status_code == 403
    assert "需要动态口令" in words(response)


def test_a_used_code_does_not_open_again() -> None:
    user = known(person(court(), "handler"))
    secret, _codes = enrolled(user)
    code = code_at(secret, time.now())
    assert signed_in(user, code).get("/worklist").status_code == 200
    again = signed_in(user)
    refused = again.post("/login/code", {"code": code})
    assert refused.status_code == 422
    assert "已经用过" in words(refused)
    assert again.get("/worklist").status_code == 302
    with pytest.raises(BadInput):
        pass_factor(user=user, code=code_at(secret, time.now() - STEP), at=time.now())
    assert pass_factor(user=user, code=code_at(secret, time.now() + STEP), at=time.now() + STEP) is False


def test_a_phone_may_be_a_step_off_but_not_two() -> None:
    user = person(court(), "handler")
    secret, _codes = enrolled(user)
    at = time.now()
    for off in (-2, 2):
        with pytest.raises(BadInput):
            pass_factor(user=user, code=code_at(secret, at + off * STEP), at=at)
    assert pass_factor(user=user, code=code_at(secret, at + STEP), at=at) is False


def test_guessing_is_stopped_even_for_the_right_code() -> None:
    user = known(person(court(), "handler"))
    secret, codes = enrolled(user)
    client = signed_in(user)
    for _ in range(5):
        answer = client.post("/login/code", {"code": "123456"})
    assert "暂时锁定" in words(answer)
    for right in (code_at(secret, time.now()), codes[0]):
        assert "暂时锁定" in words(client.post("/login/code", {"code": right}))
    assert Event.objects.filter(stream=f"user:{user.pk}", kind="user.factor_locked").count() == 1
    later = time.now() + dt.timedelta(minutes=16)
    assert pass_factor(user=user, code=code_at(secret, later), at=later) is False


def test_a_recovery_code_opens_once_and_is_kept_only_as_a_digest() -> None:
    user = known(person(court(), "handler"))
    _secret, codes = enrolled(user)
    client = signed_in(user)
    assert client.post("/login/code", {"code": codes[3].lower()})["Location"] == "/account/second-factor"
    assert "还有 9 个" in words(client.get("/account/second-factor"))
    assert signed_in(user).post("/login/code", {"code": codes[3]}).status_code == 422
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(r::text, '') FROM courts_recoverycode r")
        kept = cursor.fetchone()[0]
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)


def test_the_secret_is_encrypted() -> None:
    secret = begin_factor(user=person(court()), at=time.now()).secret
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM courts_authenticator")
        assert str(secret).encode() not in bytes(cursor.fetchone()[0])


def test_new_recovery_codes_end_the_old_ones() -> None:
    user = person(court(), "handler")
    secret, old = enrolled(user)
    with pytest.raises(BadInput):
        renew_recovery_codes(user=user, code=old[0], at=time.now(), key="k2")
    new = renew_recovery_codes(user=user, code=code_at(secret, time.now()), at=time.now(), key="k2")
    assert pass_factor(user=user, code=new[0], at=time.now()) is True
    with pytest.raises(BadInput):
        pass_factor(user=user, code=old[0], at=time.now())


def test_an_administrator_resets_with_a_reason_and_the_old_session_is_shut() -> None:
    home = court()
    clerk, keeper = known(person(home, "administrator")), person(home, "administrator")
    secret, _codes = enrolled(clerk)
    client = signed_in(clerk, code_at(secret, time.now()))
    assert client.get("/rules/releases/").status_code == 200
    with pytest.raises(BadInput):
        reset_factor(user_id=clerk.pk, reason=" ", actor=keeper, at=time.now(), key="r1")
    reset_factor(user_id=clerk.pk, reason="手机遗失，已当面核实", actor=keeper, at=time.now(), key="r1")
    assert not Authenticator.objects.exists()
    assert client.get("/rules/releases/").status_code == 403
    event = Event.objects.get(kind="user.factor_reset")
    assert (event.actor, event.data["reason"]) == (keeper.actor, "手机遗失，已当面核实")


def test_who_may_not_reset() -> None:
    home = court()
    clerk = person(home, "finance")
    enrolled(clerk)
    for actor, error in (
        (person(home, "bureau_director"), NotFound),
        (person(court(), "administrator"), NotFound),
    ):
        with pytest.raises(error):
            reset_factor(user_id=clerk.pk, reason="x", actor=actor, at=time.now(), key="r")
    keeper = person(home, "administrator")
    with pytest.raises(NotAllowed):
        reset_factor(user_id=keeper.pk, reason="x", actor=keeper, at=time.now(), key="r")
    assert Authenticator.objects.count() == 1


def test_the_stock_admin_is_for_the_systems_administrator_with_a_second_factor() -> None:
    home = court()
    assert (
        client_of(person(home, "administrator", is_staff=True)).get("/admin/", follow=True).status_code == 403
    )
    assert client_of(person(home, "handler")).get("/admin/", follow=True).status_code == 403
    root = known(person(home, is_staff=True, is_superuser=True))
    held = client_of(root).get("/admin/", follow=True)
    assert (held.status_code, "需要动态口令" in words(held)) == (403, True)
    secret, _codes = enrolled(root)
    assert signed_in(root, code_at(secret, time.now())).get("/admin/").status_code == 200
    stranger = Client().get("/admin/", follow=True)
    assert stranger.redirect_chain[-1][0].startswith("/login?next=")


def test_the_code_page_without_a_password_leads_to_sign_in() -> None:
    assert Client().get("/login/code")["Location"] == "/login"
    user = known(person(court(), "handler"))
    secret, _codes = enrolled(user)
    client = signed_in(user)
    with time.travel("2026-03-02 09:06"):
        late = client.post("/login/code", {"code": code_at(secret, time.now())})
    assert late["Location"] == "/login"


def test_after_sign_in_one_stays_in_the_house() -> None:
    user = known(person(court(), "handler"))
    secret, _codes = enrolled(user)
    client = Client()
    client.post("/login?next=https://evil.example/", {"username": user.username, "password": PASSWORD})
    assert client.post("/login/code", {"code": code_at(secret, time.now())})["Location"] == "/"
