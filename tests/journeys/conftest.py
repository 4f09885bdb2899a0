"""The demo paper, made and served as a newcomer would, and a browser to read it with. One worker runs all of these."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.conftest import free_port, missing

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 180


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.xdist_group("demo"))
            item.add_marker(pytest.mark.browser)


@dataclass(frozen=True)
class Demo:
    """The demo paper as `broadsheet demo` announced it."""

    address: str
    email: str
    password: str
    folder: Path
    printed: str


def start_demo(folder: Path, port: int) -> tuple[subprocess.Popen[str], Demo]:
    env = {name: value for name, value in os.environ.items() if name not in {"DJANGO_SETTINGS_MODULE", "BASE_URL"}}
    env |= {"BROADSHEET_FOLDER": str(folder), "COLUMNS": "100", "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "broadsheet", "demo", "--port", str(port)],
        env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip
    printed, until = "", time.monotonic() + PATIENCE
    while "End with Ctrl+C" not in printed:
        line = process.stdout.readline() if process.stdout else ""
        if (not line and process.poll() is not None) or time.monotonic() > until:
            os.killpg(process.pid, signal.SIGKILL)
            pytest.fail(f"the demo paper did not open:\n{printed}")
        printed += line
    email, password = re.search(r"/admin/\s+(\S+@\S+)\s+(\S+)", printed).groups()  # type: ignore[union-attr]
    return process, Demo(f"http://127.0.0.1:{port}", email, password, folder, printed)


def stop(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    """The demo paper, open."""
    folder = Path(tempfile.mkdtemp(prefix="bs-demo-"))
    process, found = start_demo(folder, free_port())
    yield found
    stop(process)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Chromium."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        missing("Chromium")
    quiet = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=quiet)
        yield launched
        launched.close()


@pytest.fixture
def reader(chromium: Browser, demo: Demo) -> Iterator[BrowserContext]:
    """A new reader with a window of their own."""
    context = chromium.new_context(base_url=demo.address)
    yield context
    context.close()


@pytest.fixture
def tab(reader: BrowserContext) -> Page:
    """The new reader's first tab."""
    return reader.new_page()
