"""What the shipped configuration of nginx says, and what it must never say."""

from __future__ import annotations

import re

import pytest

from tests.proxy.nginx import HOST, SHIPPED, exchanged
from tests.shared import ROOT

TEXT = SHIPPED.read_text(encoding="utf-8")
LINES = [line for line in (raw.partition("#")[0].strip() for raw in TEXT.splitlines()) if line]
GUIDE = ROOT / "docs" / "how-to" / "deploy-on-one-machine.md"
# Each of these has opened a members' page to strangers somewhere, or would charge or delay readers.
FORBIDDEN = {
    "proxy_ignore_headers": "the paper says what may be kept",
    "proxy_cache_valid": "the paper says how long",
    "proxy_hide_header": "Vary and Cache-Control must reach the next cache",
    "proxy_cache_use_stale": "what was taken down must not come back",
    "proxy_cache_lock": "readers of a gated story would wait for each other",
    "proxy_cache_methods": "only GET and HEAD may be kept",
    "proxy_pass_request_headers": "cookies decide",
    "expires": "the paper says how long",
    "$proxy_add_x_forwarded_for": "it keeps what the reader claims",
    "real_ip_header": "it believes what the reader claims",
    "$http_x_forwarded_for": "it is what the reader claims",
    "$http_host": "it holds what the reader claims, with a port",
    "sub_filter": "bytes come from the paper",
    "autoindex on": "folders are not listed",
    "alias": "files come through the paper",
    "root": "files come through the paper",
}


def block(opening: str) -> list[str]:
    """The lines between an opening and its closing brace."""
    start = LINES.index(opening)
    return LINES[start + 1 : LINES.index("}", start)]


@pytest.mark.parametrize("word", FORBIDDEN)
def test_HT_14_the_configuration_says_nothing_that_has_opened_stories(word: str) -> None:
    found = [line for line in LINES if re.search(rf"(?<![\w$]){re.escape(word)}(?!\w)", line)]
    assert found == [], FORBIDDEN[word]


def test_HT_04_nothing_is_kept_for_the_look_of_its_address() -> None:
    places = [line for line in LINES if line.startswith("location")]
    assert places == [
        "location / {",
        "location ^~ /static/ {",
        "location ^~ /media/ {",
        "location ^~ /admin/ {",
        r"location ~ /\.(?!well-known/) {",
    ]
    assert not [line for line in LINES if re.search(r"\\\.(?:\(|\w)*(?:css|js|png|jpe?g|ico)\b", line)]


def test_HT_14_pages_are_kept_for_those_without_cookies_only_and_assets_without_the_cookies_of_anybody() -> None:
    assert block("location / {") == ["proxy_cache $paper_cache;", "proxy_pass http://paper;"]
    assert block("map $paper_cookie$http_authorization $paper_cache {") == ['""       paper;', "default  off;"]
    assert block("map $uri $paper_cookie {") == ['~^/(?:static|media)/  "";', "default               $http_cookie;"]
    assert "proxy_cache off;" in block("location ^~ /admin/ {")


def test_I4_a_head_stays_a_head() -> None:
    assert "proxy_cache_convert_head off;" in LINES
    assert "proxy_cache_key $request_method$scheme$host$request_uri;" in LINES


def test_CR_05_the_readers_address_is_what_nginx_sees() -> None:
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in LINES
    sets = [line for line in LINES if line.startswith("proxy_set_header")]
    last = max(number for number, line in enumerate(LINES) if line.startswith("proxy_set_header"))
    first = min(number for number, line in enumerate(LINES) if line.startswith("location"))
    assert len(sets) == 7
    assert last < first, "a location with one of its own would forget the server's"


def test_every_server_hides_its_version_and_only_one_speaks_to_the_paper() -> None:
    assert LINES.count("server {") == LINES.count("server_tokens off;") == 3
    assert {line for line in LINES if line.startswith("proxy_pass")} == {"proxy_pass http://paper;"}


def test_the_guide_names_the_file_and_all_that_is_to_be_changed_in_it() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    assert str(SHIPPED.relative_to(ROOT)) in guide
    for own in (HOST, "/etc/ssl/paper.pem", "/etc/ssl/private/paper.key", "127.0.0.1:8000"):
        assert own in TEXT
        assert own in guide


def test_a_piece_that_is_not_in_the_file_cannot_be_exchanged() -> None:
    with pytest.raises(AssertionError, match="does not stand"):
        exchanged(TEXT, {"listen 8443": "listen 1"})
