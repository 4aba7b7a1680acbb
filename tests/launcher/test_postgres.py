"""The parts of the embedded database that need no server."""

import os
import subprocess
import sys

import pytest

from scripts.launcher.postgres import Cluster, locale_flags, postmaster_pid, postmaster_port, roles_script

LOCK = "4711\n/data/postgres\n1763000000\n5433\n\n127.0.0.1\n  1234 5\nready   \n"


def test_the_lock_file_tells_pid_and_port():
    assert postmaster_pid(LOCK) == 4711
    assert postmaster_port(LOCK) == 5433


@pytest.mark.parametrize("text", ["", "\n", "x\n"])
def test_a_broken_lock_file_tells_nothing(text):
    assert postmaster_pid(text) is None
    assert postmaster_port(text) is None


def test_a_lock_file_of_a_starting_server_has_no_port_yet():
    assert postmaster_port("4711\n/data/postgres\n1763000000\n") is None


def test_chinese_trigrams_need_a_utf8_ctype():
    assert "--lc-ctype=C.UTF-8" in locale_flags(18)
    assert locale_flags(15) == ["--locale=C.UTF-8"]


@pytest.fixture
def cluster(tmp_path):
    (tmp_path / "postgres").mkdir()
    return Cluster(tmp_path, tmp_path, "password")


def test_a_stale_lock_of_a_reused_pid_is_removed(cluster):
    lock = cluster.folder / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n")
    cluster._drop_foreign_lock()
    assert not lock.exists()


def test_a_lock_stays_while_a_process_works_in_the_folder(cluster):
    lock = cluster.folder / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n")
    child = subprocess.Popen([sys.executable, "-c", "input()"], cwd=cluster.folder, stdin=subprocess.PIPE)
    with child:
        cluster._drop_foreign_lock()
        assert lock.exists()
        child.stdin.close()


def test_a_lock_of_no_process_is_left_to_the_server(cluster):
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    lock = cluster.folder / "postmaster.pid"
    lock.write_text(f"{ended.pid}\n")
    cluster._drop_foreign_lock()
    assert lock.exists()
    assert not cluster.is_alive()


def test_the_web_role_may_create_nothing():
    script = roles_script("o", "w")
    assert "ALTER ROLE zhiheng_web LOGIN NOCREATEDB NOCREATEROLE NOSUPERUSER" in script
    assert "GRANT CONNECT ON DATABASE zhiheng TO zhiheng_web" in script
    assert "ALTER ROLE zhiheng_owner LOGIN CREATEDB NOCREATEROLE NOSUPERUSER" in script
