"""No address that opens or ends something stands in a log: not those that there are, nor the next one."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from broadsheet.web.logs import Discreet

SECRET = re.compile(r"<str:(?:token|ticket)>")
OTHERS = {"arm": "a", "number": "1"}


def patterns(found: Any, before: str = "") -> Iterator[str]:
    for each in found.url_patterns:
        here = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from patterns(each, here)
        elif isinstance(each, URLPattern) and SECRET.search(here):
            yield here


def test_TK_05_every_address_with_a_token_is_kept_out_of_the_log() -> None:
    found = list(patterns(get_resolver()))
    assert len(found) >= 8, found
    for pattern in found:
        path = SECRET.sub("secret-zz93", pattern)
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda name: OTHERS.get(name[1], "x"), path)
        record = logging.LogRecord("x", logging.INFO, "x", 1, f'"GET /{path} HTTP/1.1" 200', None, None)
        assert "zz93" not in Discreet().format(record), pattern
