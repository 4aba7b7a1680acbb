"""axe-core on a page of Playwright: WCAG 2.2 A and AA and best practice, under the page's own policy."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

SOURCE = Path(__file__).parent / "vendor/axe-core-4.14.1/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# How Chromium is started in every browser test.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# Only what is wrong comes back: the full result, every element that passed, is megabytes and took longer than the check.
CHECK = """async rules => {
  const result = await axe.run(document, {runOnly: rules, resultTypes: ["violations"]});
  return result.violations.map(({id, help, nodes}) => `${id}: ${help} at ${JSON.stringify(nodes[0].target)}`);
}"""


def violations(page: Page) -> list[str]:
    """One sentence per violation with the first place it was found; empty when the page is clean.

    The script is evaluated through the debugger, which the content security policy does not bind. A document that has
    it from the look before, at another width, does not read it again.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(SOURCE.read_text(encoding="utf-8"))
    return list(page.evaluate(CHECK, RULES))


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than its window; 0 when nothing scrolls sideways."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))
