"""What a reader does with the pages of membership, and what these say."""

from __future__ import annotations

import html
import re
from typing import Any

from django.test import Client

from broadsheet.membership.operations import Reader
from broadsheet.paywall import passes
from broadsheet.paywall.queries import ring
from tests.apps.membership.stage import Stage


def client_of(reader: Reader) -> Client:
    """Their browser, logged in."""
    from django.contrib.auth import get_user_model

    client = Client()
    client.force_login(
        get_user_model().objects.get(pk=reader.user_id),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    return client


def said(response: Any) -> str:
    """What a page says."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def main_of(response: Any) -> str:
    return response.content.decode().partition("<main")[2].partition("</main>")[0]


def hidden(response: Any, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())
    return html.unescape(found[1]) if found else ""


def terms_page(client: Client, plan: str = "full-month", **query: str) -> Any:
    return client.get(f"/subscribe/{plan}/", query)


def begin(client: Client, plan: str = "full-month", **data: str) -> Any:
    """They agree, and press the button."""
    page = terms_page(client, plan, **({"next": "/world/"} if "next" not in data else {}))
    return client.post(f"/subscribe/{plan}/", {"said": hidden(page, "said"), "agreed": "1", **data})


def pass_in(response: Any, stage: Stage) -> passes.Pass | None:
    cookie = response.cookies.get("bs-p")
    return passes.unseal(ring(), cookie.value.encode()) if cookie else None
