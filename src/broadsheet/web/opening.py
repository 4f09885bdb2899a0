"""`broadsheet open`: from an empty folder to a paper with a front page and a chief editor."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.core.management import call_command

from broadsheet.accounts import operations as accounts
from broadsheet.newsroom import queries
from broadsheet.newsroom.operations import opening


def prepare() -> None:
    """Bring the database and the collected static files up to date. Safe to repeat."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)


def languages() -> list[str]:
    """The languages in which there is a paper; empty before it is opened."""
    return list(queries.editions())


def open_new(*, name: str, language: str, email: str) -> str:
    """Open a paper in one language; gives the chief editor's password. Only for a folder without one."""
    opening.open_paper(
        editions=[opening.Edition(language, name)], address=settings.WAGTAILADMIN_BASE_URL, contact=email
    )
    password = secrets.token_urlsafe(9)
    accounts.ensure_chief(email=email, password=password)
    return password
