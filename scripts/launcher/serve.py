"""scripts/run: everything from a bare machine to a page that answers, and an orderly end."""

import argparse
import fcntl
import http.client
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .children import Children, wait_for
from .configuration import read_configuration
from .console import LaunchError, say
from .environment import ensure_environment
from .foreground import command_of
from .paths import PYTHON, ROOT, DataFolder, data_folder
from .ports import LOOPBACK, is_free, kept_port
from .stack import Stack
from .system_packages import ensure_pdf_libraries

READY_SECONDS = 120
# Where a server that listens everywhere is reached from this machine.
LOCAL = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  a lookup, nothing is bound
SHUTDOWN_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(arguments: list[str]) -> int:
    """Start the system, keep it running, end it on Ctrl-C or SIGTERM. Returns the exit code."""
    options = read_arguments(arguments)
    for number in SHUTDOWN_SIGNALS:
        signal.signal(number, interrupt)
    configuration = read_configuration()
    data = data_folder(options.data, configuration.get("DATA_DIR"))
    data.create()
    with only_one(data, options.address, options.port):
        if not is_free(options.port, options.address):
            raise LaunchError(f"端口 {options.port} 已被其他程序占用，请用 --port 指定另一个。")
        ensure_environment()
        ensure_pdf_libraries()
        stack = Stack(data, configuration, wants_demo=not options.no_demo)
        try:
            return run_application(stack, options.address, options.port)
        finally:
            stack.stop()
            say("已停止。")


def read_arguments(arguments: list[str]) -> argparse.Namespace:
    """The command line of scripts/run."""
    parser = argparse.ArgumentParser(prog="scripts/run", description="启动执衡；按 Ctrl-C 停止。")
    parser.add_argument("--port", type=int, default=8000, help="网页端口（默认 8000）")
    parser.add_argument("--address", default="127.0.0.1", help="监听地址（默认 127.0.0.1，仅本机）")
    parser.add_argument("--data", metavar="DIR", help="数据目录（默认 .data）")
    parser.add_argument("--no-demo", action="store_true", help="不载入演示数据，用于正式数据")
    return parser.parse_args(arguments)


def interrupt(*_: object) -> None:
    """Signal handler: every wish to stop takes the way of Ctrl-C."""
    raise KeyboardInterrupt


@contextmanager
def only_one(data: DataFolder, address: str, port: int) -> Iterator[None]:
    """One running system a data folder; the second launcher is told where the first one answers."""
    with (data.state / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise LaunchError(f"该数据目录的系统已在运行：{lock.read().strip()}") from None
        lock.truncate(0)
        lock.write(page_address(address, port))
        lock.flush()
        yield


def run_application(stack: Stack, address: str, port: int) -> int:
    """Start the services and the processes, watch them until a signal or a crash, end the processes."""
    began = time.monotonic()
    say("正在启动数据库和消息队列 ……")
    environment = stack.start()
    if stack.is_demo():
        environment["BANK_URL"] = f"http://{LOOPBACK}:{kept_port('bank', stack.data.state / 'ports.json')}"
    children = Children(stack.data.state, stack.data.logs, environment, ROOT)
    left = children.end_leftovers()
    if left:
        say(f"已结束上次异常退出后遗留的进程：{'、'.join(left)}。")
    try:
        prepare(environment)
        children.start("web", command_of("web", PYTHON, bind=bind_address(address, port)))
        trouble = wait_for(lambda: is_ready(address, port, host_name(environment)), children, READY_SECONDS)
        if trouble is None:
            # After the web, so that a small machine shows its first page sooner.
            for name, command in [*background_commands(stack.data), *demo_commands(stack, environment)]:
                children.start(name, command)
            announce(stack, address, port, time.monotonic() - began)
            trouble = watch(children, stack)
        say(trouble)
        return 1
    except KeyboardInterrupt:
        say("正在停止 ……")
        return 0
    finally:
        # A second Ctrl-C must not leave processes or a database behind.
        for number in SHUTDOWN_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        children.stop()


def prepare(environment: dict[str, str]) -> None:
    """Bring schema, calendar, rules and first data up to date; shows its own words on the terminal."""
    say("正在检查数据库结构、节假日和规则 ……")
    search = f"{ROOT}:{ROOT / 'scripts'}"
    done = subprocess.run(command_of("prepare", PYTHON), env={**environment, "PYTHONPATH": search}, cwd=ROOT)
    if done.returncode:
        raise LaunchError("数据库准备失败（原因见上），系统没有启动。")


def background_commands(data: DataFolder) -> list[tuple[str, list[str | Path]]]:
    """Name and command of the worker and of the scheduler."""
    schedule = data.state / "beat-schedule"
    return [(name, command_of(name, PYTHON, schedule=schedule)) for name in ("worker", "beat")]


def demo_commands(stack: Stack, environment: dict[str, str]) -> list[tuple[str, list[str | Path]]]:
    """The simulated bank of a demo: a process with its own ledger, that the system reaches as it would a real one."""
    if not stack.is_demo():
        return []
    port, ledger = environment["BANK_URL"].rpartition(":")[2], stack.data.root / "demo-bank.sqlite"
    program = ROOT / "enforcement/demo/bank.py"
    return [("bank", [PYTHON, program, "--port", port, "--ledger", ledger, "--faults", "0.1"])]


def bind_address(address: str, port: int) -> str:
    """gunicorn's notation; IPv6 addresses stand in brackets."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def page_address(address: str, port: int) -> str:
    """Address to open in a browser on this machine."""
    return f"http://{bind_address(LOCAL.get(address, address), port)}/"


def host_name(environment: dict[str, str]) -> str | None:
    """A host name that the application answers to; None when it answers to this machine's own names."""
    hosts = [host.strip() for host in environment.get("ALLOWED_HOSTS", "").split(",") if host.strip()]
    if not hosts or "*" in hosts or "127.0.0.1" in hosts:
        return None
    return hosts[0].removeprefix(".")


def is_ready(address: str, port: int, host: str | None = None) -> bool:
    """Whether /readyz says that the web can work (database migrated, broker reachable)."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    question = urllib.request.Request(  # noqa: S310  our own http address
        page_address(address, port) + "readyz", headers={"Host": host} if host else {}
    )
    try:
        with direct.open(question, timeout=5) as answer:
            return answer.status == 200
    except (OSError, http.client.HTTPException):
        return False


def announce(stack: Stack, address: str, port: int, seconds: float) -> None:
    """Say where the system answers and, in a demo, who may sign in."""
    say(f"\n执衡已启动（{seconds:.1f} 秒）：{page_address(address, port)}")
    logins = stack.data.root / "demo-logins.txt"
    if stack.is_demo() and logins.exists():
        say("演示账号：\n" + logins.read_text(encoding="utf-8").rstrip())
    say(f"日志：{stack.data.logs}    按 Ctrl-C 停止。")


def watch(children: Children, stack: Stack) -> str:
    """Wait until a process or a service ends by itself and return the line about it."""
    while True:
        trouble = children.ended() or stack.trouble()
        if trouble:
            return trouble
        time.sleep(0.5)
