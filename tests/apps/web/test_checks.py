"""CR-06: a peer without an address is one of ours only where the paper says so."""

from __future__ import annotations

from typing import Any

import pytest

from broadsheet.web.checks import proxies_named


@pytest.mark.parametrize(
    ("base", "proxies", "socket", "wrong"),
    [
        ("https://paper.example", [], False, ["broadsheet.E001"]),
        ("https://paper.example", ["127.0.0.1"], False, []),
        ("https://paper.example", [], True, []),
        ("http://127.0.0.1:8000", [], False, []),
    ],
)
def test_CR_06_a_paper_behind_an_unnamed_proxy_is_told(
    settings: Any, base: str, proxies: list[str], socket: bool, wrong: list[str]
) -> None:
    settings.WAGTAILADMIN_BASE_URL, settings.TRUSTED_PROXIES, settings.TRUST_UNIX_SOCKET = base, proxies, socket
    assert [found.id for found in proxies_named()] == wrong
