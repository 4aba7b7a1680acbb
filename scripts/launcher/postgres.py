"""An embedded PostgreSQL cluster: create, start, reuse, stop, and the roles of the application.

The cluster's superuser `app` serves the launcher only. The application knows two roles: `zhiheng_owner` owns
the database and migrates, `zhiheng_web` serves requests and owns nothing.
"""

import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from .account import Account, own_folder, spawn_options, write_private
from .console import LaunchError
from .logs import last_lines, read_text, trim_log
from .ports import LOOPBACK, kept_port
from .processes import command_line, is_alive, processes_inside

SUPERUSER = "app"
OWNER = "zhiheng_owner"
WEB = "zhiheng_web"
DATABASE = "zhiheng"
START_TRIES = 15
UNSAFE_BUT_QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass
class Cluster:
    """One cluster in `home`/postgres.

    `programs` is a PostgreSQL bin folder; `settings` go to the server; a `port` of 0 means a kept free one.
    """

    home: Path
    programs: Path
    password: str
    account: Account | None = None
    settings: dict[str, str] | None = None
    port: int = 0

    @property
    def folder(self) -> Path:
        """The cluster's data folder."""
        return self.home / "postgres"

    def url(self, role: str, password: str, database: str = DATABASE) -> str:
        """Connection address for `role`. Passwords come from token_urlsafe and need no quoting."""
        return f"postgresql://{role}:{password}@{LOOPBACK}:{self.port}/{database}"

    def start(self) -> bool:
        """Bring the server up and return whether it was started now.

        False means that a running one is reused.
        """
        if not (self.folder / "PG_VERSION").exists():
            self._create()
        self._check_version()
        if self._answers():
            return False
        self.port = self.port or kept_port("postgres", self.home / "ports.json")
        self._write_settings()
        self._start_with_retries()
        return True

    def stop(self, mode: str = "fast") -> None:
        """End the server.

        `fast` rolls open transactions back and writes a checkpoint, `immediate` drops all.
        """
        if self.running_port() is None:
            return
        done = self._run("pg_ctl", "-D", str(self.folder), "-m", mode, "-w", "-t", "60", "stop")
        if done.returncode and self.running_port() is not None:
            raise LaunchError(f"数据库没有按时停止：{done.stdout.strip()}")

    def running_port(self) -> int | None:
        """The port of the running server of this folder, or None."""
        if self._run("pg_ctl", "-D", str(self.folder), "status").returncode:
            return None
        return postmaster_port(read_text(self.folder / "postmaster.pid"))

    def is_alive(self) -> bool:
        """Whether the server process lives; cheaper than asking pg_ctl."""
        pid = postmaster_pid(read_text(self.folder / "postmaster.pid"))
        return pid is not None and is_alive(pid)

    def sql(self, script: str, database: str = "postgres") -> str:
        """Run a psql script as superuser and return its output. Raises LaunchError with psql's words."""
        done = subprocess.run(
            [self.programs / "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", LOOPBACK, "-p", str(self.port)]
            + ["-U", SUPERUSER, "-d", database],
            input=script,
            env={"PATH": os.defpath, "PGPASSWORD": self.password, "PGCLIENTENCODING": "UTF8"},
            capture_output=True,
            text=True,
            cwd="/",
        )
        if done.returncode:
            raise LaunchError(f"数据库初始化失败：{done.stderr.strip()}")
        return done.stdout

    def _create(self) -> None:
        """Create the cluster beside its place and move it there: a start cut short leaves no half one."""
        # Outside the account's reach a file could not be written by initdb: the draft has a folder of its
        # own.
        workshop = own_folder(self.home / "postgres.new", self.account)
        draft = workshop / "cluster"
        shutil.rmtree(draft, ignore_errors=True)
        secret = write_private(workshop / "password", self.password, self.account)
        done = self._run(
            *["initdb", "-D", str(draft), "-U", SUPERUSER, "--pwfile", str(secret)],
            *["--auth=scram-sha-256", "-E", "UTF8", "--no-instructions", *locale_flags(self.version())],
        )
        secret.unlink()
        if done.returncode:
            raise LaunchError(f"无法创建数据库：{done.stdout.strip()}")
        with (draft / "postgresql.conf").open("a", encoding="utf-8") as stream:
            stream.write("\ninclude_if_exists = 'launcher.conf'\n")
        draft.replace(self.folder)
        workshop.rmdir()

    def version(self) -> int:
        """Major version of the programs."""
        done = self._run("postgres", "--version")
        words = done.stdout.split()
        if done.returncode or len(words) < 3:
            raise LaunchError(f"PostgreSQL 程序无法运行：{done.stdout.strip()}")
        return int(words[2].split(".")[0])

    def _check_version(self) -> None:
        stored = read_text(self.folder / "PG_VERSION").strip()
        if stored != str(self.version()):
            raise LaunchError(
                f"数据目录由 PostgreSQL {stored} 创建，而现有程序是 {self.version()}。"
                "请用原版本启动并执行 scripts/backup，再用新版本和新的 --data 目录执行 scripts/restore。"
            )

    def _write_settings(self) -> None:
        lines = {
            "port": str(self.port),
            "listen_addresses": LOOPBACK,
            # No socket file: its path may not exceed 107 bytes, a data folder's path may.
            "unix_socket_directories": "",
            "timezone": "UTC",
            **(self.settings or {}),
        }
        text = "".join(f"{name} = '{value}'\n" for name, value in lines.items())
        write_private(self.folder / "launcher.conf", text, self.account)

    def _answers(self) -> bool:
        """Whether a server of this folder takes queries; one just killed still looks running."""
        port = self.running_port()
        if port is None:
            return False
        wanted, self.port = self.port, port
        try:
            self.sql("SELECT 1")
        except LaunchError:
            self.port = wanted
            return False
        return True

    def _start_with_retries(self) -> None:
        """Start the server.

        Shortly after a kill the old lock file or the old children can still be there: retry.
        """
        log = self.folder / "server.log"
        trim_log(log)
        done = None
        for attempt in range(START_TRIES):
            if attempt:
                time.sleep(1)
            self._drop_foreign_lock()
            done = self._run("pg_ctl", "-D", str(self.folder), "-w", "-t", "60", "-l", str(log), "start")
            if done.returncode == 0 and self._answers():
                return
        raise LaunchError(f"数据库无法启动：{done.stdout.strip()}\n{last_lines(log)}")

    def _drop_foreign_lock(self) -> None:
        """Remove a lock file whose pid now belongs to another program, as after a power cut and a reboot."""
        lock = self.folder / "postmaster.pid"
        pid = postmaster_pid(read_text(lock))
        if pid is None or not is_alive(pid) or "postgres" in command_line(pid):
            return
        if not processes_inside(self.folder):
            lock.unlink(missing_ok=True)

    def _run(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a PostgreSQL program as the account; its messages in English are in stdout."""
        return subprocess.run(
            [self.programs / name, *arguments],
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **spawn_options(self.account),
        )


def locale_flags(major: int) -> list[str]:
    """initdb flags for a stable sort order without ICU.

    With ctype C, pg_trgm would find no trigrams in Chinese.
    """
    if major >= 17:
        return ["--locale=C", "--lc-ctype=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--locale=C.UTF-8"]


def postmaster_pid(lock: str) -> int | None:
    """The pid in a postmaster.pid file's text; None for an empty or broken file."""
    first = lock.partition("\n")[0].strip()
    return int(first) if first.isdigit() else None


def postmaster_port(lock: str) -> int | None:
    """The port in a postmaster.pid file's text (its fourth line); None before the server has written it."""
    lines = lock.splitlines()
    return int(lines[3]) if len(lines) > 3 and lines[3].strip().isdigit() else None


def roles_script(owner_password: str, web_password: str) -> str:
    """psql script that creates the two roles and the database, or brings them back into line.

    Runs any number of times.

    The owner may create databases, for tests. The web role gets its rights on tables from the setup_database
    command, which knows them.
    """
    return f"""
SELECT 'CREATE ROLE {OWNER}' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{OWNER}') \\gexec
SELECT 'CREATE ROLE {WEB}' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{WEB}') \\gexec
ALTER ROLE {OWNER} LOGIN CREATEDB NOCREATEROLE NOSUPERUSER PASSWORD '{owner_password}';
ALTER ROLE {WEB} LOGIN NOCREATEDB NOCREATEROLE NOSUPERUSER PASSWORD '{web_password}';
SELECT 'CREATE DATABASE {DATABASE} OWNER {OWNER}'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}') \\gexec
REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC;
GRANT CONNECT ON DATABASE {DATABASE} TO {WEB};
\\connect {DATABASE}
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO {WEB};
"""  # noqa: S608  the names are constants, the passwords come from token_urlsafe
