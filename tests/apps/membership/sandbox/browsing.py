"""A reader's browser without script: pages are fetched, forms are sent, redirects are seen."""

from __future__ import annotations

import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from html import unescape


@dataclass(frozen=True)
class Page:
    """What came back."""

    status: int
    text: str
    location: str

    @property
    def words(self) -> str:
        """Its text without marks."""
        return unescape(re.sub(r"<[^>]+>", " ", self.text))


class _Still(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        return None


def visit(url: str, **form: str) -> Page:
    """GET, or POST where there is a form to send. Redirects are not followed."""
    data = urllib.parse.urlencode(form).encode() if form else None
    try:
        with urllib.request.build_opener(_Still).open(urllib.request.Request(url, data=data), timeout=30) as answer:
            return Page(answer.status, answer.read().decode("utf-8", "replace"), "")
    except urllib.error.HTTPError as error:
        return Page(error.code, error.read().decode(), error.headers.get("Location", ""))
