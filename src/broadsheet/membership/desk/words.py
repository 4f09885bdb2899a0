"""The words in which the members' desk speaks of states, reasons, happenings and faults."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from babel.numbers import format_currency
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext, to_locale
from django.utils.translation import gettext_lazy as _

from broadsheet.membership.formats.members import Fault
from broadsheet.membership.letters import per
from broadsheet.membership.queries.story import Happening
from broadsheet.membership.rules.standing import Access, Reason
from broadsheet.money import Money

STATUSES = {
    "incomplete": _("first payment not through"), "incomplete_expired": _("never begun"),
    "trialing": _("on trial"), "active": _("paying"), "past_due": _("payment failed"),
    "unpaid": _("unpaid"), "paused": _("paused"), "canceled": _("over"),
}  # fmt: skip
REASONS = {
    Reason.NOTHING: _("Has no contract and no grant."),
    Reason.UNFINISHED: _("The first payment is not through yet, so nothing is open."),
    Reason.EXPIRED: _("The first payment never came, so nothing is open."),
    Reason.TRIAL: _("Reads as a member: the trial runs."),
    Reason.PAID: _("Reads as a member: it is paid."),
    Reason.PAUSED: _("Payments are paused; what is paid for stays open to its end."),
    Reason.GRACE: _("A payment failed. Reads on while it is tried again."),
    Reason.OVERDUE: _("A payment failed and the time to mend it is over, so nothing is open."),
    Reason.ENDED: _("The contract has ended."),
    Reason.GIVEN_BACK: _("The last payment was given back or disputed, so nothing is open."),
    Reason.UNKNOWN: _("The gateway named a state that this paper does not know."),
    Reason.GRANT: _("Reads as a member: access was given."),
}
TAGS = {
    Reason.NOTHING: _("no member"), Reason.UNFINISHED: _("not begun"), Reason.EXPIRED: _("not begun"),
    Reason.TRIAL: _("on trial"), Reason.PAID: _("paying"), Reason.PAUSED: _("paused"),
    Reason.GRACE: _("payment failed"), Reason.OVERDUE: _("unpaid"), Reason.ENDED: _("over"),
    Reason.GIVEN_BACK: _("given back"), Reason.UNKNOWN: _("unknown"), Reason.GRANT: _("given"),
}  # fmt: skip
SOURCES = {
    "history": _("Membership"), "mail": _("Mail"), "invoice": _("Invoice"), "consent": _("Consent"),
    "cancellation": _("Cancellation"), "grant": _("Grant"), "gift": _("Gift"), "seat": _("Seat"),
    "desk": _("Desk"), "event": _("Event"), "operation": _("At the gateway"), "checkout": _("Checkout"),
    "trial": _("Trial"),
}  # fmt: skip
HISTORY = {
    "trial_started": _("The trial began."), "joined": _("Joined."), "ended": _("The membership ended."),
    "refunded": _("Money was given back."), "dispute": _("The charge was disputed at the bank."),
    "objected": _("Objected to a declaration that was made without log-in."),
    "resumed": _("Resumed the membership."), "paused": _("Paused the payments."),
    "switched": _("Changed the plan."), "trial_refused": _("A second trial was ended, uncharged."),
    "second_ended": _("A second membership was ended and given back."),
    "ended_by_desk": _("The desk ended the membership."), "grant_ended": _("A grant was taken back."),
    "fraud_warning": _("The card's bank warned of fraud."), "gift_bought": _("Bought a gift."),
    "gift_redeemed": _("Redeemed a gift."), "gift_refunded": _("A gift was given back."),
}  # fmt: skip
MAILS = {
    "welcome": _("Welcome"), "receipt": _("Receipt"), "refunded": _("Refund"), "ended": _("The end"),
    "trial_refused": _("Second trial refused"), "second_ended": _("Joined twice"),
    "cancelled": _("Confirmation of the cancellation"), "withdrawn": _("Confirmation of the withdrawal"),
    "declared": _("Confirmation of a declaration"), "asked": _("Question about a declaration"),
    "resumed": _("Resumed"), "switched": _("Plan changed"),
    "new_price": _("Notice of a new price"), "trial_soon": _("The trial ends soon"),
    "trial_tomorrow": _("The trial ends tomorrow"), "renewal": _("The membership renews"),
    "yearly_word": _("A year's word"), "payment_failed": _("A payment failed"),
    "gift_bought": _("Gift bought"),
    "gift_given": _("Gift given"), "gift_redeemed": _("Gift redeemed"), "seat": _("Invitation to a seat"),
}  # fmt: skip
MAIL_STATES = {
    "waiting": _("waits"), "sending": _("is being sent"), "sent": _("sent"), "failed": _("failed"),
    "dropped": _("dropped"),
}  # fmt: skip
OPERATIONS = {
    "cancel": _("End with the period"), "end": _("End now"), "resume": _("Resume"), "pause": _("Pause"),
    "switch": _("Change the plan"), "refund": _("Give money back"), "email": _("Change the mail address"),
    "forget": _("Forget the reader"),
}  # fmt: skip
OPERATION_STATES = {
    "waiting": _("waits"), "done": _("done"), "failed": _("refused by the gateway"),
    "dropped": _("dropped"),
}  # fmt: skip
EVENT_STATES = {
    "new": _("waits"), "done": _("done"), "ignored": _("nothing to do"), "parked": _("parked"),
}  # fmt: skip
INVOICES = {
    "paid": _("Paid"), "open": _("Not paid yet"), "void": _("Void"), "uncollectible": _("Given up"),
    "draft": _("Draft"),
}  # fmt: skip
CANCELLATIONS = {
    "cancel": _("Cancelled."), "extraordinary": _("Cancelled for cause."),
    "withdrawal": _("Withdrew from the contract."),
}  # fmt: skip
CONSENTS = {
    "join": _("Agreed to join"), "switch": _("Agreed to another plan"), "price": _("Agreed to a price"),
}  # fmt: skip
GRANTS = {
    "complimentary": _("Complimentary access"), "gift": _("A gift"), "seat": _("A seat"),
    "institution": _("An institution"),
}  # fmt: skip
DESK = {
    "note": _("A note"), "given": _("Gave access"), "extended": _("Extended a grant"),
    "taken-back": _("Took a grant back"), "cancelled": _("Cancelled for the reader"),
    "ended": _("Ended the membership now"), "refunded": _("Gave money back"),
    "sent-again": _("Sent a mail again"), "replayed": _("Took up a parked event again"),
    "tried-again": _("Asked the gateway again"),
}  # fmt: skip
FAULTS = {
    "too-large": _("The file is too large. Part it into files of 40 MB at most."),
    "too-many": _("The file has more than 200,000 lines. Part it."),
    "encoding": _("This is not UTF-8, at this byte of the line. Save the file as CSV in UTF-8."),
    "quoting": _("The quotation marks do not match (%(value)s). Put a cell that has some into quotation marks."),
    "no-column": _("There is no column of this name. The first line names the columns: %(value)s"),
    "column-twice": _("Two columns have this name. Take one away."),
    "cells": _("This line has another number of cells than the first line (%(value)s)."),
    "twice": _("This stands on line %(value)s already. Keep one of the two."),
    "empty": _("The mail address is missing."),
    "email": _("“%(value)s” is no mail address."),
    "too-long": _("This is longer than %(value)s letters."),
    "yes-or-no": _("“%(value)s” is neither true nor false."),
    "day": _("“%(value)s” is no day. Write it as 2026-12-31."),
    "moment": _("“%(value)s” is no moment. Write it as 2026-12-31T18:00:00Z."),
    "nothing-character": _("There is a NUL character in this line. Take it out."),
    "tier": _("There is no tier “%(value)s”. Make it first, or correct the name."),
    "taken": _("The customer %(value)s belongs to another reader here."),
    "another": _("This reader has another customer here: %(value)s. Take the cell out to keep it."),
}
OUTCOMES = {
    "account": _("gets an account"), "customer": _("keeps the customer at Stripe"),
    "grant": _("gets complimentary access"), "note": _("gets the note"),
    "left-out": _("left out: deleted there"), "unchanged": _("all is here already"),
}  # fmt: skip
ERRORS = {
    "gone": _("There is nothing of the kind any more. Look at the page again."),
    "over": _("This is over already."),
    "before": _("The new end must lie ahead, and later than the old one."),
    "too-much": _("That is more than what is left."),
    "under-way": _("This is under way already. Wait until it is done."),
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
        return gettext("line %(line)s, column %(column)s") % {"line": found.line, "column": found.column}
    return gettext("line %(line)s") % {"line": found.line}


def title(each: Happening) -> str:
    """A line of the story, in a few words."""
    known: dict[str, dict[str, Any]] = {
        "history": HISTORY, "mail": MAILS, "invoice": INVOICES, "consent": CONSENTS, "cancellation": CANCELLATIONS,
        "grant": GRANTS, "desk": DESK, "operation": OPERATIONS,
        "gift": {"bought": gettext("Bought a gift"), "redeemed": gettext("Redeemed a gift")},
        "seat": {"accepted": gettext("Took a seat"), "revoked": gettext("The seat was taken back")},
        "checkout": {"begun": gettext("Began to pay")},
        "trial": {"used": gettext("Used the trial"), "refused": gettext("A second trial was refused")},
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
        found.append(gettext("%(amount)s given back") % {"amount": back})
    if said.get("trial"):
        found.append(gettext("%(days)s days free") % {"days": said["trial"]})
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
        found.append(gettext("until %(day)s") % {"day": day(said["until"])})
    if said.get("ends"):
        found.append(gettext("ends %(day)s") % {"day": day(said["ends"])})
    if said.get("resumed"):
        found.append(gettext("resumed %(day)s") % {"day": day(said["resumed"])})
    return found


def outcome(did: tuple[str, ...]) -> str:
    """What becomes of a line of a file."""
    return ", ".join(str(OUTCOMES[word]) for word in did or ("unchanged",))


def summary(counts: dict[str, int]) -> str:
    """What becomes of all lines, counted."""
    return "; ".join(f"{OUTCOMES[word]}: {count}" for word, count in sorted(counts.items()))
