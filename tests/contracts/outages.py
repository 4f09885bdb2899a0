"""A paper that is served and read while its ledger cannot be written: what its readers meet, and what is counted after.

before  old readers are granted a story each; every page is at hand
during  re-reads and a member's reads: every one must be served
        networks of strangers who try story after story: so many a network and process, and no receipts
after   the next stranger gets a receipt; the ledger holds the grants that receipts prove, and no others
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from broadsheet.paywall import passes
from broadsheet.paywall.receipts import KeyRing
from broadsheet.readers import Standing
from tests.contracts.faults import Fault, Server
from tests.serving import broadsheet, running

KEY = "only for outages that are made on purpose"
RING = KeyRing(KEY)
ALLOWANCE, BOUND = 3, 5  # BOUND: new stories a network and process while the ledger is down
OLD = 40  # readers who come again: a receipt that opened sixty stories in an hour is taken for one that goes round
STORIES = """SELECT url_path FROM wagtailcore_page p JOIN broadsheet_newsroom_storypage s ON s.page_ptr_id = p.id
    JOIN wagtailcore_locale l ON l.id = p.locale_id
    WHERE live AND access IN ('metered', 'inherit') AND language_code = 'en' ORDER BY url_path LIMIT 13"""
PARAGRAPH = re.compile(r"<p[^>]*>([^<>]{60,})</p>")


@dataclass
class Seen:
    """What readers met during an outage, and after."""

    rereads: int = 0
    refused: int = 0  # re-reads and members' reads that were not served whole, or not at all
    slowest: float = 0.0  # seconds that one of these took
    tried: int = 0  # new stories that strangers asked for
    given: int = 0
    over: int = 0  # given beyond the bound of their network
    errors: int = 0  # answers other than 200, and receipts that nothing stands behind
    recovery: float = 0.0  # seconds from the fault's end to the first receipt
    drift: int = 0  # grants that a receipt proves and the ledger lacks, or that it holds and no receipt proves
    alarmed: bool = False

    def __str__(self) -> str:
        return (
            f"{self.rereads} re-reads and members' reads, {self.refused} refused, the slowest {self.slowest * 1000:.0f} ms; "
            f"{self.given} of {self.tried} new stories given, {self.over} over; {self.errors} errors; "
            f"recovered within {self.recovery:.1f} s, drift {self.drift}"
        )


class Readers:
    """Everybody who reads the paper. Each may stand on a network of their own."""

    def __init__(self, address: str, stories: list[str]) -> None:
        self.address, self.stories = address, stories
        bearer = passes.Pass(Standing.MEMBER, 7, int(time.time()) + passes.MOST_SECONDS)
        self.member = f"bs-p={passes.sign(RING, bearer).decode()}"
        self.receipts: dict[bytes, int] = {}  # the grants that each reader's latest receipt proves
        self._words = {path: self._hidden(path) for path in stories}

    def read(self, path: str, network: str, cookie: str = "") -> tuple[bool, str]:
        """Whether the answer holds the story's body, and the receipt that came with it."""
        text, cookie = self._get(path, {"X-Forwarded-For": network, "Cookie": cookie})
        if receipt := RING.read(cookie.partition("=")[2].encode()):
            self.receipts[receipt.reader] = len(receipt.tags)
        return self._words[path] in text, cookie

    def _hidden(self, path: str) -> str:
        """A paragraph that members see, and robots that make previews do not."""
        whole, _ = self._get(path, {"Cookie": self.member})
        preview, _ = self._get(path, {"User-Agent": "Slackbot-LinkExpanding 1.0"})
        return next(found for found in PARAGRAPH.findall(whole) if found not in preview)

    def _get(self, path: str, headers: dict[str, str]) -> tuple[str, str]:
        request = urllib.request.Request(self.address + path, headers={"Sec-Fetch-Dest": "document", **headers})
        with urllib.request.urlopen(request, timeout=20) as answer:
            cookies = [line.partition(";")[0] for line in answer.headers.get_all("Set-Cookie", [])]
            return answer.read().decode(), next((each for each in cookies if each.startswith("bs-r=")), "")


def make_paper(folder: Path) -> None:
    """The demo paper, with an allowance of three, and every story that `outage` reads at hand."""
    done = broadsheet(folder, "demo", "--no-serve", METER_KEY=KEY)
    assert done.returncode == 0, done.stdout + done.stderr
    with sqlite3.connect(folder / "paper.sqlite3") as db:
        db.execute("UPDATE broadsheet_paywall_metersettings SET allowance = ?, network_new = 30", (ALLOWANCE,))
    db.close()
    with running(folder, "--no-work", METER_KEY=KEY) as (address, _):
        Readers(address, _stories(folder))


def _stories(folder: Path) -> list[str]:
    with sqlite3.connect(folder / "paper.sqlite3") as db:
        stories = ["/" + path.split("/", 2)[2] for (path,) in db.execute(STORIES)]
    db.close()
    return stories


def outage(paper: Path, folder: Path, fault: Fault, seconds: float, workers: int = 1) -> Seen:
    """Serve a copy of `paper` in `folder`, with the fault's ledger, let it fail for so long, and look on."""
    shutil.copytree(paper, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("ledger.sqlite3*"))
    options = ("--no-work", "--workers", str(workers))
    with running(folder, *options, METER_KEY=KEY, LEDGER_URL=fault.url) as (address, process):
        readers, seen = Readers(address, _stories(folder)), Seen()
        old = [readers.read(readers.stories[0], f"192.0.2.{number}") for number in range(OLD + 1)]
        assert all(read and receipt for read, receipt in old), "each is granted a story and gets a receipt"
        (_, first), *others = old
        with fault.fails(Server(process, folder)):
            _during(readers, [receipt for _, receipt in others], seconds, BOUND * workers, seen)
        _after(readers, first, seen)
    seen.drift = fault.grants() - sum(readers.receipts.values())
    seen.alarmed = "ALARM" in (folder / "server.log").read_text()
    return seen


def _during(readers: Readers, old: list[str], seconds: float, bound: int, seen: Seen) -> None:
    """Two at once: who re-reads, and who comes anew."""
    until = time.monotonic() + seconds
    again = threading.Thread(target=_reread, args=(readers, old, until, seen))
    again.start()
    try:
        for number in _networks():
            if time.monotonic() > until:
                break
            _come_anew(readers, f"198.51.{number // 250}.{number % 250}", until, bound, seen)
    finally:
        again.join()


def _networks() -> Iterator[int]:
    yield from range(1, 10_000)


def _reread(readers: Readers, old: list[str], until: float, seen: Seen) -> None:
    number = 0
    while time.monotonic() < until:
        number += 1
        path = readers.stories[0 if number % 2 else number % len(readers.stories)]
        begun = time.monotonic()
        try:
            read, _ = readers.read(path, "203.0.113.9", old[number // 2 % OLD] if number % 2 else readers.member)
        except OSError:
            read = False
        seen.rereads += 1
        seen.refused += not read
        seen.slowest = max(seen.slowest, time.monotonic() - begun)
        time.sleep(0.05)


def _come_anew(readers: Readers, network: str, until: float, bound: int, seen: Seen) -> None:
    """One network's strangers try every story, each without a cookie."""
    given = []
    for path in readers.stories:
        if time.monotonic() > until:
            break
        seen.tried += 1
        try:
            read, cookie = readers.read(path, network)
        except OSError:
            seen.errors += 1
            continue
        seen.errors += bool(cookie)
        given += [path] if read else []
        time.sleep(0.02)
    seen.given += len(given)
    seen.over += max(0, len(given) - bound)


def _after(readers: Readers, old: str, seen: Seen) -> None:
    """The ledger is sound again: strangers get receipts, and the old reader what is left of the allowance."""
    begun, number = time.monotonic(), 0
    while True:
        number += 1
        read, cookie = readers.read(readers.stories[1], f"198.18.0.{number}")
        if read and cookie:
            break
        assert time.monotonic() - begun < 20, "no receipt within twenty seconds after the outage"
        time.sleep(0.05)
    seen.recovery = time.monotonic() - begun
    opened = 1
    for path in readers.stories[1:]:
        read, cookie = readers.read(path, "192.0.2.0", old)
        old, opened = cookie or old, opened + read
    seen.errors += opened != ALLOWANCE
