"""What stands hundreds of times on a list, drawn in Python: icons, pills, tags, buttons, amounts, the rows of a table.

A list of fifty rows included 626 templates, which was half of its time. The components of these names are these tags,
so that each is written once; what a row and its cells hold is said in components/table.html. Every text is escaped
as a template escapes it.
"""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.template.context import Context
from django.templatetags.static import static
from django.utils.formats import localize
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

register = template.Library()
Piece = Mapping[str, Any]
_SUM, _DAY = re.compile(r"-?\d+\.\d{2}"), re.compile(r"\d{4}-\d{2}-\d{2}")

STATE_ICONS = {
    "over": "alert-octagon",
    "late_done": "alert-octagon",
    "soon": "clock-exclamation",
    "prog": "progress",
    "done": "circle-check",
    "hold": "player-pause",
}
OTHER_ICON = "circle-dashed"
STATE_WORDS = {
    "over": _lazy("超期"),
    "soon": _lazy("临期"),
    "prog": _lazy("进行中"),
    "done": _lazy("已办结"),
    "hold": _lazy("中止计时"),
    "late_done": _lazy("超期办结"),
}
OTHER_WORD = _lazy("未开始")
BUTTON_LOOKS = ("primary", "danger", "text", "small")


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of static/icons/sprite.svg; label: words of a meaningful one, none for a decorative one."""
    return _safe(_icon(str(name), str(label)))


@register.simple_tag
def state_icon(state: str) -> SafeString:
    """The shape that belongs to a state."""
    return icon(STATE_ICONS.get(state, OTHER_ICON))


@register.simple_tag
def state_word(state: str) -> SafeString:
    """The word that belongs to a state."""
    return _safe(_text(STATE_WORDS.get(state, OTHER_WORD)))


@register.simple_tag
def pill(state: str, text: str = "", large: bool = False) -> SafeString:
    """A state with its shape and its word, or other words."""
    word = _text(text) if text else state_word(state)
    size = " c-pill--large" if large else ""
    return _safe(
        f'<span class="c-pill c-pill--{_text(state)}{size}">\n{state_icon(state)}\n<span>\n{word}\n</span>\n</span>'
    )


@register.simple_tag
def choices(options: Iterable[Piece]) -> SafeString:
    """The options of a select, hundreds where people are chosen from. An option: value, label, selected."""
    return _safe(_joined(_option, options))


@register.simple_tag
def tag_list(tags: Iterable[Piece]) -> SafeString:
    """Short marks on a case."""
    return _safe(f'<ul class="c-tags">\n{_joined(_tag, tags)}\n</ul>')


@register.simple_tag
def amount(
    text: str, capitals: str = "", tone: str = "", large: bool = False, left: bool = False
) -> SafeString:
    """An amount of money, with its capitals where it is confirmed."""
    looks = (" c-amount--large" if large else "") + (" c-amount--left" if left else "")
    tint = f" c-tone-{_text(tone)}" if tone else ""
    spoken = ""
    if capitals:
        word = f'<span class="c-vh">{_text(_("大写："))}</span>'
        spoken = f'\n<span class="c-amount__capitals">\n{word}{_text(capitals)}</span>'
    return _safe(
        f'<div class="c-amount{looks}">\n<span class="c-amount__text{tint}">{_text(text)}</span>{spoken}\n</div>'
    )


@register.simple_tag
def button(action: Piece) -> SafeString:
    """A link that looks like a button, or a button that sends its form."""
    get = action.get
    look = "c-btn" + "".join(f" c-btn--{name}" for name in BUTTON_LOOKS if get(name))
    inner = (f"\n{icon(get('icon'))}" if get("icon") else "") + f"\n{_text(get('label', ''))}"
    if get("icon_after"):
        inner += f"\n{icon(get('icon_after'))}"
    if get("hint"):
        inner += f'\n<kbd class="c-kbd">{_text(get("hint"))}</kbd>'
    if get("about"):
        inner += f'<span class="c-vh">{_text(get("about"))}</span>'
    if get("url"):
        key = _attribute("data-key", get("key"))
        return _safe(f'<a class="{look}"\nhref="{_text(get("url"))}"{key}>{inner}</a>')
    named = f' name="{_text(get("name"))}" value="{_text(get("value", ""))}"' if get("name") else ""
    named += _attribute("formaction", get("formaction")) + (" disabled" if get("disabled") else "")
    return _safe(f'<button class="{look}"\ntype="submit"{named}>{inner}</button>')


@register.simple_tag
def menu(items: Iterable[Piece], label: str = "") -> SafeString:
    """More actions behind one button; opens without scripts, closes with Esc."""
    name = _text(label or _("更多操作"))
    return _safe(
        f'<details class="c-menu">\n<summary class="c-iconbtn"\naria-label="{name}">\n{icon("dots")}\n</summary>\n'
        f'<div class="c-menu__list">\n{_joined(_entry, items)}\n</div>\n</details>'
    )


@register.simple_tag(takes_context=True)
def table_rows(context: Context, rows: Iterable[Piece]) -> SafeString:
    """The rows of a table; a cell with a `template` is drawn by that partial."""
    return _safe("\n".join([_row(row, context) for row in rows]))


def _row(row: Piece, context: Context) -> str:
    get = row.get
    chosen = " c-table__row--selected" if get("selected") else ""
    name = f'\nid="row-{_text(get("id"))}"' if get("id") else ""
    box = _box(row) if get("select_label") else '\n<td class="c-cell--check"></td>' if get("blank") else ""
    cells = "".join([_cell_of_row(cell, row, context) for cell in get("cells", ())])
    return f'<tr class="c-table__row{chosen}"\ndata-row{name}>{box}{cells}\n</tr>'


def _box(row: Piece) -> str:
    label = _text(_("选择 %(label)s") % {"label": row["select_label"]})
    value = _text(row.get("select_value") or row.get("id") or "")
    checked = "\nchecked" if row.get("selected") else ""
    return (
        '\n<td class="c-cell--check">\n<input type="checkbox"\nclass="c-check"\nname="selected"\n'
        f'value="{value}"\ndata-select{checked}\naria-label="{label}">\n</td>'
    )


def _cell_of_row(cell: Piece, row: Piece, context: Context) -> str:
    get = cell.get
    look = f"c-cell--{_text(get('kind'))}" if get("kind") else ""
    look += (" c-cell--strong" if get("strong") else "") + (" c-nowrap" if get("nowrap") else "")
    inner = _partial(cell, row, context) if get("template") else _cell(cell)
    return f'\n<td class="{look}"{_attribute("data-label", get("label"))}>\n{inner}\n</td>'


def _partial(cell: Piece, row: Piece, context: Context) -> str:
    found = context.template.engine.get_template(cell["template"])
    return found.render(context.new({"cell": cell, "row": row}))


def _cell(cell: Piece) -> str:
    """Text with a second line and tags, pill, amount, buttons and a menu, in this order."""
    get = cell.get
    parts: list[str] = []
    if get("text") or get("sub") or get("tags"):
        parts.append(_words(cell))
    if given := get("pill"):
        parts.append(pill(given.get("state", ""), given.get("text", "")))
    if given := get("amount"):
        parts.append(amount(given.get("text", ""), given.get("capitals", ""), given.get("tone", "")))
    parts += [button(action) for action in get("actions", ())]
    if get("menu"):
        parts.append(menu(get("menu"), get("menu_label", "")))
    return "\n".join(parts)


def _words(cell: Piece) -> str:
    get = cell.get
    text = _text(get("text", ""))
    if get("url"):
        look = ' class="c-caseno"' if get("caseno") else ""
        text = f'<a href="{_text(get("url"))}"{look}{" data-open" if get("open") else ""}>{text}</a>'
    parts = ["<div>", text]
    if get("sub"):
        tone = f' class="c-tone-{_text(get("sub_tone"))}"' if get("sub_tone") else ""
        parts.append(f"<small{tone}>{_text(get('sub'))}</small>")
    if get("tags"):
        parts.append(tag_list(get("tags")))
    return "\n".join([*parts, "</div>"])


def _tag(tag: Piece) -> str:
    tone = f" c-tag--{_text(tag.get('tone'))}" if tag.get("tone") else ""
    note = f"\n<small>{_text(tag.get('note'))}</small>" if tag.get("note") else ""
    return f'<li class="c-tag{tone}">{_text(tag.get("text", ""))}{note}\n</li>'


def _option(option: Piece) -> str:
    chosen = " selected" if option.get("selected") else ""
    return f'<option value="{_text(str(option["value"]))}"{chosen}>{_text(option["label"])}</option>'


def _entry(item: Piece) -> str:
    drawn = f"\n{icon(item.get('icon'))}" if item.get("icon") else ""
    return f'<a href="{_text(item.get("url", ""))}">{drawn}\n{_text(item.get("label", ""))}\n</a>'


@functools.lru_cache(maxsize=1024)
def _icon(name: str, label: str) -> str:
    spoken = f'role="img" aria-label="{_text(label)}"' if label else 'aria-hidden="true"'
    address = f"{_text(static('icons/sprite.svg'))}#{_text(name)}"
    return f'<svg class="c-icon"\n{spoken}\nfocusable="false">\n<use href="{address}"></use>\n</svg>'


def _joined(draw: Callable[[Piece], str], pieces: Iterable[Piece]) -> str:
    return "\n".join([draw(piece) for piece in pieces])


def _attribute(name: str, value: object) -> str:
    return f' {name}="{_text(value)}"' if value else ""


def _text(value: object) -> str:
    """As a template writes a value: numbers and dates in the court's way, markup escaped unless it is known to be safe."""
    if type(value) is str:
        return html.escape(value)
    return conditional_escape(value if isinstance(value, str) else localize(value))


def _safe(words: str) -> SafeString:
    return mark_safe(words)  # noqa: S308  every part went through _text


@register.filter
def under(row: Iterable[Any], head: Iterable[str]) -> list[tuple[str, str, str]]:
    """Each value of a row with the title that it stands under and what it is: sum, day or "". Sums get their commas."""
    return [(title, _in_groups(value), _kind(str(value))) for title, value in zip(head, row, strict=False)]


def _in_groups(value: Any) -> str:
    """An amount with commas, 1234567.80 -> 1,234,567.80; anything else as it is."""
    text = "" if value is None else str(value)
    return f"{Decimal(text):,.2f}" if _SUM.fullmatch(text) else text


def _kind(text: str) -> str:
    if _SUM.fullmatch(text.replace(",", "").lstrip("-¥")):
        return "sum"
    return "day" if _DAY.fullmatch(text) else ""
