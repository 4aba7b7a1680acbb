"""The embedded services of a data folder: started by whoever comes first, stopped by whoever leaves last."""

import base64
import fcntl
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from .account import service_account, service_home, write_private
from .broker import Broker
from .configuration import is_given
from .console import LaunchError, say
from .environment import site_packages
from .paths import ROOT, VENV, DataFolder, passable_folder
from .postgres import DATABASE, OWNER, WEB, Cluster, roles_script
from .programs import Programs, find_programs, forget_old_copies

DEMO, COURT = "demo", "court"


@dataclass
class Stack:
    """Database and broker for one data folder, unless the configuration names others.

    `configuration` is what read_configuration returns. `wants_demo` matters at the first start only; None
    leaves the decision to a later one.
    """

    data: DataFolder
    configuration: Mapping[str, str]
    wants_demo: bool | None = None
    cluster: Cluster | None = None
    broker: Broker | None = None
    _user: IO[str] | None = field(default=None, repr=False)

    def start(self) -> dict[str, str]:
        """Bring up what is needed and return the environment for the application's processes."""
        self.data.create()
        self._refuse_demo_folder()
        with self._alone():
            # From here on our shared lock tells other launchers that the services are in use.
            self._user = (self.data.state / "users.lock").open("a")
            fcntl.flock(self._user, fcntl.LOCK_SH)
            self._start_services()
            self._decide_mode()
        return self.environment()

    def stop(self) -> None:
        """Stop the embedded services, unless another launcher still uses them."""
        if self._user is None:
            return
        with self._alone():
            try:
                fcntl.flock(self._user, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            else:
                for service in (self.broker, self.cluster):
                    if service is not None:
                        service.stop()
            finally:
                self._user.close()
                self._user = None

    def trouble(self) -> str | None:
        """A line about an embedded service that has ended by itself; None while all live."""
        if self.cluster is not None and not self.cluster.is_alive():
            return f"数据库意外停止，日志：{self.cluster.folder / 'server.log'}"
        if self.broker is not None and not self.broker.is_alive():
            return f"消息队列意外停止，日志：{self.broker.folder / 'broker.log'}"
        return None

    def environment(self) -> dict[str, str]:
        """The configuration completed with what the launcher decides: addresses, keys, folders."""
        found = {
            **self.configuration,
            "DATA_DIR": str(self.data.root),
            "DJANGO_SETTINGS_MODULE": "enforcement.settings",
            "VIRTUAL_ENV": str(VENV),
            "PATH": f"{VENV / 'bin'}:{self.configuration.get('PATH', '/usr/bin:/bin')}",
            "PYTHONPATH": str(ROOT),
        }
        for name, make in (("SECRET_KEY", new_secret_key), ("FIELD_KEYS", new_field_keys)):
            if not is_given(self.configuration, name):
                file = self.data.secrets / name.lower().replace("_", "-")
                stored_secret(file, make)
                found[f"{name}_FILE"] = str(file)
        if self.cluster is not None:
            found["DATABASE_URL"] = self.cluster.url(WEB, self._password("database-web"))
            found["DATABASE_OWNER_URL"] = self.cluster.url(OWNER, self._password("database-owner"))
        if self.broker is not None:
            found["REDIS_URL"] = self.broker.url
        if self.is_demo():
            found |= {"DEMO": "1", "TIME_TRAVEL": "1"}
        return found

    def _refuse_demo_folder(self) -> None:
        """A folder with invented cases does not become a court's. Raises LaunchError."""
        if self.is_demo() and self.wants_demo is False:
            raise LaunchError(f"{self.data.root} 中是演示数据。正式使用请用 --data 指定一个新目录。")

    def _decide_mode(self) -> None:
        """Decide once whether an embedded database is for show or for a court's work.

        A database that somebody has already filled by scripts/manage or scripts/restore never gets demo data.
        """
        file = self.data.root / "mode"
        if self.cluster is None or self.wants_demo is None or file.exists():
            return
        tables = int(self.cluster.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", DATABASE))
        self.set_mode(DEMO if self.wants_demo and not tables else COURT)

    def set_mode(self, mode: str) -> None:
        """Write the decision down."""
        (self.data.root / "mode").write_text(f"{mode}\n")

    def is_demo(self) -> bool:
        """Whether this folder's embedded database holds invented cases."""
        file = self.data.root / "mode"
        external = is_given(self.configuration, "DATABASE_URL")
        return not external and file.exists() and file.read_text().strip() == DEMO

    def _start_services(self) -> None:
        wants_cluster = not is_given(self.configuration, "DATABASE_URL")
        wants_broker = not is_given(self.configuration, "REDIS_URL")
        if not (wants_cluster or wants_broker):
            return
        account = service_account()
        home = service_home(self.data.root, account)
        if home != self.data.root:
            say(f"系统账号 {account.name} 无法进入 {self.data.root}，数据库改放在 {home}。")
            passable_folder(home)
        programs = find_programs(site_packages(), home, account)
        started = []
        if wants_cluster:
            self.cluster = Cluster(home, programs.postgres_bin, self._password("database-superuser"), account)
            started.append(self.cluster.start())
            self.cluster.sql(roles_script(self._password("database-owner"), self._password("database-web")))
        if wants_broker:
            self.broker = Broker(home, programs.broker, self._password("broker"), account)
            started.append(self.broker.start())
        if all(started):
            forget_old_copies(home, programs.postgres_bin, programs.broker)

    def programs(self) -> Programs:
        """The PostgreSQL programs of this installation, also when the database is another one."""
        account = service_account()
        return find_programs(site_packages(), service_home(self.data.root, account), account)

    def _password(self, name: str) -> str:
        return stored_secret(self.data.secrets / name, lambda: secrets.token_urlsafe(24))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Starting and stopping exclude each other."""
        with (self.data.state / "start.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def stored_secret(file: Path, make) -> str:
    """The secret in `file`; made and stored with mode 0600 the first time."""
    if not file.exists():
        write_private(file, make() + "\n")
    return file.read_text(encoding="utf-8").strip()


def new_secret_key() -> str:
    """A key for signing cookies and tokens."""
    return secrets.token_urlsafe(48)


def new_field_keys() -> str:
    """One key line for encrypted columns, `id:base64 of 32 bytes`.

    A later first line becomes the active key.
    """
    return f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}"
