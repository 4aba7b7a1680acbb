"""Real Chromium against a live server with a database of its own; every page opened must stay free of script errors
and of what the content security policy refuses.

    def test_page(visit, shoot):
        page = visit("/deadlines/calculator", user=person(court(), "handler"), width=390)
        assert_sound(page)          # from tests.browser.conftest: axe clean, nothing scrolls sideways
        shoot(page, "calculator")   # into the folder $SHOTS, if that is set

Data is made with the factories inside the test: it is committed, and the server sees it. `kernel.time.travel` moves the
server as well, which runs in a thread of this process.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test import Client
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from courts.models import User
from tests.browser import axe

NAMES = ("chromium", "chromium-browser", "google-chrome-stable")
HEIGHTS = {1440: 900, 390: 844}
# How long a page may take before a test gives up, in milliseconds; the machines that run this are small.
PATIENCE = 20_000
STATUS = re.compile(r"Failed to load resource: the server responded with a status of (\d{3})")

Visit = Callable[..., Page]
Shoot = Callable[[Page, str], None]


def assert_sound(page: Page) -> None:
    """No violation of WCAG 2.2 A and AA, and nothing wider than the window."""
    assert axe.violations(page) == []
    assert axe.sideways(page) == 0


def program() -> str:
    """The Chromium to test with; skips where there is none, and fails where a build server should have one."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), "")
    if not found:
        words = "no Chromium: as root, apt-get install chromium (scripts/test does it); or set CHROMIUM to its path"
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(words)
        pytest.skip(words)
    return found


FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
</fontconfig>
"""


@pytest.fixture(scope="session")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Chromium's environment: it finds the fonts of our papers, for a bare machine has none for Chinese."""
    folder = tmp_path_factory.mktemp("fonts")
    written = FONTS.format(
        fonts=Path(__file__).resolve().parents[2] / "documents/fonts", cache=folder / "cache"
    )
    (folder / "fonts.conf").write_text(written, encoding="utf-8")
    return {**os.environ, "FONTCONFIG_FILE": str(folder / "fonts.conf")}


@pytest.fixture(scope="session")
def chromium(fonts: dict[str, str]) -> Iterator[Browser]:
    """One browser for the whole run."""
    executable = program()
    # Playwright's loop runs in this thread, and Django would take every query of a test for one made inside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=axe.ARGUMENTS, env=fonts)
        yield browser
        browser.close()


@pytest.fixture
def site(live_db: str) -> Iterator[str]:
    """The address of a server on the test's own database, for example http://localhost:40123."""
    thread = LiveServerThread("localhost", StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    yield f"http://{thread.host}:{thread.port}"
    thread.terminate()


@pytest.fixture
def visit(chromium: Browser, site: str) -> Iterator[Visit]:
    """visit(path, user=None, width=1440, scripts=True, forgive=()) -> Page, signed in as the user if one is given.

    forgive: HTTP statuses that the page may get without the test failing, e.g. (422,) for a refused form.
    """
    contexts: list[BrowserContext] = []
    heard: list[str] = []

    def open_page(
        path: str,
        *,
        user: User | None = None,
        width: int = 1440,
        scripts: bool = True,
        forgive: tuple[int, ...] = (),
    ) -> Page:
        size = {"width": width, "height": HEIGHTS.get(width, 900)}
        context = chromium.new_context(
            viewport=size, locale="zh-CN", java_script_enabled=scripts, reduced_motion="reduce"
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        if user is not None:
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": session_of(user), "url": site}]
            )
        page = context.new_page()
        listen(page, heard, forgive)
        page.goto(f"{site}{path}", wait_until="load" if scripts else "domcontentloaded")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert heard == []


def session_of(user: User) -> str:
    """The key of a fresh session of this person."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def listen(page: Page, heard: list[str], forgive: tuple[int, ...] = ()) -> None:
    """Write down script errors, console errors and refusals of the policy; a forgiven status is not one."""

    def note(text: str) -> None:
        status = STATUS.match(text)
        if status is None or int(status[1]) not in forgive:
            heard.append(f"{page.url}: {text}")

    page.on("console", lambda message: note(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: note(str(error)))
    page.expose_function("noteRefusal", note)
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation',"
        " (event) => window.noteRefusal(`policy ${event.violatedDirective} refused ${event.blockedURI}`));"
    )


@pytest.fixture
def shoot() -> Shoot:
    """shoot(page, name): the whole page as name-width.png in the folder $SHOTS; nothing where that is not set."""

    def take(page: Page, name: str) -> None:
        folder = os.environ.get("SHOTS")
        if folder:
            width = (page.viewport_size or {"width": 0})["width"]
            Path(folder).mkdir(parents=True, exist_ok=True)
            # Hiding the caret would be done with style attributes, which the policy refuses.
            page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True, caret="initial")

    return take
