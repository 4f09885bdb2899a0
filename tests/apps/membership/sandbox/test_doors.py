"""The doors: WSGI and ASGI, under a path; two servers on one file; and the door that stays shut."""

from __future__ import annotations

import asyncio
import io
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from wsgiref.simple_server import make_server
from wsgiref.util import setup_testing_defaults

import pytest
import stripe
from click.testing import CliRunner

from broadsheet.cli import main
from broadsheet.membership.gateways.sandbox import api, server
from tests.apps.membership.sandbox.browsing import visit
from tests.sandbox import KEY, sandbox

AUTH = f"Bearer {KEY}"


def by_wsgi(box: server.Sandbox, path: str, mount: str = "", body: bytes = b"") -> tuple[str, dict[str, str], bytes]:
    environ: dict[str, Any] = {
        "SCRIPT_NAME": mount, "PATH_INFO": path, "REQUEST_METHOD": "POST" if body else "GET",
        "HTTP_AUTHORIZATION": AUTH, "HTTP_HOST": "paper.example",
        "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body)),
    }  # fmt: skip
    setup_testing_defaults(environ)
    said: list[Any] = []
    given = b"".join(box.wsgi(environ, lambda *line: said.append(line)))
    return said[0][0], dict(said[0][1]), given


def by_asgi(box: server.Sandbox, path: str, root: str = "", body: bytes = b"") -> tuple[int, bytes]:
    async def call() -> tuple[int, bytes]:
        parts = [body[:5], body[5:]]
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        headers = [(b"Authorization", AUTH.encode()), (b"Host", b"paper.example")]
        await box.asgi({"type": "http", "method": "POST" if body else "GET", "path": path, "root_path": root,
                        "query_string": b"", "headers": headers, "scheme": "http"}, receive, send)  # fmt: skip
        return sent[0]["status"], sent[1]["body"]

    return asyncio.run(call())


SESSION = b"mode=setup&currency=usd&success_url=https://paper.example/thanks"


def test_mounted_under_a_path_by_wsgi(tmp_path: Path) -> None:
    for box, mount, path in (
        (server.Sandbox(tmp_path / "a"), "/sandbox", "/v1/checkout/sessions"),
        (server.Sandbox(tmp_path / "b", mount="/sandbox/"), "", "/sandbox/v1/checkout/sessions"),
    ):
        status, headers, body = by_wsgi(box, path, mount, SESSION)
        assert status == "200 OK"
        assert headers["Content-Length"] == str(len(body))
        assert json.loads(body)["url"].startswith("http://paper.example/sandbox/checkout/cs_test_")


def test_mounted_under_a_path_by_asgi(tmp_path: Path) -> None:
    for box, root, path in (
        (server.Sandbox(tmp_path / "a"), "/sandbox", "/sandbox/v1/checkout/sessions"),
        (server.Sandbox(tmp_path / "b", mount="/sandbox"), "", "/sandbox/v1/checkout/sessions"),
    ):
        status, body = by_asgi(box, path, root, SESSION)
        assert status == 200
        url = json.loads(body)["url"]
        assert url.startswith("http://paper.example/sandbox/checkout/cs_test_")
        status, page = by_asgi(box, url.removeprefix("http://paper.example"), root)
        assert status == 200
        assert b'href="http://paper.example/sandbox/sandbox.css"' in page


def test_the_sdk_finds_it_under_a_path(tmp_path: Path) -> None:
    box = server.Sandbox(tmp_path / "a", mount="/sandbox")
    with make_server("127.0.0.1", 0, box.wsgi) as served:
        thread = threading.Thread(target=served.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        address = f"http://127.0.0.1:{served.server_port}/sandbox"
        client = stripe.StripeClient(KEY, base_addresses={"api": address})
        made = client.v1.checkout.sessions.create(
            {"mode": "setup", "currency": "usd", "success_url": "https://paper.example/"}
        )
        assert made.url.startswith(f"{address}/checkout/")
        assert visit(made.url).status == 200
        served.shutdown()
        thread.join()


def test_a_new_file_is_begun_by_many_at_once(tmp_path: Path) -> None:
    start = threading.Barrier(8)

    def ask(_: int) -> int:
        start.wait()
        asked = api.Asked("GET", "/v1/customers", headers={"authorization": AUTH})
        return server.Sandbox(tmp_path / "new" / "a").respond(asked).status

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(ask, range(8))) == [200] * 8


def test_too_much_is_refused_and_a_fault_of_ours_is_an_api_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = server.Sandbox(tmp_path / "a")
    assert by_wsgi(box, "/v1/customers", body=b"a" * (server.LARGEST_BODY + 1))[0].startswith("413")
    monkeypatch.setattr(api, "answer", lambda *_: 1 / 0)
    status, _, body = by_wsgi(box, "/v1/customers")
    assert status.startswith("500")
    assert json.loads(body)["error"]["type"] == "api_error"


def test_two_servers_share_one_file(tmp_path: Path) -> None:
    with sandbox(tmp_path) as one, sandbox(tmp_path) as two:
        made = one.client.v1.customers.create({"email": "ada@example.org"})
        assert two.client.v1.customers.retrieve(made.id).email == "ada@example.org"
    with sandbox(tmp_path) as again:
        assert again.client.v1.customers.retrieve(made.id).email == "ada@example.org"


@pytest.mark.parametrize(
    ("address", "acknowledged", "refused"),
    [
        ("https://paper.example", False, True),
        ("https://paper.example", True, False),
        ("http://127.0.0.1:8000", False, False),
        ("https://localhost:8443", False, False),
        ("http://paper.example", False, False),
    ],
)
def test_in_production_the_door_stays_shut(address: str, acknowledged: bool, refused: bool) -> None:
    said = server.refusal(address, acknowledged)
    assert (said is not None) is refused
    if said:
        assert "SANDBOX_GATEWAY_ACK" in said


def test_the_command_says_why_it_cannot_start(tmp_path: Path) -> None:
    with sandbox(tmp_path) as box:
        port = box.address.rpartition(":")[2]
        said = CliRunner().invoke(main, ["sandbox", "--port", port, "--file", str(tmp_path / "other.sqlite3")])
    assert said.exit_code == 1
    assert f"Port {port}" in said.output


def test_the_levers_want_the_key_and_know_their_names(tmp_path: Path) -> None:
    with sandbox(tmp_path) as box:
        with pytest.raises(AssertionError, match="No such lever: fly"):
            box.pull("fly")
        with pytest.raises(AssertionError, match="charge"):
            box.pull("dispute")
        with pytest.raises(AssertionError, match="only moves forward"):
            box.pull("clock", to=1)
    asked = api.Asked("POST", "/control/clock", payload=b"{}")
    assert server.Sandbox(tmp_path / "a").respond(asked).status == 401
