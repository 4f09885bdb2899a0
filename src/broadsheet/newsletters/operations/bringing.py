"""Bringing readers in from a file. Who left here stays away, and who is not to be written to is not brought back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from broadsheet.newsletters.formats.readers import Line
from broadsheet.newsletters.keys import address_key
from broadsheet.newsletters.models import Subscription, Suppression
from broadsheet.newsletters.operations import rows
from broadsheet.newsletters.operations.rows import Proof

JOINED, THERE, SUPPRESSED, LEFT = "joined", "there already", "not to be written to", "left before"
FAULTS = {"no-address": "no mail address", "no-proof": "no date of consent", "date": "no date that can be read"}
FUTURE = "consent in the future"
AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one line."""

    line: int
    address: str
    what: str


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a file."""

    outcomes: tuple[Outcome, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many lines came to what."""
        return dict(Counter(outcome.what for outcome in self.outcomes))


def bring(*, lines: Sequence[Line], newsletter_id: int, source: str, now: datetime, dry_run: bool = False) -> Report:
    """Put readers with proof on a list, a few hundred at a time; safe to repeat. `source`: where they said yes.

    With `dry_run` everything is done and taken back: what is told is what would come of it.
    """
    found: list[Outcome] = []
    for start in range(0, len(lines), AT_ONCE):
        with transaction.atomic():
            found += _handful(lines[start : start + AT_ONCE], newsletter_id, source, now)
            if dry_run:
                transaction.set_rollback(True)
    return Report(tuple(found))


def _handful(lines: Iterable[Line], newsletter_id: int, source: str, now: datetime) -> list[Outcome]:
    return [Outcome(line.number, line.address, _one(line, newsletter_id, source, now)) for line in lines]


def _one(line: Line, newsletter_id: int, source: str, now: datetime) -> str:
    if line.fault or line.consented is None:
        return FAULTS[line.fault or "no-proof"]
    if line.consented > now:
        return FUTURE
    try:
        validate_email(line.address)
    except ValidationError:
        return FAULTS["no-address"]
    if Suppression.objects.filter(address_key=address_key(line.address)).exists():
        return SUPPRESSED
    reader = rows.mailbox(line.address, now, line.language, line.zone)
    place = rows.place(reader, newsletter_id, now)
    if place.state == Subscription.State.LEFT:
        return LEFT
    joined = rows.put_on(place, rows.BROUGHT, Proof(f"{line.consented:%Y-%m-%dT%H:%M%z}", f"import:{source}"), now)
    return JOINED if joined else THERE
