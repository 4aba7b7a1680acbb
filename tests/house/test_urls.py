"""Every address x {anonymous, party, own officer, other court's officer}: who gets a page, who gets nothing."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.factories.courts import court, person

pytestmark = pytest.mark.django_db
OPEN = {"healthz", "readyz", "login", "sign_in", "sign_in_paper", "sign_in_company"}
SIGNED = {"logout", "password_change", "home", "home_of_party"}


def addresses(resolver: URLResolver | None = None, prefix: str = "") -> list[tuple[str, str]]:
    """(name, path) of every address without the stock admin's."""
    found: list[tuple[str, str]] = []
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            if not path.startswith("admin/"):
                found += addresses(entry, path)
        elif isinstance(entry, URLPattern):
            found.append((entry.name or path, path))
    return found


def concrete(path: str) -> str:
    """The path with a number or word that does not exist in place of each converter."""
    out = path
    for kind, value in (
        ("int", "987654321"),
        ("str", "nothing"),
        ("slug", "nothing"),
        ("uuid", "0" * 8 + "-0000-4000-8000-" + "0" * 12),
    ):
        while f"<{kind}:" in out:
            head, _, rest = out.partition(f"<{kind}:")
            out = head + value + rest.partition(">")[2]
    return "/" + out


@pytest.mark.parametrize(("name", "path"), addresses())
def test_a_stranger_gets_no_page(name: str, path: str, client: Client) -> None:
    response = client.get(concrete(path))
    if name in OPEN:
        assert response.status_code == 200
    else:
        assert response.status_code in (302, 401, 403, 404, 405), (name, response.status_code)
        if response.status_code == 302:
            assert "/login" in response["Location"]


@pytest.mark.parametrize(("name", "path"), [pair for pair in addresses() if pair[0] not in OPEN | SIGNED])
def test_a_party_gets_no_staff_page(name: str, path: str, client: Client) -> None:
    client.force_login(person(kind="party"), backend="django.contrib.auth.backends.ModelBackend")
    response = client.get(concrete(path))
    assert response.status_code in (302, 401, 403, 404, 405), (name, response.status_code)


@pytest.mark.parametrize(("name", "path"), [pair for pair in addresses() if "<" in pair[1]])
def test_what_does_not_exist_is_404_for_an_officer(name: str, path: str, client: Client) -> None:
    client.force_login(person(court(), "handler"), backend="django.contrib.auth.backends.ModelBackend")
    # The interface for systems knows no session.
    refused = (401, 405) if path.startswith("api/") else (403, 404, 405)
    assert client.get(concrete(path)).status_code in refused, name


def test_every_page_carries_the_strict_policy(client: Client) -> None:
    policy = client.get("/login")["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_five_wrong_passwords_lock_out(client: Client, settings) -> None:
    officer = person(court(), "handler")
    officer.set_password("right-password-1")
    officer.save()
    for _ in range(4):
        assert client.post("/login", {"username": officer.username, "password": "wrong"}).status_code == 200
    locked = client.post("/login", {"username": officer.username, "password": "wrong"})
    assert locked.status_code == 429
    assert "15 分钟" in locked.content.decode()
    refused = client.post("/login", {"username": officer.username, "password": "right-password-1"})
    assert refused.status_code == 429
