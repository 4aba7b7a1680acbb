"""A walk by mouse and keyboard: one window per person, and each page looked at wide and narrow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Page

from cases.models import Case
from courts.models import User
from documents.actions.render import render_due
from kernel import time
from tests.browser.conftest import HEIGHTS, Shoot, Visit, assert_sound
from tests.factories.cases import node
from tests.walks.stage import on

WIDE, NARROW = 1440, 390


@dataclass
class Clicking:
    """The windows of a story. prefix: begins the names of its pictures, which are numbered in the order of the story."""

    visit: Visit
    shoot: Shoot
    site: str
    prefix: str
    windows: dict[int, Page] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def window(self, user: User, path: str = "") -> Page:
        """This person's window, at the path if one is given. Refused forms are part of the story."""
        page = self.windows.get(user.pk)
        if page is None:
            page = self.visit(path or "/worklist", user=user, forgive=(409, 422))
            self.windows[user.pk] = page
        elif path:
            page.goto(f"{self.site}{path}")
        return page

    def look(self, page: Page, name: str) -> None:
        """Sound at both widths, and a picture of each; once for each name, for a story comes by some pages twice."""
        if name in self.seen:
            return
        self.seen.add(name)
        for width in (WIDE, NARROW):
            page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            page.evaluate(
                "window.scrollTo(0, 0)"
            )  # below the bar at the top a target would count as too small
            assert_sound(page)
            self.shoot(page, f"{self.prefix}-{len(self.seen):02d}-{name}")
        page.set_viewport_size({"width": WIDE, "height": HEIGHTS[WIDE]})

    @contextmanager
    def day(self, when: str) -> Iterator[None]:
        """A moment of the story; afterwards events go up the road and the worker has drawn the papers."""
        with on(when):
            yield
        with time.travel(when if " " in when else f"{when} 10:00"):
            render_due(at=time.now())


def open_node(page: Page, case: Case, kind: str, label: str = "") -> int:
    """Click a node of the time line open; its id."""
    row = node(case, kind, label).pk
    page.click(f"#node-{row} .c-node__title a")
    page.wait_for_selector(f"#node-{row} #node-work[data-focus]")
    return row


def fill(page: Page, **values: str | bool) -> None:
    """Type into fields, choose from lists, tick boxes, by the names of the fields ("__" stands for "-")."""
    for name, value in values.items():
        field_ = page.locator(f'[name="{name.replace("__", "-")}"]').first
        kind = field_.evaluate("each => each.type")
        if kind == "select-one":
            field_.select_option(value)
        elif kind in ("checkbox", "radio"):
            page.locator(f'[name="{name.replace("__", "-")}"][value="{value}"]').check() if isinstance(
                value, str
            ) else field_.set_checked(value)
        else:
            field_.fill(value)


def send(page: Page) -> str:
    """Send the form of the open node, or of the page; what the next page says."""
    button = page.locator(
        "#node-work .c-btn--primary, form.c-act .c-btn--primary, .c-confirm__acts .c-btn"
    ).first
    with page.expect_navigation():
        button.click()
    return said(page)


def said(page: Page) -> str:
    """The messages at the top of the page."""
    box = page.locator("#messages")
    return box.inner_text() if box.count() else ""
