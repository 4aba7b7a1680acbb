"""axe-core on a page of Playwright: WCAG 2.2 A and AA and best practice, under the page's own policy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SOURCE = Path(__file__).parent / "vendor/axe-core-4.14.1/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# How Debian's chromium is started in every browser test.
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def violations(page: Page) -> list[str]:
    """One sentence per violation with the first place it was found; empty when the page is clean.

    The script is evaluated through the debugger, which the content security policy does not bind.
    """
    page.evaluate(SOURCE.read_text(encoding="utf-8"))
    result: dict[str, Any] = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    return [f"{item['id']}: {item['help']} at {item['nodes'][0]['target']}" for item in result["violations"]]


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than its window; 0 when nothing scrolls sideways."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def watch_policy(page: Page) -> list[str]:
    """A list that fills with script errors and with what the content security policy refused on this page."""
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard
