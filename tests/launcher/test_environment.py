"""What decides whether .venv must be filled, and from where."""

import json

import pytest

from scripts.launcher import environment


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A project with two locks; filling is counted, not done."""
    filled = []
    for lock in (environment.RUN_LOCK, environment.DEVELOPMENT_LOCK):
        (tmp_path / lock).write_text(f"{lock}==1\n")
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "STAMP", tmp_path / "installed.json")
    monkeypatch.setattr(environment, "interpreter_works", lambda: True)

    def fill(lock):
        names = [environment.RUN_LOCK, lock]
        stamp = {name: environment.fingerprint(tmp_path / name) for name in names}
        (tmp_path / "installed.json").write_text(json.dumps(stamp))
        filled.append(lock)

    monkeypatch.setattr(environment, "fill", fill)
    return tmp_path, filled


def test_an_unchanged_lock_installs_nothing(tree):
    _, filled = tree
    environment.ensure_environment()
    environment.ensure_environment()
    assert filled == [environment.RUN_LOCK]


def test_a_changed_lock_installs_again(tree):
    folder, filled = tree
    environment.ensure_environment()
    (folder / environment.RUN_LOCK).write_text("new==2\n")
    environment.ensure_environment()
    assert filled == [environment.RUN_LOCK] * 2


def test_a_development_environment_serves_to_run_as_well(tree):
    _, filled = tree
    environment.ensure_environment(development=True)
    environment.ensure_environment()
    assert filled == [environment.DEVELOPMENT_LOCK]


@pytest.mark.parametrize("text", ["", "{"])
def test_a_broken_stamp_installs_again(tree, text):
    folder, filled = tree
    (folder / "installed.json").write_text(text)
    environment.ensure_environment()
    assert filled == [environment.RUN_LOCK]


def test_pips_mirror_is_read_for_uv():
    text = "global.index-url='https://mirror.example.cn/simple'\n:env:.cert='/etc/ca.crt'\n"
    found = environment.parse_pip_settings(text)
    assert found == {"index-url": "https://mirror.example.cn/simple", "cert": "/etc/ca.crt"}
    assert environment.parse_pip_settings("") == {}
