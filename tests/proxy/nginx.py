"""The nginx that the system brings, run with the configuration that Broadsheet ships, on loopback.

What changes is what belongs to a machine: ports, folders, the certificate, the paper's address. Each of these stands
in the shipped file, or the start fails.
"""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers import free_port
from tests.shared import ROOT

SHIPPED = ROOT / "src" / "broadsheet" / "starter" / "deploy" / "nginx.conf"
HOST = "paper.example"
PATIENCE = 15
MAIN = """
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log;
worker_processes 1;
events {{ worker_connections 512; }}
http {{
    default_type application/octet-stream;
    gzip on;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


@dataclass(frozen=True)
class Front:
    """nginx, running."""

    folder: Path
    https: int
    http: int

    @property
    def trust(self) -> ssl.SSLContext:
        """Its certificate, and no other."""
        return ssl.create_default_context(cafile=str(self.folder / "paper.pem"))

    def kept(self) -> bytes:
        """Everything that the cache holds, in one piece."""
        return b"".join(path.read_bytes() for path in sorted((self.folder / "cache").rglob("*")) if path.is_file())

    def log(self, path: str, least: int = 1) -> list[str]:
        """The lines of the access log about a path; nginx writes one a moment after the answer."""
        until = time.monotonic() + PATIENCE
        while True:
            lines = (self.folder / "access.log").read_text(encoding="utf-8").splitlines()
            found = [line for line in lines if line.split()[3] == path]
            if len(found) >= least or time.monotonic() > until:
                return found
            time.sleep(0.02)

    def whole_log(self) -> list[str]:
        """Every line of the access log till now."""
        return (self.folder / "access.log").read_text(encoding="utf-8").splitlines()


def command() -> str | None:
    """Where nginx lies; Debian keeps it where users have no path to."""
    return shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


@contextmanager
def fronting(folder: Path, paper: str, instead: Mapping[str, str] | None = None) -> Iterator[Front]:
    """nginx before the paper that listens at `paper` (host:port). `instead`: pieces of the configuration to exchange."""
    front = Front(folder, free_port(), free_port())
    folder.mkdir(parents=True, exist_ok=True)
    _certify(folder)
    (folder / "site.conf").write_text(
        exchanged(_site(), {**_places(front, paper), **(instead or {})}), encoding="utf-8"
    )
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, user=user), encoding="utf-8")
    call = [command() or "nginx", "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"]
    tried = subprocess.run([*call, "-t"], capture_output=True, text=True)
    assert tried.returncode == 0, tried.stderr
    process = subprocess.Popen([*call, "-g", "daemon off;"], start_new_session=True)
    try:
        _wait(front, process)
        yield front
    finally:
        process.terminate()
        process.wait(timeout=20)


def exchanged(text: str, pieces: Mapping[str, str]) -> str:
    """The text with every piece exchanged; a piece that is not there is a mistake."""
    for old, new in pieces.items():
        assert old in text, f"{old!r} does not stand in the shipped configuration"
        text = text.replace(old, new)
    return text


def _site() -> str:
    """The shipped file without its lines for IPv6, which not every machine has."""
    lines = SHIPPED.read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if "listen [::]" not in line)


def _places(front: Front, paper: str) -> dict[str, str]:
    return {
        "127.0.0.1:8000": paper,
        "listen 80": f"listen {front.http}",
        "listen 443": f"listen {front.https}",
        "/etc/ssl/paper.pem": f"{front.folder}/paper.pem",
        "/etc/ssl/private/paper.key": f"{front.folder}/paper.key",
        "/var/cache/nginx-paper": f"{front.folder}/cache",
        "/var/log/nginx/paper.log": f"{front.folder}/access.log",
    }


def _certify(folder: Path) -> None:
    """A certificate that the paper signs itself."""
    made = [
        *[
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
        ]
    ]
    names = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
    files = ["-keyout", str(folder / "paper.key"), "-out", str(folder / "paper.pem")]
    subprocess.run([*made, *names, *files], check=True, capture_output=True)


def _wait(front: Front, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", front.https), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return
