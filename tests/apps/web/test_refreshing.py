"""CR-04: `broadsheet refresh-crawlers`, against publishers on loopback and folders of files."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from broadsheet.paywall.fetching import FetchError, Folder, Publishers
from broadsheet.paywall.models import CrawlerList
from broadsheet.paywall.robots import ENGINES
from broadsheet.prerender import operations as prerender
from broadsheet.web import refreshing
from broadsheet.web.refreshing import Row, refresh, show
from tests.serving import broadsheet
from tests.shared import shared

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
PATHS = {engine.name: "/" + engine.publishes.split("/", 3)[3] for engine in ENGINES if engine.publishes}
GOOD = {
    "google": b'{"creationTime": "2026-11-25T14:46:45.000000", "prefixes": [{"ipv4Prefix": "66.249.64.0/27"}]}',
    "bing": b'{"creationTime": "2026-11-20T10:00:00.121331", "prefixes": [{"ipv4Prefix": "13.66.139.0/24"}]}',
    "apple": b'{"creationTime": "2026-09-15T10:00:00Z", "prefixes": [{"ipv4Prefix": "17.22.237.0/24"}]}',
    "duckduckgo": b'{"prefixes": [{"ipv4Prefix": "57.152.72.128/32"}, {"ipv4Prefix": "51.8.253.152/32"}]}',
}


class Publisher(ThreadingHTTPServer):
    """Every engine's list at its own path. `answers` by path: (status, headers, body)."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[str] = []
        self.at_once, self.pause = 1 << 30, 0.0
        for engine, body in GOOD.items():
            self.put(engine, body)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def put(self, engine: str, body: bytes = b"", status: int = 200, **headers: str) -> None:
        self.answers[PATHS[engine]] = (status, headers, body)


class _Handler(BaseHTTPRequestHandler):
    server: Publisher

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        status, headers, body = self.server.answers.get(self.path, (404, {}, b"<html>not here</html>"))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        for at in range(0, len(body), self.server.at_once):
            self.wfile.write(body[at : at + self.server.at_once])
            time.sleep(self.server.pause)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with Publisher() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def rows(found: list[Row]) -> dict[str, tuple[str, str]]:
    return {row.engine: (row.outcome, row.why) for row in found if row.outcome != refreshing.BY_NAME}


def on_the_shelf() -> dict[str, Any]:
    found = prerender.shelf().document("crawlers")
    assert found is not None
    return found["engines"]


@pytest.mark.django_db
def test_CR_04_what_publishers_say_is_taken_in_and_told_to_every_worker(publisher: Publisher) -> None:
    found = refresh(Publishers(publisher.address), NOW)
    assert rows(found) == dict.fromkeys(GOOD, ("taken", ""))
    assert sorted(publisher.asked) == sorted(PATHS.values())
    assert on_the_shelf()["google"]["taken"] == NOW.timestamp()
    assert on_the_shelf()["google"]["v4"] == [[1123631104, 1123631135]]
    kept = CrawlerList.objects.get(engine="google")
    assert (kept.entries, kept.prefixes, kept.taken) == (1, ["66.249.64.0/27"], NOW)
    assert kept.published == datetime(2026, 11, 25, 14, 46, 45, tzinfo=UTC)


@pytest.mark.django_db
def test_CR_04_the_lists_outlive_an_emptied_shelf(publisher: Publisher) -> None:
    refresh(Publishers(publisher.address), NOW)
    before = on_the_shelf()
    prerender.shelf().put_document("crawlers", {"engines": {}})
    prerender.publish_crawlers()  # as every start of the server does
    assert on_the_shelf() == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "status", "headers", "outcome", "why"),
    [
        (b'{"prefixes": []}', 200, {}, "refused", "no entries"),
        (b'{"prefixes": [{"ipv4Prefix": "0.0.0.0/0"}]}', 200, {}, "refused", "too wide"),
        (b'{"prefixes": [{"ipv4Prefix": "10.0.0.0/24"}]}', 200, {}, "refused", "no public range"),
        (b"<!doctype html><title>Sign in</title>", 200, {}, "refused", "web page"),
        (b"", 200, {}, "refused", "no entries"),
        (b"1.2.3.4\n" * 400_000, 200, {}, "not had", "larger than"),
        (GOOD["google"], 500, {}, "not had", "answers with 500"),
        (b"", 404, {}, "not had", "answers with 404"),
        (b"", 302, {"Location": "http://127.0.0.2/googlebot.json"}, "not had", "another host: 127.0.0.2"),
        (b"", 301, {"Location": "https://127.0.0.1/googlebot.json"}, "not had", "another host"),
        (b"", 302, {"Location": "file:///etc/hosts"}, "not had", "another host"),
        (b"", 302, {"Location": PATHS["google"]}, "not had", "more than 3 times"),
    ],
)
def test_CR_04_what_is_wrong_is_refused_and_the_last_good_list_stands(
    publisher: Publisher, body: bytes, status: int, headers: dict[str, str], outcome: str, why: str
) -> None:
    refresh(Publishers(publisher.address), NOW)
    before = on_the_shelf()["google"]
    publisher.put("google", body, status, **headers)
    later = NOW + timedelta(days=3)
    found = refresh(Publishers(publisher.address), later)
    assert rows(found)["google"][0] == outcome
    assert why in rows(found)["google"][1]
    assert on_the_shelf()["google"] == before
    assert on_the_shelf()["bing"]["taken"] == later.timestamp()  # the others are not held back
    google = found[0]
    assert (google.wrong, google.taken, google.entries) == (True, NOW, 1)


@pytest.mark.django_db
def test_CR_04_a_redirect_within_the_publishers_host_is_followed(publisher: Publisher) -> None:
    publisher.answers["/elsewhere.json"] = (200, {}, GOOD["bing"])
    publisher.put("bing", b"", 301, Location="/elsewhere.json")
    assert rows(refresh(Publishers(publisher.address), NOW))["bing"] == ("taken", "")


def test_CR_04_a_publisher_that_drips_is_not_waited_for(publisher: Publisher, monkeypatch: Any) -> None:
    monkeypatch.setattr("broadsheet.paywall.fetching.DEADLINE", 0.5)
    publisher.at_once, publisher.pause = 1, 0.1
    begun = time.monotonic()
    with pytest.raises(FetchError, match="not here within"):
        Publishers(publisher.address).lists(ENGINES[0])
    assert time.monotonic() - begun < 3


def test_CR_04_a_list_that_comes_packed_is_unpacked_within_bounds(publisher: Publisher) -> None:
    publisher.put("google", gzip.compress(GOOD["google"]), **{"Content-Encoding": "gzip"})
    assert Publishers(publisher.address).lists(ENGINES[0]) == [GOOD["google"]]
    publisher.put("google", gzip.compress(b"1.2.3.4\n" * 4_000_000), **{"Content-Encoding": "gzip"})
    with pytest.raises(FetchError, match="larger than"):
        Publishers(publisher.address).lists(ENGINES[0])
    publisher.put("google", b"not packed at all", **{"Content-Encoding": "gzip"})
    with pytest.raises(FetchError, match="does not answer"):
        Publishers(publisher.address).lists(ENGINES[0])


def test_CR_04_a_publisher_that_does_not_answer_is_named(publisher: Publisher) -> None:
    publisher.server_close()
    with pytest.raises(FetchError, match=r"127\.0\.0\.1:\d+ does not answer"):
        Publishers(publisher.address).lists(ENGINES[0])


@pytest.mark.django_db
def test_CR_04_a_check_keeps_nothing(publisher: Publisher) -> None:
    before = prerender.shelf().document("crawlers")
    found = refresh(Publishers(publisher.address), NOW, check=True)
    assert rows(found) == dict.fromkeys(GOOD, ("good", ""))
    assert not CrawlerList.objects.exists()
    assert prerender.shelf().document("crawlers") == before


@pytest.mark.django_db
def test_CR_04_the_same_old_file_does_not_become_young_again(tmp_path: Path, publisher: Publisher) -> None:
    (tmp_path / "googlebot.json").write_bytes(GOOD["google"])
    (tmp_path / "bing-ipv4.txt").write_text("13.66.139.0/24\n")
    (tmp_path / "google-special-crawlers.json").write_bytes(b'{"prefixes": ["74.125.0.0/24"]}')
    (tmp_path / "user-triggered-fetchers-google.json").write_bytes(b"<html>")
    refresh(Folder(tmp_path), NOW)
    later = NOW + timedelta(days=31)
    found = {row.engine: row for row in refresh(Folder(tmp_path), later)}
    assert (found["google"].outcome, found["google"].why) == ("taken", "the same file as before")
    assert (found["google"].taken, found["google"].usable(later)) == (NOW, False)
    assert found["apple"].outcome == "absent"
    assert set(on_the_shelf()) == {"google", "bing"}
    (tmp_path / "googlebot.json").write_bytes(GOOD["google"].replace(b"64.0/27", b"66.0/27"))
    assert refresh(Folder(tmp_path), later)[0].taken == later
    publisher.put("google", GOOD["google"].replace(b"64.0/27", b"66.0/27"))
    confirmed = later + timedelta(days=3)  # what Google itself says today is of today
    assert refresh(Publishers(publisher.address), confirmed)[0].taken == confirmed


@pytest.mark.django_db
def test_CR_04_a_list_in_parts_is_judged_whole(tmp_path: Path) -> None:
    (tmp_path / "ip").mkdir()
    (tmp_path / "ip" / "googlebot-ipv4.txt").write_text("66.249.64.0/27\n")
    (tmp_path / "ip" / "googlebot-ipv6.txt").write_text("2001:4860:4801:10::/64\n")
    assert refresh(Folder(tmp_path), NOW)[0].entries == 2
    (tmp_path / "ip" / "googlebot-ipv6.txt").write_text("::/0\n")
    found = refresh(Folder(tmp_path), NOW)[0]
    assert (found.outcome, found.entries) == ("refused", 2)


@pytest.mark.django_db
def test_CR_04_the_table_says_what_was_kept_and_why(publisher: Publisher) -> None:
    refresh(Publishers(publisher.address), NOW)
    publisher.put("google", b"<html>")
    publisher.put("apple", b"", 503)
    later = NOW + timedelta(days=40)
    CrawlerList.objects.filter(engine="duckduckgo").delete()
    publisher.put("duckduckgo", b'{"prefixes": []}')
    console = Console(width=120, record=True, file=io.StringIO())
    show(refresh(Publishers(publisher.address), later), later, console)
    text = console.export_text()
    for words in (
        "google: a web page, not a list; the last good list is too old: it reads leads",
        "apple: answers with 503; the last good list is too old: it reads leads",
        "duckduckgo: no entries; there is no list: this crawler reads leads",
        "bing: dated by its publisher more than 30 days ago",
        "Known by reverse DNS alone: yandex, baidu, qwant",
    ):
        assert words in text
    line = next(line for line in text.splitlines() if line.split()[:1] == ["google"])
    assert line.split() == ["google", "refused", "1", "2026-11-26", "2026-11-25"]


@pytest.mark.django_db(transaction=True)
def test_CR_04_the_clock_refreshes_once_a_day(publisher: Publisher, settings: Any, monkeypatch: Any) -> None:
    moment, ticks = [NOW], [1_000_000.0]
    monkeypatch.setattr("broadsheet.clock.now", lambda: moment[0])
    monkeypatch.setattr(refreshing.time, "monotonic", lambda: ticks[0])
    settings.WAGTAILADMIN_BASE_URL, settings.CRAWLER_LISTS_MIRROR = "http://127.0.0.1:8000", ""
    work = refreshing.Refreshing()
    work.step(wait=True)
    assert not CrawlerList.objects.exists()  # nothing crawls a paper on loopback
    settings.CRAWLER_LISTS_MIRROR = publisher.address
    for hours, asked in ((1.1, 4), (2.2, 4), (3.3, 4), (25.5, 8), (25.6, 8)):
        ticks[0], moment[0] = 1_000_000.0 + hours * 3_600, NOW + timedelta(hours=hours)
        work.step(wait=True)
        assert len(publisher.asked) == asked, hours
    publisher.put("google", b"", 500)
    for hours, asked in ((50, 12), (50.5, 12), (51.1, 16)):  # again in an hour, for one was not had
        ticks[0], moment[0] = 1_000_000.0 + hours * 3_600, NOW + timedelta(hours=hours)
        work.step(wait=True)
        assert len(publisher.asked) == asked, hours


def test_CR_04_the_command_from_a_folder_and_from_publishers(tmp_path: Path, publisher: Publisher) -> None:
    folder, files = tmp_path / "paper", tmp_path / "lists"
    folder.mkdir(), files.mkdir()
    (files / "bingbot.json").write_bytes(GOOD["bing"])
    early = broadsheet(folder, "refresh-crawlers", "--from", str(files))
    assert (early.returncode, "There is no paper here" in early.stderr) == (1, True)
    assert broadsheet(folder, "refresh-crawlers", "--check", "--from", str(files)).returncode == 0
    assert broadsheet(folder, "open", "--name", "The Quay", "--email", "a@example.org").returncode == 0
    taken = broadsheet(folder, "refresh-crawlers", "--from", str(files))
    assert (taken.returncode, "bing" in taken.stdout, "absent" in taken.stdout) == (0, True, True)
    publisher.put("apple", b"<html>")
    mirrored = broadsheet(folder, "refresh-crawlers", "--mirror", publisher.address)
    assert (mirrored.returncode, "apple: a web page, not a list" in mirrored.stdout) == (1, True)
    shutil.rmtree(files), files.mkdir()
    assert "No file in" in broadsheet(folder, "refresh-crawlers", "--from", str(files)).stderr


@pytest.mark.shared_data
@pytest.mark.django_db
def test_CR_04_the_real_lists_are_taken_from_their_folder() -> None:
    found = {row.engine: row for row in refresh(Folder(shared("crawlers")), NOW)}
    real = json.loads(shared("crawlers", "ip", "googlebot.json").read_bytes())
    assert found["google"].entries == len(real["prefixes"])
    assert [found[name].outcome for name in PATHS] == ["taken"] * len(PATHS)
    assert min(found[name].entries for name in PATHS) > 20
