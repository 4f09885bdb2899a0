"""A real Postfix: it takes what we send, and its log says of each message whether it did."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadsheet.newsletters.carriers.opening import open_carrier
from broadsheet.newsletters.ports import Answer
from tests.apps.newsletters.sending.postfix import postfix_bin, postfix_server
from tests.apps.newsletters.sending.test_carriers import item, send
from tests.conftest import missing
from tests.servers import free_port

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def postfix() -> Iterator[tuple[int, Path]]:
    """Its port, and its log."""
    binary = postfix_bin()
    if binary is None:
        missing("Postfix, run by root,")
        return
    port = free_port()
    with postfix_server(binary, port) as log:
        until = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)
        yield port, log


def test_OB_03_the_log_of_postfix_tells_what_it_took_and_what_broke_off(postfix: tuple[int, Path]) -> None:
    port, log = postfix
    carrier = open_carrier(f"smtp://127.0.0.1:{port}?log={log}")
    told = send(carrier, [item(number) for number in range(5)])
    assert [word.answer for word in told] == [Answer.SENT] * 5
    _break_off(port, b"Message-ID: <broken@quay.example>\r\nSubject: x\r\n\r\n" + b"word " * 9000)
    marks = [f"<m{number}@quay.example>" for number in range(6)] + ["<broken@quay.example>"]
    wanted = dict.fromkeys(marks[:5], True) | dict.fromkeys(marks[5:], False)
    until = time.monotonic() + 20
    while carrier.knows(marks) != wanted and time.monotonic() < until:
        time.sleep(0.1)
    assert carrier.knows(marks) == wanted
    assert b"broken@quay.example" in log.read_bytes(), "it noted the broken one too, and did not take it"


def _break_off(port: int, content: bytes) -> None:
    """Hang up in the midst of a message."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        for command in (b"EHLO x", b"MAIL FROM:<a@x.org>", b"RCPT TO:<b@x.org>", b"DATA"):
            line.recv(4096)
            line.sendall(command + b"\r\n")
        line.recv(4096)
        line.sendall(content)
        time.sleep(0.5)


def test_what_postfix_refuses_is_told(postfix: tuple[int, Path]) -> None:
    port, _ = postfix
    names = ["a@x.org", "gone@x.org", "c@x.org"]
    told = send(open_carrier(f"smtp://127.0.0.1:{port}"), [item(number, to) for number, to in enumerate(names)])
    assert [word.answer for word in told] == [Answer.SENT, Answer.REFUSED, Answer.SENT]
    assert told[1].code == 550
    assert "5.1.1" in told[1].text
