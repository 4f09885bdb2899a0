"""What keeps mailings going beside sending: doubt is resolved, ends are noticed, what is over is forgotten."""

from __future__ import annotations

from datetime import datetime

from broadsheet.newsletters import workers
from broadsheet.newsletters.operations import building, doubt, pausing, tokens
from broadsheet.newsletters.ports import Carrier
from broadsheet.newsletters.queries.progress import anything_open

__all__ = ["anything_open", "forget", "prepare", "tidy"]


def prepare(*, now: datetime) -> None:
    """Gather the readers of frozen issues, and let go out what is due."""
    building.build_due(now=now)
    building.begin_due(now=now)


def tidy(*, carrier: Carrier, now: datetime) -> None:
    """Find rows whose worker died, decide about doubt, end issues that are sent."""
    doubt.doubt_dead(alive=workers.alive, now=now)
    doubt.heard_of(now=now)
    doubt.resolve(carrier=carrier, now=now)
    building.begin_due(now=now)
    building.end_sent(now=now)


def forget(*, now: datetime) -> None:
    """Forget tokens of former days, and pauses that are long over."""
    tokens.forget(now=now)
    pausing.forgive(now=now)
