"""The sandbox's doors: WSGI, ASGI, a server of its own. And the one it keeps shut in production."""

from __future__ import annotations

import asyncio
import logging
import threading
import traceback
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from urllib.parse import quote, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from . import api, control, pages, webhooks
from .store import Store

LARGEST_BODY = 1_000_000
_LOG = logging.getLogger("broadsheet.sandbox")
_LOCAL = {"localhost", "127.0.0.1", "::1"}
_STATUS = {200: "OK", 303: "See Other", 400: "Bad Request", 401: "Unauthorized", 402: "Payment Required"}


def refusal(base_url: str, acknowledged: bool) -> str | None:
    """Why the sandbox must not serve this paper, or None. A paper on https is in earnest until somebody says not."""
    parts = urlsplit(base_url)
    if parts.scheme != "https" or parts.hostname in _LOCAL or acknowledged:
        return None
    return (
        f"{base_url} is served over https, and payments go to the sandbox, where no money moves: readers would become "
        "members without paying. Set PAYMENTS_URL=stripe: with its keys, or SANDBOX_GATEWAY_ACK=1 if this paper is a "
        "rehearsal."
    )


class Sandbox:
    """The whole server over one file: `wsgi` and `asgi` are callables for servers, `respond` for anything else.

    `mount` is the path under which it lies; `key` the only one that it takes, where others could reach it.
    """

    def __init__(self, path: Path | str, mount: str = "", key: str = "") -> None:
        self.store, self.mount, self.key = Store(Path(path)), mount.rstrip("/"), key
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="sandbox")

    def respond(self, asked: api.Asked) -> api.Answer:
        """Answer a request; a fault of ours is Stripe's api_error, with its trace in the log."""
        try:
            if len(asked.payload) > LARGEST_BODY:
                return api.Answer(413, b"")
            if asked.path.startswith("/v1/"):
                return api.answer(self.store, asked, self.key)
            if asked.path.startswith("/control/") and asked.method == "POST":
                return control.answer(self.store, asked, self.key)
            return pages.answer(self.store, asked)
        except Exception:
            _LOG.error("%s %s: %s", asked.method, asked.path, traceback.format_exc())
            words = b'{"error": {"type": "api_error", "message": "The sandbox failed; see its log."}}'
            return api.Answer(500, words)

    def wsgi(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """The server as a WSGI application. Mounted under a path, that path is its SCRIPT_NAME or `mount`."""
        headers = {
            name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")
        }
        length = environ.get("CONTENT_LENGTH") or "0"
        size = int(length) if length.isdigit() else 0
        body = environ["wsgi.input"].read(min(size, LARGEST_BODY + 1))
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        mount = environ.get("SCRIPT_NAME") or self.mount
        host = headers.get("host") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
        asked = api.Asked(
            environ["REQUEST_METHOD"], self._inner(path.encode("latin-1").decode("utf-8", "replace"), mount),
            environ.get("QUERY_STRING", ""), body, headers, f"{environ['wsgi.url_scheme']}://{host}{quote(mount)}",
        )  # fmt: skip
        given = self.respond(asked)
        line = f"{given.status} {_STATUS.get(given.status, 'Status')}"
        start_response(line, [*given.headers, ("Content-Length", str(len(given.body)))])
        return [given.body]

    def _inner(self, path: str, mount: str) -> str:
        return path.removeprefix(mount) or "/"

    async def asgi(
        self, scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[..., Any]
    ) -> None:
        """The server as an ASGI application, its work in threads of its own."""
        if scope["type"] != "http":
            return
        body = b""
        while len(body) <= LARGEST_BODY:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        mount = scope.get("root_path") or self.mount
        base = f"{scope.get('scheme', 'http')}://{headers.get('host', '')}{quote(mount)}"
        query = scope.get("query_string", b"").decode("latin-1")
        asked = api.Asked(scope["method"], self._inner(scope["path"], mount), query, body, headers, base)
        given = await asyncio.get_running_loop().run_in_executor(self._threads, self.respond, asked)
        raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in given.headers]
        raw.append((b"content-length", str(len(given.body)).encode()))
        await send({"type": "http.response.start", "status": given.status, "headers": raw})
        await send({"type": "http.response.body", "body": given.body})


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
        _LOG.debug(format, *args)


class Running:
    """A sandbox that serves in a thread; with `post`, its webhooks are delivered as they come."""

    def __init__(self, path: Path | str, host: str = "127.0.0.1", port: int = 0, *, post: bool = True) -> None:
        self.sandbox = Sandbox(path)
        self.server = make_server(host, port, self.sandbox.wsgi, server_class=_Server, handler_class=_Quiet)
        self.address = f"http://{host}:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.postman = webhooks.Postman(self.sandbox.store) if post else None

    def __enter__(self) -> Running:
        self.thread.start()
        if self.postman:
            self.postman.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.postman:
            self.postman.stop()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def serve(path: Path, host: str, port: int, announce: Callable[[str], object]) -> None:
    """Serve until interrupted: what `broadsheet sandbox` does."""
    with Running(path, host, port) as running:
        announce(running.address)
        try:
            running.thread.join()
        except KeyboardInterrupt:
            return
