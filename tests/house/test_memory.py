"""What a process keeps in memory: the tables of pinyin, 58 MB, stay out of one that only signs people in and lists."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from tests.conftest import with_name
from tests.factories.cases import assigned, filing, house

ROOT = Path(__file__).resolve().parents[2]
WORDS = "Xk3-vier-Woerter"
SCRIPT = """
import sys
import django
from django.conf import settings
django.setup()
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
from django.test import Client
client = Client(headers={"host": "localhost"})
sent = client.post("/login", {"username": sys.argv[1], "password": sys.argv[2]})
assert sent.status_code == 302, sent.content.decode()
assert sys.argv[3] in client.get("/worklist").content.decode()
assert "pypinyin" not in sys.modules, "the tables of pinyin are loaded by who signs in and reads a list"
"""


def test_signing_in_and_reading_a_list_load_no_dictionary(live_db: str) -> None:
    home = house()
    case = assigned(home, filing("2023-04-24"))
    home.handler.set_password(WORDS)
    home.handler.save(update_fields=["password"])
    url = with_name(settings.DATABASE_URL, live_db)
    env = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "enforcement.settings", "DATABASE_URL": url, "DEBUG": "true",
        "ALLOWED_HOSTS": "localhost", "MFA_REQUIRED": "false",
    }  # fmt: skip
    command = [sys.executable, "-c", SCRIPT, home.handler.username, WORDS, case.number]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
