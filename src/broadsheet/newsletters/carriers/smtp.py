"""Over SMTP: several connections of our own, each with one message under way, with PIPELINING where the server has it.

What is known of a message is told exactly. Until its last full stop is written, nothing was taken; after that, and
without an answer, nobody can say, and it is in doubt.
"""

from __future__ import annotations

import asyncio
import ssl
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import SplitResult, parse_qs, unquote

from broadsheet.newsletters.carriers.freshness import may_go
from broadsheet.newsletters.carriers.postfix_log import PostfixLog
from broadsheet.newsletters.ports import Answer, Outgoing, Still, Told

OPENING, REPLY, TAKING = 30.0, 60.0, 240.0  # seconds: to connect, for an answer, for the answer to the last full stop


class SmtpError(OSError):
    """The server said no, or something that is no SMTP."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where a mail server is, and how it is spoken to."""

    host: str
    port: int
    security: str = "none"  # none, starttls, tls
    user: str = ""
    password: str = ""
    hello: str = "localhost"


def server_of(url: SplitResult, hello: str) -> Server:
    """`smtp://user:password@host:port`, `smtp+starttls://…` or `smtps://…`."""
    security = {"smtp": "none", "smtp+starttls": "starttls", "smtps": "tls"}[url.scheme]
    port = url.port or {"none": 25, "starttls": 587, "tls": 465}[security]
    user, password = unquote(url.username or ""), unquote(url.password or "")
    return Server(url.hostname or "localhost", port, security, user, password, hello)


@dataclass(slots=True)
class SmtpCarrier:
    """A mail server. With the log of a Postfix on this machine, it can be asked what it took."""

    server: Server
    log: PostfixLog | None = None
    dedupes: bool = False  # whether the server behind drops a Message-ID that it has already
    name: str = "smtp"
    handful: int = 1
    tells_after: timedelta = timedelta()

    @classmethod
    def at(cls, url: SplitResult, hello: str) -> SmtpCarrier:
        """The carrier of an address; `?log=/var/log/mail.log` names the log, `?dedupes=yes` a server that does."""
        asked = parse_qs(url.query)
        log = PostfixLog(asked["log"][0]) if "log" in asked else None
        settles = timedelta(seconds=float(asked.get("settles", ["10"])[0])) if log else timedelta()
        dedupes = asked.get("dedupes", ["no"])[0] == "yes"
        return cls(server_of(url, hello), log, dedupes, tells_after=settles)

    def line(self) -> SmtpLine:
        """A connection, not yet made."""
        return SmtpLine(self.server)

    def knows(self, message_ids: Sequence[str]) -> dict[str, bool]:
        """What the server's log says of them; nothing without a log."""
        return self.log.knows(message_ids) if self.log else {}


@dataclass(slots=True)
class SmtpLine:
    """One connection."""

    server: Server
    broken: bool = False
    _reader: asyncio.StreamReader | None = None
    _writer: asyncio.StreamWriter | None = None
    _offers: dict[str, str] = field(default_factory=dict)

    async def open(self) -> None:
        """Connect, encrypt, log in."""
        try:
            async with asyncio.timeout(OPENING):
                await self._connect()
        except (TimeoutError, ssl.SSLError, EOFError, ValueError) as error:
            self._cut()
            raise SmtpError(f"{type(error).__name__}: {error}") from error
        except OSError:
            self._cut()
            raise

    async def _connect(self) -> None:
        context = ssl.create_default_context() if self.server.security != "none" else None
        implicit = context if self.server.security == "tls" else None
        self._reader, self._writer = await asyncio.open_connection(self.server.host, self.server.port, ssl=implicit)
        _expect(await self._reply(), 220)
        await self._hello()
        if self.server.security == "starttls":
            _expect(await self._ask("STARTTLS"), 220)
            await self._writer.start_tls(context or ssl.create_default_context(), server_hostname=self.server.host)
            await self._hello()
        if self.server.user:
            await self._log_in()

    async def _hello(self) -> None:
        code, text = await self._ask(f"EHLO {self.server.hello}")
        if code == 250:
            words = [line.partition(" ") for line in text.splitlines()[1:]]
            self._offers = {word.upper(): rest for word, _, rest in words}
        else:
            _expect(await self._ask(f"HELO {self.server.hello}"), 250)
            self._offers = {}

    async def _log_in(self) -> None:
        user, password = self.server.user.encode(), self.server.password.encode()
        if "PLAIN" in self._offers.get("AUTH", "").upper().split():
            both = b64encode(b"\0" + user + b"\0" + password).decode()
            _expect(await self._ask(f"AUTH PLAIN {both}"), 235)
            return
        _expect(await self._ask("AUTH LOGIN"), 334)
        _expect(await self._ask(b64encode(user).decode()), 334)
        _expect(await self._ask(b64encode(password).decode()), 235)

    async def send(self, handful: Sequence[Outgoing], still: Still) -> list[Told]:
        """Send one after the other; after the line broke, the rest is told as unsent."""
        return [await self._send(item, still) for item in handful]

    async def _send(self, item: Outgoing, still: Still) -> Told:
        if self.broken or self._writer is None:
            return Told(Answer.UNSENT, text="the line is broken")
        handed = False
        try:
            content = item.outline.fill(item.values)
            async with asyncio.timeout(REPLY):
                refused = await self._envelope(item)
            if refused:
                return refused
            if not await may_go(item.claimed, still):
                self._cut()
                return Told(Answer.UNSENT, text="no longer ours to send")
            handed = True
            self._writer.write(content + b".\r\n")
            async with asyncio.timeout(TAKING):
                await self._writer.drain()
                code, text = await self._reply()
            return self._told(code, text)
        except (OSError, EOFError, ValueError) as error:  # also what took too long
            self._cut()
            return Told(Answer.DOUBT if handed else Answer.UNSENT, text=f"{type(error).__name__}: {error}")

    async def _envelope(self, item: Outgoing) -> Told | None:
        """Name sender and reader, and ask to begin; what is told where the server does not want to."""
        commands = [f"MAIL FROM:<{item.envelope}>", f"RCPT TO:<{item.to}>", "DATA"]
        if "PIPELINING" in self._offers:
            self._write(CRLF.join(commands))
            replies = [await self._reply() for _ in commands]
        else:
            replies = []
            for command in commands:
                replies.append(await self._ask(command))
                if replies[-1][0] >= 400:
                    break
        bad = next((reply for reply in replies if reply[0] >= 400), None)
        if bad is None and replies[-1][0] == 354:
            return None
        if bad is None:
            raise SmtpError(f"{replies[-1][0]} in place of 354")
        if replies[-1][0] == 354:  # asked to begin, though nobody is to get it: an empty message, which is refused
            self._write(".")
            await self._reply()
        if bad[0] != 421:
            await self._ask("RSET")
        return self._told(*bad)

    def _told(self, code: int, text: str) -> Told:
        if code == 421:
            self._cut()
        if 200 <= code < 300:
            return Told(Answer.SENT, code, text)
        return Told(Answer.REFUSED if code >= 500 else Answer.LATER, code, text)

    async def _ask(self, command: str) -> tuple[int, str]:
        self._write(command)
        async with asyncio.timeout(REPLY):
            return await self._reply()

    def _write(self, command: str) -> None:
        assert self._writer is not None
        self._writer.write(command.encode("ascii") + b"\r\n")

    async def _reply(self) -> tuple[int, str]:
        assert self._reader is not None
        lines: list[str] = []
        while True:
            line = await self._reader.readline()
            if not line.endswith(b"\n") or not line[:3].isdigit():
                raise SmtpError("the server hung up" if not line else f"no answer of SMTP: {line[:80]!r}")
            lines.append(line[4:].decode("utf-8", "replace").strip())
            if line[3:4] != b"-":
                return int(line[:3]), "\n".join(lines)

    async def close(self) -> None:
        """Say goodbye, if there is somebody to say it to."""
        if self._writer is None:
            return
        try:
            if not self.broken:
                self._write("QUIT")
                async with asyncio.timeout(2):
                    await self._reply()
        except (OSError, EOFError, ValueError):
            pass
        self._cut()

    def _cut(self) -> None:
        """End the connection at once: a message whose full stop was not written was never sent."""
        self.broken = True
        if self._writer is not None:
            self._writer.transport.abort()


CRLF = "\r\n"


def _expect(reply: tuple[int, str], code: int) -> None:
    if reply[0] != code:
        raise SmtpError(f"{reply[0]} {reply[1]}")
