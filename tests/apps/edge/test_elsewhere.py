"""An application in another process answers as if it were in this one, and its end is nobody's but its own."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from broadsheet.edge import elsewhere as module
from broadsheet.edge.elsewhere import Elsewhere

ECHO = (sys.executable, "-m", "tests.apps.edge.echo")
ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def _beside_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(module, "AGAIN", 0.0)


class Asked:
    """A request's two sides, as a server holds them."""

    def __init__(self, *parts: bytes, leaves: bool = False) -> None:
        self.status, self.body, self.parts, self.over = 0, b"", list(parts) or [b""], leaves

    async def receive(self) -> dict[str, Any]:
        if self.parts:
            part = self.parts.pop(0)
            return {"type": "http.request", "body": part, "more_body": bool(self.parts)}
        if self.over:
            return {"type": "http.disconnect"}
        return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]

    async def send(self, message: Any) -> None:
        await asyncio.sleep(0)
        if message["type"] == "http.response.start":
            self.status = message["status"]
        self.body += message.get("body", b"")


def scope(path: str, query: bytes = b"", **more: Any) -> dict[str, Any]:
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": query, "root_path": "", "client": ("192.0.2.1", 5),
        "server": ("127.0.0.1", 80), "headers": [(b"host", b"paper.test")], "extensions": {"x": object()}, **more,
    }  # fmt: skip


def with_it(work: Callable[[Elsewhere], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        there = Elsewhere(ECHO)
        try:
            return await asyncio.wait_for(work(there), 60)
        finally:
            await there.close()

    return asyncio.run(run())


async def answer(there: Elsewhere, path: str, asked: Asked | None = None, **more: Any) -> Asked:
    asked = asked or Asked()
    await there(scope(path, **more), asked.receive, asked.send)
    return asked


def test_it_is_told_what_it_needs_of_the_request() -> None:
    async def work(there: Elsewhere) -> Any:
        return await answer(there, "/", **{"broadsheet.edge": "fill"})

    told = json.loads(with_it(work).body)
    assert told["client"] == ["192.0.2.1", 5]
    assert told["broadsheet.edge"] == "fill"
    assert told["headers"] == [["host", "paper.test"]]
    assert "extensions" not in told


def test_a_large_body_comes_whole_and_a_reader_who_stays_has_not_left() -> None:
    async def work(there: Elsewhere) -> Any:
        return await answer(there, "/body/", Asked(*[b"x" * 60_000] * 100))

    assert with_it(work).body == b"6000000 False"


def test_a_streamed_answer_comes_whole_and_in_order() -> None:
    async def work(there: Elsewhere) -> Any:
        return await answer(there, "/parts/")

    asked = with_it(work)
    assert [part.split(b"x")[-1] for part in asked.body.split(b";")[:3]] == [b"0", b"1", b"2"]
    assert len(asked.body) == 300 * 10_000 + sum(len(f"{number};") for number in range(300))


def test_a_reader_who_leaves_is_told_of() -> None:
    async def work(there: Elsewhere) -> Any:
        return await answer(there, "/waits/", Asked(leaves=True))

    assert with_it(work).body == b"the reader left"


def test_many_at_once_each_get_their_own() -> None:
    async def work(there: Elsewhere) -> Any:
        bodies = [Asked(b"x" * number) for number in range(200)]
        await asyncio.gather(*(answer(there, "/body/", asked) for asked in bodies))
        return [asked.body for asked in bodies]

    assert with_it(work) == [b"%d False" % number for number in range(200)]


def test_what_fails_before_it_began_is_unavailable_and_after_that_cut_off() -> None:
    async def work(there: Elsewhere) -> Any:
        before = await answer(there, "/fails/")
        middle = Asked()
        with pytest.raises(ConnectionError):
            await answer(there, "/fails/", middle, query=b"later")
        return before.status, middle.body, (await answer(there, "/")).status

    assert with_it(work) == (503, b"half", 200)


def test_a_process_that_dies_is_begun_anew_and_nobody_waits_for_it() -> None:
    async def work(there: Elsewhere) -> Any:
        first = json.loads((await answer(there, "/")).body)["pid"]
        waiting = asyncio.ensure_future(answer(there, "/waits/"))
        await asyncio.sleep(0.05)
        dead = await answer(there, "/dies/")
        second = json.loads((await answer(there, "/")).body)["pid"]
        return dead.status, (await waiting).status, first != second

    assert with_it(work) == (503, 503, True)


def test_one_that_never_starts_is_said_to_be_unavailable() -> None:
    async def run() -> Any:
        there = Elsewhere((sys.executable, "-c", "raise SystemExit(7)"))
        with pytest.raises(OSError, match="ended with 7"):
            await there.ready()
        asked = await answer(there, "/")
        await there.close()
        return asked.status

    assert asyncio.run(run()) == 503


def test_an_asker_who_gives_up_lets_the_application_know() -> None:
    async def work(there: Elsewhere) -> Any:
        impatient = asyncio.ensure_future(answer(there, "/waits/"))
        await asyncio.sleep(0.3)
        impatient.cancel()
        await asyncio.gather(impatient, return_exceptions=True)
        return (await answer(there, "/")).status, len(there._asked)

    assert with_it(work) == (200, 0)


def test_it_ends_with_who_began_it() -> None:
    program = (
        "import asyncio\nfrom broadsheet.edge.elsewhere import Elsewhere\n"
        f"async def main():\n    there = Elsewhere({ECHO!r})\n    await there.ready()\n"
        "    print(there._process.pid, flush=True)\n    await asyncio.sleep(60)\nasyncio.run(main())"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert parent.stdout is not None
    command = Path(f"/proc/{int(parent.stdout.readline())}/cmdline")
    assert b"echo" in command.read_bytes()
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until = time.monotonic() + 60
    while command.exists() and b"echo" in command.read_bytes():
        assert time.monotonic() < until
        time.sleep(0.05)
