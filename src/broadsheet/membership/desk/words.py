"""The words in which the members' desk speaks of states, reasons, happenings and faults."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from babel.numbers import format_currency
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from broadsheet.membership.formats.members import Fault
from broadsheet.membership.letters import per
from broadsheet.membership.queries.story import Happening
from broadsheet.membership.rules.standing import Access, Reason
from broadsheet.money import Money

STATUSES = {
    "incomplete": lazy("first payment not through"), "incomplete_expired": lazy("never begun"),
    "trialing": lazy("on trial"), "active": lazy("paying"), "past_due": lazy("payment failed"),
    "unpaid": lazy("unpaid"), "paused": lazy("paused"), "canceled": lazy("over"),
}  # fmt: skip
REASONS = {
    Reason.NOTHING: lazy("Has no contract and no grant."),
    Reason.UNFINISHED: lazy("The first payment is not through yet, so nothing is open."),
    Reason.EXPIRED: lazy("The first payment never came, so nothing is open."),
    Reason.TRIAL: lazy("Reads as a member: the trial runs."),
    Reason.PAID: lazy("Reads as a member: it is paid."),
    Reason.PAUSED: lazy("Payments are paused; what is paid for stays open to its end."),
    Reason.GRACE: lazy("A payment failed. Reads on while it is tried again."),
    Reason.OVERDUE: lazy("A payment failed and the time to mend it is over, so nothing is open."),
    Reason.ENDED: lazy("The contract has ended."),
    Reason.GIVEN_BACK: lazy("The last payment was given back or disputed, so nothing is open."),
    Reason.UNKNOWN: lazy("The gateway named a state that this paper does not know."),
    Reason.GRANT: lazy("Reads as a member: access was given."),
}
TAGS = {
    Reason.NOTHING: lazy("no member"), Reason.UNFINISHED: lazy("not begun"), Reason.EXPIRED: lazy("not begun"),
    Reason.TRIAL: lazy("on trial"), Reason.PAID: lazy("paying"), Reason.PAUSED: lazy("paused"),
    Reason.GRACE: lazy("payment failed"), Reason.OVERDUE: lazy("unpaid"), Reason.ENDED: lazy("over"),
    Reason.GIVEN_BACK: lazy("given back"), Reason.UNKNOWN: lazy("unknown"), Reason.GRANT: lazy("given"),
}  # fmt: skip
SOURCES = {
    "history": lazy("Membership"), "mail": lazy("Mail"), "invoice": lazy("Invoice"), "consent": lazy("Consent"),
    "cancellation": lazy("Cancellation"), "grant": lazy("Grant"), "gift": lazy("Gift"), "seat": lazy("Seat"),
    "desk": lazy("Desk"), "event": lazy("Event"), "operation": lazy("At the gateway"), "checkout": lazy("Checkout"),
    "trial": lazy("Trial"),
}  # fmt: skip
HISTORY = {
    "trial_started": lazy("The trial began."), "joined": lazy("Joined."), "ended": lazy("The membership ended."),
    "refunded": lazy("Money was given back."), "dispute": lazy("The charge was disputed at the bank."),
    "resumed": lazy("Resumed the membership."), "paused": lazy("Paused the payments."),
    "switched": lazy("Changed the plan."), "trial_refused": lazy("A second trial was ended, uncharged."),
    "second_ended": lazy("A second membership was ended and given back."),
    "ended_by_desk": lazy("The desk ended the membership."), "grant_ended": lazy("A grant was taken back."),
    "fraud_warning": lazy("The card's bank warned of fraud."), "gift_bought": lazy("Bought a gift."),
    "gift_redeemed": lazy("Redeemed a gift."), "gift_refunded": lazy("A gift was given back."),
}  # fmt: skip
MAILS = {
    "welcome": lazy("Welcome"), "receipt": lazy("Receipt"), "refunded": lazy("Refund"), "ended": lazy("The end"),
    "trial_refused": lazy("Second trial refused"), "second_ended": lazy("Joined twice"),
    "cancelled": lazy("Confirmation of the cancellation"), "withdrawn": lazy("Confirmation of the withdrawal"),
    "declared": lazy("Confirmation of a declaration"), "resumed": lazy("Resumed"), "switched": lazy("Plan changed"),
    "new_price": lazy("Notice of a new price"), "trial_soon": lazy("The trial ends soon"),
    "trial_tomorrow": lazy("The trial ends tomorrow"), "renewal": lazy("The membership renews"),
    "yearly_word": lazy("A year's word"), "payment_failed": lazy("A payment failed"),
    "gift_bought": lazy("Gift bought"),
    "gift_given": lazy("Gift given"), "gift_redeemed": lazy("Gift redeemed"), "seat": lazy("Invitation to a seat"),
}  # fmt: skip
MAIL_STATES = {
    "waiting": lazy("waits"), "sending": lazy("is being sent"), "sent": lazy("sent"), "failed": lazy("failed"),
    "dropped": lazy("dropped"),
}  # fmt: skip
OPERATIONS = {
    "cancel": lazy("End with the period"), "end": lazy("End now"), "resume": lazy("Resume"), "pause": lazy("Pause"),
    "switch": lazy("Change the plan"), "refund": lazy("Give money back"), "email": lazy("Change the mail address"),
    "forget": lazy("Forget the reader"),
}  # fmt: skip
OPERATION_STATES = {
    "waiting": lazy("waits"), "done": lazy("done"), "failed": lazy("refused by the gateway"),
    "dropped": lazy("dropped"),
}  # fmt: skip
EVENT_STATES = {
    "new": lazy("waits"), "done": lazy("done"), "ignored": lazy("nothing to do"), "parked": lazy("parked"),
}  # fmt: skip
INVOICES = {
    "paid": lazy("Paid"), "open": lazy("Not paid yet"), "void": lazy("Void"), "uncollectible": lazy("Given up"),
    "draft": lazy("Draft"),
}  # fmt: skip
CANCELLATIONS = {
    "cancel": lazy("Cancelled."), "extraordinary": lazy("Cancelled for cause."),
    "withdrawal": lazy("Withdrew from the contract."),
}  # fmt: skip
CONSENTS = {
    "join": lazy("Agreed to join"), "switch": lazy("Agreed to another plan"), "price": lazy("Agreed to a price"),
}  # fmt: skip
GRANTS = {
    "complimentary": lazy("Complimentary access"), "gift": lazy("A gift"), "seat": lazy("A seat"),
    "institution": lazy("An institution"),
}  # fmt: skip
DESK = {
    "note": lazy("A note"), "given": lazy("Gave access"), "extended": lazy("Extended a grant"),
    "taken-back": lazy("Took a grant back"), "cancelled": lazy("Cancelled for the reader"),
    "ended": lazy("Ended the membership now"), "refunded": lazy("Gave money back"),
    "sent-again": lazy("Sent a mail again"), "replayed": lazy("Took up a parked event again"),
    "tried-again": lazy("Asked the gateway again"),
}  # fmt: skip
FAULTS = {
    "too-large": lazy("The file is too large. Part it into files of 40 MB at most."),
    "too-many": lazy("The file has more than 200,000 lines. Part it."),
    "encoding": lazy("This is not UTF-8, at this byte of the line. Save the file as CSV in UTF-8."),
    "quoting": lazy("The quotation marks do not match (%(value)s). Put a cell that has some into quotation marks."),
    "no-column": lazy("There is no column of this name. The first line names the columns: %(value)s"),
    "column-twice": lazy("Two columns have this name. Take one away."),
    "cells": lazy("This line has another number of cells than the first line (%(value)s)."),
    "twice": lazy("This stands on line %(value)s already. Keep one of the two."),
    "empty": lazy("The mail address is missing."),
    "email": lazy("“%(value)s” is no mail address."),
    "too-long": lazy("This is longer than %(value)s letters."),
    "yes-or-no": lazy("“%(value)s” is neither true nor false."),
    "day": lazy("“%(value)s” is no day. Write it as 2026-12-31."),
    "moment": lazy("“%(value)s” is no moment. Write it as 2026-12-31T18:00:00Z."),
    "nothing-character": lazy("There is a NUL character in this line. Take it out."),
    "tier": lazy("There is no tier “%(value)s”. Make it first, or correct the name."),
    "taken": lazy("The customer %(value)s belongs to another reader here."),
    "another": lazy("This reader has another customer here: %(value)s. Take the cell out to keep it."),
}
OUTCOMES = {
    "account": lazy("gets an account"), "customer": lazy("keeps the customer at Stripe"),
    "grant": lazy("gets complimentary access"), "note": lazy("gets the note"),
    "left-out": lazy("left out: deleted there"), "unchanged": lazy("all is here already"),
}  # fmt: skip
ERRORS = {
    "gone": lazy("There is nothing of the kind any more. Look at the page again."),
    "over": lazy("This is over already."),
    "before": lazy("The new end must lie ahead, and later than the old one."),
    "too-much": lazy("That is more than what is left."),
    "under-way": lazy("This is under way already. Wait until it is done."),
}


def money(amount: Money) -> str:
    """An amount in the language of whoever looks."""
    locale = to_locale(get_language() or "en")
    return format_currency(Decimal(amount.plain), amount.currency, locale=locale)


def price(amount: Money, interval: str) -> str:
    """An amount with its interval."""
    return per(money(amount), interval)


def status(word: str) -> str:
    """A subscription's state; a word that we do not know as it is."""
    return str(STATUSES.get(word, word))


def access_sentence(access: Access) -> str:
    """What holds now, and why."""
    return str(REASONS[access.reason])


def day(moment: Any) -> str:
    """A day, in the reader's words."""
    return date_format(localtime(moment), "DATE_FORMAT") if moment else ""


def fault(found: Fault) -> str:
    """What is wrong, and what to do."""
    return str(FAULTS[found.code]) % {"value": found.value}


def place(found: Fault) -> str:
    """Where it is wrong."""
    if found.column:
        return _("line %(line)s, column %(column)s") % {"line": found.line, "column": found.column}
    return _("line %(line)s") % {"line": found.line}


def title(each: Happening) -> str:
    """A line of the story, in a few words."""
    known: dict[str, dict[str, Any]] = {
        "history": HISTORY, "mail": MAILS, "invoice": INVOICES, "consent": CONSENTS, "cancellation": CANCELLATIONS,
        "grant": GRANTS, "desk": DESK, "operation": OPERATIONS,
        "gift": {"bought": _("Bought a gift"), "redeemed": _("Redeemed a gift")},
        "seat": {"accepted": _("Took a seat"), "revoked": _("The seat was taken back")},
        "checkout": {"begun": _("Began to pay")},
        "trial": {"used": _("Used the trial"), "refused": _("A second trial was refused")},
    }  # fmt: skip
    return str(known.get(each.source, {}).get(each.kind, each.kind))


def detail(each: Happening) -> str:
    """The facts of a line, one after the other."""
    return " · ".join(part for part in (*_amounts(each), *_states(each), *_rest(each)) if part)


def _amounts(each: Happening) -> list[str]:
    said = each.details
    if said.get("minor") is None or not said.get("currency"):
        return []
    amount = money(Money(said["minor"], said["currency"]))
    found = [per(amount, said["interval"]) if said.get("interval") else amount]
    if said.get("refunded") and each.source == "invoice":
        back = money(Money(said["refunded"], said["currency"]))
        found.append(_("%(amount)s given back") % {"amount": back})
    if said.get("trial"):
        found.append(_("%(days)s days free") % {"days": said["trial"]})
    return found


def _states(each: Happening) -> list[str]:
    words = {"mail": MAIL_STATES, "operation": OPERATION_STATES, "event": EVENT_STATES}.get(each.source)
    return [str(words.get(each.state, each.state))] if words else []


def _rest(each: Happening) -> list[str]:
    said = each.details
    found = [
        str(said[name])
        for name in ("number", "tier", "group", "text", "status", "reason", "why", "error")
        if said.get(name)
    ]
    if said.get("mail"):
        found.append(str(MAILS.get(said["mail"], said["mail"])))
    if said.get("op"):
        found.append(str(OPERATIONS.get(said["op"], said["op"])))
    if said.get("event"):
        found.append(f"{said.get('event_kind', '')} {said['event']}".strip())
    if said.get("until") and each.source == "grant":
        found.append(_("until %(day)s") % {"day": day(said["until"])})
    if said.get("ends"):
        found.append(_("ends %(day)s") % {"day": day(said["ends"])})
    if said.get("resumed"):
        found.append(_("resumed %(day)s") % {"day": day(said["resumed"])})
    return found


def outcome(did: tuple[str, ...]) -> str:
    """What becomes of a line of a file."""
    return ", ".join(str(OUTCOMES[word]) for word in did or ("unchanged",))


def summary(counts: dict[str, int]) -> str:
    """What becomes of all lines, counted."""
    return "; ".join(f"{OUTCOMES[word]}: {count}" for word, count in sorted(counts.items()))
