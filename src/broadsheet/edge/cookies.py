"""Cookies read by hand, on bytes: the standard library's parser costs more than the whole of the rest."""

from __future__ import annotations


def find(header: bytes, name: bytes) -> bytes:
    """The value of cookie `name` in a Cookie header; empty where it is absent, or there twice (then nobody's)."""
    at = header.find(name + b"=")
    found = b""
    while at >= 0:
        if at == 0 or header[at - 1] in b" ;":
            if found:
                return b""
            start = at + len(name) + 1
            end = header.find(b";", start)
            found = header[start:end].strip() if end >= 0 else header[start:].strip()
        at = header.find(name + b"=", at + 1)
    return found


def names(secure: bool) -> tuple[bytes, bytes]:
    """What the receipt's and the pass's cookies are called; by plain HTTP the `__Host-` prefix cannot be set."""
    prefix = b"__Host-" if secure else b""
    return prefix + b"bs-r", prefix + b"bs-p"


def session_name(secure: bool) -> bytes:
    """What the cookie of a session is called."""
    return b"__Host-sessionid" if secure else b"sessionid"
