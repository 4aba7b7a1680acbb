"""Where root's services may live, and what only their owner may read."""

import stat

import pytest

from scripts.launcher.account import Account, can_traverse, own_folder, service_home, write_private
from scripts.launcher.paths import DataFolder, passable_folder
from scripts.launcher.programs import fingerprint, forget_old_copies, newest_system_postgres, staged

STRANGER = Account("stranger", 64321, 64321)


@pytest.fixture
def open_path(tmp_path):
    for step in (tmp_path, *tmp_path.parents):
        if step.stat().st_mode & 0o001 == 0:
            if "pytest" not in str(step):
                pytest.fail(
                    f"{step} is closed to other accounts: the temporary folder cannot stand for an open one"
                )
            step.chmod(0o711)
    return tmp_path


def test_a_private_home_moves_the_services_to_the_store(open_path):
    private = open_path / "home"
    private.mkdir(mode=0o700)
    data, store = private / ".data", open_path / "store"
    assert not can_traverse(data, STRANGER)
    home = service_home(data, STRANGER, store)
    assert home.parent == store
    assert home == service_home(data, STRANGER, store)
    assert home != service_home(private / "other", STRANGER, store)


def test_an_open_folder_and_an_ordinary_user_keep_the_data_together(open_path):
    assert service_home(open_path / "data", STRANGER) == open_path / "data"
    (open_path / "closed").mkdir(mode=0o700)
    assert service_home(open_path / "closed", None) == open_path / "closed"


def test_secrets_are_private_whatever_the_umask(tmp_path):
    file = write_private(tmp_path / "secret", "value")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    write_private(file, "other")
    assert file.read_text() == "other"
    assert stat.S_IMODE(own_folder(tmp_path / "own", None).stat().st_mode) == 0o700


def test_new_folders_let_accounts_through_and_old_ones_keep_their_mode(tmp_path):
    (tmp_path / "old").mkdir(mode=0o700)
    passable_folder(tmp_path / "old" / "new")
    assert stat.S_IMODE((tmp_path / "old").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "old" / "new").stat().st_mode) == 0o711


def test_a_data_folder_keeps_files_and_secrets_from_others(tmp_path):
    data = DataFolder(tmp_path / "data")
    data.create()
    data.create()
    for folder in (data.secrets, data.files, data.logs, data.state):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_programs_are_copied_once_and_anew_after_an_upgrade(open_path):
    origin = open_path / "site-packages"
    program = origin / "tool" / "bin" / "server"
    program.parent.mkdir(parents=True)
    program.write_text("one")
    program.chmod(0o700)
    copy = staged([origin / "tool"], origin, open_path / "home" / "programs", STRANGER)
    assert stat.S_IMODE((copy / "tool/bin/server").stat().st_mode) == 0o755
    assert staged([origin / "tool"], origin, open_path / "home" / "programs", STRANGER) == copy

    program.write_text("another")
    newer = staged([origin / "tool"], origin, open_path / "home" / "programs", STRANGER)
    assert (newer / "tool/bin/server").read_text() == "another"
    forget_old_copies(open_path / "home", newer / "tool/bin/server", None)
    assert not copy.exists()
    assert newer.exists()
    assert newer.name == fingerprint([origin / "tool"], origin)


def test_the_highest_system_version_is_taken_by_number(tmp_path):
    for version in ("9.6", "15", "16"):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin" / "postgres").touch()
    (tmp_path / "17" / "bin").mkdir(parents=True)
    assert newest_system_postgres(tmp_path) == tmp_path / "16" / "bin"
