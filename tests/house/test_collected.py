"""Static files that were collected before a page's style sheet came: the page stands, all others keep their hashes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.test import override_settings

from tests.factories.cases import house
from tests.factories.pages import client_of

HASHED = "css/court.0123456789ab.css"


@pytest.fixture
def old_collection(tmp_path: Path) -> Path:
    """A collection of before the week view: it knows court.css alone."""
    manifest = {"version": "1.1", "paths": {"css/court.css": HASHED}, "hash": "0"}
    (tmp_path / "staticfiles.json").write_text(json.dumps(manifest), encoding="utf-8")
    return tmp_path


@pytest.mark.django_db
def test_a_page_newer_than_the_collection_is_shown(old_collection: Path) -> None:
    """The 500 once seen on /week alone: its week.css was missing in the manifest that the process had read."""
    home = house()
    backend = {"staticfiles": {"BACKEND": "enforcement.collected.CollectedFiles"}}
    default = {"default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}}
    with override_settings(STORAGES={**default, **backend}, STATIC_ROOT=str(old_collection)):
        assert staticfiles_storage.url("css/court.css") == f"/static/{HASHED}"
        page = client_of(home.handler).get("/week")
        assert page.status_code == 200
        body = page.content.decode()
        assert f"/static/{HASHED}" in body
        assert '/static/css/week.css"' in body
