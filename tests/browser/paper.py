"""A page as it leaves the printer: what may be seen on A4 and what may not."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Page

from tests.browser import axe

NOT_ON_PAPER = "nav li a, button, input, textarea, .c-btn, .c-iconbtn, .c-menu, .c-top, .c-side, .c-tabs, .c-pager__acts, .c-toasts"
_SEEN = """
(unwanted) => {
  const seen = (node) => node.getClientRects().length > 0 && getComputedStyle(node).visibility !== "hidden";
  const called = (node) => `${node.localName}.${node.className} ${node.textContent.trim().slice(0, 20)}`;
  const wrong = [...document.querySelectorAll(unwanted)].filter(seen).map(called);
  for (const head of document.querySelectorAll(".c-table thead")) {
    if (seen(head) && getComputedStyle(head).display !== "table-header-group") wrong.push("a head that is not repeated");
  }
  for (const cell of document.querySelectorAll(".c-table thead th")) {
    if (!seen(cell) && !cell.matches(".c-cell--acts, .c-cell--check")) wrong.push(`a column left out: ${called(cell)}`);
  }
  for (const box of document.querySelectorAll(".c-main *")) {
    const hidden = getComputedStyle(box).overflowX !== "visible" && box.scrollWidth > box.clientWidth + 1;
    if (seen(box) && hidden && box.clientWidth > 20) wrong.push(`cut off: ${called(box)}`);
  }
  for (const row of document.querySelectorAll(".c-table tbody tr")) {
    if (seen(row) && getComputedStyle(row).breakInside !== "avoid") wrong.push("a row that breaks");
  }
  return wrong;
}
"""
_WIDE = 650
"""Pixels of the text's width on a sheet."""


def assert_on_paper(page: Page, who: str, name: str = "") -> None:
    """Nothing to press and nowhere to go on the sheet, nothing beyond its edge, heads on every sheet, and who printed.

    who: the name of who printed. name: the PDF is kept as this in the folder $SHOTS, if that is set.
    """
    size = page.viewport_size
    page.emulate_media(media="print")
    page.set_viewport_size({"width": _WIDE, "height": 900})
    wrong = page.evaluate(_SEEN, NOT_ON_PAPER)
    assert wrong == [], wrong
    assert axe.sideways(page) <= 0
    assert who in page.locator(".c-print").inner_text()
    folder = os.environ.get("SHOTS")
    if folder and name:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.pdf(path=Path(folder) / f"{name}.pdf", prefer_css_page_size=True)
    page.emulate_media(media="screen")
    if size:
        page.set_viewport_size(size)
