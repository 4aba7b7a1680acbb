"""People: the first administrator, a reset password, a first password that must change, the administrator's pages."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from courts.models import Appointment, Court, User
from events.models import Event
from tests.factories.courts import court, person

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch):
    def use(text: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(text))

    return use


@pytest.fixture
def administrator(client: Client) -> User:
    made = person(court(), name="系统管理员")
    made.is_staff = made.is_superuser = True
    made.save()
    client.force_login(made, backend=BACKEND)
    return made


def test_the_first_administrator_is_made_once(typed) -> None:
    typed("a-good-password-1\n")
    call_command("first_administrator", "--username", "root", "--password-stdin", stdout=io.StringIO())
    out = io.StringIO()
    call_command("first_administrator", "--username", "other", "--password-stdin", stdout=out)
    assert "未做改动" in out.getvalue()
    assert User.objects.get(is_superuser=True).check_password("a-good-password-1")


@pytest.mark.parametrize("password", ["short", "password123"])
def test_a_weak_first_password_is_refused_and_nobody_is_made(typed, password: str) -> None:
    typed(f"{password}\n")
    with pytest.raises(CommandError):
        call_command("first_administrator", "--username", "root", "--password-stdin")
    assert not User.objects.exists()


def test_a_reset_password_must_be_changed_before_work(typed, client: Client) -> None:
    officer = person(court(), "handler")
    typed("temporary-pass-9\n")
    call_command("reset_password", officer.username, "--password-stdin", stdout=io.StringIO())
    officer.refresh_from_db()
    client.force_login(officer, backend=BACKEND)
    assert client.get("/deadlines/calculator")["Location"] == "/password"
    page = client.post(
        "/password",
        {
            "old_password": "temporary-pass-9",
            "new_password1": "my-own-secret-7",
            "new_password2": "my-own-secret-7",
        },
    )
    assert page.status_code == 302
    officer.refresh_from_db()
    assert not officer.must_change_password
    assert officer.check_password("my-own-secret-7")
    assert client.get("/deadlines/calculator").status_code == 200
    assert Event.objects.filter(kind="user.password_changed", stream=f"user:{officer.pk}").exists()


def test_an_unknown_user_is_named(typed) -> None:
    typed("temporary-pass-9\n")
    with pytest.raises(CommandError, match="没有用户"):
        call_command("reset_password", "nobody", "--password-stdin")


def test_the_administrator_founds_a_court_and_appoints(client: Client, administrator: User) -> None:
    parent = court(level="intermediate")
    page = client.post(
        "/admin/courts/court/add/",
        {
            "code": "鄂9877", "name": "石桥县人民法院", "short_name": "石桥法院", "level": "basic", "parent": parent.pk,
            "quiet_from": "21:00", "quiet_until": "08:00", "sms_daily_cap": 10, "sms_on": "on",
        },
    )  # fmt: skip
    assert page.status_code == 302
    made = Court.objects.get(code="鄂9877")
    client.post(
        "/admin/courts/user/add/",
        {
            "username": "zhang",
            "full_name": "张法官",
            "court": made.pk,
            "post": "quota_judge",
            "is_active": "on",
            "password": "first-password-1",
        },
    )
    zhang = User.objects.get(username="zhang")
    assert zhang.must_change_password
    client.post(
        "/admin/courts/appointment/add/",
        {"user": zhang.pk, "role": "handler", "court": made.pk, "since": "2026-01-01"},
    )
    assert Appointment.objects.get(user=zhang).role == "handler"
    assert set(Event.objects.values_list("kind", flat=True)) >= {
        "court.set",
        "user.created",
        "user.appointed",
    }


def test_a_refusal_of_the_verb_is_said_and_nothing_is_written(client: Client, administrator: User) -> None:
    page = client.post(
        "/admin/courts/user/add/",
        {"username": "li", "full_name": "李法官", "post": "clerk", "is_active": "on", "password": "short"},
        follow=True,
    )
    assert not User.objects.filter(username="li").exists()
    assert "密码" in page.content.decode()


def test_officers_do_not_enter_the_administration(client: Client) -> None:
    client.force_login(person(court(), "handler"), backend=BACKEND)
    assert client.get("/admin/courts/user/").status_code == 302
