"""`broadsheet mail-intake`: mailboxes of several kinds, read once, one broken mail stopping no other."""

from __future__ import annotations

import io
import mailbox

import pytest

from broadsheet.newsletters import console, sources
from broadsheet.newsletters.keys import verp
from broadsheet.newsletters.models import Mailbox
from broadsheet.newsletters.operations import intake
from tests.apps.newsletters.posting import NOW, delivery, newsletter, reader, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def bounce() -> bytes:
    letter = newsletter()
    row = delivery(reader("reader@mail.example", letter), letter)
    return report(f"{verp(row.pk)}@bounces.paper.example", "5.1.1", "550 5.1.1 user unknown")


PERSON = b"From: reader@mail.example\nTo: news@paper.example\nSubject: Hello\n\nI like it.\n"


def test_a_maildir_is_read_once_and_answers_stay_unread(tmp_path, bounce) -> None:
    box = mailbox.Maildir(tmp_path / "box", create=True)
    box.add(bounce)
    box.add(PERSON)
    first = console.take_all(sources.maildir(tmp_path / "box"), NOW)
    assert first == {("bounce", "counted"): 1, ("other", "nothing"): 1}
    assert not console.take_all(sources.maildir(tmp_path / "box"), NOW)
    seen = {message["Subject"]: "S" in message.get_flags() for message in mailbox.Maildir(tmp_path / "box")}
    assert seen == {"Undelivered Mail Returned to Sender": True, "Hello": False}


def test_an_mbox_is_read_once(tmp_path, bounce) -> None:
    path = tmp_path / "box"
    box = mailbox.mbox(path)
    box.add(bounce)
    box.add(PERSON)
    box.close()
    assert sum(console.take_all(sources.mbox(path), NOW).values()) == 2
    assert not console.take_all(sources.mbox(path), NOW)
    assert Mailbox.objects.get().hard == 1


def test_one_mail_that_breaks_stops_no_other_and_stays(tmp_path, bounce, monkeypatch) -> None:
    box = mailbox.Maildir(tmp_path / "box", create=True)
    box.add(b"From: x@mail.example\nSubject: breaks\n\n")
    box.add(bounce)
    real = intake.take

    def take(*, raw, now):
        if b"breaks" in raw:
            raise RuntimeError("the database fell over")
        return real(raw=raw, now=now)

    monkeypatch.setattr(intake, "take", take)
    assert console.take_all(sources.maildir(tmp_path / "box"), NOW) == {("-", "failed"): 1, ("bounce", "counted"): 1}
    assert len(list((tmp_path / "box" / "new").iterdir())) == 1
    monkeypatch.undo()
    assert console.take_all(sources.maildir(tmp_path / "box"), NOW) == {("other", "nothing"): 1}


def test_standard_input_gives_one_mail(monkeypatch, bounce) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(bounce)))
    assert console.take_all(sources.standard_input(), NOW) == {("bounce", "counted"): 1}


@pytest.mark.parametrize("where", ["ftp://host/x", "imaps://", "imap:///INBOX"])
def test_an_address_that_is_no_mailbox_is_told_of(where) -> None:
    with pytest.raises(sources.SourceError):
        list(sources.imap(where))


class Server:
    """An IMAP server as far as it is asked here."""

    def __init__(self, mails: list[bytes]) -> None:
        self.mails, self.flags = mails, [set() for _ in mails]

    def uid(self, command: str, *words: str):
        if command == "SEARCH":
            open_ = [n for n, flags in enumerate(self.flags) if words[1] not in flags]
            return "OK", [b" ".join(str(n + 1).encode() for n in open_)]
        number = int(words[0]) - 1
        if command == "FETCH":
            return "OK", [(b"1 (BODY[] {1}", self.mails[number]), b")"]
        self.flags[number] |= set(words[2].strip("()").split())
        return "OK", []


def test_an_imap_mailbox_is_read_once(bounce) -> None:
    server = Server([bounce, PERSON])
    assert sum(console.take_all(sources._unread(server), NOW).values()) == 2
    assert server.flags == [{"$BroadsheetRead", "\\Seen"}, {"$BroadsheetRead"}]
    assert not console.take_all(sources._unread(server), NOW)
