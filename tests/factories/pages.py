"""Pages as a person gets them."""

from __future__ import annotations

import re
from html import unescape

from django.http import HttpResponse
from django.test import Client

from courts.models import User

_TAGS = re.compile(r"<(script|template)\b.*?</\1>|<[^>]*>", re.DOTALL)


def client_of(user: User) -> Client:
    """A browser in which this person has signed in."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def words(response: HttpResponse) -> str:
    """What a person reads on the page, in one line; the frame's own words are among them."""
    return " ".join(unescape(_TAGS.sub(" ", response.content.decode())).split())


def main(response: HttpResponse) -> str:
    """What stands in the page itself, without bar and navigation."""
    body = response.content.decode().partition('<main class="c-main"')[2].partition("</main>")[0]
    return " ".join(unescape(_TAGS.sub(" ", f"<{body}")).split())


def hidden(response: HttpResponse, name: str) -> str:
    """The value of the first hidden field of this name. Raises AssertionError when there is none."""
    found = re.search(rf'name="{name}"\s+value="([^"]*)"', response.content.decode())
    assert found, f"no field {name}"
    return found[1]


def stands(digits: str, text: str) -> bool:
    """Whether these digits stand in a text as a number or its masked end, not by chance within a random key."""
    return re.search(rf"(?<![0-9A-Za-z_-]){digits}(?![0-9A-Za-z_-])", text) is not None
