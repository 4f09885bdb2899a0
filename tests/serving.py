"""The paper as an operator runs it: the command in a process of its own, and readers who come by loopback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import free_port
from tests.shared import ROOT

PATIENCE = 60


def environment(folder: Path, **more: str) -> dict[str, str]:
    """The settings of a paper in `folder`, whatever this test run has set for itself."""
    ours = {name: value for name, value in os.environ.items() if name not in {"DJANGO_SETTINGS_MODULE", "BASE_URL"}}
    return {**ours, "BROADSHEET_FOLDER": str(folder), "COLUMNS": "120", "PYTHONUNBUFFERED": "1", **more}


def broadsheet(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    command = [sys.executable, "-m", "broadsheet", *arguments]
    return subprocess.run(command, env=environment(folder, **more), cwd=ROOT, capture_output=True, text=True)


@contextmanager
def serving(folder: Path, **more: str) -> Iterator[str]:
    """The address of the paper in `folder`, served while the block runs. Loopback counts as a proxy of ours."""
    with running(folder, **more) as (address, _):
        yield address


@contextmanager
def running(folder: Path, *options: str, **more: str) -> Iterator[tuple[str, int]]:
    """As `serving`; the address, and the id of the process that was started."""
    address = f"http://127.0.0.1:{free_port()}"
    env = environment(folder, **{"BASE_URL": address, "TRUSTED_PROXIES": "127.0.0.1", **more})
    command = [sys.executable, "-m", "broadsheet", "serve", "--port", address.rpartition(":")[2], *options]
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(command, env=env, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
        try:
            _wait(address, process)
            yield address, process.pid
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            urllib.request.urlopen(f"{address}/robots.txt", timeout=10).read()
        except OSError:
            if process.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


@dataclass
class Stranger:
    """A reader on a network of their own, with a jar for the receipt."""

    address: str
    network: str
    cookie: str = field(default="", init=False)

    def get(self, path: str) -> tuple[int, str, str]:
        """Status, final address and text of a page, redirects followed."""
        headers = {"X-Forwarded-For": self.network, "Sec-Fetch-Dest": "document"}
        if self.cookie:
            headers["Cookie"] = self.cookie
        request = urllib.request.Request(self.address + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                given = answer.headers.get("Set-Cookie", "")
                self.cookie = given.partition(";")[0] or self.cookie
                return answer.status, answer.url, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.url, error.read().decode(errors="replace")
