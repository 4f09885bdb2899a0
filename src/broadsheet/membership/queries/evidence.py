"""What somebody declared, as the page that confirms it shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from broadsheet.membership.keys import declaration_of
from broadsheet.membership.models import Cancellation


@dataclass(frozen=True, slots=True)
class Declaration:
    """A cancellation or a withdrawal as it was declared. Its end is told only to whom it concerns."""

    reference: UUID
    kind: str  # cancel, extraordinary, withdrawal
    declared_at: datetime
    ends_at: datetime | None
    name: str
    email: str
    contract: str
    reason: str
    end_wanted: date | None
    logged_in: bool
    held_until: datetime | None = None  # its member is asked first, until then
    meant: str = ""  # the subscription that it would end
    settled: bool = False


def asked(token: str) -> Declaration | None:
    """The declaration that the bearer of a token from a mail may answer for."""
    reference = declaration_of(token)
    found = declaration(reference) if reference else None
    return found if found is not None and found.held_until is not None else None


def declaration(reference: UUID) -> Declaration | None:
    """The declaration of this number."""
    row = Cancellation.objects.filter(reference=reference).first()
    if row is None:
        return None
    return Declaration(
        row.reference, row.kind, row.declared_at, row.ends_at if row.logged_in else None, row.name, row.email,
        row.contract, row.reason, row.end_wanted, row.logged_in, row.held_until, row.meant,
        row.settled_at is not None,
    )  # fmt: skip
