"""How long a reader who re-reads waits, alone and while the desk and an import keep the machine busy."""

from __future__ import annotations

import http.client
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from pathlib import Path

import click

from benchmarks.load import ROOT, Server, environment, serving
from benchmarks.registry import Figure, measures
from benchmarks.speed import BROWSER, STORY, receipt

SECONDS, EVERY = 20, 0.01
POSTS = 5_000
ITEM = """<item><title>Story {n}</title><wp:post_id>{n}</wp:post_id><wp:post_type>post</wp:post_type>
<wp:status>publish</wp:status><wp:post_date_gmt>2020-01-01 00:00:00</wp:post_date_gmt><guid>https://old.example/?p={n}</guid>
<content:encoded><![CDATA[{text}]]></content:encoded></item>
"""
HEAD = """<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>Old</title><wp:wxr_version>1.2</wp:wxr_version>
<wp:base_blog_url>https://old.example</wp:base_blog_url>
"""


@measures(
    "bench",
    "latency",
    Figure("reread_p99_idle_ms", 10, "most", "99 of 100 re-reads, a hundred a second, are answered within this many milliseconds."),
    Figure(
        "reread_p99_busy_ms", 10, "most",
        "The same while an editor opens the desk's slowest pages without a pause and an import of 5,000 posts runs beside it.",
    ),
)  # fmt: skip
def latency() -> dict[str, float]:
    """The same reader, first alone and then in company, on one server."""
    with serving() as server:
        cookie = receipt(server, STORY)
        ask = {**BROWSER, "Cookie": cookie}
        _waits(server, ask, 2)
        idle = _waits(server, ask, SECONDS)
        with _editor(server) as pages, _import(server):
            busy = _waits(server, ask, SECONDS)
        click.echo(f"    busy: {len(pages)} pages of the desk, the slowest {max(pages):.0f} ms")
    return {"reread_p99_idle_ms": _p99(idle), "reread_p99_busy_ms": _p99(busy)}


def _p99(waits: list[float]) -> float:
    return sorted(waits)[int(len(waits) * 0.99)]


def _waits(server: Server, headers: dict[str, str], seconds: float) -> list[float]:
    """Milliseconds from the question to the last byte, asked at fixed times whatever the answers take."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(server.address).netloc)
    waits: list[float] = []
    begun = time.perf_counter()
    for number in range(int(seconds / EVERY)):
        due = begun + number * EVERY
        time.sleep(max(0.0, due - time.perf_counter()))
        connection.request("GET", STORY, headers=headers)
        connection.getresponse().read()
        waits.append((time.perf_counter() - max(due, begun)) * 1000)
    connection.close()
    return waits


@contextmanager
def _editor(server: Server) -> Iterator[list[float]]:
    """An editor who opens a story for editing and the front's explorer, again and again."""
    over, waits = threading.Event(), [0.0]
    get = _logged_in(server)

    def work() -> None:
        page = re.search(r"/admin/pages/(\d+)/edit/", get("/admin/pages/results/?q=Two+cities"))
        paths = [f"/admin/pages/{page[1]}/edit/"] if page else []
        while not over.is_set():
            for path in [*paths, "/admin/", "/admin/pages/"]:
                begun = time.perf_counter()
                get(path)
                waits.append((time.perf_counter() - begun) * 1000)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield waits
    finally:
        over.set()
        thread.join(timeout=30)


def _logged_in(server: Server) -> Callable[[str], str]:
    jar: SimpleCookie = SimpleCookie()
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(server.address).netloc, timeout=60)

    def ask(method: str, path: str, body: str = "") -> str:
        headers = {"Cookie": "; ".join(f"{name}={kept.value}" for name, kept in jar.items())}
        if body:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Referer": server.address + path}
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        for line in answer.headers.get_all("Set-Cookie") or ():
            jar.load(line)
        return answer.read().decode(errors="replace")

    form = ask("GET", "/admin/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
    password = (server.folder / "editor-password").read_text().strip()
    values = {"csrfmiddlewaretoken": token[1] if token else "", "username": "editor@example.org", "password": password}
    ask("POST", "/admin/login/", urllib.parse.urlencode(values))
    if "/admin/logout/" not in ask("GET", "/admin/"):
        raise SystemExit("the editor could not log in")
    return lambda path: ask("GET", path)


@contextmanager
def _import(server: Server) -> Iterator[None]:
    """An import into the same paper, ended with the measurement whether it is done or not."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "old.xml"
        text = "<p>" + "Words of an old story, neither long nor short. " * 60 + "</p>"
        items = "".join(ITEM.format(n=number, text=text) for number in range(1, POSTS + 1))
        path.write_text(HEAD + items + "</channel></rss>")
        command = [sys.executable, "-m", "broadsheet", "import", "wordpress", str(path), "--no-fetch"]
        quiet = subprocess.DEVNULL
        process = subprocess.Popen(command, env=environment(server.address), cwd=ROOT, stdout=quiet, stderr=quiet)
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)
