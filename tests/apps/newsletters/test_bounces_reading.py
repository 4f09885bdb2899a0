"""Bounces of real mail systems, read as a mature parser reads them; and whatever else may be sent to us."""

from __future__ import annotations

import random
import time

import pytest

from broadsheet.newsletters.formats.reading import read
from broadsheet.newsletters.operations.intake import verdict_of
from broadsheet.newsletters.rules.bounces import Severity, judge
from broadsheet.newsletters.rules.told import Kind, Told
from tests.apps.newsletters.posting import complaint, report
from tests.apps.newsletters.storms import found_in, no_bounces, share
from tests.shared import DATA, shared


@pytest.mark.shared_data
def test_real_bounces_are_read_for_99_in_a_hundred() -> None:
    shared("email", "expected.csv")
    found = share(DATA)
    assert found.rows > 200
    assert found.right / found.rows >= 0.99, found.wrong


@pytest.mark.shared_data
def test_every_mail_gives_the_same_with_either_end_of_line() -> None:
    for path in [*shared("email", "bounces").glob("*.eml")]:
        raw = path.read_bytes().replace(b"\r\n", b"\n")
        assert found_in(raw) == found_in(raw.replace(b"\n", b"\r\n")), path.name


@pytest.mark.shared_data
def test_what_is_no_bounce_is_none() -> None:
    shared("email", "expected.csv")
    for path in no_bounces(DATA):
        reading = read(path.read_bytes())
        assert reading.kind is not Kind.BOUNCE, path.name
        assert verdict_of(reading).severity is Severity.OTHER, path.name


@pytest.mark.shared_data
def test_no_broken_mail_breaks_the_reader() -> None:
    chance = random.Random(5)
    raws = [path.read_bytes() for path in sorted(shared("email", "bounces").glob("*.eml"))]
    for _ in range(2_000):
        reading = read(broken(chance.choice(raws), chance))
        for each in reading.told:
            judge(each)


def broken(raw: bytes, chance: random.Random) -> bytes:
    """The mail with something wrong with it."""
    data = bytearray(raw)
    for _ in range(chance.randint(1, 12)):
        at, kind = chance.randrange(len(data) or 1), chance.randrange(6)
        if kind == 0:
            data[at : at + chance.randint(1, 60)] = b""
        elif kind == 1:
            data[at:at] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 40)))
        elif kind == 2:
            data[at : at + 1] = chance.choice([b"\r", b"\n", b"\n\n", b"\0", b"=?", b"--", b":", b";"])
        elif kind == 3:
            data = data[:at] or bytearray(b"x")
        elif kind == 4:
            data[at:at] = data[: chance.randint(1, 400)]
        else:
            data = bytearray(
                bytes(data).replace(b"boundary", chance.choice([b"bundary", b"charset", b"boundary*0"]), 1)
            )
    return bytes(data)


@pytest.mark.parametrize(
    "raw",
    [b"", b"\0", b"\n\n\n", b"From: \xff\xfe", b"Content-Type: multipart/report\n\n--\n", b"Subject: =?x?y?z?=\n\n",
     b"Content-Type: text/plain; charset=nonsense\n\n\xff", b"Content-Type: message/delivery-status\n\n" + b"a: b\n\n" * 500,
     b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\nContent-Type: multipart/mixed; boundary=a\n\n" * 800,
     b"Content-Transfer-Encoding: base64\n\n!!!!", b"To: " + b"a@b.example, " * 5_000 + b"\n\n"],
)  # fmt: skip
def test_odd_mails_are_of_another_kind(raw: bytes) -> None:
    assert read(raw).kind in set(Kind)


@pytest.mark.parametrize(
    ("status", "said", "reason", "severity"),
    [
        ("5.1.1", "550 5.1.1 no such user", "userunknown", Severity.HARD),
        ("5.1.2", "550 5.1.2 Bad destination system address", "hostunknown", Severity.HARD),
        ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied", "userunknown", Severity.HARD),
        ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found", "userunknown", Severity.HARD),
        ("5.2.1", "550 5.2.1 The account is disabled", "suspend", Severity.DISABLED),
        ("4.2.2", "452 4.2.2 Mailbox full", "mailboxfull", Severity.SOFT),
        ("5.7.26", "550 5.7.26 unauthenticated", "authfailure", Severity.POLICY),
        ("5.7.515", "550 5.7.515 Access denied, sending domain does not meet the level", "authfailure", Severity.POLICY),
        ("5.7.9", "554 5.7.9 Message not accepted for policy reasons", "policyviolation", Severity.POLICY),
        ("5.7.1", "554 5.7.1 Client host blocked using zen.spamhaus.org", "blocked", Severity.POLICY),
        ("5.7.25", "550 5.7.25 no PTR", "requireptr", Severity.POLICY),
        ("4.7.28", "421 4.7.28 unusual rate", "speeding", Severity.SLOW_DOWN),
        ("5.1.8", "553 5.1.8 Sender address rejected: Domain not found", "rejected", Severity.POLICY),
    ],
)  # fmt: skip
def test_codes_and_words_mean_what_they_are_meant_to(status: str, said: str, reason: str, severity: Severity) -> None:
    found = judge(Told(status=status, code=said[:3], said=said, command="rcpt", formal=True))
    assert (found.reason.value, found.severity) == (reason, severity)


def test_a_report_is_read_recipient_by_recipient() -> None:
    reading = read(report("b-x@bounces.paper.example", "5.1.1", "550 5.1.1 user unknown"))
    assert reading.kind is Kind.BOUNCE
    assert reading.sent_to == ("b-x@bounces.paper.example",)
    (told,) = reading.told
    assert (told.address, told.action, told.status, told.code) == ("reader@mail.example", "failed", "5.1.1", "550")


def test_a_complaint_holds_the_sealed_address_of_what_it_is_about() -> None:
    reading = read(complaint("b-x@bounces.paper.example"))
    assert (reading.kind, reading.feedback) == (Kind.COMPLAINT, "abuse")
    assert "b-x@bounces.paper.example" in reading.about


@pytest.mark.parametrize(
    "head",
    ["Auto-Submitted: auto-replied", "X-Autoreply: yes", "Precedence: auto_reply", "Subject: Abwesenheitsnotiz",
     "Subject: =?utf-8?q?R=C3=A9ponse_automatique=3A?= x", "Subject: Automatic reply: News"],
)  # fmt: skip
def test_machines_that_answer_for_readers_are_known(head: str) -> None:
    raw = f"From: reader@mail.example\r\n{head}\r\n\r\nI am away. Mail cannot be delivered to me.\r\n".encode()
    assert read(raw).kind is Kind.AUTO_REPLY


@pytest.mark.parametrize(
    "sea", [b"\n", b" ", b"<", b"<br", b">>> RCPT\n", b"550 5.1.1 ", b"a@b.example\n", b"From: x\n", b"x:"]
)
@pytest.mark.parametrize("part", [b"text/plain", b"text/html", b"message/delivery-status"])
def test_no_mail_keeps_the_reader_busy(sea: bytes, part: bytes) -> None:
    head = b"From: MAILER-DAEMON@mx.example\nSubject: Undelivered Mail\nContent-Type: " + part + b"\n\n"
    block = b"Final-Recipient: rfc822; a@b.example\nDiagnostic-Code: smtp; 550 "
    begun = time.process_time()
    for each in read(head + (block if part.startswith(b"message") else b"") + sea * (1_000_000 // len(sea))).told:
        judge(each)
    assert time.process_time() - begun < 5
