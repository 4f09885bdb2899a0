"""What somebody declared, as the page that confirms it shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

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


def declaration(reference: UUID) -> Declaration | None:
    """The declaration of this number."""
    row = Cancellation.objects.filter(reference=reference).first()
    if row is None:
        return None
    return Declaration(
        row.reference, row.kind, row.declared_at, row.ends_at if row.logged_in else None, row.name, row.email,
        row.contract, row.reason, row.end_wanted, row.logged_in,
    )  # fmt: skip
