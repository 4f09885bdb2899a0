"""One contract for all carriers: what is said to be sent was taken, and what was taken is never said not to be."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from broadsheet.conf import SettingsError
from broadsheet.newsletters.carriers.anymail import AnymailCarrier
from broadsheet.newsletters.carriers.memory import FolderCarrier, MemoryCarrier
from broadsheet.newsletters.carriers.opening import open_carrier
from broadsheet.newsletters.carriers.postfix_log import PostfixLog
from broadsheet.newsletters.carriers.smtp import SmtpCarrier
from broadsheet.newsletters.message import outline, values_of
from broadsheet.newsletters.outgoing import clock
from broadsheet.newsletters.ports import Answer, Carrier, Outgoing, Told
from tests.apps.newsletters.sending.esp import Fake, esp
from tests.apps.newsletters.sending.relay import relaying, taken
from tests.apps.newsletters.sending.stage import HTML, NOW, TEXT
from tests.apps.newsletters.sending.test_letters import head
from tests.servers import free_port

OUTLINE = outline(head(), html=HTML, text=TEXT)


def item(number: int, to: str = "", now: datetime = NOW, claimed: float | None = None) -> Outgoing:
    """A message to a reader."""
    to, mark = to or f"reader{number}@x.org", f"<m{number}@quay.example>"
    own = {name: f"https://quay.example/{name.lower()}/{number}/" for name in ("UNSUBSCRIBE", "PREFERENCES")}
    values = values_of(to=to, message_id=mark, leave=f"leave-{number}@quay.example", sent=now, own=own)
    since = clock() if claimed is None else claimed
    return Outgoing(number, to, f"b-{number}@quay.example", mark, OUTLINE, values, "morning", since)


def send(carrier: Carrier, items: list[Outgoing], still: bool = True) -> list[Told]:
    """Over one line, anew where it broke."""

    async def run() -> list[Told]:
        async def word() -> bool:
            return still

        line, told = carrier.line(), []
        await line.open()
        for at in range(0, len(items), carrier.handful):
            if line.broken:
                line = carrier.line()
                await line.open()
            told += await line.send(items[at : at + carrier.handful], word)
        await line.close()
        return told

    return asyncio.run(run())


@dataclass
class Set:
    """A carrier, and how to see what it took: reader and Message-ID."""

    carrier: Carrier
    took: Callable[[], list[tuple[str, str]]]


@contextmanager
def memory(folder: Path, settings: Any) -> Iterator[Set]:
    carrier = MemoryCarrier()
    yield Set(
        carrier,
        lambda: [
            (content.split(b"To: ")[1].split(b"\r\n")[0].decode(), mark) for mark, content in carrier.taken.items()
        ],
    )


@contextmanager
def a_folder(folder: Path, settings: Any) -> Iterator[Set]:
    def took() -> list[tuple[str, str]]:
        found = [path.read_bytes() for path in (folder / "out").glob("*.eml")]
        return [
            tuple(one.split(name)[1].split(b"\r\n")[0].decode() for name in (b"To: ", b"Message-ID: ")) for one in found
        ]  # type: ignore[misc]

    yield Set(FolderCarrier(folder / "out"), took)


@contextmanager
def smtp(folder: Path, settings: Any) -> Iterator[Set]:
    with relaying(folder / "relay", free_port()) as port:
        carrier = open_carrier(f"smtp://127.0.0.1:{port}?log={folder}/relay/log")
        yield Set(carrier, lambda: [(to, mark) for _, mark, to in taken(folder / "relay")])


@contextmanager
def mailgun(folder: Path, settings: Any) -> Iterator[Set]:
    with esp() as fake:
        settings.ANYMAIL = {"MAILGUN_API_KEY": "k", "MAILGUN_API_URL": fake.address}
        yield Set(open_carrier("anymail:mailgun"), lambda: [(to, one["h:Message-Id"]) for to, one in fake.sent])


CARRIERS = {"memory": memory, "folder": a_folder, "smtp": smtp, "mailgun": mailgun}


@pytest.fixture(params=CARRIERS)
def kept(request: pytest.FixtureRequest, tmp_path: Path, settings: Any) -> Iterator[Set]:
    """Each carrier in turn."""
    with CARRIERS[request.param](tmp_path, settings) as found:
        yield found


def test_what_is_sent_was_taken_once_for_each_reader_under_our_message_id(kept: Set) -> None:
    items = [item(number) for number in range(25)]
    told = send(kept.carrier, items)
    assert [word.answer for word in told] == [Answer.SENT] * 25
    assert sorted(kept.took()) == sorted((one.to, one.message_id) for one in items)


def test_what_it_says_it_knows_is_so(kept: Set) -> None:
    send(kept.carrier, [item(1)])
    known = kept.carrier.knows(["<m1@quay.example>", "<m2@quay.example>"])
    assert known in ({"<m1@quay.example>": True, "<m2@quay.example>": False}, {})
    assert bool(known) == (kept.carrier.name != "mailgun")


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[tuple[SmtpCarrier, Path]]:
    """SMTP alone."""
    with relaying(tmp_path / "relay", free_port()) as port:
        carrier = open_carrier(f"smtp://127.0.0.1:{port}?log={tmp_path}/relay/log")
        assert isinstance(carrier, SmtpCarrier)
        yield carrier, tmp_path / "relay"


def test_OB_07_over_smtp_one_refused_reader_stops_no_other(relay: tuple[SmtpCarrier, Path]) -> None:
    carrier, folder = relay
    names = ["a@x.org", "r550.5.1.1-b@x.org", "c@x.org", "r450.4.2.1-d@x.org", "e@x.org"]
    told = send(carrier, [item(number, to) for number, to in enumerate(names)])
    assert [(word.answer.value, word.code) for word in told] == [
        ("sent", 250), ("refused", 550), ("sent", 250), ("later", 450), ("sent", 250),
    ]  # fmt: skip
    assert "5.1.1" in told[1].text
    assert [to for _, _, to in taken(folder)] == ["a@x.org", "c@x.org", "e@x.org"]


def test_OB_03_over_smtp_no_answer_to_the_last_full_stop_is_doubt(tmp_path: Path) -> None:
    with relaying(tmp_path / "relay", free_port(), "--drop", "3") as port:
        carrier = open_carrier(f"smtp://127.0.0.1:{port}?log={tmp_path}/relay/log")
        told = send(carrier, [item(number) for number in range(6)])
        answers = [word.answer.value for word in told]
        assert answers == ["sent", "sent", "doubt", "sent", "sent", "doubt"]
        assert carrier.knows([f"<m{number}@quay.example>" for number in range(7)]) == {
            f"<m{number}@quay.example>": number < 6 for number in range(7)
        }


def test_what_took_too_long_to_hand_over_is_looked_at_again(relay: tuple[SmtpCarrier, Path]) -> None:
    carrier, folder = relay
    old = [item(1, claimed=clock() - 2)]
    assert send(carrier, old, still=False)[0].answer is Answer.UNSENT
    assert not (folder / "taken").read_text()
    assert send(carrier, old, still=True)[0].answer is Answer.SENT


def speaking(answers: list[bytes], then: Callable[[socket.socket], None] = lambda line: line.close()) -> int:
    """A server that says these words, one for each line of commands that it reads."""
    server = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        line, _ = server.accept()
        with server, line:
            for answer in answers:
                line.sendall(answer)
                if not line.recv(65536):
                    return
            then(line)

    threading.Thread(target=run, daemon=True).start()
    return int(server.getsockname()[1])


@pytest.mark.parametrize(
    ("answers", "answer"),
    [
        ([b"220 a\r\n", b"250 a\r\n", b"250 ok\r\n"], Answer.UNSENT),  # gone before the reader was named
        ([b"220 a\r\n", b"250 a\r\n", b"421 4.3.2 going\r\n"], Answer.LATER),
        ([b"220 a\r\n", b"250 a\r\n", b"250 ok\r\n", b"250 ok\r\n"], Answer.UNSENT),  # gone before DATA was answered
        ([b"220 a\r\n", b"250 a\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n"], Answer.DOUBT),
        ([b"220 a\r\n", b"250 a\r\n", b"250 ok\r\n", b"250 ok\r\n", b"nonsense\r\n"], Answer.UNSENT),
        ([b"220 a\r\n", b"250-a\r\n250 PIPELINING\r\n", b"250 a\r\n550 b\r\n354 c\r\n", b"554 d\r\n", b"250 e\r\n"], Answer.REFUSED),
    ],
)  # fmt: skip
def test_OB_03_what_a_broken_line_tells_is_exact(answers: list[bytes], answer: Answer) -> None:
    port = speaking(answers)
    told = send(open_carrier(f"smtp://127.0.0.1:{port}"), [item(1)])
    assert told[0].answer is answer, told


def test_a_server_that_is_not_there_claims_nothing() -> None:
    async def run() -> None:
        await open_carrier(f"smtp://127.0.0.1:{free_port()}").line().open()

    with pytest.raises(OSError):
        asyncio.run(run())


@pytest.fixture
def fake(settings: Any) -> Iterator[Fake]:
    """The ESP alone."""
    with esp() as found:
        settings.ANYMAIL = {"MAILGUN_API_KEY": "k", "MAILGUN_API_URL": found.address}
        yield found


def test_a_batch_gives_each_reader_their_own_places_and_the_headers_of_a_list(fake: Fake) -> None:
    send(AnymailCarrier.named("mailgun"), [item(number) for number in range(3)])
    assert len(fake.calls) == 1
    for number, (to, message) in enumerate(fake.sent):
        assert to == f"reader{number}@x.org"
        assert f'href="https://quay.example/unsubscribe/{number}/"' in message["html"]
        assert f"Leave: https://quay.example/unsubscribe/{number}/" in message["text"]
        assert message["h:List-Unsubscribe"] == (
            f"<https://quay.example/unsubscribe/{number}/>, <mailto:leave-{number}@quay.example>"
        )
        assert message["h:List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert message["h:List-Id"] == '"Morning" <morning.en.quay.example>'
        assert message["v:delivery"] == str(number)
        assert (message["o:tracking-clicks"], message["o:tracking-opens"]) == ("no", "no")
        assert "%recipient" not in str(message)
        assert "%%" not in str(message)


def test_OB_07_an_address_that_spoils_a_whole_batch_fails_alone(fake: Fake) -> None:
    fake.refuses = {"reader5@x.org"}
    told = send(AnymailCarrier.named("mailgun"), [item(number) for number in range(12)])
    assert [word.answer is Answer.REFUSED for word in told] == [number == 5 for number in range(12)]
    assert sorted(to for to, _ in fake.sent) == sorted(f"reader{number}@x.org" for number in range(12) if number != 5)


@pytest.mark.parametrize(
    ("status", "answer"),
    [(429, Answer.LATER), (401, Answer.UNSENT), (500, Answer.DOUBT), (502, Answer.DOUBT), (400, Answer.REFUSED)],
)
def test_what_an_esp_answers(fake: Fake, status: int, answer: Answer) -> None:
    fake.answers = [status] * 3
    assert send(AnymailCarrier.named("mailgun"), [item(1)])[0].answer is answer


def test_OB_03_an_esp_that_took_a_batch_and_hung_up_leaves_doubt(fake: Fake) -> None:
    fake.hangs_up = 1
    told = send(AnymailCarrier.named("mailgun"), [item(number) for number in range(3)])
    assert {word.answer for word in told} == {Answer.DOUBT}
    assert len(fake.sent) == 3


def test_an_esp_that_is_not_there_has_taken_nothing(settings: Any) -> None:
    settings.ANYMAIL = {"MAILGUN_API_KEY": "k", "MAILGUN_API_URL": f"http://127.0.0.1:{free_port()}"}
    assert send(AnymailCarrier.named("mailgun"), [item(1)])[0].answer is Answer.UNSENT


def test_an_esp_whose_words_for_places_we_do_not_know_gets_each_message_filled(settings: Any) -> None:
    carrier = AnymailCarrier.named("anymail.backends.test.EmailBackend")
    from anymail.backends import test as backend

    sent: list[Any] = []
    original = backend.EmailBackend.post_to_esp

    def keep(self: Any, payload: Any, message: Any) -> Any:
        sent.append(message)
        return original(self, payload, message)

    backend.EmailBackend.post_to_esp = keep
    try:
        told = send(carrier, [item(1), item(2)])
    finally:
        backend.EmailBackend.post_to_esp = original
    assert [word.answer for word in told] == [Answer.SENT] * 2
    assert [one.to for one in sent] == [["reader1@x.org"], ["reader2@x.org"]]
    assert "https://quay.example/unsubscribe/2/" in sent[1].body
    assert sent[1].extra_headers["List-Unsubscribe"].startswith("<https://quay.example/unsubscribe/2/>")
    assert sent[1].metadata == {"delivery": "2"}


@pytest.mark.parametrize("url", ["http://x", "smtp://", "folder:", "anymail:", "nonsense"])
def test_a_carrier_that_cannot_be_is_named(url: str) -> None:
    with pytest.raises(SettingsError, match="NEWSLETTER_MAIL_URL"):
        open_carrier(url)


def test_without_a_setting_newsletters_go_where_other_mails_go(settings: Any) -> None:
    settings.NEWSLETTER_MAIL_URL, settings.EMAIL_HOST = "", ""
    assert isinstance(open_carrier(), FolderCarrier)
    settings.EMAIL_HOST, settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "mx.example.org", "a@b", "p:/"
    found = open_carrier()
    assert isinstance(found, SmtpCarrier)
    server = found.server
    assert (server.host, server.port, server.security, server.user, server.password) == (
        "mx.example.org", 587, "starttls", "a@b", "p:/",
    )  # fmt: skip


def test_a_log_that_is_turned_or_half_written_is_read_as_it_is(tmp_path: Path) -> None:
    log, path = PostfixLog(str(tmp_path / "log")), tmp_path / "log"
    assert log.knows(["<a@b>"]) == {}
    path.write_bytes(b"x postfix/cleanup[1]: 4ABC: message-id=<a@b>\nx postfix/qmgr[2]: 4AB")
    assert log.knows(["<a@b>"]) == {"<a@b>": False}
    with path.open("ab") as file:
        file.write(b"C: from=<c>, size=3, nrcpt=1 (queue active)\n")
    assert log.knows(["<a@b>"]) == {"<a@b>": True}
    path.rename(tmp_path / "log.1")
    path.write_bytes(b"x postfix/cleanup[1]: 4ABC: message-id=<d@b>\n")
    assert log.knows(["<a@b>", "<d@b>"]) == {"<a@b>": True, "<d@b>": False}
