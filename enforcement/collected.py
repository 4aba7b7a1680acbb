"""Collected static files: one that the collection does not hold yet costs its looks, never the page."""

from __future__ import annotations

import structlog
from whitenoise.storage import CompressedManifestStaticFilesStorage

log = structlog.get_logger(__name__)


class CollectedFiles(CompressedManifestStaticFilesStorage):
    """Addresses with their hash; the plain address for a file that was collected after this process began, or never.

    The manifest is read once a process. A page whose style sheet came with a newer collection would else be refused
    while every other page stands.
    """

    def stored_name(self, name: str) -> str:
        """css/week.1a2b.css, else css/week.css and a line in the log."""
        try:
            return super().stored_name(name)
        except ValueError:
            log.error("static.not_collected", name=name, fix="run collectstatic, then restart")
            return name
