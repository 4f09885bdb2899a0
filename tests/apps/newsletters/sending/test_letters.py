"""The message as a mailbox receives it: its headers, in every script, and nothing that a reader or editor can slip in."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.newsletters import keys
from broadsheet.newsletters.carriers.memory import MemoryCarrier
from broadsheet.newsletters.message import Letterhead, MessageError, checked, outline, values_of
from tests.apps.newsletters.sending.stage import Worker, a_list, an_issue, readers, ready

SCRIPTS = {
    "Latin": "Zwölf Boxkämpfer jagen", "Greek": "Η θάλασσα το πρωί", "Cyrillic": "Утро в гавани",
    "Arabic": "الميناء عند الفجر", "Hebrew": "הנמל עם שחר", "Devanagari": "भोर का बंदरगाह", "Bengali": "ভোরের বন্দর",
    "Tamil": "விடியலில் துறைமுகம்", "Thai": "ท่าเรือยามเช้า", "Han": "黎明时分的港口", "Hangul": "새벽의 항구", "Kana": "夜明けのみなと",
}  # fmt: skip
OWN = {
    "UNSUBSCRIBE": "https://quay.example/newsletters/leave/abc/",
    "PREFERENCES": "https://quay.example/newsletters/mine/x/",
}


def head(**changes: str) -> Letterhead:
    """A letterhead."""
    fields = {
        "subject": "The quay", "sender_name": "The Quay", "sender_address": "news@quay.example", "reply_to": "",
        "list_id": "morning.en.quay.example", "list_name": "Morning", "lists_page": "https://quay.example/newsletters/",
        "owner": "desk@quay.example", "feedback": "i:morning:bulk:broadsheet", "language": "en", **changes,
    }  # fmt: skip
    return Letterhead(**fields)


def written(
    letterhead: Letterhead, html: str = "<p>x</p>", text: str = "x", to: str = "ann@x.org", **own: str
) -> bytes:
    """The bytes for one reader."""
    made = outline(letterhead, html=html, text=text)
    values = values_of(
        to=to, message_id="<m@quay.example>", leave="leave-x@quay.example",
        sent=datetime(2026, 12, 1, 7, tzinfo=UTC), own={**OWN, **own},
    )  # fmt: skip
    return made.fill(values)


def parsed(content: bytes) -> EmailMessage:
    """As a mailbox reads it."""
    return email.message_from_bytes(content, policy=email.policy.default)  # type: ignore[return-value]


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("times", [1, 6])
def test_NL_14_subject_sender_and_list_are_whole_in_twelve_scripts(script: str, times: int) -> None:
    words = " ".join([SCRIPTS[script]] * times)
    content = written(
        head(subject=words, sender_name=SCRIPTS[script], list_name=SCRIPTS[script]), html=f"<p>{words}</p>"
    )
    message = parsed(content)
    assert message["Subject"] == words
    # RFC 2047 drops the space between two encoded words; of the standard library's two parsers, the older does.
    name, address = parseaddr(email.message_from_bytes(content)["From"])
    assert str(make_header(decode_header(name))) == SCRIPTS[script]
    assert address == "news@quay.example"
    assert f"<p>{words}</p>" in message.get_body(("html",)).get_content()
    assert content.isascii()
    assert max(len(line) for line in content.split(b"\r\n")) <= 200


def test_NL_05_the_headers_of_a_list() -> None:
    message = parsed(written(head(reply_to="desk@quay.example")))
    assert dict(message.items()) | {"Content-Type": ""} == {
        "From": "The Quay <news@quay.example>", "To": "ann@x.org", "Subject": "The quay",
        "Date": "Tue, 01 Dec 2026 07:00:00 +0000", "Message-ID": "<m@quay.example>", "MIME-Version": "1.0",
        "List-Id": '"Morning" <morning.en.quay.example>',
        "List-Unsubscribe": "<https://quay.example/newsletters/leave/abc/>, <mailto:leave-x@quay.example>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Subscribe": "<https://quay.example/newsletters/>", "List-Help": "<https://quay.example/newsletters/>",
        "List-Owner": "<mailto:desk@quay.example>", "List-Post": "NO", "Feedback-ID": "i:morning:bulk:broadsheet",
        "Content-Language": "en", "Reply-To": "desk@quay.example", "Content-Type": "",
    }  # fmt: skip
    assert message["Precedence"] is None
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.django_db
def test_NL_05_nine_lists_have_nine_ids_and_a_reader_one_message_id() -> None:
    carrier, ids = MemoryCarrier(), set()
    for number in range(9):
        newsletter = a_list(f"list-{number}", sender_address="")
        readers(newsletter, [f"ann{number}@x.org"])
        an_issue(newsletter)
    ready()
    Worker(carrier, room=20).all()
    for mark, content in carrier.taken.items():
        message = parsed(content)
        ids.add(message["List-Id"])
        assert message["Message-ID"] == mark
        assert message["From"].addresses[0].username == "news"  # not the address of receipts and codes
        assert len(message["Feedback-ID"].split(":")) == 4
        assert "@" not in message["Feedback-ID"]
    assert len(ids) == len(carrier.taken) == 9


NASTY = [
    "x\r\nBcc: all@x.org", "x\nBcc: all@x.org", "x\rBcc: all@x.org", "x\r\n\r\n<script>", "x\x00\r\nBcc: y@x.org",
    "x\u2028Bcc: y@x.org", "x\x85Bcc: y@x.org", "x\x0b\x0cBcc: y@x.org", "=?utf-8?q?x=0D=0ABcc:_y@x.org?=",
    "%%TO%%", "%%MESSAGEID%%", "%%UNSUBSCRIBE%%", "{{ reader.address }}", "{% load x %}", "${7*7}", '" <evil@x.org>, "',
    "<evil@x.org>", ", evil@x.org", "x;\r\n\tboundary=y", "\r\n.\r\nMAIL FROM:<a@b>",
]  # fmt: skip


@pytest.mark.parametrize("place", ["subject", "sender_name", "list_name"])
@pytest.mark.parametrize("nasty", [*NASTY, *(f"Quay {each} quay" for each in NASTY), *(each * 9 for each in NASTY)])
def test_NL_10_no_words_of_the_desk_make_a_header(place: str, nasty: str) -> None:
    content = written(head(**{place: nasty}))
    message = parsed(content)
    assert list(message.keys()) == list(parsed(written(head())).keys())
    assert message["Bcc"] is None
    assert [one.addr_spec for one in message["From"].addresses] == ["news@quay.example"]
    assert [one.addr_spec for one in message["To"].addresses] == ["ann@x.org"]
    assert b"\r\n." not in content
    assert b"\n" not in content.replace(b"\r\n", b"")


HARMLESS = {"a${7*7}@x.org"}  # letters that an address may hold, and that nobody reads as anything else


@pytest.mark.parametrize(
    "nasty", [bad for each in NASTY for bad in (f"a{each}@x.org", f"ann@x.org{each}") if bad not in HARMLESS]
)
def test_NL_10_no_address_that_a_reader_gives_makes_a_header_or_a_command(nasty: str) -> None:
    with pytest.raises(MessageError):
        checked(nasty)


@settings(deadline=None)
@given(st.text(max_size=400), st.text(max_size=200))
def test_NL_10_whatever_the_words_the_body_arrives_as_it_was_and_no_line_is_long(html: str, subject: str) -> None:
    plain_html = html.replace("\r", "")
    content = written(head(subject=subject), html=plain_html + '<a href="%%UNSUBSCRIBE%%">', text=plain_html)
    body, lines = content.partition(b"\r\n\r\n")[2], content.split(b"\r\n")
    assert max(len(line) for line in body.split(b"\r\n")) <= 76
    assert not any(line.startswith((b".", b"From ")) for line in lines)
    found = parsed(content).get_body(("html",)).get_payload(decode=True).decode()
    if "%%" not in plain_html:
        assert found.replace("\r\n", "\n") == plain_html + f'<a href="{OWN["UNSUBSCRIBE"]}">'


@settings(deadline=None)
@given(st.from_regex(r"[A-Za-z0-9._=-]{1,300}", fullmatch=True))
def test_a_readers_own_words_are_whole_wherever_they_stand(value: str) -> None:
    content = written(
        head(), html=f"<a href='%%UNSUBSCRIBE%%'>{'é' * 40}%%PASS:12%%", UNSUBSCRIBE=value, **{"PASS:12": value}
    )
    found = parsed(content).get_body(("html",)).get_payload(decode=True).decode().replace("\r\n", "")
    assert found == f"<a href='{value}'>{'é' * 40}{value}"
    assert not any(line.startswith(b".") for line in content.split(b"\r\n"))


@pytest.fixture(scope="module")
def sign() -> Callable[[bytes], tuple[bytes, bool]]:
    """Sign as an MTA does, with its own key, and verify as a mailbox provider does."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    from base64 import b64encode

    record = b"v=DKIM1; k=rsa; p=" + b64encode(public)
    names = [b"from", b"to", b"subject", b"date", b"message-id", b"list-unsubscribe", b"list-unsubscribe-post"]

    def both(content: bytes) -> tuple[bytes, bool]:
        header = dkim.sign(content, b"s1", b"quay.example", private, include_headers=names)
        return header, dkim.verify(header + content, dnsfunc=lambda name, timeout=5: record)

    return both


def test_NL_02_a_signature_covers_both_headers_of_one_click(sign: Callable[[bytes], tuple[bytes, bool]]) -> None:
    content = written(head(subject=SCRIPTS["Arabic"]), html="<p>é</p>")
    header, good = sign(content)
    assert good
    signed = header.replace(b"\r\n ", b"").partition(b"h=")[2].partition(b";")[0].replace(b" ", b"").split(b":")
    assert {b"list-unsubscribe", b"list-unsubscribe-post"} <= {name.lower() for name in signed}
    assert not dkim.verify(
        header + content.replace(b"leave/abc", b"leave/abd"), dnsfunc=lambda name, timeout=5: b"v=DKIM1; p="
    )


@pytest.mark.django_db
def test_NL_03_the_token_in_a_mail_names_nobody_and_is_one_for_each_list() -> None:
    carrier = MemoryCarrier()
    newsletter, other = a_list(), a_list("evening")
    (ann,) = readers(newsletter, ["ann@x.org"])
    ann.subscriptions.create(newsletter=other, state="active", asked_at=ann.made_at)
    an_issue(newsletter)
    an_issue(other)
    ready()
    Worker(carrier).all()
    pages = {parsed(content)["List-Unsubscribe"] for content in carrier.taken.values()}
    assert len(pages) == 2
    for page in pages:
        token = keys.read_token(page.partition("/leave/")[2].partition("/")[0])
        place = ann.subscriptions.get(token=token)
        assert f"leave-{keys.leave_local(place.token).removeprefix('leave-')}@" in page
        assert "ann" not in page


@settings(deadline=None)
@given(st.integers(0, 2**48 - 1), st.binary(min_size=16, max_size=16))
def test_what_stands_in_addresses_comes_back_and_nothing_else_does(delivery: int, token: bytes) -> None:
    local = keys.verp(delivery)
    assert keys.read_verp(local) == keys.read_verp(local.upper()) == delivery
    assert len(local) <= 64
    assert keys.read_leave(keys.leave_local(token).title()) == token
    assert keys.read_token(keys.token_text(token)) == token
    for place in range(2, len(local)):
        other = local[:place] + ("a" if local[place] != "a" else "b") + local[place + 1 :]
        assert keys.read_verp(other) is None
