"""`broadsheet open`: from an empty folder to a paper with a front page and a chief editor."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.validators import validate_email
from django.db import transaction

from broadsheet.accounts import operations as accounts
from broadsheet.newsroom import queries
from broadsheet.newsroom.operations import opening


def prepare() -> None:
    """Bring the database and the collected static files up to date. Safe to repeat."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)  # where the cache is a table: CACHE_URL=database:
    call_command("collectstatic", verbosity=0, interactive=False)


def languages() -> list[str]:
    """The languages in which there is a paper; empty before it is opened."""
    return list(queries.editions())


@transaction.atomic
def open_new(*, name: str, language: str, email: str) -> str:
    """Open a paper in one language; gives the chief editor's password. Only for a folder without one.

    Raises ValidationError where the language is none of the settings' or the address is no mail address.
    """
    known = dict(settings.WAGTAIL_CONTENT_LANGUAGES)
    if language not in known:
        raise ValidationError(
            f"{language!r} is none of the paper's languages: {', '.join(known)} (LANGUAGES in its settings)."
        )
    validate_email(email)
    edition = opening.Edition(language, name)
    opening.open_paper(editions=[edition], address=settings.WAGTAILADMIN_BASE_URL, contact=email)
    password = secrets.token_urlsafe(9)
    accounts.ensure_chief(email=email, password=password)
    return password
