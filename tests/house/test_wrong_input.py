"""Wrong input into every form that a person can reach from the pages: said in Chinese words beside what was typed, never
an error of the machine, nothing written.

The pages are walked from the navigation on, one of each kind; every form on them is sent with the same wrong thing in all
its boxes. What a form accepts is taken back, so that the next one finds the same court.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Any
from urllib.parse import urljoin

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, resolve

from events.models import Event
from kernel import time
from tests.factories.everything import NOW, everything
from tests.factories.forms import Forms
from tests.factories.pages import client_of, main
from tests.house.test_urls import addresses

pytestmark = pytest.mark.django_db
TYPED = ("text", "number", "date", "time", "tel", "email", "textarea", "datetime-local", "month")
WRONG = {
    "nothing": "",
    "a script and a face": "<script>alert(1)</script>😀·",
    "a day that is not": "2026-02-30",
    "less than a fen, full width": "－０.００１",
    "too much": "1" + "0" * 15,
    "too long": "长" * 5000,
}
DJANGO = re.compile("确保该|这个字段是|输入一个|输入整数|选择一个有效|This field|Ensure this|Enter a")
"""Sentences that name neither what is wrong nor what to do."""
KEPT_UP_TO = 200
"""Longer texts come back too, yet are compared by their beginning."""
LEFT_OUT = re.compile(
    r"^/(admin|api|my|logout|login|static|components|account|password)\b|\.(pdf|xlsx|csv)|format=|^/files|^/papers/\d"
)
SAYS = re.compile(r'role="alert"|c-field__error|c-note|c-errors')
FEWEST = 60
"""Forms that the walk finds at the least: a walk that finds none would prove nothing."""


class Fields(Forms):
    """The forms of a page with their methods and the kinds of their boxes."""

    def __init__(self, html: str) -> None:
        self.kinds: list[dict[str, str]] = []
        self.methods: list[str] = []
        self.buttons: list[list[dict[str, str]]] = []
        super().__init__(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        super().handle_starttag(tag, attrs)
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.kinds.append({})
            self.buttons.append([])
            self.methods.append(given.get("method", "get").lower())
        elif self.kinds and tag == "button":
            self.buttons[-1].append(given)
        elif self.kinds and tag in ("input", "textarea", "select") and given.get("name"):
            kind = given.get("type", "text") if tag == "input" else tag
            if "disabled" not in given and "readonly" not in given:
                self.kinds[-1][given["name"]] = kind


@dataclass
class Form:
    """A form as it stands on a page."""

    page: str
    address: str
    values: dict[str, list[str]]
    kinds: dict[str, str] = field(default_factory=dict)

    @property
    def boxes(self) -> list[str]:
        """What one types into."""
        return [name for name, kind in self.kinds.items() if kind in TYPED]


def forms_of(client: Client, first: list[str]) -> list[Form]:
    """Every form behind these addresses and the links of their pages, one of each kind of page."""
    waiting, seen, found = list(first), set(), {}
    while waiting:
        address = waiting.pop(0)
        kind = _kind(address)
        if kind is None or kind in seen:
            continue
        seen.add(kind)
        response = client.get(address)
        if response.streaming:
            response.getvalue()  # read to its end, a file is closed
        if response.status_code != 200 or response.streaming or "html" not in response["Content-Type"]:
            continue
        html = response.content.decode()
        shown = html.partition("<main")[2]
        waiting += [urljoin(address, unescape(link)) for link in re.findall(r'href="([^"#][^"]*)"', shown)]
        fields = Fields(shown)
        for n, (action, values) in enumerate(fields.found):
            for button in fields.buttons[n] or [{}]:
                own = {button["name"]: [button.get("value", "")]} if button.get("name") else {}
                to = button.get("formaction") or action
                form = Form(
                    address, urljoin(address, to) if to else address, {**values, **own}, fields.kinds[n]
                )
                if fields.methods[n] == "post" and form.boxes:
                    found.setdefault((_kind(form.address), *sorted(form.boxes), str(own)), form)
    return list(found.values())


def _kind(address: str) -> tuple[Any, ...] | None:
    """Pages of a kind are alike but for their row; forms of nodes and acts are each their own."""
    path = address.partition("?")[0]
    if LEFT_OUT.search(address) or not path.startswith("/"):
        return None
    try:
        match = resolve(path)
    except Resolver404:
        return None
    names = ("name", "what", "kind", *(("node_id",) if match.view_name == "desk:node" else ()))
    own = [match.kwargs[name] for name in names if name in match.kwargs]
    return (match.view_name, *own, "columns" in address)


def faults_of(client: Client, form: Form) -> Iterator[str]:
    """What is wrong with the answers to wrong input, in words."""
    written = Event.objects.count()
    for what, text in WRONG.items():
        sent = {**form.values, **{name: [text] for name in form.boxes}}
        point = transaction.savepoint()
        try:
            response = client.post(form.address, sent)
            fault = _fault(response, text)
            if response.status_code == 422 and Event.objects.count() != written:
                fault = "refused, and yet something was written"
        except Exception as error:  # noqa: BLE001  every fault is to be told
            fault = f"{type(error).__name__}: {error}"[:200]
        finally:
            transaction.savepoint_rollback(point)
        if fault:
            yield f"{form.page} -> {form.address}, {what}: {fault}"


def _fault(response: HttpResponse, text: str) -> str:
    if response.status_code >= 500:
        return f"status {response.status_code}"
    if response.status_code not in (200, 422) or response.streaming:
        return ""
    html = response.content.decode()
    if found := DJANGO.search(main(response)):
        return f"says {found[0]}"
    if response.status_code == 422:
        if not SAYS.search(html):
            return "does not say what is wrong"
        if escape(text.strip()[:KEPT_UP_TO]) not in html:
            return "what was typed is gone"
    return ""


def test_wrong_input_is_answered_in_words_and_kept() -> None:
    stage = everything()
    with time.travel(NOW):
        client = client_of(stage.user("everyone"))
        first = [f"/{path}" for _name, path in addresses() if "<" not in path]
        forms = forms_of(client, [*first, f"/cases/{stage.case.pk}/", f"/cases/{stage.case.pk}/money/"])
        wrong = [each for form in forms for each in faults_of(client, form)]
    assert len(forms) >= FEWEST
    assert wrong == [], "\n".join(wrong)
