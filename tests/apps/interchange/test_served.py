"""Three real exports in one paper, served: every published post can be reached and read, and the meter holds for all."""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from lxml import html

from broadsheet.interchange.formats.wordpress import wxr
from tests.serving import Stranger, broadsheet, serving
from tests.shared import shared

NAMES = ("themeunittestdata.wordpress.xml", "64-block-test-data.xml", "real-creativecommons-labs.redacted.xml")
RAW = re.compile(r"\[/?(?:gallery|caption|audio|video|playlist|embed)\b[^\]]*\]|<!--\s*/?wp:|&lt;!--\s*/?wp:(?!code)")
ALLOWANCE = 3

pytestmark = pytest.mark.xdist_group("imported")


@dataclass(frozen=True)
class Served:
    address: str
    folder: Path

    def paths(self) -> list[str]:
        """Where every published story stands that asks for no password."""
        question = """SELECT url_path FROM wagtailcore_page p JOIN broadsheet_newsroom_storypage s ON s.page_ptr_id = p.id
            WHERE live AND NOT EXISTS (SELECT 1 FROM wagtailcore_pageviewrestriction r WHERE r.page_id = p.id)"""
        with sqlite3.connect(self.folder / "paper.sqlite3") as db:
            return ["/" + quote(row[0].split("/", 2)[2]) for row in db.execute(question)]

    def lead(self, path: str) -> str:
        """The public lead that is stored for a story, as plain text."""
        question = """SELECT lead_html FROM wagtailcore_page p JOIN broadsheet_newsroom_storypage s ON s.page_ptr_id = p.id
            WHERE url_path LIKE '%' || ?"""
        with sqlite3.connect(self.folder / "paper.sqlite3") as db:
            found = db.execute(question, (unquote(path),)).fetchone()[0]
        return " ".join(html.fromstring(found or "<p></p>").text_content().split())


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("imported")
    for name in NAMES:
        done = broadsheet(folder, "import", "wordpress", str(shared("wordpress", name)), "--no-fetch")
        assert done.returncode == 0, done.stdout + done.stderr
    with serving(folder) as address:
        yield Served(address, folder)


def readers(served: Served) -> Iterator[Stranger]:
    """Strangers without end, each on another network."""
    first = random.randrange(1, 200)
    for number in range(60_000):
        yield Stranger(served.address, f"{first}.{number >> 8}.{number & 255}.7")


@pytest.mark.slow
def test_every_published_post_is_reached_readable_and_free_of_raw_codes(served: Served):
    paths = served.paths()
    assert len(paths) == 55 + 61 + 219
    for stranger, path in zip(readers(served), paths, strict=False):
        status, _url, text = stranger.get(path)
        assert status == 200, path
        tree = html.fromstring(text)
        assert tree.findtext(".//h1").strip(), path
        prose = tree.find_class("prose")[0]
        for code in [*prose.iter("pre"), *prose.iter("code")]:
            code.clear(keep_tail=True)
        assert not RAW.search(html.tostring(prose, encoding="unicode")), path


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_old_address_of_a_published_post_leads_to_it(served: Served, name: str):
    stranger = Stranger(served.address, "198.51.100.9")
    found = wxr.scan(shared("wordpress", name))
    for item in found.items():
        path = wxr.path_of(item.link)
        if item.kind in {"post", "page"} and item.status == "publish" and path.strip("/"):
            status, url, text = stranger.get(quote(path, safe="/?=&%"))
            assert status == 200, f"{path} leads to {url}"
            assert html.fromstring(text).findtext(".//h1").strip()


def test_stories_picked_at_random_are_metered_like_any_other(served: Served):
    seed = random.randrange(10**6)
    picks = random.Random(seed).sample(served.paths(), 30)
    others = [path for path in served.paths() if path not in picks]
    strangers, elsewhere = readers(served), " ".join(served.lead(path) for path in served.paths())
    for pick in picks:
        _status, _url, full = next(strangers).get(pick)
        assert 'class="wall"' not in full, f"seed {seed}: {pick} is walled for a new reader"
        spent = next(strangers)
        for other in random.Random(seed).sample(others, ALLOWANCE):
            spent.get(other)
        _status, _url, walled = spent.get(pick)
        assert 'class="wall"' in walled, f"seed {seed}: {pick} is free past the meter"
        lead = served.lead(pick)
        assert len(lead.split()) <= 1 + len(full.split()) // 3
        shown = " ".join(html.fromstring(walled).text_content().split())
        leaked = [words for words in hidden(full, lead) if words in shown and words not in elsewhere]
        assert not leaked, f"seed {seed}: {pick} shows {leaked[:2]}"


def hidden(full: str, lead: str) -> list[str]:
    """Pieces of the body beyond what is public of it (its lead; a dek, which many an old excerpt repeats).

    They are long enough to stand nowhere else on the page by chance.
    """
    tree = html.fromstring(full)
    dek = " ".join(" ".join(part.text_content().split()) for part in tree.find_class("dek"))
    body = " ".join(" ".join(part.text_content().split()) for part in tree.find_class("bs-gated"))
    title = tree.findtext(".//h1") or ""
    pieces = [body[start : start + 40] for start in range(0, max(0, len(body) - 40), 40)]
    return [piece for piece in pieces if not any(piece in public for public in (lead, dek, title))]


def test_a_broken_file_is_refused_by_the_command_and_the_paper_stays_as_it_was(served: Served):
    before = served.paths()
    done = broadsheet(served.folder, "import", "wordpress", str(shared("wordpress", "ghost-migrate", "sample.xml")))
    assert done.returncode == 1
    assert "sample.xml, line 109: it is not well-formed XML" in done.stderr
    assert "Nothing was imported" in done.stderr
    assert served.paths() == before


def test_a_file_that_is_no_export_opens_no_paper(tmp_path: Path):
    (tmp_path / "x.xml").write_text("<html></html>")
    done = broadsheet(tmp_path / "paper", "import", "wordpress", str(tmp_path / "x.xml"))
    assert done.returncode == 1
    assert "no WordPress export" in done.stderr
    assert not (tmp_path / "paper" / "paper.sqlite3").exists()
