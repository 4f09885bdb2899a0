"""Every robot that the paper knows by name: one table, from which robots.txt, llms.txt and the edge are made.

A user agent is a hint that only ever gives less: who says that it is a robot reads the lead and spends nothing. The
one exception are search engines whose address is verified (paywall/crawlers.py); here stands only who claims to be one.
Google's special crawlers, translating proxies and fetchers that anybody can point at a page are none of them (CR-02).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

LONGEST_AGENT = 1_000  # no robot's name is longer; what is, is not looked at


class Kind(StrEnum):
    """What a robot fetches a page for."""

    SEARCH = "search"  # to send readers
    PREVIEW = "preview"  # to show a card, to check, to read aloud: at somebody's wish
    AI = "ai"  # for a language model
    ARCHIVER = "archiver"  # to keep it


@dataclass(frozen=True, slots=True)
class Robot:
    """A robot by the token that it names itself with, in user agents and in robots.txt."""

    token: str
    kind: Kind
    refused: bool = False  # whether robots.txt refuses it where the paper wants no gatherers
    agent: bool = True  # False: a token of robots.txt alone, which no user agent bears


@dataclass(frozen=True, slots=True)
class Engine:
    """A search engine that may be verified: the tokens it names itself with, and how its addresses are known."""

    name: str
    tokens: tuple[str, ...]
    domains: tuple[str, ...] = ()  # names of its addresses end in one of these; empty: no reverse DNS
    publishes: str = ""  # where it publishes its addresses; empty: known by reverse DNS alone
    files: tuple[str, ...] = ()  # what a copy of that list is called, without its ending


ENGINES = (
    Engine(
        "google",
        ("Googlebot-News", "Googlebot"),
        ("googlebot.com",),  # not google.com: special crawlers and fetchers stand there
        "https://developers.google.com/static/crawling/ipranges/common-crawlers.json",
        ("common-crawlers", "googlebot"),
    ),
    Engine(
        "bing",
        ("bingbot",),
        ("search.msn.com",),
        "https://www.bing.com/toolbox/bingbot.json",
        ("bingbot", "bing"),
    ),
    Engine(
        "apple",
        ("Applebot",),
        ("applebot.apple.com",),
        "https://search.developer.apple.com/applebot.json",
        ("applebot",),
    ),
    Engine(
        "duckduckgo",
        ("DuckDuckBot-Https", "DuckDuckBot"),
        (),
        "https://duckduckgo.com/duckduckbot.json",
        ("duckduckbot", "duckduckgo"),
    ),
    Engine("yandex", ("YandexBot",), ("yandex.ru", "yandex.net", "yandex.com")),
    Engine("baidu", ("Baiduspider-render", "Baiduspider"), ("crawl.baidu.com", "crawl.baidu.jp")),
    Engine("qwant", ("Qwantbot-prod", "Qwantbot", "Qwantify"), ("search.qwant.com",)),
    Engine("seznam", ("SeznamBot",), ("seznam.cz",)),
    Engine("mojeek", ("MojeekBot",), ("mojeek.com",)),
)


def _words(text: str) -> list[str]:
    """Tokens parted by commas; some have spaces in them."""
    return [" ".join(word.split()) for word in text.split(",")]


# At somebody's wish: cards for links, previews, read-aloud, and Google's special crawlers and fetchers.
_PREVIEW = _words("""
facebookexternalhit, facebookcatalog, Facebot, Twitterbot, Slackbot, Slack-ImgProxy, LinkedInBot, WhatsApp,
TelegramBot, Discordbot, SkypeUriPreview, Mastodon, Pleroma, Misskey, Akkoma, Friendica, Bluesky, Cardyb, redditbot,
Pinterestbot, Pinterest/0., vkShare, Viber, Iframely, Embedly, bitlybot, BingPreview, MicrosoftPreview, adidxbot,
Google-PageRenderer, GoogleImageProxy, Google-Read-Aloud, Google-InspectionTool, Google-Site-Verification,
Google-Safety, FeedFetcher-Google, AdsBot-Google, AdsBot-Google-Mobile, Mediapartners-Google, APIs-Google,
DuplexWeb-Google, Storebot-Google, GoogleProducer, GoogleMessages, GoogleDocs, Google-Apps-Script,
Google-CWS, Google-Pinpoint, google-speakr, AppEngine-Google, Google Web Preview, Google Favicon, Google Search Console,
Google-Structured-Data-Testing-Tool, Google Page Speed Insights, Chrome-Lighthouse, Google-AdWords-Express,
Google-Adwords-Instant, Google-Ads-Conversions, google_partner_monitoring, GoogleAssociationService,
GoogleStackdriverMonitoring, Google-Certificates-Bridge, Google-Trust-Services, Google Trust Services,
Google-PhysicalWeb, PlayStore-Google, google-xrawler, Google-Area120, Google-Cloud-Scheduler, Google-Cloud-Tasks,
developers.google.com/+/web/snippet
""")
# Stand between a reader and us, fetch whatever page anybody names, and show it under an address of their own.
_PROXIES = _words("via translate.google.com, Google-Translate, googleweblight")
# Gather text for models, and are asked to stay away by a paper that wants none of it.
_GATHERERS = _words("""
AI2Bot, Ai2Bot-Dolma, aiHitBot, Amazonbot, anthropic-ai, Awario, bedrockbot, Brightbot, Bytespider, ChatGLM-Spider,
ClaudeBot, Claude-Web, CloudVertexBot, cohere-ai, cohere-training-data-crawler, Cotoyogi, Crawl4AI, Crawlspace,
DeepSeekBot, Diffbot, FacebookBot, Factset_spyderbot, FirecrawlAgent, FriendlyCrawler, GPTBot, ICC-Crawler,
ImagesiftBot, imageSpider, img2dataset, ISSCyberRiskCrawler, Kangaroo Bot, KunatoCrawler, laion-huggingface-processor,
LAIONDownloader, Meta-ExternalAgent, netEstate Imprint Crawler, omgili, omgilibot, PanguBot, Panscient, PerplexityBot,
Poseidon Research Crawler, QuillBot, SBIntuitionsBot, SemrushBot-OCOB, SemrushBot-SWA, Sidetrade indexer bot,
Thinkbot, TikTokSpider, Timpibot, TongyiBot, VelenPublicWebCrawler, YandexAdditional, YiyanBot, YouBot
""")
# Answer somebody's question with a page, or look for pages to answer with: they link to what they quote.
_ANSWERERS = _words("""
amazon-kendra, amazon-QBusiness, AmazonBuyForMe, Amzn-SearchBot, Amzn-User, Andibot, AzureAI-SearchBot, Bravebot,
ChatGPT Agent, ChatGPT-User, Claude-SearchBot, Claude-User, DuckAssistBot, ExaBot, Gemini-Deep-Research, Google-Agent,
Google-CloudVertexBot, Google-Firebase, Google-NotebookLM, GoogleAgent-Mariner, GoogleAgent-URLContext, GoogleOther,
GoogleOther-Image, GoogleOther-Video, iaskspider, kagi-fetcher, Kimi-User, LinerBot, LinkupBot, Manus-User,
Meta-ExternalFetcher, meta-webindexer, MistralAI-User, NovaAct, OAI-SearchBot, Perplexity-User, PetalBot, PhindBot,
Shap-User, ShapBot, TavilyBot
""")
_ARCHIVERS = _words("archive.org_bot, ia_archiver, special_archiver, heritrix, Arquivo-web-crawler")
# Not robots: what the search engines' own robots fetch may not go into models (CR-09).
_TOKENS_ONLY = ("Applebot-Extended", "Google-Extended", "Webzio-Extended")

ROBOTS: tuple[Robot, ...] = (
    *(Robot(token, Kind.SEARCH) for engine in ENGINES for token in engine.tokens),
    *(Robot(token, Kind.PREVIEW) for token in (*_PREVIEW, *_PROXIES)),
    *(Robot(token, Kind.AI, refused=True) for token in _GATHERERS),
    *(Robot(token, Kind.AI) for token in _ANSWERERS),
    *(Robot(token, Kind.AI, refused=True, agent=False) for token in _TOKENS_ONLY),
    Robot("CCBot", Kind.ARCHIVER, refused=True),  # keeps the open web, and models are trained on what it keeps
    *(Robot(token, Kind.ARCHIVER) for token in _ARCHIVERS),
)


def gatherers() -> tuple[str, ...]:
    """The tokens that robots.txt refuses where the paper wants no gatherers."""
    return tuple(sorted((robot.token for robot in ROBOTS if robot.refused), key=str.lower))


def _any(tokens: list[str]) -> bytes:
    return b"|".join(re.escape(token).encode() for token in sorted(tokens, key=len, reverse=True))


_NAMED = [robot.token for robot in ROBOTS if robot.agent]
# Words that robots we do not know use of themselves. A telephone called Cubot is no robot.
_ROBOT = re.compile(rb"(?<![a-z])(?:" + _any(_NAMED) + rb")(?![a-z])|(?<!cu)bot\b|crawler|spider|Bot/", re.IGNORECASE)
_OTHER = [robot.token for robot in ROBOTS if robot.agent and robot.kind is not Kind.SEARCH]
_NO_ENGINE = re.compile(rb"(?<![a-z])(?:" + _any(_OTHER) + rb")(?![a-z])", re.IGNORECASE)
# Whole tokens, and no part of an address: Googlebot-Image, Applebot-Extended and bing.com/bingbot.htm claim nothing.
_CLAIM = re.compile(
    rb"(?<![\w/.-])(" + _any([token for engine in ENGINES for token in engine.tokens]) + rb")(?![\w-])", re.IGNORECASE
)
_BY_TOKEN = {token.lower().encode(): engine for engine in ENGINES for token in engine.tokens}


def is_robot(agent: bytes) -> bool:
    """Whether a user agent says of itself that it is a robot."""
    return _is_robot(agent) if len(agent) <= LONGEST_AGENT else _ROBOT.search(agent) is not None


@lru_cache(maxsize=2_048)
def _is_robot(agent: bytes) -> bool:
    return _ROBOT.search(agent) is not None


def claimed(agent: bytes) -> Engine | None:
    """The search engine that a user agent claims to belong to; None for everybody else."""
    return _claimed(agent) if len(agent) <= LONGEST_AGENT else None


@lru_cache(maxsize=2_048)  # browsers have few different ones; in memory only, and bounded
def _claimed(agent: bytes) -> Engine | None:
    found = _CLAIM.search(agent)
    if found is None or _NO_ENGINE.search(agent) is not None:
        return None
    return _BY_TOKEN[found[1].lower()]
