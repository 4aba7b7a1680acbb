"""The installation of docker-compose.yml without its engine: the file is valid, and what each service runs runs."""

from __future__ import annotations

import base64
import datetime as dt
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings

from scripts.launcher.account import service_account
from scripts.launcher.environment import site_packages
from scripts.launcher.foreground import NAMES
from scripts.launcher.postgres import UNSAFE_BUT_QUICK, Cluster
from scripts.launcher.programs import find_programs

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
OURS = {name: service for name, service in COMPOSE["services"].items() if "build" in service}
PATIENCE = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(true: Any, what: str, processes: list[subprocess.Popen[str]]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if true():
            return
        for process in processes:
            assert process.poll() is None, f"{what}: ended with {process.returncode}"
        time.sleep(0.2)
    raise AssertionError(f"{what}: not after {PATIENCE} s")


def test_the_file_is_a_compose_file() -> None:
    check = Path(sys.executable).parent / "check-jsonschema"
    asked = [check, "--builtin-schema", "vendor.compose-spec", ROOT / "docker-compose.yml"]
    done = subprocess.run(asked, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_every_part_is_there_and_closed_to_the_outside() -> None:
    assert set(COMPOSE["services"]) == {"prepare", "web", "worker", "beat", "db", "redis", "nginx"}
    assert {service["command"][0] for service in OURS.values()} == set(NAMES)
    assert [name for name, service in COMPOSE["services"].items() if "ports" in service] == ["nginx"]
    named = {name for service in COMPOSE["services"].values() for name in service.get("secrets", ())}
    assert named == set(COMPOSE["secrets"])
    owner = [name for name, service in OURS.items() if "database_owner_url" in service["secrets"]]
    assert owner == ["prepare"]  # what serves pages never holds the owner's password


def test_the_image_holds_what_the_commands_need() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert "--require-hashes" in text
    assert 'ENTRYPOINT ["python", "scripts/service"]' in text
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".env", "secrets", ".data"} <= set(ignored)


def test_secrets_are_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    run = [sys.executable, ROOT / "deploy/make-secrets", folder]
    subprocess.run(run, check=True, capture_output=True)
    made = {path.name: path.read_text() for path in folder.iterdir() if path.is_file()}
    assert set(made) == set(COMPOSE["secrets"])
    assert made["web_password"].strip() in made["database_url"]
    assert len(base64.b64decode(made["field_keys"].strip().partition(":")[2])) == 32
    assert folder.stat().st_mode & 0o077 == 0
    subprocess.run(run, check=True, capture_output=True)
    assert {path.name: path.read_text() for path in folder.iterdir() if path.is_file()} == made


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A database server of its own, as the image starts it: empty."""
    home = Path(subprocess.run(["mktemp", "-d"], check=True, capture_output=True, text=True).stdout.strip())
    home.chmod(0o711)
    account = service_account()
    programs = find_programs(site_packages(), home, account)
    server = Cluster(home, programs.postgres_bin, secrets.token_urlsafe(16), account, UNSAFE_BUT_QUICK)
    server.start()
    yield server
    server.stop("immediate")
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module")
def environment(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the services get by the file, with this machine's addresses; roles.sh has run as the image runs it."""
    folder = tmp_path_factory.mktemp("installation")
    subprocess.run([sys.executable, ROOT / "deploy/make-secrets", folder / "secrets"], check=True)
    superuser = psycopg.conninfo.conninfo_to_dict(cluster.url("app", cluster.password, "postgres"))
    named = {
        "PGHOST": superuser["host"],
        "PGPORT": superuser["port"],
        "PGPASSWORD": superuser["password"],
        "POSTGRES_USER": superuser["user"],
        "SECRETS_DIR": str(folder / "secrets"),
        "PATH": f"{cluster.programs}:{os.environ['PATH']}",
    }
    subprocess.run(["bash", ROOT / "deploy/roles.sh"], check=True, env={**os.environ, **named})
    for name in ("database_url", "database_owner_url"):
        file = folder / "secrets" / name
        file.write_text(file.read_text().replace("@db:5432", f"@{named['PGHOST']}:{named['PGPORT']}"))
    given = {
        name: value.replace("/run/secrets", str(folder / "secrets"))
        for name, value in OURS["prepare"]["environment"].items()
    }
    clean = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "VIRTUAL_ENV") if name in os.environ}
    return {
        **clean,
        **given,
        "REDIS_URL": settings.REDIS_URL,
        "DATA_DIR": str(folder / "data"),
        "ALLOWED_HOSTS": "localhost,web",
        "CSRF_TRUSTED_ORIGINS": "https://localhost",
        "PORTAL_URL": "https://localhost/my/",
        "BIND": f"127.0.0.1:{free_port()}",
    }


def service(name: str, environment: dict[str, str]) -> subprocess.Popen[str]:
    """The process of a service, its output in a file of the installation."""
    with (Path(environment["DATA_DIR"]).parent / f"{name}.log").open("w") as log:
        return subprocess.Popen(
            [sys.executable, "scripts/service", *OURS[name]["command"]],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
        )


def log_of(name: str, environment: dict[str, str]) -> str:
    return (Path(environment["DATA_DIR"]).parent / f"{name}.log").read_text()


def fetch(url: str, **headers: str) -> tuple[int, str]:
    """Status and text; 0 while nobody answers. The certificate is this test's own."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with httpx.Client(verify=False, trust_env=False, timeout=10) as client:  # noqa: S501
        try:
            answer = client.get(url, headers=named)
        except httpx.HTTPError as closed:
            return 0, str(closed)
    return answer.status_code, answer.text


def test_what_each_service_runs_runs(environment: dict[str, str], tmp_path: Path) -> None:
    prepare = service("prepare", environment)
    assert prepare.wait(timeout=240) == 0, log_of("prepare", environment)
    running = {name: service(name, environment) for name in ("web", "worker", "beat")}
    processes = list(running.values())
    web = f"http://{environment['BIND']}"
    inside = {"Host": "web", "X_Forwarded_Proto": "https"}
    try:
        wait_until(lambda: fetch(f"{web}/readyz", **inside)[0] == 200, "web", processes)
        wait_until(lambda: " ready." in log_of("worker", environment), "worker", processes)
        wait_until(lambda: "beat: Starting" in log_of("beat", environment), "beat", processes)
        token = Path(environment["METRICS_TOKEN_FILE"]).read_text().strip()
        wait_until(
            lambda: (
                'zhiheng_queue_due{queue="timers"}'
                in fetch(f"{web}/metrics", **inside, Authorization=f"Bearer {token}")[1]
            ),
            "metrics",
            processes,
        )
        shown = fetch(f"{web}/metrics", **inside, Authorization=f"Bearer {token}")[1]
        assert "django_http_requests_latency_seconds_by_view_method_count" in shown
        assert fetch(f"{web}/metrics", **inside)[0] == 404
        behind_nginx(environment["BIND"], tmp_path)
    finally:
        for process in processes:
            process.terminate()
        ended = [process.wait(timeout=30) for process in processes]
    assert ended == [0, 0, 0]
    refused = psycopg.connect(Path(environment["DATABASE_URL_FILE"]).read_text().strip(), autocommit=True)
    with refused, pytest.raises(psycopg.errors.InsufficientPrivilege):
        refused.execute("CREATE TABLE mine (id int)")


def behind_nginx(web: str, folder: Path) -> None:
    """deploy/nginx.conf in front of the web, on other ports and with a certificate of its own."""
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    if not Path(program).exists():
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail("no nginx: as root, apt-get install nginx-light (scripts/test does it)")
        return
    plain, secure = free_port(), free_port()
    certificate(folder)
    text = (ROOT / "deploy/nginx.conf").read_text(encoding="utf-8")
    for ours, here in (
        ("/etc/nginx/tls", str(folder)),
        ("server web:8000", f"server {web}"),
        ("listen 80 ", f"listen 127.0.0.1:{plain} "),
        ("listen 443 ", f"listen 127.0.0.1:{secure} "),
        ("/tmp/nginx.pid", str(folder / "nginx.pid")),  # noqa: S108
        (
            "server_tokens off;",
            f"server_tokens off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/p;",
        ),
    ):
        assert ours in text
        text = text.replace(ours, here)
    (folder / "nginx.conf").write_text(text)
    command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL, text=True)
    try:
        page = f"https://127.0.0.1:{secure}"
        wait_until(lambda: fetch(f"{page}/healthz", Host="localhost")[0] == 200, "nginx", [server])
        assert fetch(f"http://127.0.0.1:{plain}/login", Host="localhost")[0] == 301
        assert fetch(f"{page}/login", Host="localhost")[0] == 200
        assert fetch(f"{page}/metrics", Host="localhost")[0] == 404
        assert fetch(f"{page}/login", Host="elsewhere")[0] == 400
    finally:
        server.terminate()
        server.wait(timeout=10)


def certificate(folder: Path) -> None:
    """A certificate of this test's own."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "site.crt").write_bytes(made.public_bytes(pem))
    (folder / "site.key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
