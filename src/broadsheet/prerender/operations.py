"""Renders pages into the variants that the edge serves, and takes them away again."""

from __future__ import annotations

import secrets
from datetime import timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.handlers.base import BaseHandler
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port, validate_host
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.http import http_date
from django.utils.safestring import mark_safe
from wagtail.models import Locale, Site

from broadsheet import clock
from broadsheet.edge.compose import make_variant
from broadsheet.edge.policy import DATE, HERE
from broadsheet.edge.shelf import SLOT, Entry, Gated, Shelf
from broadsheet.edge.shelves.opening import open_shelf
from broadsheet.newsroom.cards import GateError
from broadsheet.newsroom.traces import PAPER, Trace, archived_between, gates_of, trace
from broadsheet.paywall import crawlers, institutions, passes
from broadsheet.paywall import queries as policy
from broadsheet.paywall.access import Gate
from broadsheet.paywall.rules import MEMBERS_ONLY, NOT_A_VISIT, READ_BEFORE, Access, Decision
from broadsheet.prerender.rules import Change, hides, touched

# Taken over from Django's answer into the shelf; the rest belongs to one request only.
KEPT_HEADERS = (
    "Content-Type", "Content-Language", "Content-Security-Policy", "Cross-Origin-Opener-Policy", "Link",
    "Permissions-Policy", "Referrer-Policy", "Strict-Transport-Security", "X-Content-Type-Options", "X-Frame-Options",
    "X-Robots-Tag",
)  # fmt: skip
HOUR, WEEK = 3_600, 7 * 86_400
AT_ONCE = 200  # stories whose gates are looked at together


@lru_cache(maxsize=1)
def shelf() -> Shelf:
    """The shelf of this process."""
    return open_shelf(settings.SHELF_URL)


@lru_cache(maxsize=1)
def _handler() -> BaseHandler:
    handler = BaseHandler()
    handler.load_middleware()
    return handler


def shelve(page: Any, request: HttpRequest) -> HttpResponse | None:
    """Render a Wagtail page into its variants and put them on the shelf; None where it changed meanwhile."""
    since = shelf().seq()
    marks = trace(page)
    with translation.override(marks.language):
        entry = _entry(page, marks, request)
    return HttpResponse(headers={"X-Broadsheet-Shelved": "1"}) if shelf().put(entry, since) else None


def is_story(page: Any) -> bool:
    """Whether a page is a story, which has one address and no other pages."""
    return bool(trace(page).story)


def _entry(page: Any, marks: Trace, request: HttpRequest) -> Entry:
    access = Access(marks.access)
    full = _render(page, request, READ_BEFORE)
    variants = {"full": _variant(full.content, b"")}
    if access is not Access.OPEN or marks.gated_from:
        preview = NOT_A_VISIT if access is Access.METERED else MEMBERS_ONLY
        site = Site.find_for_request(request)
        slip = _wall_slip("preview" if access is Access.METERED else "members-only", site)
        variants["preview"] = _variant(_render(page, request, preview).content, slip.encode())
    changed = page.last_published_at
    headers = [*_kept(full), *([("Last-Modified", http_date(changed.timestamp()))] if changed else [])]
    return Entry(
        request.path, access, marks.story, marks.language, tuple(headers), variants, keys=marks.made_from,
        until=marks.gated_from, gated_from=marks.gated_from,
    )  # fmt: skip


def _render(page: Any, outer: HttpRequest, decision: Decision) -> HttpResponse:
    """The page as `decision` shows it, to nobody in particular: no cookies, no user, no query."""
    request = _blank(outer.path, outer.get_host())
    request.decision = decision  # type: ignore[attr-defined]
    response = page.specific.serve(request)
    rendered = response.render() if hasattr(response, "render") else response
    for name, value in getattr(outer, "guard_headers", {}).items():
        rendered.headers.setdefault(name, value)
    return rendered


def _blank(path: str, host: str) -> HttpRequest:
    request = HttpRequest()
    request.method = "GET"
    request.path = request.path_info = path
    request.META = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": "", **_host_lines(host)}
    request.user = AnonymousUser()
    request.session = {}  # type: ignore[assignment]
    request.LANGUAGE_CODE = translation.get_language()  # type: ignore[attr-defined]
    return request


def _host_lines(host: str) -> dict[str, str]:
    name, _, port = host.partition(":")
    secure = settings.WAGTAILADMIN_BASE_URL.startswith("https://")
    found = {"SERVER_NAME": name, "HTTP_HOST": host, "SERVER_PORT": port or ("443" if secure else "80")}
    if secure and settings.SECURE_PROXY_SSL_HEADER:
        header, value = settings.SECURE_PROXY_SSL_HEADER
        found[header] = value
    return found


def name_publicly(request: HttpRequest) -> None:
    """Let a page that is to be kept for all bear the paper's own address, whatever the first reader called it.

    Raises DisallowedHost where that is none of the paper's hosts.
    """
    request.get_host()
    host = _public_host()
    if validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):  # else BASE_URL was left as it came
        request.META.update(_host_lines(host))


def _variant(content: bytes, slip: bytes) -> Any:
    head, _, tail = content.partition(SLOT)
    return make_variant(secrets.token_hex(8), head, slip, tail)


def _kept(response: HttpResponse) -> list[tuple[str, str]]:
    return [(name, response.headers[name]) for name in KEPT_HEADERS if name in response.headers]


def put_response(path: str, response: HttpResponse, keys: frozenset[str], since: int) -> bool:
    """Put an open page, as a view answered it, on the shelf."""
    variant = _variant(response.content, b"")
    until = getattr(response, "shelf_until", 0.0)
    entry = Entry(
        path, Access.OPEN, b"", translation.get_language() or "", tuple(_kept(response)), {"full": variant},
        keys=keys | {PAPER}, until=until,
    )  # fmt: skip
    return shelf().put(entry, since)


def page_changed(page: Any, moved: bool = False) -> None:
    """Take away or expire what a page's change touches, and render the first of it anew at once."""
    marks = trace(page)
    path = page.get_url() or ""
    found = {place: entry for place in (path, *_translations(page, marks)) if place and (entry := shelf().get(place))}
    standing = [(entry.access.value, entry.gated_from) for entry in found.values()]
    hidden = hides(page.live, standing, (marks.access, marks.gated_from), moved)
    apply_change(Change(marks.own, marks.lists, hidden))
    if page.live and path in found:
        render(path)  # so that the editor who looks at once sees the new one; what nobody reads waits for a reader


def _translations(page: Any, marks: Trace) -> list[str]:
    """The addresses of the story in its other languages, whose gate is the same."""
    return [other.get_url() or "" for other in page.get_translations().live()] if marks.story else []


def access_changed() -> None:
    """Staff changed who may read what: a story that stands with another gate than it has now is taken away at once.

    First everything is marked as touched: it is rendered anew in its turn, and no rendering that began under the old
    rules comes back.
    """
    shelf().expire({PAPER})
    standing = {row.path: row for row in shelf().gates()}
    stories = sorted({row.story for row in standing.values()})
    for start in range(0, len(stories), AT_ONCE):
        now = gates_of(set(stories[start : start + AT_ONCE]))
        wrong = {own for path, own, gate in now if path in standing and _differs(standing[path], gate)}
        if wrong:
            shelf().drop(wrong)


def _differs(standing: Gated, gate: Gate) -> bool:
    return (standing.access, standing.gated_from) != (gate.access, gate.gated_from)


def archive_moved_on(now: float) -> int:
    """Have lists say that stories are the members' which their age made so since this was last done. How many?

    The edge shuts each story by itself at its moment. This is for the pages that say for whom a story is.
    """
    since = (shelf().document("archive") or {}).get("looked", now - WEEK)
    found = archived_between(since, now)
    for marks in found:
        apply_change(Change(marks.own, marks.lists, hidden=False))
    if found or now - since > HOUR:
        shelf().put_document("archive", {"looked": now})
    return len(found)


def keys_changed(keys: set[str]) -> None:
    """Something small changed, a name or a picture's words: pages made from it are rendered anew in their turn."""
    shelf().expire(keys)


def apply_change(change: Change) -> None:
    """Carry out what `rules.touched` says."""
    found = touched(change)
    if found.drop:
        shelf().drop(set(found.drop))
    if found.expire:
        shelf().expire(set(found.expire))


def render(path: str) -> bool:
    """Render one path onto the shelf, as a reader's request would. False where it is nothing for the shelf."""
    request = request_for(path)
    request.shelving = True  # type: ignore[attr-defined]
    return bool(_handler().get_response(request).headers.get("X-Broadsheet-Shelved"))


def request_for(path: str) -> HttpRequest:
    """A request for a path as a reader would make it, by nobody in particular."""
    return _blank(path, _public_host())


def whole(path: str, decision: Decision) -> tuple[bytes, list[tuple[str, str]]] | None:
    """A story's whole page and its headers, for a reader whom Django answers itself; None where there is none.

    Raises GateError where `decision` does not open it.
    """
    if not decision.full:
        raise GateError(f"{path}: {decision.reason} opens no story.")
    entry = shelf().get(path) or (shelf().get(path) if render(path) else None)
    return (entry.variants["full"].ready["identity"], list(entry.headers)) if entry and entry.story else None


def _public_host() -> str:
    """The host that readers use, as it would stand in their requests."""
    return urlsplit(settings.WAGTAILADMIN_BASE_URL).netloc


def publish_policy() -> None:
    """Tell the edge the terms, the slips in every language of the paper, and who reads by their network."""
    document = policy_document()
    if document is not None:
        shelf().put_document("policy", document)


def policy_document() -> dict[str, Any] | None:
    """What the edge is told; None where there is no site yet."""
    site = Site.objects.filter(is_default_site=True).first() or Site.objects.first()
    if site is None:
        return None
    terms = policy.terms(site)
    slips = {}
    for language in Locale.objects.values_list("language_code", flat=True):
        with translation.override(language):
            slips[language] = _slips(site, terms.allowance, terms.window)
    return {
        "terms": {name: getattr(terms, name) for name in terms.__dataclass_fields__}, "slips": slips,
        "open_until": policy.open_until(site), "institutions": institutions.dump(policy.institutions()),
        "crawlers": policy.crawlers_read_all(site),
    }  # fmt: skip


def publish_crawlers() -> None:
    """Tell the edge the search engines' addresses, as the paper keeps them."""
    kept = {name: (row.taken.timestamp(), row.prefixes) for name, row in policy.crawler_lists().items()}
    shelf().put_document("crawlers", crawlers.document(kept))


def publish_gifts() -> None:
    """Tell the edge which gifts were taken back."""
    shelf().put_document("gifts", {"revoked": policy.revoked_gifts(clock.now())})


def publish_receipts() -> None:
    """Tell the edge which receipts were taken back."""
    shelf().put_document("receipts", {"revoked": policy.receipts_taken_back()})


def publish_lost_passes() -> None:
    """Tell the edge whose passes hold no more: all that could still be about."""
    since = clock.now() - timedelta(seconds=passes.MOST_SECONDS + 60)
    lost = {str(user): at.timestamp() for user, at in policy.lost_passes(since).items()}
    shelf().put_document("revoked", lost)


def _slips(site: Site, allowance: int, window: int) -> dict[str, str]:
    found = {name: _wall_slip(name, site) for name in ("own-limit", "network-limit", "members-only", "preview")}
    for left in range(allowance + 1):
        context = {"left": left, "allowance": allowance, "window": window, "date": mark_safe(DATE)}
        found[f"notice-{left}"] = render_to_string("broadsheet/slips/notice.html", context).strip()
    return found


def _wall_slip(reason: str, site: Site | None) -> str:
    terms = policy.terms(site)
    context = {
        "reason": reason, "words": policy.wall_words(site).get(reason), "allowance": terms.allowance,
        "window": terms.window, "date": mark_safe(DATE) if reason == "own-limit" else None,
        "join_url": mark_safe(f"{reverse('account_signup')}?next={HERE}") if reason == "network-limit" else "",
    }  # fmt: skip
    return render_to_string("broadsheet/slips/wall.html", context).strip()
