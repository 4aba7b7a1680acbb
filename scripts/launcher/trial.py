"""scripts/test.

The environment, a database and a broker of its own, the suites in order, a table of minutes.
"""

import argparse
import base64
import contextlib
import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .account import service_account
from .broker import Broker
from .console import LaunchError, say
from .environment import ensure_environment, site_packages
from .paths import PYTHON, ROOT, VENV
from .postgres import OWNER, UNSAFE_BUT_QUICK, WEB, Cluster, roles_script
from .programs import find_programs
from .suites import FAILED, NONE_YET, ORDER, SKIPPED, Outcome, folders_of, missing_tool, run_suite
from .system_packages import browser, can_install, has_nginx, install, missing_pdf_packages

PREFIX = "zhiheng-test-"
SERVER_SETTINGS = {**UNSAFE_BUT_QUICK, "max_connections": "200", "max_locks_per_transaction": "256"}


def main(arguments: list[str]) -> int:
    """Run the suites named (all by default) and return 0 only if every one passed."""
    options = read_arguments(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    ensure_environment(development=True)
    if options.requirements:
        return list_requirements()
    chosen = [suite for suite in ORDER if suite in options.suites] or list(ORDER)
    install_packages(chosen)
    with services_for_tests() as environment:
        outcomes = [timed(suite, environment, options.extra) for suite in chosen]
    report(outcomes)
    return 1 if any(is_bad(outcome) for outcome in outcomes) else 0


def read_arguments(arguments: list[str]) -> argparse.Namespace:
    """The command line of scripts/test; what stands after `--` goes to pytest."""
    extra: list[str] = []
    if "--" in arguments:
        cut = arguments.index("--")
        arguments, extra = arguments[:cut], arguments[cut + 1 :]
    parser = argparse.ArgumentParser(prog="scripts/test", description="Run the test suites, all by default.")
    parser.add_argument("suites", nargs="*", metavar="suite", help=f"any of: {' '.join(ORDER)}")
    parser.add_argument(
        "--requirements", action="store_true", help="list requirement ids and the tests that prove them"
    )
    options = parser.parse_args(arguments)
    unknown = set(options.suites) - set(ORDER)
    if unknown:
        parser.error(f"unknown suite: {', '.join(sorted(unknown))}; there are: {' '.join(ORDER)}")
    options.extra = extra
    return options


def interrupt(*_: object) -> None:
    """SIGTERM takes the way of Ctrl-C, so that the services end too, also where a shell ignores both."""
    raise KeyboardInterrupt


def timed(suite: str, environment: dict[str, str], extra: list[str]) -> Outcome:
    """Run one suite, or skip it for a tool that is not there."""
    say(f"\n=== {suite}")
    began = time.monotonic()
    missing = missing_tool(suite)
    if missing and folders_of(suite):
        outcome = Outcome(suite, SKIPPED, f"{missing} is not installed")
    else:
        outcome = run_suite(suite, environment, extra)
    outcome.seconds = time.monotonic() - began
    say(f"=== {suite}: {outcome.state}, {outcome.seconds / 60:.2f} min")
    return outcome


def is_bad(outcome: Outcome, strict: bool | None = None) -> bool:
    """Whether an outcome makes the whole run fail. On a build server (CI=true) a skipped suite does."""
    if strict is None:
        strict = os.environ.get("CI", "").lower() == "true"
    return outcome.state == FAILED or (strict and outcome.state == SKIPPED)


def report(outcomes: list[Outcome]) -> None:
    """The final table: minutes and state of each suite, then one line for each."""
    say(f"\n{'suite':<12}{'minutes':>8}  state")
    for outcome in outcomes:
        say(f"{outcome.suite:<12}{outcome.seconds / 60:>8.2f}  {outcome.state}")
    say(f"{'all':<12}{sum(outcome.seconds for outcome in outcomes) / 60:>8.2f}\n")
    for outcome in outcomes:
        if outcome.state == NONE_YET:
            say(f"{outcome.suite}: «none yet»")
        else:
            say(f"{outcome.suite}: {outcome.state}{': ' + outcome.line if outcome.line else ''}")
    bad = [outcome.suite for outcome in outcomes if is_bad(outcome)]
    say(f"\n{'FAILED: ' + ', '.join(bad) if bad else 'All that was run has passed.'}")


def install_packages(suites: list[str]) -> None:
    """As root on Debian, install what the tests need beyond Python; else say what is missing."""
    wanted = missing_pdf_packages()
    if "browser" in suites and folders_of("browser") and browser() is None:
        wanted.append("chromium")
    if "unit" in suites and not has_nginx():
        wanted.append("nginx-light")
    if wanted and not (can_install() and install(wanted)):
        say(f"Not installed: {' '.join(wanted)}. As root: apt-get install {' '.join(wanted)}")


def list_requirements() -> int:
    """Print `id: tests` for every requirement that a test claims to prove. Needs no database."""
    command = [PYTHON, "-m", "pytest", "--list-requirements", "--collect-only", "-q"]
    return subprocess.run(command, env=environment_for_tests({}), cwd=ROOT).returncode


@contextmanager
def services_for_tests() -> Iterator[dict[str, str]]:
    """A database cluster and a broker for this run, gone with it. Yields the tests' environment."""
    sweep_abandoned()
    home = Path(tempfile.mkdtemp(prefix=PREFIX))
    # Root's services run as another account and must get through; names inside are no secret.
    home.chmod(0o711)
    account = service_account()
    with (home / "owner.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        programs = find_programs(site_packages(), home, account)
        passwords = {name: secrets.token_urlsafe(16) for name in ("super", "owner", "web", "broker")}
        cluster = Cluster(home, programs.postgres_bin, passwords["super"], account, SERVER_SETTINGS)
        broker = Broker(home, programs.broker, passwords["broker"], account)
        (home / "password").write_text(passwords["broker"])
        try:
            cluster.start()
            cluster.sql(roles_script(passwords["owner"], passwords["web"]))
            broker.start()
            addresses = {
                "TEST_CLUSTER_URL": cluster.url("app", passwords["super"], "postgres"),
                "DATABASE_URL": cluster.url(WEB, passwords["web"]),
                "DATABASE_OWNER_URL": cluster.url(OWNER, passwords["owner"]),
                "REDIS_URL": broker.url,
                "DATA_DIR": str(home / "data"),
            }
            (home / "data").mkdir()
            yield environment_for_tests(addresses)
        finally:
            remove(cluster, broker)


def remove(cluster: Cluster, broker: Broker) -> None:
    """Stop the services of a test run and delete its folder."""
    # A second Ctrl-C would leave a server without a folder.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError, LaunchError):
        broker.stop()
        cluster.stop("immediate")
    shutil.rmtree(cluster.home, ignore_errors=True)
    signal.signal(signal.SIGINT, before)


def sweep_abandoned() -> None:
    """End and delete what killed test runs of this user have left; a live run holds its lock."""
    for home in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            if home.stat().st_uid != os.geteuid():
                continue
            with (home / "owner.lock").open("r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                account = service_account()
                programs = find_programs(site_packages(), home, account)
                password = (home / "password").read_text()
                broker = Broker(home, programs.broker, password, account)
                remove(Cluster(home, programs.postgres_bin, "", account), broker)
        except OSError:
            continue


def environment_for_tests(addresses: dict[str, str]) -> dict[str, str]:
    """Environment of the tests. An installation's .env must not reach them: what it could set is set here."""
    own = {
        "TEST_CLUSTER_URL": "",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "DATABASE_OWNER_URL": "postgresql://nobody@127.0.0.1:1/none",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FIELD_KEYS": f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        "TIME_TRAVEL": "1",
        "DEMO": "0",
        "DEBUG": "0",
    }
    files = {
        f"{name}_FILE": ""
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SECRET_KEY", "FIELD_KEYS")
    }
    return {
        **os.environ,
        **own,
        **files,
        **addresses,
        "CHROMIUM": browser() or "",
        "DJANGO_SETTINGS_MODULE": "enforcement.settings",
        "VIRTUAL_ENV": str(VENV),
        "PATH": f"{VENV / 'bin'}:{os.environ.get('PATH', os.defpath)}",
        "PYTHONPATH": str(ROOT),
    }
