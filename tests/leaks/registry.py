"""Every surface that can carry a story's words, and what it may show. A surface that is missing here fails a test.

Shows: `decided` – the body, where `paywall.rules.decide` opens it; `cards` – what a StoryCard holds, of readable
stories only; `desk` – whatever there is, to those whom Wagtail lets in; `nothing` – no word of any story.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Surface:
    """A kind of answer: what it may show, and addresses at which the sweep asks for it."""

    shows: str
    addresses: tuple[str, ...] = ()


SURFACES = {
    "story": Surface("decided"),
    "spelling": Surface("decided"),
    "file": Surface("decided"),
    "front": Surface("cards", ("/", "/ar/", "/?x=1", "/?p=1")),
    "section": Surface("cards", ("/world/", "/ar/world/", "/planet/", "/world/?page=2", "/world/?page=x")),
    "gathered": Surface(
        "cards", ("/topics/rivers/", "/places/heihe/", "/people/ada-writer/", "/topics/rivers/?page=2")
    ),
    "search": Surface("cards", ("/search/?q=Head", "/search/?q=story&page=2", "/search/", "/ar/search/?q=Head")),
    "feed": Surface(
        "cards",
        ("/feed.atom", "/feed.json", "/ar/feed.atom", "/ar/feed.json", "/world/feed.atom", "/world/feed.json",
         "/ar/world/feed.atom", "/planet/feed.json", "/nowhere/feed.atom"),
    ),
    "sitemap": Surface(
        "cards", ("/sitemap.xml", "/sitemap-1.xml", "/sitemap-2.xml", "/sitemap-pages.xml", "/news-sitemap.xml")
    ),
    "machines": Surface("nothing", ("/robots.txt", "/llms.txt", "/llms-full.txt", "/.well-known/traffic-advice")),
    "offer": Surface(
        "nothing", ("/subscribe/", "/ar/subscribe/", "/subscribe/?next=/world/", "/subscribe/member-month/")
    ),
    "membership": Surface(
        "nothing",
        ("/membership/cancel/", "/ar/membership/cancel/", "/membership/withdraw/", "/membership/declared/x/",
         "/membership/answer/x/",
         "/membership/joined/", "/membership/gift/", "/membership/give/", "/membership/given/", "/membership/seat/x/",
         "/account/membership/", "/account/membership/switch/member-year/"),
    ),
    "hook": Surface("nothing", ("/hooks/stripe/", "/hooks/mail/postmark/", "/hooks/mail/postmark/inbound/")),
    "door": Surface(
        "nothing",
        ("/_util/login/", "/_util/authenticate_with_password/1/1/", "/documents/authenticate_with_password/1/"),
    ),
    "missing": Surface(
        "nothing", ("/nowhere/", "/api/v2/pages/", "/api/", "/oembed/", "/.git/config", "/media/", "/originals/")
    ),
    "account": Surface(
        "nothing",
        ("/account/", "/account/login/?next=/world/", "/ar/account/login/", "/account/login/code/",
         "/account/login/password/", "/account/security/", "/account/devices/", "/account/export/", "/account/erase/",
         "/account/pass/"),
    ),
    "gift": Surface("decided", ("/g/", "/g/x/", "/g/AAAAAAAAAAAAAAAAAAAAAA/", "/g/AAAAAAAAAAAAAAAAAAAAAA/?again")),
    "newsletters": Surface(
        "cards",
        ("/newsletters/", "/ar/newsletters/", "/newsletters/asked/", "/newsletters/mine/", "/newsletters/quay-letter/",
         "/newsletters/quay-letter/?page=2", "/newsletters/quay-letter/feed.atom", "/newsletters/quay-letter/feed.json",
         "/newsletters/quay-letter/1-first/", "/newsletters/nowhere/",
         "/newsletters/confirm/1.x/", "/newsletters/mine/AAAAAAAAAAAAAAAAAAAAAA/",
         "/newsletters/leave/AAAAAAAAAAAAAAAAAAAAAA/", "/newsletters/go/AAAAAAAAAAAAAAAAAAAAAA/1/a/",
         "/newsletters/go/AAAAAAAAAAAAAAAAAAAAAA/1/a/x/"),
    ),
    "desk": Surface("desk"),
}  # fmt: skip

URLS = {
    **{
        f"account/{name}": "account"
        for name in (
            "",
            "again/code/",
            "again/passkey/",
            "again/password/",
            "again/second/",
            "devices/",
            "email/",
            "email/code/",
            "erase/",
            "export/",
            "join/",
            "login/",
            "login/closed/",
            "login/code/",
            "login/passkey/",
            "login/password/",
            "login/second/",
            "logout/",
            "pass/",
            "password/",
            "password/change/",
            "security/",
            "security/app/",
            "security/app/remove/",
            "security/codes/",
            "security/codes/new/",
            "security/passkeys/",
            "security/passkeys/<int:pk>/remove/",
            "security/passkeys/add/",
        )
    },
    **{
        f"account/membership/{name}": "membership"
        for name in ("", "card/", "invite/", "pause/", "resume/", "switch/<slug:plan>/", "uninvite/")
    },
    **{
        f"membership/{name}": "membership"
        for name in (
            "cancel/",
            "declared/<str:token>/",
            "answer/<str:token>/",
            "gift/",
            "give/",
            "given/",
            "joined/",
            "seat/<str:token>/",
            "withdraw/",
        )
    },
    "hooks/mail/<slug:esp>/": "hook",
    "hooks/mail/<slug:esp>/inbound/": "hook",
    **{
        f"newsletters/{name}": "newsletters"
        for name in (
            "",
            "<slug:slug>/",
            "<slug:slug>/<slug:issue>/",
            "<slug:slug>/<slug:issue>/full/",
            "<slug:slug>/feed.atom",
            "<slug:slug>/feed.json",
            "asked/",
            "confirm/<str:ticket>/",
            "go/<str:issue>/<int:number>/<str:arm>/",
            "go/<str:issue>/<int:number>/<str:arm>/<str:token>/",
            "leave/<str:token>/",
            "mine/",
            "mine/<str:token>/",
        )
    },
    "hooks/stripe/": "hook",
    "subscribe/<slug:plan>/": "offer",
    "documents/^(\\d+)/(.*)$": "file",
    "documents/authenticate_with_password/<int:restriction_id>/": "door",
    "g/<str:token>/": "gift",
    "sitemap.xml": "sitemap",
    "sitemap-<str:part>.xml": "sitemap",
    "news-sitemap.xml": "sitemap",
    "robots.txt": "machines",
    "llms.txt": "machines",
    ".well-known/traffic-advice": "machines",
    "search/": "search",
    "subscribe/": "offer",
    "topics/<str:slug>/": "gathered",
    "places/<str:slug>/": "gathered",
    "people/<str:slug>/": "gathered",
    "feed.atom": "feed",
    "feed.json": "feed",
    "<str:section>/feed.atom": "feed",
    "<str:section>/feed.json": "feed",
    "_util/authenticate_with_password/<int:page_view_restriction_id>/<int:page_id>/": "door",
    "_util/login/": "door",
    "^((?:[\\w\\-]+/)*)$": "story",  # stories, fronts, sections and pages about the paper: whatever Wagtail serves
}
# The admin by the first part of its addresses. All of it is asked for, address by address.
DESK_ROOMS = frozenset(
    (
        "account", "api", "block-preview", "bulk", "choose-anchor-link", "choose-email-link",
        "choose-external-link", "choose-page", "choose-phone-link", "collections", "deliverability", "dismissibles",
        "documents",
        "editing-sessions", "embeds", "failwhale", "gifts", "groups", "images", "imported-comments", "jsi18n", "login",
        "logout", "members", "newsletters", "pages", "password_reset", "redirects", "reports", "settings", "sites", "snippets", "sprite",
        "stories", "tag-autocomplete", "test404", "translation", "users", "workflows",
    )
)  # fmt: skip

# Templates of the public paper, by what stands behind them.
MAILS = {"membership/templates/broadsheet/mail/letter.html", "membership/templates/broadsheet/mail/letter.txt"}
TEMPLATES = {
    "403_csrf.html": "account", "404.html": "missing", "429.html": "account", "500.html": "missing",
    **{
        f"account/{name}.html": "account"
        for name in (
            "account_inactive", "again_code", "base", "code", "confirm_email_verification_code", "devices", "door",
            "email_change", "erase", "erased", "full", "home", "includes/faults", "includes/field", "includes/others",
            "includes/passkey_login", "includes/provider", "inner", "login", "logout", "password_change",
            "password_set", "reauthenticate", "signup_closed",
        )
    },
    **{
        f"mfa/{name}.html": "account"
        for name in (
            "authenticate", "index", "reauthenticate", "recovery_codes/generate", "recovery_codes/index",
            "totp/activate_form", "totp/deactivate_form", "webauthn/add_form", "webauthn/ask",
            "webauthn/authenticator_confirm_delete", "webauthn/reauthenticate",
        )
    },
    **{
        f"socialaccount/{name}.html": "account"
        for name in ("authentication_error", "connections", "login", "login_cancelled", "signup")
    },
    **{
        f"{name}_{part}.txt": "account"
        for name in (
            "account/email/account_already_exists", "account/email/code", "account/email/email_changed", "account/email/email_confirmation",
            "account/email/email_confirmation_signup", "account/email/erased", "account/email/password_changed",
            "account/email/password_set", "mfa/email/recovery_codes_generated", "mfa/email/totp_activated",
            "mfa/email/totp_deactivated", "mfa/email/webauthn_added", "mfa/email/webauthn_removed",
            "socialaccount/email/account_connected", "socialaccount/email/account_disconnected",
        )
        for part in ("subject", "message")
    },
    **{
        f"{name}.txt": "account"
        for name in (
            "account/email/not_you", "account/messages/email_confirmation_failed",
            "account/messages/email_confirmation_sent", "account/messages/email_confirmed",
            "account/messages/logged_in", "account/messages/logged_out", "account/messages/login_code_sent",
            "account/messages/password_changed", "account/messages/password_set",
            "mfa/messages/recovery_codes_generated", "mfa/messages/totp_activated", "mfa/messages/totp_deactivated",
            "mfa/messages/webauthn_added", "mfa/messages/webauthn_removed", "socialaccount/messages/account_connected",
            "socialaccount/messages/account_connected_other", "socialaccount/messages/account_connected_updated",
            "socialaccount/messages/account_disconnected",
        )
    },
    "broadsheet/base.html": "front", "broadsheet/front.html": "front", "broadsheet/gathered.html": "gathered",
    "broadsheet/info.html": "front", "broadsheet/person.html": "gathered", "broadsheet/place.html": "gathered",
    "broadsheet/topic.html": "gathered", "broadsheet/search.html": "search", "broadsheet/section.html": "section",
    "broadsheet/gift.html": "gift", "broadsheet/gift_closed.html": "gift",
    "broadsheet/institution.html": "account",
    "broadsheet/desk/give.html": "desk", "broadsheet/desk/gifts.html": "desk",
    **{
        f"broadsheet/desk/members/{name}.html": "desk"
        for name in (
            "act", "coupon", "denied", "front", "glance", "panel", "price", "reader", "report", "upload",
        )
    },
    **{
        f"broadsheet/membership/{name}.html": "membership"
        for name in (
            "account", "answer", "cancel", "declared", "give", "join", "joined", "leave_form", "panel", "redeem", "seat",
            "switch", "told", "withdraw",
        )
    },
    **{
        f"broadsheet/newsletters/{name}.html": "newsletters"
        for name in (
            "address", "agreed", "asked", "closed", "confirm", "confirmed", "issue_bar", "issue_head", "leave", "left",
            "list", "lists", "mail/asks", "mine", "panel",
        )
    },
    "broadsheet/newsletters/offer.html": "story",
    "broadsheet/desk/deliverability.html": "desk",
    **{
        f"broadsheet/desk/newsletters/{name}.html": "desk"
        for name in ("begin", "denied", "issue", "panel", "preview")
    },
    **{  # an issue: what it shows of stories are cards, and whole stories only to members, through newsroom's one door
        f"broadsheet/newsletter/{name}.html": "newsletters"
        for name in (
            "answers", "briefs", "button", "foot", "head", "letter", "masthead", "note", "picture", "promo", "quiz", "quote",
            "row", "rule", "story",
        )
    },
    "broadsheet/newsletters/mail/asks.txt": "newsletters", "broadsheet/newsletters/mail/asks_subject.txt": "newsletters",
    "broadsheet/mail/letter.html": "membership", "broadsheet/mail/letter.txt": "membership",
    "wagtailcore/password_required.html": "door", "broadsheet/story.html": "story",
        "broadsheet/subscribe.html": "offer",
    **{f"broadsheet/front/{name}.html": "front" for name in ("lead", "map", "newsletters", "notice", "river", "row")},
    **{f"broadsheet/slips/{name}.html": "offer" for name in ("notice", "wall")},
    **{
        f"broadsheet/includes/{name}.html": "front"
        for name in (
            "ask", "byline", "caption", "card", "feeds", "foot", "masthead", "offer", "pages", "river", "slip",
            "social",
            "wall",
        )
    },
    **{f"broadsheet/machines/{name}.xml": "sitemap" for name in ("news_sitemap", "sitemap", "sitemap_index")},
    **{f"broadsheet/machines/{name}.txt": "machines" for name in ("llms", "robots")},
    **{  # rendered by cards.gated_body, and for the opening by cards.opening_html
        f"broadsheet/blocks/{name}.html": "story"
        for name in (
            "chart", "divider", "embed", "file", "footnotes", "gallery", "heading", "list", "map", "paragraph",
            "picture", "preformatted", "pullout", "quote", "related", "table", "timeline",
        )
    },
}  # fmt: skip

# Tasks, and commands of `broadsheet`, by where their result is seen.
TASKS = {
    "broadsheet.prerender.tasks.page_changed": "story",
    "broadsheet.prerender.tasks.page_moved": "story",
    "broadsheet.prerender.tasks.keys_changed": "front",
    "broadsheet.prerender.tasks.policy_changed": "offer",
    "broadsheet.prerender.tasks.access_changed": "story",
    "broadsheet.prerender.tasks.institutions_changed": "offer",
}
COMMANDS = {"manage": "desk", "serve": "story", "work": "story", "demo": "story", "reindex": "search",
            "open": "front", "import": "story", "refresh-crawlers": "machines", "why": "desk", "members": "desk",
            "newsletters": "newsletters", "sandbox": "hook", "take-back-receipt": "story", "send": "newsletters",
            "mail-intake": "newsletters", "mailcheck": "newsletters"}  # fmt: skip
# Wagtail's own name for the clock's work, taken over so that it keeps our rules.
DJANGO_COMMANDS = {"publish_scheduled": "story"}

# What the edge sends on to Django unasked, and what it keeps.
PASSED_THROUGH = {
    "/admin/": "desk",
    "/static/": "missing",
    "/media/": "missing",
    "/documents/": "file",
    "/account/": "account",
    "/g/": "gift",
    "/newsletters/confirm/": "newsletters",
    "/newsletters/go/": "newsletters",
    "/newsletters/leave/": "newsletters",
    "/newsletters/mine/": "newsletters",
}
SHELF_DOCUMENTS = {"policy": "offer", "crawlers": "machines", "gifts": "gift", "archive": "front",
                   "receipts": "story", "revoked": "account"}  # fmt: skip

# Parsers and writers of whole stories. These only read: what they give becomes stories like any others.
FORMATS = {
    f"broadsheet.interchange.formats.{name}": "story"
    for name in ("cleaning", "inline", "markup", "parts", "shaping", "wordpress")
}


def addresses() -> list[tuple[str, str]]:
    """Every surface of one address with its addresses, for the sweep."""
    return [(name, path) for name, surface in SURFACES.items() for path in surface.addresses]


def patterns() -> list[str]:
    """Every URL pattern of the paper, whole."""
    from django.urls import get_resolver

    def walk(resolver: object, before: str = "") -> Iterator[str]:
        for item in resolver.url_patterns:  # type: ignore[attr-defined]
            if hasattr(item, "url_patterns"):
                yield from walk(item, before + str(item.pattern))
            else:
                yield before + str(item.pattern)

    return list(walk(get_resolver()))


def desk_patterns() -> list[str]:
    """Those of the admin."""
    return [pattern for pattern in patterns() if pattern.startswith("admin/")]
