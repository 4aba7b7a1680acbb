"""Forms as a browser without scripts sees them: open a page, fill in one of its forms, send it."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from django.test import Client

from courts.models import User

BACKEND = "django.contrib.auth.backends.ModelBackend"


class Forms(HTMLParser):
    """The forms of a page: address and the values a browser would send."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, list[str]]]] = []
        self._select = ""
        self._chosen: list[str] = []
        self._area = ""
        self._text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((given.get("action", ""), {}))
        elif not self.found:
            return
        elif tag == "input":
            self._input(given)
        elif tag == "select":
            self._select, self._chosen = given.get("name", ""), []
        elif tag == "option" and self._select and ("selected" in given or not self._chosen):
            self._chosen = [given.get("value", "")]
        elif tag == "textarea":
            self._area, self._text = given.get("name", ""), ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select:
            self._put(self._select, *self._chosen)
            self._select = ""
        elif tag == "textarea" and self._area:
            self._put(self._area, self._text.removeprefix("\n"))
            self._area = ""

    def _input(self, given: dict[str, str]) -> None:
        kind, name = given.get("type", "text"), given.get("name", "")
        if not name or kind in ("submit", "file", "search"):
            return
        if kind not in ("checkbox", "radio"):
            self._put(name, given.get("value", ""))
        elif "checked" in given:
            self._put(name, given.get("value", "on"))

    def _put(self, name: str, *values: str) -> None:
        self.found[-1][1].setdefault(name, []).extend(values)


def signed_in(user: User) -> Client:
    """A browser in which this person, read afresh with all roles, has signed in."""
    client = Client()
    client.force_login(User.objects.get(pk=user.pk), backend=BACKEND)
    return client


def form_of(html: str, action: str) -> dict[str, Any]:
    """What the form of this address would send as it stands. Raises AssertionError when there is none."""
    for found, values in Forms(html).found:
        if found == action:
            return {name: many if len(many) > 1 else many[0] for name, many in values.items()}
    raise AssertionError(f"no form goes to {action}")


def fill(client: Client, page: str, action: str = "", **values: Any) -> dict[str, Any]:
    """The form of `action` (default: of the page itself) on a page, with these values over its own."""
    response = client.get(page)
    assert response.status_code == 200, (page, response.status_code)
    return {**form_of(text_of(response), action or page.partition("?")[0]), **values}


def text_of(response: Any) -> str:
    """The page as text."""
    return str(response.content.decode())
