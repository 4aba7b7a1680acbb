"""Groups of processes: recognised after a killed launcher, ended in order."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from scripts.launcher.children import Children, Record, is_left_over, read_records
from scripts.launcher.processes import boot_id, end_groups, group_members, is_alive, parse_stat, stat_of

STUBBORN = (
    "import signal,sys,time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
)
WORKER = "import sys,time; print('up', flush=True); time.sleep(60)"
LEADER = f"import subprocess,sys,time; subprocess.Popen([sys.executable,'-c',{WORKER!r}]); time.sleep(60)"


def start(code):
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=True)
    process.stdout.readline()
    return process


@pytest.fixture
def stubborn():
    with start(STUBBORN) as process:
        yield process
        end_groups([process.pid], patience=0)


@pytest.fixture
def family():
    with start(LEADER) as process:
        yield process
        end_groups([process.pid], patience=0)


def test_stat_is_read_past_a_strange_name():
    text = "12 (a) b (c) S 1 12 12 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 98765 100 200"
    stat = parse_stat(text)
    assert (stat.pid, stat.state, stat.group, stat.session, stat.started) == (12, "S", 12, 12, 98765)


def test_a_group_that_ignores_the_request_is_killed(stubborn):
    began = time.monotonic()
    end_groups([stubborn.pid], patience=0.3)
    assert stubborn.wait(5) == -signal.SIGKILL
    assert 0.3 <= time.monotonic() - began < 5


def test_workers_of_an_ended_leader_end_too(family):
    assert len(group_members(family.pid)) == 2
    end_groups([family.pid], patience=5)
    assert family.wait(5) == -signal.SIGTERM
    assert group_members(family.pid) == []


def test_workers_are_left_over_when_their_leader_is_gone(family):
    record = Record("worker", family.pid, stat_of(family.pid).started, boot_id())
    os.kill(family.pid, signal.SIGKILL)
    family.wait(5)
    assert not is_alive(family.pid)
    assert is_left_over(record)


def test_another_program_with_the_same_pid_is_not_ours(stubborn):
    record = Record("web", stubborn.pid, stat_of(stubborn.pid).started, boot_id())
    assert is_left_over(record)
    assert not is_left_over(replace(record, started=record.started - 1))
    assert not is_left_over(replace(record, boot="another boot"))


def test_the_next_launcher_ends_what_a_killed_one_left(tmp_path):
    first = Children(tmp_path, tmp_path, dict(os.environ), tmp_path)
    first.start("web", [sys.executable, "-c", WORKER])
    process = first.running["web"]
    second = Children(tmp_path, tmp_path, {}, tmp_path)
    assert second.end_leftovers() == ["web"]
    assert process.wait(5) == -signal.SIGTERM
    assert second.end_leftovers() == []


def test_a_crash_is_reported_with_the_last_words(tmp_path):
    children = Children(tmp_path, tmp_path, dict(os.environ), tmp_path)
    children.start("beat", [sys.executable, "-c", "print('no schedule'); raise SystemExit(3)"])
    children.running["beat"].wait(10)
    line = children.ended()
    assert "beat" in line
    assert "代码 3" in line
    assert "no schedule" in line
    children.stop()
    assert not (tmp_path / "processes.json").exists()


@pytest.mark.parametrize("text", ["", "{", '{"a": 1}', '[{"name": "web"}]'])
def test_a_broken_record_holds_nothing(tmp_path, text):
    (tmp_path / "processes.json").write_text(text)
    assert read_records(tmp_path / "processes.json") == []
