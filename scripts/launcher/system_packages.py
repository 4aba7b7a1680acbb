"""Debian packages that no wheel brings: the PDF engine's libraries, a browser for the tests."""

import ctypes
import os
import shutil
import subprocess

from .console import say

PDF_LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable")
_updated = False


def missing_pdf_packages() -> list[str]:
    """Debian names of the libraries that the PDF engine needs and this machine lacks."""
    return [package for library, package in PDF_LIBRARIES.items() if not loads(library)]


def loads(library: str) -> bool:
    """Whether the dynamic linker finds a library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def browser() -> str | None:
    """Path of a Chromium, or None. CHROMIUM names one that is not on PATH."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def has_nginx() -> bool:
    """Whether there is an nginx; Debian puts it where only root's PATH looks."""
    return bool(shutil.which("nginx")) or os.access("/usr/sbin/nginx", os.X_OK)


def can_install() -> bool:
    """Whether we may install Debian packages here."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(packages: list[str]) -> bool:
    """Install Debian packages and return whether that worked; what apt says is shown only when it did not."""
    global _updated  # one update of the package lists for each start
    say(f"正在安装系统软件包：{' '.join(packages)} ……")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    commands = [["apt-get", "install", "-y", "--no-install-recommends", *packages]]
    if not _updated:
        commands.insert(0, ["apt-get", "update"])
    for command in commands:
        done = subprocess.run(command, env=quiet, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            say("\n".join(done.stdout.splitlines()[-8:]))
            return False
    _updated = True
    return True


def ensure_pdf_libraries() -> None:
    """Install the PDF libraries as root.

    Otherwise say once what is missing. Everything else works without them.
    """
    missing = missing_pdf_packages()
    if not missing or (can_install() and install(missing)):
        return
    say(f"缺少生成 PDF 所需的系统库，文书暂不能生成。请安装：apt-get install {' '.join(missing)}")
