"""What a party wrote while its sign-in ran out: kept in the browser's own session until it has signed in again.

Encrypted like a draft, with the page it was written on and the party it was written for: nobody who reads for another
party is offered it. Never files, codes or account numbers.
"""

from __future__ import annotations

import base64
import json
import re
from typing import Any

from django.http import HttpRequest

from kernel.fields import decrypt, encrypt

KEPT = ("topic", "words", "specific", "urgent")
MOST = 4000
_NAME = "portal_unsent"
_CONTEXT = "portal.unsent"
_PAGE = re.compile(r"/my/cases/(\d{1,18})/")
_PARTY = re.compile(r"\d{1,18}", re.ASCII)


def keep(request: HttpRequest) -> bool:
    """Keep what was sent without a sign-in; whether there were words to keep."""
    given = {name: request.POST[name][:MOST] for name in KEPT if request.POST.get(name)}
    party = request.POST.get("party", "")
    if "words" not in given or not _PAGE.match(request.path) or not _PARTY.fullmatch(party):
        return False
    plain = json.dumps({"path": request.path, "party": int(party), "given": given})
    request.session[_NAME] = base64.b64encode(encrypt(plain, context=_CONTEXT)).decode()
    return True


def page_of(request: HttpRequest) -> tuple[int, int, str] | None:
    """The case, the party and the page of something unsent; None when there is nothing."""
    kept = _read(request)
    found = _PAGE.match(kept.get("path", ""))
    return (int(found[1]), kept["party"], kept["path"]) if found else None


def take(request: HttpRequest) -> dict[str, Any]:
    """What was written on this page, for its form, once; empty when nothing was."""
    kept = _read(request)
    if request.method != "GET" or kept.get("path") != request.path:
        return {}
    del request.session[_NAME]
    given: dict[str, Any] = kept["given"]
    return given


def drop(request: HttpRequest) -> None:
    """Forget it: who signed in does not read for that party."""
    request.session.pop(_NAME, None)


def _read(request: HttpRequest) -> dict[str, Any]:
    sealed = request.session.get(_NAME)
    if not sealed:
        return {}
    try:
        kept: dict[str, Any] = json.loads(decrypt(base64.b64decode(sealed), context=_CONTEXT))
    except ValueError:  # a key that is gone
        return {}
    return kept
