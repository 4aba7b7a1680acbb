"""scripts/backup and scripts/restore: the database and the files, away and back.

The keys of encrypted columns are not in an archive: alone, it must not reveal an identity number. It holds a
check value of each key, so that a restore without them is refused before anything is changed.
"""

import argparse
import base64
import fcntl
import hashlib
import hmac
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from .archive import DUMP, FILES, check_name, unpack, write_archive
from .configuration import read_configuration, value_of
from .console import LaunchError, say
from .environment import ensure_environment
from .paths import PYTHON, ROOT, DataFolder, data_folder
from .stack import COURT, DEMO, Stack

# The restored tables replace the old ones in one transaction: all of the archive or no change.
EMPTY_SCHEMA = """
SET lock_timeout = '15s';
DROP SCHEMA public CASCADE;
CREATE SCHEMA public AUTHORIZATION pg_database_owner;
"""


def backup(arguments: list[str]) -> int:
    """Write an archive. The system may run meanwhile: the dump is one snapshot of the database.

    The database comes first: a file is stored before the row that names it, so no row of it lacks its file.
    """
    options = read_arguments("scripts/backup", "备份数据库和文件。", arguments)
    target = Path(options.file).absolute()
    check_name(target)
    with services(options.data) as stack:
        environment = stack.environment()
        keys = key_checks(value_of(environment, "FIELD_KEYS"))
        about = {"format": 1, "made_at": datetime.now(UTC).isoformat(timespec="seconds")}
        about |= {"demo": stack.is_demo(), "field_keys": keys}
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as work:
            dump = Path(work, DUMP)
            # The archive is compressed as a whole.
            postgres(stack, environment, "pg_dump", "--format=custom", "--compress=0", "--file", dump)
            draft = Path(work, target.name)
            count = write_archive(draft, dump, stack.data.files, about)
            draft.chmod(0o600)
            draft.replace(target)
    say(f"备份完成：{target}（{target.stat().st_size / 1e6:.1f} MB，{count} 个文件）")
    place = environment.get("FIELD_KEYS_FILE") or "FIELD_KEYS"
    say(f"加密字段的密钥不在备份中，恢复时需要它。请另行妥善保存：{place}")
    return 0


def restore(arguments: list[str]) -> int:
    """Bring an archive back; it is checked completely before anything is changed.

    Refuses a database that has tables unless --replace is given, a running system, and missing keys.
    """
    options = read_arguments("scripts/restore", "从备份恢复数据库和文件。", arguments, replace=True)
    source = Path(options.file).absolute()
    check_name(source)
    with services(options.data) as stack, not_running(stack.data):
        environment = stack.environment()
        if count_tables(stack, environment) and not options.replace:
            raise LaunchError("数据库不是空的。确认要用备份覆盖现有数据时，请加 --replace。")
        with tempfile.TemporaryDirectory(dir=stack.data.root, prefix=".restore-") as work:
            manifest = unpack(source, Path(work))
            check_keys(manifest.get("field_keys", {}), environment)
            load_dump(stack, environment, Path(work))
            replace_files(stack.data.files, Path(work))
        demo = bool(manifest.get("demo"))
        if stack.cluster is not None:
            stack.set_mode(DEMO if demo else COURT)
            stamp = stack.data.root / "demo-loaded"
            stamp.touch() if demo else stamp.unlink(missing_ok=True)
        if subprocess.run([PYTHON, ROOT / "manage.py", "setup_database", "-v0"], env=environment).returncode:
            raise LaunchError("数据已恢复，但数据库结构升级失败（原因见上）。")
    say(f"恢复完成：{manifest['made_at']} 的备份，{len(manifest['sha256']) - 1} 个文件。")
    return 0


def read_arguments(
    name: str, description: str, arguments: list[str], replace: bool = False
) -> argparse.Namespace:
    """The command line of both scripts."""
    parser = argparse.ArgumentParser(prog=name, description=description)
    parser.add_argument("file", metavar="FILE", help="备份文件，.tar.gz 或 .tar.zst")
    parser.add_argument("--data", metavar="DIR", help="数据目录（默认 .data）")
    if replace:
        parser.add_argument("--replace", action="store_true", help="覆盖现有的数据库和文件")
    return parser.parse_args(arguments)


@contextmanager
def services(folder: str | None) -> Iterator[Stack]:
    """The database of a data folder, up while the block runs."""
    ensure_environment()
    configuration = read_configuration()
    stack = Stack(data_folder(folder, configuration.get("DATA_DIR")), configuration)
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


@contextmanager
def not_running(data: DataFolder) -> Iterator[None]:
    """Keep scripts/run off this data folder while it is being replaced."""
    with (data.state / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LaunchError("系统正在运行。请先停止 scripts/run，再恢复备份。") from None
        yield


def postgres(stack: Stack, environment: dict[str, str], name: str, *arguments: str | Path) -> str:
    """Run a PostgreSQL client program on the application's database as its owner and return its output.

    The password goes by the environment: a command line can be read by every user of the machine.
    """
    url = value_of(environment, "DATABASE_OWNER_URL") or value_of(environment, "DATABASE_URL")
    program = stack.programs().postgres_bin / name
    if not program.exists():
        raise LaunchError(f"缺少程序 {name}，请安装 postgresql-client 软件包。")
    parts = urlsplit(url)
    address = parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", "@")).geturl()
    done = subprocess.run(
        [program, "--dbname", address, *arguments],
        env={**environment, "PGPASSWORD": unquote(parts.password or "")},
        capture_output=True,
        text=True,
        errors="replace",
    )
    if done.returncode:
        raise LaunchError(f"{name} 失败：{done.stderr.strip()[-2000:]}")
    return done.stdout


def count_tables(stack: Stack, environment: dict[str, str]) -> int:
    """How many tables the database has."""
    query = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    return int(postgres(stack, environment, "psql", "-XqAt", "-c", query))


def load_dump(stack: Stack, environment: dict[str, str], work: Path) -> None:
    """Replace the database's content by the dump in `work`, in one transaction."""
    script = work / "database.sql"
    command = [stack.programs().postgres_bin / "pg_restore", "--no-owner", "--no-privileges"]
    done = subprocess.run([*command, "--file", script, work / DUMP], capture_output=True, text=True)
    if done.returncode:
        raise LaunchError(f"备份中的数据库无法读取：{done.stderr.strip()}")
    options = ["-Xq", "--single-transaction", "-v", "ON_ERROR_STOP=1", "--output", "/dev/null"]
    postgres(stack, environment, "psql", *options, "-c", EMPTY_SCHEMA, "-f", script)


def replace_files(files: Path, work: Path) -> None:
    """Put the unpacked files in the place of the present ones, which leave with the working folder."""
    fresh = work / FILES
    fresh.mkdir(exist_ok=True)
    fresh.chmod(0o700)
    if files.exists():
        files.rename(work / "replaced")
    fresh.rename(files)
    shutil.rmtree(work / "replaced", ignore_errors=True)


def key_checks(text: str) -> dict[str, str]:
    """A check value for each key of a FIELD_KEYS text; it tells nothing about the key."""
    pairs = (line.partition(":") for line in text.replace(",", "\n").split())
    checks = {}
    for name, _, key in pairs:
        digest = hmac.new(base64.b64decode(key), b"zhiheng backup key check", hashlib.sha256)
        checks[name] = digest.hexdigest()[:32]
    return checks


def check_keys(wanted: dict[str, str], environment: dict[str, str]) -> None:
    """Refuse an archive whose encrypted columns could not be read here. Raises LaunchError."""
    present = key_checks(value_of(environment, "FIELD_KEYS"))
    missing = [name for name, check in wanted.items() if present.get(name) != check]
    if missing:
        place = environment.get("FIELD_KEYS_FILE") or "FIELD_KEYS"
        raise LaunchError(
            f"缺少备份时使用的加密密钥（{'、'.join(missing)}），恢复后身份证号等将无法读取，已停止。"
            f"请把原密钥文件的内容放入 {place} 后重试。"
        )
