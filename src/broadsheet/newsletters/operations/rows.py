"""What several operations write: a mailbox's row, its place on a list, the proof of an act. Called within theirs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from broadsheet.newsletters.keys import address_key, domain_of
from broadsheet.newsletters.models import Consent, Newsletter, Subscriber, Subscription, Suppression

ASKED, CONFIRMED, LEFT, BROUGHT = "asked", "confirmed", "left", "brought"


@dataclass(frozen=True, slots=True)
class Proof:
    """Under which words somebody acted, and where: lists, front, story:<key>, account, import:<name>."""

    words: str
    form: str


def mailbox(address: str, now: datetime, language: str = "", zone: str = "") -> Subscriber:
    """The row of a mailbox, made where there is none, and locked."""
    row, _ = Subscriber.objects.get_or_create(
        address_key=address_key(address),
        defaults={
            "address": address, "domain": domain_of(address), "language": language, "zone": zone, "made_at": now,
        },
    )  # fmt: skip
    return Subscriber.objects.select_for_update().get(pk=row.pk)


def place(reader: Subscriber, newsletter_id: int, now: datetime) -> Subscription:
    """Somebody's place on a list, as asked for where there was none."""
    row, _ = Subscription.objects.get_or_create(
        subscriber=reader, newsletter_id=newsletter_id, defaults={"asked_at": now}
    )
    return row


def put_on(row: Subscription, act: str, proof: Proof, now: datetime) -> bool:
    """Have the reader on the list, with proof. False where they were already."""
    if row.state == Subscription.State.ACTIVE:
        return False
    row.state, row.confirmed_at, row.left_at, row.left_by = Subscription.State.ACTIVE, now, None, ""
    row.save(update_fields=["state", "confirmed_at", "left_at", "left_by"])
    note(row, act, proof, now)
    return True


def take_off(row: Subscription, by: str, now: datetime, proof: Proof | None = None) -> bool:
    """Have the reader on the list no more. False where they were not: a mail that asks is answered by silence."""
    if row.state == Subscription.State.LEFT:
        return False
    row.state, row.left_at, row.left_by = Subscription.State.LEFT, now, by
    row.save(update_fields=["state", "left_at", "left_by"])
    note(row, LEFT, proof or Proof("", by), now)
    return True


def note(row: Subscription, act: str, proof: Proof, now: datetime) -> None:
    """Keep the proof of an act. No network address is kept."""
    Consent.objects.create(subscription=row, act=act, at=now, words=proof.words[:40], form=proof.form[:80])


def open_lists(numbers: Iterable[int]) -> list[int]:
    """Those of these lists that readers may join, in order."""
    return list(Newsletter.objects.filter(pk__in=set(numbers), open=True).order_by("pk").values_list("pk", flat=True))


def suppressed(reader: Subscriber, scope: str = "") -> bool:
    """Whether the mailbox is not written to: no newsletters, or with scope `all` no mail of any kind."""
    found = Suppression.objects.filter(address_key=bytes(reader.address_key))
    return (found.filter(scope=scope) if scope else found).exists()
