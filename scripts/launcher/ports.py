"""Free local ports, chosen once and kept, so that a restart answers at the same place."""

import json
import socket
from pathlib import Path

LOOPBACK = "127.0.0.1"


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen on `port` now."""
    with socket.socket() as probe:
        # Without this a port in TIME_WAIT after our own stop would look taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port of the loopback interface that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def kept_port(name: str, store: Path) -> int:
    """The port remembered for `name` in the JSON file `store` if still free, else a new one, remembered.

    Call it only when the service is known to be down: a running service keeps its port taken.
    """
    ports = read_ports(store)
    port = ports.get(name)
    if port is None or not is_free(port):
        port = free_port()
        store.write_text(json.dumps({**ports, name: port}, indent=1) + "\n", encoding="utf-8")
    return port


def read_ports(store: Path) -> dict[str, int]:
    """The remembered ports by name.

    An unreadable file counts as empty, because ports can always be chosen anew.
    """
    try:
        content = json.loads(store.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    if not isinstance(content, dict):
        return {}
    return {name: port for name, port in content.items() if isinstance(port, int) and 0 < port < 65536}
