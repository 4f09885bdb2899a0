"""The catalogue's rows about browsers, in a browser: a small paper with three free stories, really served."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, expect

from tests.journeys.unwatched import HINTS, Tab
from tests.proxy.making import ALLOWANCE, QUAYS
from tests.proxy.readers import Behind, paper_alone

_networks = count(1)


@pytest.fixture(scope="module")
def quay() -> Iterator[Behind]:
    """The paper."""
    folder = Path(tempfile.mkdtemp(prefix="bs-quay-"))
    with paper_alone(folder) as paper:
        yield paper
    shutil.rmtree(folder, ignore_errors=True)


def somewhere() -> dict[str, str]:
    """On a network that nobody has come from."""
    number = next(_networks)
    return {"X-Forwarded-For": f"198.{18 + number // 250}.{number % 250}.5"}


@pytest.fixture
def window(chromium: Browser, quay: Behind) -> Iterator[BrowserContext]:
    """A new reader's window."""
    opened = chromium.new_context(base_url=f"http://{quay.address}", extra_http_headers=somewhere())
    yield opened
    opened.close()


@pytest.fixture
def page(window: BrowserContext) -> Page:
    return window.new_page()


def whole(page: Page, quay: Behind, name: str) -> bool:
    """Whether the page shows the story to its last word."""
    shown = page.locator("main").inner_text()
    return all(word in shown for word in quay.stories[name].words)


def use_up(page: Page, quay: Behind) -> None:
    """Read all that is free, and meet the wall."""
    for name in QUAYS[: ALLOWANCE + 1]:
        page.goto(quay.stories[name].path)
    assert page.locator(".wall").count() == 1


def test_MT_01_LR_11_the_wall_of_a_shared_network_leads_to_a_free_account_and_back(
    page: Page, window: BrowserContext, quay: Behind
) -> None:
    way_out = page.get_by_role("link", name="Register free and read on")
    opened = 0
    for name in QUAYS:
        window.clear_cookies()
        page.goto(quay.stories[name].path)
        if way_out.count():
            break
        opened += whole(page, quay, name)
    assert opened == 8, "the bound of a network"
    assert page.locator("main h1").is_visible()
    assert not whole(page, quay, name)
    way_out.click()
    page.wait_for_url("**/account/join/**")
    assert page.locator("input[name=next]").first.input_value() == quay.stories[name].path


@pytest.mark.parametrize("kind", HINTS)
def test_BR_01_a_hint_spends_nothing_and_the_click_shows_the_story(chromium: Browser, quay: Behind, kind: str) -> None:
    name = QUAYS[-1 - list(HINTS).index(kind)]
    story, before = quay.stories[name], quay.spent()
    tab = Tab(chromium, f"http://{quay.address}", quay.folder / "static", kind, story.path)
    for _ in range(20):  # long enough for the browser to have followed the hint: see the next test
        time.sleep(0.1)
        assert (quay.spent(), tab.cookies()) == (before, [])
    tab.click()
    assert tab.arrived_by() == "", "what the hint brought was shown"
    shown = tab.read("document.querySelector('main').innerText")
    assert all(word in shown for word in story.words)
    assert (quay.spent(), tab.cookies()) == (before + 1, ["bs-r"])
    tab.close()


@pytest.mark.parametrize("kind", HINTS)
def test_BR_01_a_hint_at_an_open_story_is_followed(chromium: Browser, quay: Behind, kind: str) -> None:
    story, before = quay.stories["open"], quay.spent()
    tab = Tab(chromium, f"http://{quay.address}", quay.folder / "static", kind, story.path)
    until = time.monotonic() + (6 if kind == "prerender" else 2)
    while time.monotonic() < until and not tab.prerenders():
        time.sleep(0.1)
    tab.click()
    ways = {"link": {"cache"}, "prefetch": {"prefetch"}, "prerender": {"prerender", "prefetch"}}  # short of memory
    assert tab.arrived_by() in ways[kind]
    assert all(word in tab.read("document.querySelector('main').innerText") for word in story.words)
    assert (quay.spent(), tab.cookies()) == (before, [])
    tab.close()


def test_BR_01_a_prefetch_is_answered_503_and_the_browser_throws_it_away(
    window: BrowserContext, page: Page, quay: Behind
) -> None:
    path, static = quay.stories[QUAYS[0]].path, quay.folder / "static"
    (static / "hint.html").write_text(HINTS["prefetch"].format(path=path) + f'<a href="{path}">read</a>')
    told, answers = [], []
    watch = window.new_cdp_session(page)
    watch.on("Preload.prefetchStatusUpdated", lambda event: told.append(event["prefetchStatus"]))
    watch.on("Network.responseReceived", lambda event: answers.append((event["type"], event["response"])))
    watch.send("Preload.enable")
    watch.send("Network.enable")
    page.goto("/static/hint.html")
    page.wait_for_timeout(1_500)
    prefetched = [answer for kind, answer in answers if kind == "Prefetch"]
    assert [answer["status"] for answer in prefetched] == [503]
    assert "set-cookie" not in {name.lower() for name in prefetched[0]["headers"]}
    assert told[-1] == "PrefetchFailedNon2XX"
    page.click("a")
    assert whole(page, quay, QUAYS[0])


def test_BR_03_no_page_of_ours_asks_the_browser_to_fetch_ahead(page: Page, quay: Behind) -> None:
    for path in ("/", "/world/", quay.stories[QUAYS[0]].path, quay.stories["members"].path, "/search/"):
        answer = page.goto(path)
        assert answer is not None
        assert "speculation-rules" not in answer.headers
        hints = "script[type=speculationrules], link[rel~=prefetch], link[rel~=prerender], link[rel~=preload]"
        assert page.locator(hints).count() == 0
    advice = page.request.get("/.well-known/traffic-advice")
    assert advice.headers["content-type"] == "application/trafficadvice+json"
    assert advice.json() == [{"user_agent": "prefetch-proxy", "disallow": True}]


def test_BR_04_LR_01_going_back_and_forth_and_reloading_costs_one_story(page: Page, quay: Behind) -> None:
    before, (first, second) = quay.spent(), (quay.stories[name].path for name in QUAYS[:2])
    page.goto(first)
    for step in (page.reload, page.reload, lambda: page.goto("/"), page.go_back, page.go_forward, page.go_back):
        step()
    assert whole(page, quay, QUAYS[0])
    assert quay.spent() == before + 1
    page.goto(second)
    page.go_back()
    page.go_forward()
    assert whole(page, quay, QUAYS[1])
    assert quay.spent() == before + 2
    other = page.context.new_page()
    other.goto(first)
    assert whole(other, quay, QUAYS[0])
    assert quay.spent() == before + 2


def test_BR_04_of_five_tabs_at_once_none_below_the_allowance_is_refused(
    window: BrowserContext, page: Page, quay: Behind
) -> None:
    page.goto("/")
    five = [quay.stories[name].path for name in QUAYS[:5]]
    page.evaluate("paths => paths.forEach(path => window.open(path))", five)
    until = time.monotonic() + 15
    while len(window.pages) < 6 and time.monotonic() < until:
        page.wait_for_timeout(50)
    tabs = [tab for tab in window.pages if tab is not page]
    for tab in tabs:
        tab.wait_for_load_state()
    shown = {tab.url.removeprefix(f"http://{quay.address}"): tab for tab in tabs}
    full = [name for name in QUAYS[:5] if whole(shown[quay.stories[name].path], quay, name)]
    assert sorted(shown) == sorted(five)
    assert len(full) >= ALLOWANCE
    for tab in tabs:
        assert tab.locator("h1").inner_text().startswith("Head of quay")


def test_BR_05_LR_09_LR_02_everything_works_without_script(chromium: Browser, quay: Behind) -> None:
    window = chromium.new_context(
        base_url=f"http://{quay.address}", extra_http_headers=somewhere(), java_script_enabled=False
    )
    page, before = window.new_page(), quay.spent()
    page.goto("/world/")
    page.get_by_role("link", name="Head of original").first.click()
    assert whole(page, quay, "original")
    expect(page.locator(".counter")).to_contain_text("2 more free stories until")
    page.goto(quay.stories["copy"].path)
    assert whole(page, quay, "copy")
    assert quay.spent() == before + 1
    for name in QUAYS[:2]:
        page.goto(quay.stories[name].path)
    expect(page.locator(".counter")).to_contain_text("This is your last free story until")
    page.goto(quay.stories[QUAYS[2]].path)
    expect(page.locator(".wall h2").first).to_have_text("You have read your free stories")
    expect(page.locator(".wall")).to_contain_text("3 stories in 30 days are free for everybody.")
    expect(page.locator(".wall")).to_contain_text("Your next free story:")
    page.locator(".wall a.button").first.click()
    assert "/account/login/?next=/subscribe/" in page.url  # and from there to the plan, and back to the story
    page.goto("/search/")
    page.locator("input[name=q]").fill("quay")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=quay")
    assert page.locator("main").get_by_role("link", name="Head of quay").count() > 3
    window.close()


def test_BR_06_LR_08_the_wall_is_a_place_to_walk_through_and_covers_nothing(page: Page, quay: Behind) -> None:
    use_up(page, quay)
    wall = page.get_by_role("region", name="Read on")
    assert wall.get_by_role("heading", level=2).count() >= 1
    stops = []
    for _ in range(60):
        page.keyboard.press("Tab")
        stops.append(
            page.evaluate("""() => { const at = document.activeElement;
            return at.closest(".wall") ? "wall" : at.closest("footer") ? "foot" : at === document.body ? "out" : "before" }""")
        )
        if stops[-1] == "out":
            break
    order = list(dict.fromkeys(stops))
    assert order[0] == "before"
    assert order[1:3] == ["wall", "foot"], "the wall keeps whoever walks by keyboard, or is left out"
    page.keyboard.press("Control+Home")
    assert page.evaluate("""() => [...document.querySelectorAll("*")].filter(each => {
        const style = getComputedStyle(each);
        return style.position === "fixed" || each.ariaHidden === "true" || each.inert || each.localName === "dialog"
            || (style.position === "sticky" && each.offsetHeight > 80) || style.userSelect === "none";
    }).map(each => each.outerHTML.slice(0, 80))""") == []  # fmt: skip
    locked = "getComputedStyle(document.{0}).overflowY"
    assert {page.evaluate(locked.format(part)) for part in ("body", "documentElement")} == {"visible"}
    page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    assert page.evaluate("window.scrollY") > 0


def test_BR_06_at_four_hundred_per_cent_the_wall_and_the_story_need_no_sideways_scrolling(
    chromium: Browser, quay: Behind
) -> None:
    window = chromium.new_context(
        base_url=f"http://{quay.address}", extra_http_headers=somewhere(), viewport={"width": 320, "height": 256}
    )
    page = window.new_page()
    for name in QUAYS[: ALLOWANCE + 1]:
        page.goto(quay.stories[name].path)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, name
    button = page.locator(".wall a.button").first
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
    window.close()


def test_BR_07_LR_04_with_cookies_blocked_fifteen_views_of_three_stories_are_all_whole(
    chromium: Browser, quay: Behind, tmp_path: Path
) -> None:
    (tmp_path / "Default").mkdir()
    blocked = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    (tmp_path / "Default" / "Preferences").write_text(json.dumps(blocked), encoding="utf-8")
    kind: BrowserType = chromium.browser_type
    window = kind.launch_persistent_context(
        tmp_path, executable_path=shutil.which("chromium") or shutil.which("google-chrome"), args=["--no-sandbox"],
        base_url=f"http://{quay.address}", extra_http_headers=somewhere(),
    )  # fmt: skip
    page, seen = window.new_page(), 0
    for _ in range(5):
        for name in QUAYS[:3]:
            page.goto(quay.stories[name].path)
            seen += whole(page, quay, name)
    assert (seen, window.cookies()) == (15, [])
    window.close()


def test_BR_08_the_notice_is_in_the_page_itself_and_is_said_once(page: Page, quay: Behind) -> None:
    notices = []
    for name in QUAYS[:ALLOWANCE]:
        answer = page.goto(quay.stories[name].path)
        assert answer is not None
        notice = page.get_by_role("status")
        assert notice.count() == 1
        assert 'class="counter" role="status"' in answer.text()
        notices.append(re.sub(r"until .*", "until", notice.inner_text()))
        assert page.locator(".counter time").get_attribute("datetime")
    assert notices == ["2 more free stories until", "1 more free story until", "This is your last free story until"]
    page.goto(quay.stories[QUAYS[0]].path)
    assert page.get_by_role("status").count() == 0, "at a re-read nothing is counted, and nothing said"


def test_LR_10_a_story_whose_loading_broke_off_is_read_again_for_free(
    window: BrowserContext, page: Page, quay: Behind
) -> None:
    before, path = quay.spent(), quay.stories[QUAYS[0]].path
    slow = window.new_cdp_session(page)
    slow.send("Network.enable")
    pace = {"offline": False, "latency": 0, "downloadThroughput": 500, "uploadThroughput": -1}
    slow.send("Network.emulateNetworkConditions", pace)
    with page.expect_response(lambda answer: answer.url.endswith(path)):
        page.evaluate("path => { location.href = path }", f"http://{quay.address}{path}")
    page.close()
    again = window.new_page()
    again.goto(path)
    assert whole(again, quay, QUAYS[0])
    assert quay.spent() == before + 1


def test_LR_12_one_cookie_of_the_papers_own_no_other_host_and_nothing_to_consent_to(
    window: BrowserContext, page: Page, quay: Behind
) -> None:
    hosts, origin = set(), f"http://{quay.address}"
    window.on("request", lambda request: hosts.add("/".join(request.url.split("/")[:3])))
    window.set_extra_http_headers({**somewhere(), "Sec-GPC": "1", "DNT": "1"})
    for path in ("/", "/world/", "/search/?q=quay", "/subscribe/"):
        page.goto(path)
        assert window.cookies() == []
        assert page.get_by_role("dialog").count() == page.get_by_role("alertdialog").count() == 0
        assert not re.search(r"cookie|consent", page.locator("body").inner_text(), re.IGNORECASE)
    page.goto(quay.stories[QUAYS[0]].path)
    (cookie,) = window.cookies()
    assert (cookie["name"], cookie["domain"], cookie["httpOnly"], cookie["sameSite"]) == (
        "bs-r", "127.0.0.1", True, "Lax",
    )  # fmt: skip
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    assert hosts == {origin}
