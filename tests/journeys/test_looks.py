"""Every kind of page, at every width, by day and by night: nothing sticks out, nothing breaks, nobody else is asked."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from tests.conftest import missing
from tests.journeys.conftest import ROOT, Demo
from tests.journeys.kinds import LEAD, PAGES, SECOND, WALLED

KINDS = [*PAGES, WALLED]


@pytest.fixture(scope="module", autouse=True)
def every_block(demo: Demo) -> None:
    """A page with every block that a body may hold, added to the demo paper."""
    env = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    env["BROADSHEET_FOLDER"] = str(demo.folder)
    subprocess.run([sys.executable, "-m", "tests.journeys.every_block"], env=env, cwd=ROOT, check=True)


def open_kind(tab: Page, kind: str) -> None:
    """Open a page of this kind; a walled story is the second that a reader opens."""
    if kind == WALLED:
        tab.goto(LEAD)
        tab.goto(SECOND)
    else:
        tab.goto(PAGES[kind])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out_and_nothing_breaks_at_any_width(chromium: Browser, demo: Demo, kind: str, scheme: str):
    context = chromium.new_context(base_url=demo.address, color_scheme=scheme)
    page = context.new_page()
    broken: list[str] = []
    page.on("console", lambda message: broken.append(message.text) if message.type == "error" else None)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_kind(page, kind)
    for width in (320, 375, 768, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(50)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{kind} is {wide} wide at {width}"
    assert [text for text in broken if kind != "missing"] == []
    assert {url.split("/")[2] for url in asked if not url.startswith("data:")} == {demo.address.split("/")[2]}
    context.close()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_BR_06_axe_finds_nothing_serious(chromium: Browser, demo: Demo, kind: str, scheme: str):
    context = chromium.new_context(base_url=demo.address, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    open_kind(page, kind)
    found = Axe().run(page).response["violations"]
    serious = [
        (item["id"], item["nodes"][0]["target"], item["nodes"][0].get("failureSummary", ""))
        for item in found
        if item["impact"] in {"serious", "critical"}
    ]
    assert serious == []
    context.close()


@pytest.fixture(scope="module")
def checker() -> list[str]:
    """The command that checks HTML."""
    jars = sorted((ROOT / "tools" / "node" / "node_modules" / "vnu-jar").rglob("vnu.jar"))
    if not jars or not shutil.which("java"):
        missing("the HTML checker (vnu, Java)")
    return ["java", "-jar", str(jars[0]), "--format", "json", "--exit-zero-always"]


def test_the_html_of_every_kind_of_page_is_valid(tab: Page, checker: list[str], tmp_path: Path):
    for number, kind in enumerate(KINDS):
        open_kind(tab, kind)
        answer = tab.request.get(tab.url)
        (tmp_path / f"{number}-{kind.replace(' ', '-')}.html").write_bytes(answer.body())
    files = sorted(str(path) for path in tmp_path.glob("*.html"))
    done = subprocess.run([*checker, *files], capture_output=True, text=True, check=True)
    messages = json.loads(done.stderr)["messages"]
    wrong = [
        (item["url"].rpartition("/")[2], item.get("lastLine"), item["message"], item.get("extract"))
        for item in messages
        if item["type"] == "error"
    ]
    assert wrong == []


def test_a_story_with_its_lead_picture_is_light(reader: BrowserContext):
    page = reader.new_page()
    page.set_viewport_size({"width": 1440, "height": 900})
    devtools = reader.new_cdp_session(page)
    devtools.send("Network.enable")
    received: list[float] = []
    asked: list[str] = []
    devtools.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    devtools.on("Network.requestWillBeSent", lambda event: asked.append(event["request"]["url"]))
    page.goto(LEAD)
    page.wait_for_load_state("networkidle")
    assert page.locator(".story-picture img").evaluate("picture => picture.naturalWidth") > 0
    assert sum(received) < 150_000
    assert len([url for url in asked if not url.startswith("data:")]) < 8
    assert all(url.startswith(("http://127.0.0.1", "data:")) for url in asked)


def test_every_page_can_be_walked_by_keyboard_and_the_first_stop_skips_to_the_content(tab: Page):
    tab.goto(LEAD)
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    tab.keyboard.press("Enter")
    assert tab.url.endswith("#content")


def test_no_text_is_wider_than_seventy_letters_and_pictures_beside_it_stay_in_the_story(tab: Page):
    tab.set_viewport_size({"width": 1440, "height": 900})
    tab.goto(PAGES["every block"])
    paragraph = tab.locator(".prose > p").first
    widest = paragraph.evaluate(
        """element => {
            const range = document.createRange(), lines = new Map()
            for (const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT); walker.nextNode();)
                for (let at = 0; at < walker.currentNode.length; at++) {
                    range.setStart(walker.currentNode, at), range.setEnd(walker.currentNode, at + 1)
                    const line = Math.round(range.getBoundingClientRect().bottom / 12)
                    lines.set(line, (lines.get(line) || 0) + 1)
                }
            return Math.max(...lines.values())
        }"""
    )
    assert 50 <= widest <= 70
    story, foot = tab.locator(".prose").bounding_box(), tab.locator(".foot").bounding_box()
    assert story
    assert foot
    assert foot["width"] > 1200
    for beside in tab.locator(".picture-half, .pullout").all():
        box = beside.bounding_box()
        assert box
        assert box["y"] + box["height"] <= story["y"] + story["height"]


def test_the_first_screen_of_the_front_shows_the_lead_and_its_headline_is_the_largest_after_the_name(tab: Page):
    tab.set_viewport_size({"width": 1440, "height": 800})
    tab.goto(PAGES["front"])
    headline = tab.locator(".card-lead .card-headline")
    box = headline.bounding_box()
    assert box
    assert box["y"] + box["height"] < 800
    sizes = tab.locator("h2, h3").evaluate_all("all => all.map(one => parseFloat(getComputedStyle(one).fontSize))")
    assert headline.evaluate("one => parseFloat(getComputedStyle(one).fontSize)") == max(sizes)
    assert sorted(sizes)[-2] < 0.7 * max(sizes)
    assert tab.locator(".masthead time").count() == 1


def test_on_paper_a_story_is_black_on_white_by_night_and_of_the_wall_the_reason_stays(chromium: Browser, demo: Demo):
    context = chromium.new_context(base_url=demo.address, color_scheme="dark")
    page = context.new_page()
    open_kind(page, WALLED)
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator(".wall h2").is_visible()
    for hidden in (".plans", ".benefits", ".tools", ".sections", ".more", ".foot nav"):
        assert not page.locator(hidden).first.is_visible(), hidden
    assert page.locator(".only-print").inner_text() == demo.address + SECOND
    context.close()
