"""A reader with a browser and a mailbox, as far as Django's client can be one."""

from __future__ import annotations

import html
import re
from typing import Any

from django.core import mail
from django.test import Client
from django.urls import reverse

from broadsheet.accounts import queries
from tests.paper import committed

CODE = re.compile(r"^\s+(\d{6})$", re.MULTILINE)


def codes(address: str = "") -> list[str]:
    """The codes in the mails so far, to one address or to all, the latest last."""
    letters = [letter for letter in mail.outbox if not address or address.lower() in letter.to]
    return [code for letter in letters for code in CODE.findall(str(letter.body))]


class Browser:
    """A reader's browser."""

    def __init__(self, agent: str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0") -> None:
        self.client = Client(HTTP_USER_AGENT=agent)

    def get(self, name: str, **query: Any) -> Any:
        """Open a page by its name."""
        return self.client.get(reverse(name) if "/" not in name else name, query)

    def post(self, name: str, data: dict[str, Any] | None = None, follow: bool = False) -> Any:
        """Send a form."""
        with committed():
            return self.client.post(reverse(name) if "/" not in name else name, data or {}, follow=follow)

    def ask(self, address: str, **more: str) -> Any:
        """Ask for a code."""
        return self.post("account_login", {"email": address, **more})

    def log_in(self, address: str, **more: str) -> Any:
        """Ask for a code, look into the mail, type it."""
        asked = self.ask(address, **more)
        assert asked.status_code == 302, asked.content.decode()
        return self.post(asked.url, {"code": codes(address)[-1], **more})

    @property
    def user(self) -> int | None:
        """Who is logged in here."""
        found = self.client.session.get("_auth_user_id")
        return int(found) if found else None


def words(response: Any) -> str:
    """What a page says."""
    page = re.sub(r"<(script|style)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def number_of(address: str) -> int:
    """The number of the account with this address."""
    person = queries.person_by_mail(address)
    assert person is not None
    return person.pk
