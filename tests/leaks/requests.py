"""A request to the canary paper: a value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Request:
    """One request, as a server would hand it on."""

    path: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    query: str = ""
    client: str = ""  # the address that it comes from; empty: any
    body: bytes = b""
