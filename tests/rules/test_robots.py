"""CR-01, CR-02, CR-07, CR-09: what a user agent says of itself, from one table of robots."""

from __future__ import annotations

import json
import re

import pytest

from broadsheet.paywall.robots import ENGINES, LONGEST_AGENT, ROBOTS, Kind, claimed, gatherers, is_robot
from tests.shared import shared

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
# Named in the shared list, and left out of ours on purpose: words that browsers, editors and libraries bear as well,
# names of companies, spellings that `bot`, `crawler` or `spider` catches anyway, and products nobody has seen crawl.
LEFT_OUT = {
    "AddSearchBot", "AgentTimes", "AI2Bot-DeepResearchEval", "AIWebIndex", "Anomura", "ApifyBot",
    "ApifyWebsiteContentCrawler", "Aranet-SearchBot", "atlassian-bot", "bigsur.ai", "Brightbot 1.0", "BuddyBot",
    "Channel3Bot", "Claude-Code", "Cloudflare-AutoRAG", "Code", "CragCrawler", "Cursor", "Datenbank Crawler", "Devin",
    "Echobot Bot", "EchoboxBot", "ExaSearchBot", "GeistHaus-PageFetcher", "Google-Gemini-CLI", "HenkBot", "iAskBot",
    "iaskspider/2.0", "KlaviyoAIBot", "LCC", "Lightpanda", "Linguee Bot", "MistralAI-User/1.0", "Mozilla-Tabstack",
    "MyCentralAIScraperBot", "NagetBot", "newsai", "NotebookLM", "OpenAI", "opencode", "Operator", "panscient.com",
    "Poggio-Citations", "QualifiedBot", "Querit-SearchBot", "QueritBot", "quillbot.com", "Reflectionbot", "Scrapy",
    "Spider", "Terra Cotta", "TerraCotta", "Trae", "TwinAgent", "UseAI", "WARDBot", "wpbot", "WRTNBot", "YaK",
    "YandexAdditionalBot", "ZanistaBot",
}  # fmt: skip


@pytest.mark.parametrize(
    ("agent", "engine"),
    [
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "google"),
        ("Googlebot/2.1 (+http://www.google.com/bot.html)", "google"),
        ("Googlebot-News", "google"),
        (f"{CHROME} (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "google"),
        ("googlebot", "google"),
        ("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", "bing"),
        (
            "Mozilla/5.0 (Macintosh) Version/8.0.2 Safari/600.2.5 (Applebot/0.1; +http://www.apple.com/go/applebot)",
            "apple",
        ),
        ("DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)", "duckduckgo"),
        ("Mozilla/5.0 (compatible; DuckDuckBot-Https/1.1; https://duckduckgo.com/duckduckbot)", "duckduckgo"),
        ("Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)", "yandex"),
        ("Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)", "baidu"),
        ("Mozilla/5.0 (compatible; Qwantbot/1.0_12345; +https://help.qwant.com/bot/)", "qwant"),
    ],
)
def test_CR_01_a_user_agent_claims_an_engine(agent: str, engine: str) -> None:
    found = claimed(agent.encode())
    assert found is not None
    assert found.name == engine
    assert is_robot(agent.encode())


@pytest.mark.parametrize(
    "agent",
    [
        "Googlebot-Image/1.0", "Googlebot-Video/1.0", "AdsBot-Google (+http://www.google.com/adsbot.html)",
        "Mozilla/5.0 (compatible; Google-InspectionTool/1.0;)", "Mediapartners-Google", "APIs-Google",
        "FeedFetcher-Google; (+http://www.google.com/feedfetcher.html)", "Google-Read-Aloud", "GoogleOther",
        "Mozilla/5.0 (compatible; Storebot-Google/1.0)", "Google-Site-Verification/1.0", "Google-Extended",
        "Mozilla/5.0 (compatible; Googlebot/2.1) Google-InspectionTool/1.0", "Applebot-Extended/1.0",
        "Mozilla/5.0 (compatible; adidxbot/2.0; +http://www.bing.com/bingbot.htm)", "BingPreview/1.0b",
        "notgooglebot/1.0", "GooglebotX/1", "my-Googlebot", "DuckAssistBot/1.2", CHROME, "",
        "Googlebot" + " " * LONGEST_AGENT,
    ],
)  # fmt: skip
def test_CR_02_special_crawlers_fetchers_and_lookalikes_claim_none(agent: str) -> None:
    assert claimed(agent.encode()) is None


@pytest.mark.parametrize(
    "agent",
    [
        CHROME,
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/22A [Pinterest/iOS]",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Snapchat/13.10.0.40",
        "Mozilla/5.0 (Linux; Android 9; CUBOT NOTE 20 PRO) AppleWebKit/537.36 Chrome/138.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; Android 8.1.0; Cubot Power) AppleWebKit/537.36 Chrome/138.0 Mobile Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) [FBAN/FBIOS;FBAV/480.0.0.38.105]",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 GSA/380.0.1 Mobile/15E148 Safari/604.1",
        f"{CHROME} GoogleTV/1.0",
        f"{CHROME} translate.google.com",  # names it, and did not come by it
    ],
)
def test_CR_07_readers_within_apps_and_with_odd_telephones_are_readers(agent: str) -> None:
    assert not is_robot(agent.encode())


@pytest.mark.parametrize("robot", [robot for robot in ROBOTS if robot.agent], ids=lambda robot: robot.token)
def test_CR_09_whoever_stands_in_the_table_is_known_by_its_user_agent(robot: object) -> None:
    token = robot.token  # type: ignore[attr-defined]
    for agent in (token, f"{token}/1.0", f"Mozilla/5.0 (compatible; {token}/2.1; +https://example.org/about)"):
        assert is_robot(agent.encode())


def test_CR_09_tokens_of_robots_txt_are_no_user_agents() -> None:
    tokens = {robot.token for robot in ROBOTS if not robot.agent}
    assert tokens == {"Google-Extended", "Applebot-Extended", "Webzio-Extended"}
    assert tokens <= set(gatherers())
    assert not any(claimed(token.encode()) for token in tokens)


def test_CR_09_the_table_names_each_robot_once_and_refuses_no_search_engine() -> None:
    tokens = [robot.token.lower() for robot in ROBOTS]
    assert len(tokens) == len(set(tokens))
    assert {robot.kind for robot in ROBOTS if robot.refused} == {Kind.AI, Kind.ARCHIVER}
    assert {"GPTBot", "CCBot", "ClaudeBot", "PerplexityBot", "Bytespider"} <= set(gatherers())
    searching = {token for engine in ENGINES for token in engine.tokens}
    assert not searching & set(gatherers())


@pytest.mark.shared_data
def test_CR_09_what_the_shared_list_names_and_ours_does_not_was_left_out_on_purpose() -> None:
    named = set(json.loads(shared("crawlers", "ai-robots.json").read_text(encoding="utf-8")))
    ours = {robot.token.lower() for robot in ROBOTS}
    lacking = {token for token in named if token.lower() not in ours} - LEFT_OUT
    assert not lacking, f"robots that somebody should decide about: {', '.join(sorted(lacking, key=str.lower))}"


@pytest.mark.shared_data
def test_CR_01_real_user_agents_claim_the_engine_that_sends_them() -> None:
    rows = json.loads(shared("crawlers", "crawler-user-agents.json").read_text(encoding="utf-8"))
    expected = {"Googlebot\\/": "google", "Applebot": "apple", "DuckDuckBot": "duckduckgo", "Baiduspider": "baidu"}
    seen = set()
    for row in rows:
        if row["pattern"] in expected:
            for agent in row["instances"]:
                found = claimed(agent.encode())
                assert found is not None, agent
                assert found.name == expected[row["pattern"]], agent
                seen.add(row["pattern"])
    assert seen == set(expected)


@pytest.mark.shared_data
def test_CR_07_every_real_crawler_that_calls_itself_one_is_known() -> None:
    lines = shared("crawlers", "ua", "isbot-crawlers.yml").read_text(encoding="utf-8").splitlines()
    agents = [line.strip()[2:].strip("'\"") for line in lines if line.strip().startswith("- ")]
    calling = [agent for agent in agents if "bot/" in agent.lower() or "crawler" in agent.lower()]
    assert len(calling) > 100
    assert [agent for agent in calling if not is_robot(agent.encode())] == []


@pytest.mark.shared_data
def test_CR_02_every_real_agent_that_google_sends_is_known_as_a_robot() -> None:
    rows = json.loads(shared("crawlers", "crawler-user-agents.json").read_text(encoding="utf-8"))
    lines = shared("crawlers", "ua", "isbot-crawlers.yml").read_text(encoding="utf-8").splitlines()
    known = [agent for row in rows for agent in row["instances"]]
    known += [line.strip()[2:].strip("'\"") for line in lines if line.strip().startswith("- ")]
    # not those that only name an address at Google's, and not its program for a terminal, which its user drives
    sent = re.compile(r"(?<!com/)(?<!like )google(?![\w/.-]*\.com|code|groups|-gemini-cli)|-google\b", re.IGNORECASE)
    googles = {agent for agent in known if sent.search(re.sub(r"https?://\S+|\S+@\S+", "", agent))}
    assert len(googles) > 70
    assert sorted(agent for agent in googles if not is_robot(agent.encode())) == []
