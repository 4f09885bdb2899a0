"""Keeping what a check of a domain found, for the desk."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

from broadsheet.newsletters.models import MailCheck

if TYPE_CHECKING:
    from collections.abc import Sequence

    from broadsheet.newsletters.rules.authentication import Finding


def keep(*, domain: str, findings: Sequence[Finding], now: datetime) -> None:
    """The findings in place of those of the last time."""
    MailCheck.objects.update_or_create(
        domain=domain, defaults={"at": now, "findings": [asdict(each) for each in findings]}
    )
