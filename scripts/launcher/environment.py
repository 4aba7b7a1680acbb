"""The virtual environment: created with the standard library, filled by uv from a lock with hashes."""

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .console import LaunchError, say
from .paths import PYTHON, ROOT, VENV
from .system_packages import can_install, install

RUN_LOCK = "requirements.lock"
DEVELOPMENT_LOCK = "requirements-dev.lock"
UV_LOCK = Path(__file__).with_name("uv.lock")
STAMP = VENV / "installed.json"


def ensure_environment(development: bool = False) -> Path:
    """Bring .venv in line with the lock and return its Python.

    Takes milliseconds when nothing has changed.
    """
    with one_at_a_time():
        if not interpreter_works():
            create_venv()
        wanted = DEVELOPMENT_LOCK if development else RUN_LOCK
        if read_stamp().get(wanted) != fingerprint(ROOT / wanted):
            fill(wanted)
    return PYTHON


def site_packages() -> Path:
    """Folder of the installed packages."""
    return next((VENV / "lib").glob("python3.*/site-packages"))


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two launchers of one tree must not fill .venv together. The lock file is one that surely exists."""
    with (ROOT / RUN_LOCK).open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def interpreter_works() -> bool:
    """Whether .venv has a Python that still runs; its base may have been upgraded away."""
    if not PYTHON.exists():
        return False
    check = "import sys; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([PYTHON, "-c", check], capture_output=True).returncode == 0


def create_venv() -> None:
    """Create .venv with pip in it."""
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        package = f"python3.{sys.version_info[1]}-venv"
        if not (can_install() and install([package])):
            raise LaunchError(f"缺少 Python 的 venv/ensurepip 模块。请先安装：apt-get install {package}")
    say("正在创建虚拟环境 .venv ……")
    done = subprocess.run(
        # Not sys.executable's own -m venv flags: --clear also repairs a half-made folder.
        [sys.executable, "-m", "venv", "--clear", VENV],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise LaunchError(f"无法创建虚拟环境 {VENV}：{done.stdout.strip()}")


def fill(lock: str) -> None:
    """Install exactly what the lock names, every file checked against its hash."""
    began = time.monotonic()
    say(f"正在按 {lock} 安装依赖 ……")
    STAMP.unlink(missing_ok=True)
    uv = install_uv()
    options = ["--require-hashes", "--quiet"]
    if uv is not None:
        command = [uv, "pip", "sync", *options, "--python", PYTHON, ROOT / lock]
    else:
        command = [PYTHON, "-m", "pip", "install", *options, "-r", ROOT / lock]
    with index_settings() as settings:
        if subprocess.run(command, env=settings, cwd=ROOT).returncode:
            raise LaunchError("依赖安装失败（原因见上）。请检查网络或软件包镜像后重试。")
    # The development lock holds everything that the other one does, at the same versions.
    locks = [RUN_LOCK, DEVELOPMENT_LOCK] if lock == DEVELOPMENT_LOCK else [RUN_LOCK]
    STAMP.write_text(json.dumps({name: fingerprint(ROOT / name) for name in locks}, indent=1) + "\n")
    say(f"依赖安装完成，用时 {time.monotonic() - began:.1f} 秒。")


def install_uv() -> Path | None:
    """Install the pinned uv into a folder of its own in .venv, where a sync does not remove it.

    Returns its path, or None where no uv exists for this machine; pip does the work then, ten times slower.
    """
    folder = VENV / "uv" / fingerprint(UV_LOCK)[:12]
    program = folder / "bin" / "uv"
    if not program.exists():
        shutil.rmtree(folder.parent, ignore_errors=True)
        done = subprocess.run(
            [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
            + ["--no-warn-script-location", "--target", folder, "-r", UV_LOCK],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode:
            say(f"uv 安装失败，改用 pip：{last_line(done.stdout)}")
    return program if program.exists() else None


@contextmanager
def index_settings() -> Iterator[dict[str, str]]:
    """Environment for uv: pip's own mirror and certificate, a cache where one can be written."""
    settings = dict(os.environ)
    configured = pip_settings()
    for name, key in (("UV_DEFAULT_INDEX", "index-url"), ("SSL_CERT_FILE", "cert")):
        if configured.get(key):
            settings.setdefault(name, configured[key])
    with tempfile.TemporaryDirectory() as spare:
        if not home_is_writable():
            settings.setdefault("UV_CACHE_DIR", spare)
            settings.setdefault("UV_LINK_MODE", "copy")
        yield settings


def pip_settings() -> dict[str, str]:
    """What pip is configured to use here (files and PIP_ variables); uv reads neither by itself."""
    done = subprocess.run([PYTHON, "-m", "pip", "config", "list"], capture_output=True, text=True)
    return parse_pip_settings(done.stdout) if done.returncode == 0 else {}


def parse_pip_settings(text: str) -> dict[str, str]:
    """Read `pip config list`: lines like global.index-url='https://...'; a later line wins, as in pip."""
    found = {}
    for line in text.splitlines():
        name, _, value = line.partition("=")
        found[name.rpartition(".")[2]] = value.strip().strip("'\"")
    return found


def home_is_writable() -> bool:
    """Whether a cache can be kept in the user's home; service accounts often have none."""
    home = Path(os.path.expanduser("~"))
    return home.is_dir() and os.access(home, os.W_OK)


def fingerprint(file: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def read_stamp() -> dict[str, str]:
    """Which locks .venv was last filled from."""
    try:
        return json.loads(STAMP.read_text())
    except (FileNotFoundError, ValueError):
        return {}


def last_line(text: str) -> str:
    """The last line that says something."""
    return (text.strip().splitlines() or [""])[-1]
