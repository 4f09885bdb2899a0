"""The kinds of pages that the demo paper has, each by one address."""

LEAD = "/world/two-cities-one-river/"
SECOND = "/planet/a-register-of-holes/"
PAGES = {
    "front": "/",
    "section": "/world/",
    "story": LEAD,
    "topic": "/topics/borders/",
    "place": "/places/heihe/",
    "person": "/people/zhao-wenjing/",
    "about": "/about/",
    "newsletters": "/newsletters/",
    "search": "/search/?q=river",
    "subscribe": "/subscribe/",
    "missing": "/there-is-no-such-page/",
    "arabic front": "/ar/",
    "arabic story": "/ar/world/two-cities-one-river/",
    "arabic section": "/ar/culture/",
}
WALLED = "walled story"
