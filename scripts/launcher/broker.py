"""An embedded Valkey server: the queue between the web processes and the workers, and their cache."""

import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from .account import Account, own_folder, spawn_options, write_private
from .console import LaunchError
from .ports import LOOPBACK, kept_port, read_ports
from .processes import command_line, is_alive

START_SECONDS = 10
STOP_SECONDS = 10


@dataclass
class Broker:
    """One server in `home`/broker. A `port` of 0 means a kept free one."""

    home: Path
    program: Path | None
    password: str
    account: Account | None = None
    port: int = 0

    @property
    def folder(self) -> Path:
        """The server's own folder: configuration, log, pid file, saved queue."""
        return self.home / "broker"

    @property
    def url(self) -> str:
        """Connection address. The password comes from token_urlsafe and needs no quoting."""
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    def start(self) -> bool:
        """Bring the server up and return whether it was started now.

        False means that a running one is reused.
        """
        if self.is_running():
            return False
        if self.program is None:
            raise LaunchError("没有可用的 Valkey/Redis 程序。请设置 REDIS_URL 指向已有的服务。")
        own_folder(self.folder, self.account)
        self.port = self.port or kept_port("broker", self.home / "ports.json")
        text = configuration(self.port, self.password, self.folder)
        config = write_private(self.folder / "broker.conf", text, self.account)
        done = subprocess.run(
            [self.program, config],
            cwd=self.folder,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **spawn_options(self.account),
        )
        deadline = time.monotonic() + START_SECONDS
        while done.returncode == 0 and time.monotonic() < deadline:
            if self._ping():
                return True
            time.sleep(0.02)
        raise LaunchError(f"消息队列无法启动：{done.stdout.strip()}（日志：{self.folder / 'broker.log'}）")

    def is_running(self) -> bool:
        """Whether our server answers with our password, at the given or the remembered port."""
        self.port = self.port or read_ports(self.home / "ports.json").get("broker", 0)
        if self.port and self._ping():
            return True
        # The remembered port may have been taken by another program meanwhile: choose again at the next
        # start.
        self.port = 0 if self.port == read_ports(self.home / "ports.json").get("broker") else self.port
        return False

    def is_alive(self) -> bool:
        """Whether the server process lives."""
        pid = self._pid()
        return pid is not None and is_alive(pid)

    def stop(self) -> None:
        """End the server; it saves what is queued."""
        if not self.is_running():
            return
        pid = self._pid()
        self._ask("SHUTDOWN", "SAVE")
        deadline = time.monotonic() + STOP_SECONDS
        while pid and is_alive(pid) and time.monotonic() < deadline:
            time.sleep(0.02)
        if pid and is_alive(pid) and str(self.port) in command_line(pid):
            os.kill(pid, signal.SIGKILL)

    def _pid(self) -> int | None:
        try:
            return int((self.folder / "broker.pid").read_text())
        except (FileNotFoundError, ValueError):
            return None

    def _ping(self) -> bool:
        return "+PONG" in self._ask("PING")

    def _ask(self, *words: str) -> str:
        """Send one authenticated command and return the raw answers; nothing when nobody answers."""
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=2) as connection:
                connection.sendall(encode("AUTH", self.password) + encode(*words))
                connection.shutdown(socket.SHUT_WR)
                parts = iter(lambda: connection.recv(4096), b"")
                return b"".join(parts).decode(errors="replace")
        except OSError:
            return ""


def encode(*words: str) -> bytes:
    """One command in the RESP wire format."""
    parts = [f"*{len(words)}\r\n".encode()]
    for word in words:
        data = word.encode()
        parts.append(b"$%d\r\n%s\r\n" % (len(data), data))
    return b"".join(parts)


def configuration(port: int, password: str, folder: Path) -> str:
    """The server's configuration: loopback only, password, saved only at a clean stop.

    The queue may be lost: messages carry ids only and the database kicks again what is due.
    """
    place = str(folder).replace("\\", "\\\\").replace('"', '\\"')
    return (
        f'bind {LOOPBACK}\nport {port}\nprotected-mode yes\nrequirepass "{password}"\ndaemonize yes\n'
        f'dir "{place}"\npidfile "{place}/broker.pid"\nlogfile "{place}/broker.log"\n'
        'save ""\nappendonly no\nmaxmemory 256mb\nmaxmemory-policy noeviction\ntcp-backlog 128\n'
    )
