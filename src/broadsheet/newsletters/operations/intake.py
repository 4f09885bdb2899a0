"""Taking in one mail that was sent to us: a bounce, a complaint, a wish to leave, an answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from broadsheet.newsletters.formats.reading import read
from broadsheet.newsletters.keys import read_leave, read_verp
from broadsheet.newsletters.operations import bounces, leaving
from broadsheet.newsletters.rules.bounces import Severity, Verdict, judge, judge_feedback
from broadsheet.newsletters.rules.reasons import Reason
from broadsheet.newsletters.rules.told import Kind, Reading

LEFT = "left"
NOT_OURS = "not ours"  # no mark of a mail of ours: it has no effect, whatever it says


@dataclass(frozen=True, slots=True)
class Taken:
    """What a mail was, and what it did."""

    kind: str
    effect: str
    reason: str = ""


def take(*, raw: bytes, now: datetime) -> Taken:
    """Read one mail and do what it asks for. The same mail again does nothing more."""
    reading = read(raw)
    if reading.kind in {Kind.OTHER, Kind.DELIVERED, Kind.DELAY} and (token := _leaves(reading)):
        left = leaving.leave(token=token, by="mail", now=now)
        return Taken("unsubscribe", LEFT if left else NOT_OURS)
    if reading.kind in {Kind.OTHER, Kind.AUTO_REPLY}:
        return Taken(reading.kind.value, "nothing")
    delivery, verdict = _delivery(reading), verdict_of(reading)
    if delivery is None:
        return Taken(reading.kind.value, NOT_OURS, verdict.reason.value)
    told = bounces.Told(
        source="mail", event_id=f"{delivery}:{reading.kind.value}", kind=reading.kind, delivery=delivery,
        verdict=verdict, at=now, said=_said(reading),
    )  # fmt: skip
    return Taken(reading.kind.value, bounces.apply(told=told, now=now), verdict.reason.value)


def verdict_of(reading: Reading) -> Verdict:
    """The verdict on a whole mail: our mails have one recipient, so the first that failed is it."""
    if reading.kind is Kind.COMPLAINT:
        return judge_feedback(reading.feedback)
    if reading.kind is not Kind.BOUNCE:
        return Verdict(Reason.DELIVERED if reading.kind is Kind.DELIVERED else Reason.UNDEFINED, Severity.OTHER)
    failed = [each for each in reading.told if each.action in {"", "failed", "expired"}] or list(reading.told)
    return judge(failed[0]) if failed else Verdict(Reason.UNDEFINED, Severity.OTHER)


def _leaves(reading: Reading) -> bytes | None:
    return next((token for each in reading.sent_to if (token := read_leave(each.partition("@")[0]))), None)


def _delivery(reading: Reading) -> int | None:
    """Of which delivery a mail speaks: by the sealed address alone. A complaint is sent elsewhere, and holds it."""
    places = (*reading.sent_to, *reading.about) if reading.kind is Kind.COMPLAINT else reading.sent_to
    return next((found for each in places if (found := read_verp(each.partition("@")[0])) is not None), None)


def _said(reading: Reading) -> str:
    return next((each.said or each.notice for each in reading.told if each.said or each.notice), "")[:2_000]
