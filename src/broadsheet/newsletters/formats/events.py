"""What an ESP tells of a delivery, in our words. Takes what django-anymail made of it: one shape for all ESPs."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from broadsheet.newsletters.formats.answers import enhanced, reply
from broadsheet.newsletters.rules.bounces import Severity, Verdict, judge
from broadsheet.newsletters.rules.reasons import Reason
from broadsheet.newsletters.rules.told import Kind, Told

NOTHING = Verdict(Reason.UNDEFINED, Severity.OTHER)
COMPLAINT = Verdict(Reason.FEEDBACK, Severity.COMPLAINT)
GONE = Verdict(Reason.USER_UNKNOWN, Severity.HARD)
LEAVES = "leaves"  # the reader asked the ESP to be taken off
SIMPLE = {
    "delivered": Kind.DELIVERED, "deferred": Kind.DELAY, "autoresponded": Kind.AUTO_REPLY,
}  # fmt: skip
# Postmark sorts bounces itself; these of its types are no fault of the reader's mailbox.
POSTMARK = {
    "HardBounce": GONE, "BadEmailAddress": GONE,
    "SoftBounce": Verdict(Reason.UNDEFINED, Severity.SOFT),
    "DMARCPolicy": Verdict(Reason.AUTH_FAILURE, Severity.POLICY),
    "Blocked": Verdict(Reason.BLOCKED, Severity.POLICY),
    "SpamNotification": Verdict(Reason.SPAM, Severity.POLICY),
    "VirusNotification": Verdict(Reason.VIRUS, Severity.POLICY),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """One event of one mail."""

    event_id: str
    kind: Kind
    verdict: Verdict
    recipient: str
    delivery: str = ""  # our own mark, as the ESP gives it back
    message_id: str = ""
    said: str = ""
    leaves: bool = False


def understood(event: Any) -> Event | None:
    """The event in our words; None for what does not concern us: opens, clicks, what is only queued."""
    kind, verdict, leaves = _meaning(event)
    if kind is None:
        return None
    metadata = event.metadata if isinstance(event.metadata, dict) else {}
    return Event(
        event_id=_id(event), kind=kind, verdict=verdict, recipient=str(event.recipient or "")[:320],
        delivery=str(metadata.get("delivery", ""))[:20], message_id=str(event.message_id or "")[:998],
        said=_said(event)[:2_000], leaves=leaves,
    )  # fmt: skip


def _meaning(event: Any) -> tuple[Kind | None, Verdict, bool]:
    kind, why = event.event_type, event.reject_reason
    if kind in SIMPLE:
        return SIMPLE[kind], NOTHING, False
    if kind == "unsubscribed":
        return Kind.OTHER, NOTHING, True
    postmark = POSTMARK.get(str(_raw(event).get("Type", ""))) or POSTMARK.get(
        str(_raw(event).get("SuppressionReason", ""))
    )
    if postmark is not None:
        return Kind.BOUNCE, postmark, False
    if kind == "complained" or (kind == "rejected" and why == "spam"):
        return Kind.COMPLAINT, COMPLAINT, False
    if kind == "rejected" and why == "unsubscribed":
        return Kind.OTHER, NOTHING, True
    if kind in {"bounced", "rejected", "failed"}:
        return Kind.BOUNCE, _verdict(event), False
    return None, NOTHING, False


def _verdict(event: Any) -> Verdict:
    """By what the other side said; by the ESP's own word where that says nothing."""
    why, said = event.reject_reason, _said(event)
    if why == "invalid" or _raw(event).get("reason") == "suppress-bounce":
        return GONE
    found = judge(Told(action="failed", status=enhanced(said), code=reply(said), said=said, formal=True))
    if found.severity is Severity.OTHER:
        return Verdict(found.reason, Severity.SOFT if why in {"bounced", "timed_out"} else Severity.OTHER)
    if event.event_type != "bounced" and found.severity is Severity.HARD:
        return Verdict(found.reason, Severity.SOFT)  # the ESP never tried, and does not say why
    return found


def _raw(event: Any) -> dict[str, Any]:
    raw = event.esp_event if isinstance(event.esp_event, dict) else {}
    inner = raw.get("event-data")
    return inner if isinstance(inner, dict) else raw


def _said(event: Any) -> str:
    status = _raw(event).get("delivery-status")
    parts = [status.get("code"), status.get("enhanced-code")] if isinstance(status, dict) else []
    words = [str(each) for each in (*parts, event.mta_response, event.description) if each]
    return " ".join(dict.fromkeys(words))


def _id(event: Any) -> str:
    """The ESP's own name for the event and its kind; a digest of all it says, where it has no name."""
    if event.event_id:
        return f"{event.event_type}:{event.event_id}"[:128]
    raw = event.esp_event if isinstance(event.esp_event, dict) else str(event.esp_event)
    return hashlib.sha256(json.dumps(raw, sort_keys=True, default=str).encode()).hexdigest()
