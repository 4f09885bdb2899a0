"""A server of one worker on loopback, and wrk as its readers. Everything ends by itself."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.registry import ROOT, VAR
from tests.servers import free_port

FOLDER = VAR / "bench-paper"
CONNECTIONS = 64  # readers at the same moment, for fixed bytes and for ours alike


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where it is, and the process that serves."""

    address: str
    pid: int
    folder: Path

    def cpu(self) -> float:
        """Seconds of processor time that the serving process has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Slice:
    """What one slice of load gave."""

    rate: float
    cpu: float  # microseconds a request
    wrong: int  # answers that were no 2xx


def environment(address: str, **more: str) -> dict[str, str]:
    """The settings of the measured paper: a folder of its own, loopback as a proxy so that readers have addresses."""
    folder = str(FOLDER)
    return {
        **os.environ, "BROADSHEET_FOLDER": folder, "BASE_URL": address, "TRUSTED_PROXIES": "127.0.0.1",
        "LOG_LEVEL": "WARNING", **more,
    }  # fmt: skip


@contextmanager
def serving(ledger: str = "") -> Iterator[Server]:
    """The demo paper, made where it is missing, on one granian worker; with the ledger at an address, or a fresh one."""
    address = f"http://127.0.0.1:{free_port()}"
    env = environment(address, **({"LEDGER_URL": ledger} if ledger else {}))
    run = [sys.executable, "-m", "broadsheet", "demo", "--no-serve"]
    subprocess.run(run, env=env, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    for path in FOLDER.glob("ledger.sqlite3*"):
        path.unlink()
    with running("benchmarks.paper:application", address, env) as server:
        yield server


@contextmanager
def running(target: str, address: str, env: dict[str, str]) -> Iterator[Server]:
    """An application on one granian worker."""
    port = address.rpartition(":")[2]
    command = [
        sys.executable, "-m", "granian", "--interface", "asgi", "--workers", "1", "--loop", "uvloop",
        "--host", "127.0.0.1", "--port", port, "--no-ws", "--log-level", "warning", target,
    ]  # fmt: skip
    env = {**env, "DJANGO_SETTINGS_MODULE": "broadsheet.starter.paper.settings"}
    process = subprocess.Popen(command, env=env, cwd=ROOT, start_new_session=True)
    try:
        _wait(address)
        yield Server(address, _worker(process.pid), FOLDER)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def apart(server: Server) -> Iterator[None]:
    """The worker on one processor and its readers on the others, so that neither is moved into the other's way.

    What one worker can do is then measured, and not how the system shares the machine out. Where there is only one
    processor, all stay on it.
    """
    every = os.sched_getaffinity(0)
    first, *others = sorted(every)
    try:
        _bind(server.pid, {first})
        os.sched_setaffinity(0, others or every)  # what loads the server is begun by this process
        yield
    finally:
        os.sched_setaffinity(0, every)
        _bind(server.pid, every)


def _bind(pid: int, processors: set[int]) -> None:
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with suppress(ProcessLookupError):  # it ended meanwhile
            os.sched_setaffinity(int(thread.name), processors)


def _wait(address: str) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(f"{address}/robots.txt", timeout=5).read()
        except urllib.error.HTTPError:
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


def _worker(parent: int) -> int:
    """The child that serves; granian's main process only minds it."""
    found = subprocess.run(["ps", "-o", "pid=,rss=", "--ppid", str(parent)], capture_output=True, text=True).stdout
    rows = [tuple(map(int, line.split())) for line in found.splitlines()]
    return max(rows, key=lambda row: row[1])[0]


def load(server: Server, path: str, seconds: int, headers: dict[str, str] | None = None, script: str = "") -> Slice:
    """Let wrk ask for `path` from 64 connections for some seconds. `script` is Lua, for requests that differ."""
    if not shutil.which("wrk"):
        raise SystemExit("wrk is missing: apt-get install wrk")
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s"]
    for name, value in (headers or {}).items():
        command += ["-H", f"{name}: {value}"]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as lua:
        if script:
            lua.write(script)
            lua.flush()
            command += ["-s", lua.name]
        before = server.cpu()
        done = subprocess.run([*command, server.address + path], capture_output=True, text=True, check=True).stdout
        used = server.cpu() - before
    total = int(re.search(r"(\d+) requests in", done)[1])  # type: ignore[index]
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", done)[1])  # type: ignore[index]
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", done)
    return Slice(rate, used / max(total, 1) * 1e6, int(wrong[1]) if wrong else 0)


def rested(server: Server, path: str, seconds: int, headers: dict[str, str], script: str) -> Slice:
    """A slice that does not pay for the last one: what that wrote, the system would bring to the disk meanwhile."""
    os.sync()
    return load(server, path, seconds, headers, script)


def ratio(pairs: list[tuple[Slice, Slice]]) -> float:
    """The median of the ratios of alternating slices."""
    return median(one.rate / other.rate for one, other in pairs)


def cpu_ratio(pairs: list[tuple[Slice, Slice]]) -> str:
    """Processor time a request, ours beside the fixed bytes', for the reader of the log."""
    ours, fixed = median(one.cpu for one, _ in pairs), median(other.cpu for _, other in pairs)
    return f"{ours:.0f} µs beside {fixed:.0f} µs"
