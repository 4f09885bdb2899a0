"""The kinds of pages that the demo paper has, each by one address."""

LEAD = "/world/two-cities-one-river/"
SECOND = "/planet/a-register-of-holes/"
OPEN = "/ideas/noon-is-six-oclock/"
MEMBERS = "/ideas/a-script-that-needs-headroom/"
PAGES = {
    "front": "/",
    "section": "/world/",
    "story": LEAD,
    "open story": OPEN,
    "members' story": MEMBERS,
    "topic": "/topics/borders/",
    "place": "/places/heihe/",
    "person": "/people/zhao-wenjing/",
    "about": "/about/",
    "newsletters": "/newsletters/",
    "every block": "/every-block/",
    "weekly": "/weekly-2026-11-21/",
    "search": "/search/?q=river",
    "search without a hit": "/search/?q=zeppelin",
    "search form": "/search/",
    "subscribe": "/subscribe/",
    "log in": "/account/login/",
    "log in by password": "/account/login/password/",
    "missing": "/there-is-no-such-page/",
    "arabic front": "/ar/",
    "arabic story": "/ar/world/two-cities-one-river/",
    "arabic section": "/ar/culture/",
    "arabic subscribe": "/ar/subscribe/",
    "arabic log in": "/ar/account/login/",
}
WALLED = "walled story"
