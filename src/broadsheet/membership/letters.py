"""What the mails about membership say, kind by kind. The same paragraphs become the text and the HTML."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency
from django.utils import timezone
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from broadsheet.membership import addresses, keys
from broadsheet.membership.models import (
    Cancellation,
    GiftSubscription,
    Invoice,
    Mail,
    Price,
    Seat,
    SubscriptionSnapshot,
)
from broadsheet.money import Money


class NothingToSayError(Exception):
    """What a mail was to speak of is gone: it is dropped."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail's words. `button` is a label and an address; `smaller` stands below it."""

    subject: str
    paragraphs: tuple[str, ...]
    button: tuple[str, str] | None = None
    smaller: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = field(default=())  # a list of names and values


def letter_of(mail: Mail) -> Letter:
    """The words of a mail, in the language that is active. Raises NothingToSayError."""
    return LETTERS[mail.kind](mail)


def _money(minor: int, currency: str) -> str:
    amount = Money(minor, currency)
    return format_currency(Decimal(amount.plain), currency, locale=_locale()).replace("\N{RIGHT-TO-LEFT MARK}", "")


def _locale() -> str:
    return to_locale(get_language() or "en")


def _day(moment: datetime | None) -> str:
    return format_date(timezone.localtime(moment).date(), "long", locale=_locale()) if moment else ""


def _time(moment: datetime) -> str:
    zone = timezone.get_default_timezone()
    return format_datetime(moment, "long", tzinfo=zone, locale=_locale())


def _page(path: str) -> str:
    return addresses.address(path, get_language() or "")


def _account() -> tuple[str, str]:
    return (_("Your membership"), _page(addresses.ACCOUNT))


def _cancel_line() -> str:
    return _("You can cancel at any time, in one step: %(address)s") % {"address": _page(addresses.CANCEL)}


def _subscription(mail: Mail) -> SubscriptionSnapshot:
    row = SubscriptionSnapshot.objects.filter(gateway_id=mail.subject).select_related("price__plan__tier").first()
    if row is None:
        raise NothingToSayError
    return row


def _price_of(row: SubscriptionSnapshot) -> str:
    return per(_money(row.minor, row.currency), row.interval)


def per(amount: str, interval: str) -> str:
    """An amount with its interval."""
    if interval == "year":
        return _("%(amount)s a year") % {"amount": amount}
    return _("%(amount)s a month") % {"amount": amount}


def _welcome(mail: Mail) -> Letter:
    row = _subscription(mail)
    said = {"price": _price_of(row), "day": _day(row.trial_end or row.period_end)}
    if row.status == "trialing":
        first = _("Your trial has begun. It is free until %(day)s; then you pay %(price)s until you cancel.") % said
    else:
        first = _("You are a member. You pay %(price)s, next on %(day)s, until you cancel.") % said
    right = _("Within 14 days you may withdraw from the contract and get your money back: %(address)s")
    withdraw = right % {"address": _page(addresses.WITHDRAW)}
    facts = ((_("Contract number"), keys.contract_number(row.gateway_id)),)
    return Letter(_("Welcome"), (first,), _account(), (_cancel_line(), withdraw), facts)


def _receipt(mail: Mail) -> Letter:
    row = _subscription(mail)
    invoice = Invoice.objects.filter(gateway_id=mail.about).first()
    if invoice is None:
        raise NothingToSayError
    amount = _money(invoice.paid_minor, invoice.currency)
    facts = [(_("Contract number"), keys.contract_number(row.gateway_id))]
    facts += [
        (_("Paid"), amount),
        (_("On"), _day(invoice.paid_at)),
        (_("For the time until"), _day(invoice.period_end)),
    ]
    if invoice.number:
        facts.append((_("Invoice"), invoice.number))
    if invoice.hosted_url:
        facts.append((_("The invoice"), invoice.hosted_url))
    first = _("Thank you. We have received %(amount)s for your membership (%(price)s).")
    said = first % {"amount": amount, "price": _price_of(row)}
    return Letter(_("Your receipt"), (said,), _account(), (_cancel_line(),), tuple(facts))


def _refunded(mail: Mail) -> Letter:
    invoice = Invoice.objects.filter(gateway_id=mail.about.rpartition(":")[0]).first()
    if invoice is None:
        raise NothingToSayError
    amount = _money(invoice.refunded_minor, invoice.currency)
    said = _("We have given back %(amount)s. Depending on your bank it takes a few days to arrive.") % {
        "amount": amount
    }
    return Letter(_("Your refund"), (said,), _account())


def _ended(mail: Mail) -> Letter:
    row = _subscription(mail)
    said = _("Your membership ended on %(day)s. Nothing more will be charged.") % {"day": _day(row.ended_at)}
    return Letter(_("Your membership has ended"), (said,), (_("Join again"), _page(addresses.PLANS)))


def _trial_refused(mail: Mail) -> Letter:
    by_card = _("This card was used for a free trial before. A trial is free once.")
    by_reader = _("You had a free trial before. A trial is free once.")
    first = by_card if mail.context.get("known") == "card" else by_reader
    second = _("So we have ended the new trial. Nothing was charged, and nothing will be.")
    third = _("You are welcome to become a member now, paying from the first day.")
    return Letter(_("Your trial was not begun"), (first, second, third), (_("See the plans"), _page(addresses.PLANS)))


def _second_ended(mail: Mail) -> Letter:
    first = _("You have joined twice, perhaps in two windows. One membership is enough.")
    if until := mail.context.get("until"):  # cancelled before, and paid for
        second = _(
            "We have ended the second one and give back whatever was paid for it. The first one, which you cancelled, "
            "is paid for until %(day)s. Resume it on the page of your membership if it is to go on after that."
        ) % {"day": _day(datetime.fromisoformat(until))}
    else:
        second = _("We have ended the second one and give back whatever was paid for it. The first one goes on.")
    return Letter(_("You joined twice"), (first, second), _account())


def _record(mail: Mail) -> Cancellation:
    row = Cancellation.objects.filter(reference=UUID(mail.subject)).first()
    if row is None:
        raise NothingToSayError
    return row


def _declared_facts(row: Cancellation) -> tuple[tuple[str, str], ...]:
    """What was declared, when: the content that the law wants confirmed."""
    facts = [(_("Kind"), str(row.get_kind_display())), (_("Received"), _time(row.declared_at))]
    given = [
        (_("Name"), row.name), (_("Mail address"), row.email), (_("Contract"), row.contract), (_("Reason"), row.reason),
        (_("Wanted end"), format_date(row.end_wanted, "long", locale=_locale()) if row.end_wanted else ""),
        (_("Number"), str(row.reference)),
    ]  # fmt: skip
    return tuple(facts + [(name, value) for name, value in given if value])


def _cancelled(mail: Mail) -> Letter:
    row = _record(mail)
    said = {"day": _day(row.ends_at)}
    paragraphs = [_("You have cancelled your membership. It ends on %(day)s.") % said]
    paragraphs.append(_("Until then you read on as before. Nothing more will be charged."))
    again = _("If you did not mean to, you can resume it until that day.")
    return Letter(_("You have cancelled"), tuple(paragraphs), _account(), (again,), _declared_facts(row))


def _withdrawn(mail: Mail) -> Letter:
    row = _record(mail)
    first = _("You have withdrawn from the contract. Your membership has ended.")
    second = _("If anything was charged, it goes back in full to the card that paid.")
    return Letter(_("Your withdrawal"), (first, second), None, (), _declared_facts(row))


def _declared(mail: Mail) -> Letter:
    row = _record(mail)
    first = _("We have received your declaration. This is what you declared.")
    second = _("Where we have a contract that it belongs to, its member is told by mail when it ends.")
    said: tuple[str, ...] = (first, second)
    if row.kind != Cancellation.CANCEL:
        third = _(
            "Unless it gives the contract’s number, its member is asked first, and it is carried out within a day. It "
            "counts from now on."
        )
        said = (*said, third)
    return Letter(_("We have received your declaration"), said, None, (), _declared_facts(row))


def _asked(mail: Mail) -> Letter:
    row = _record(mail)
    if row.held_until is None or row.settled_at is not None:
        raise NothingToSayError
    if row.kind == Cancellation.WITHDRAWAL:
        first = _("Somebody has declared, without logging in, that you withdraw from your contract.")
        second = _(
            "If it was you, you need do nothing: it counts from the moment of the declaration, and by %(moment)s the "
            "membership ends and the last payment goes back to you."
        )
    else:
        first = _("Somebody has declared, without logging in, that you cancel your contract for cause, at once.")
        second = _(
            "If it was you, you need do nothing: it counts from the moment of the declaration, and by %(moment)s the "
            "membership ends."
        )
    third = _("If it was not you, say so before then. The page of the button below takes either answer.")
    button = (_("Answer"), _page(addresses.ANSWER.format(token=keys.declaration_token(row.reference))))
    said = (first, second % {"moment": _time(row.held_until)}, third)
    return Letter(_("Is this your declaration?"), said, button, (), _declared_facts(row))


def _resumed(mail: Mail) -> Letter:
    row = _subscription(mail)
    said = {"price": _price_of(row), "day": _day(row.trial_end if row.status == "trialing" else row.period_end)}
    first = _("Your membership goes on: %(price)s, next on %(day)s.") % said
    return Letter(_("Your membership goes on"), (first,), _account(), (_cancel_line(),))


def _switched(mail: Mail) -> Letter:
    price = _price(mail)
    first = _("You have changed your plan to %(price)s.") % {"price": price}
    return Letter(_("You have changed your plan"), (first,), _account(), (_cancel_line(),))


def _price(mail: Mail) -> str:
    row = Price.objects.filter(pk=mail.context.get("price")).select_related("plan").first()
    if row is None:
        raise NothingToSayError
    return per(_money(row.minor, row.currency), row.plan.interval)


def _new_price(mail: Mail) -> Letter:
    old, new = _price_of(_subscription(mail)), _price(mail)
    day = _day(datetime.fromisoformat(mail.context["at"]))
    first = _("The price of your membership changes: until now %(old)s, then %(new)s.") % {"old": old, "new": new}
    second = _(
        "You pay the new price with your first renewal after %(day)s, and not before this notice is 30 days old."
    )
    third = _("If you do not want to pay it, you can cancel before.")
    return Letter(_("A new price"), (first, second % {"day": day}, third), _cancel_button(), (_cancel_line(),))


def _cancel_button() -> tuple[str, str]:
    return (_("Cancel"), _page(addresses.CANCEL))


def _reminder(mail: Mail, subject: str, words: str) -> Letter:
    row = _subscription(mail)
    at = datetime.fromisoformat(mail.context["at"])
    said = words % {"day": _day(at), "price": _price_of(row)}
    then = _("If you want to go on, you need do nothing.")
    return Letter(subject, (said, then), _cancel_button(), (_cancel_line(),))


def _trial_soon(mail: Mail) -> Letter:
    words = _("Your free trial ends on %(day)s. On that day you pay for the first time: %(price)s, until you cancel.")
    return _reminder(mail, _("Your trial ends soon"), words)


def _trial_tomorrow(mail: Mail) -> Letter:
    words = _("Tomorrow, on %(day)s, your free trial ends and you pay for the first time: %(price)s, until you cancel.")
    return _reminder(mail, _("Your trial ends tomorrow"), words)


def _renewal(mail: Mail) -> Letter:
    words = _("Your membership renews on %(day)s. On that day you pay %(price)s.")
    return _reminder(mail, _("Your membership renews"), words)


def _yearly_word(mail: Mail) -> Letter:
    words = _("You have been a member for another year, and you pay %(price)s, next on %(day)s.")
    return _reminder(mail, _("Your membership"), words)


def _payment_failed(mail: Mail) -> Letter:
    row = _subscription(mail)
    said = {"price": _price_of(row), "card": f"{row.card_brand} {row.card_last4}".strip()}
    first = _("We could not collect your payment (%(price)s, %(card)s).") % said
    day = _day(datetime.fromisoformat(mail.context["at"]))
    second = _("You read on until %(day)s. Please look at your card before that day.") % {"day": day}
    button = (_("Look at the card"), _page(addresses.ACCOUNT))
    return Letter(_("Your payment did not go through"), (first, second), button, (_cancel_line(),))


def _gift(mail: Mail) -> GiftSubscription:
    row = GiftSubscription.objects.filter(reference=UUID(mail.subject)).select_related("plan__tier").first()
    if row is None or row.state == GiftSubscription.REFUNDED:
        raise NothingToSayError
    return row


def _gift_bought(mail: Mail) -> Letter:
    row = _gift(mail)
    amount = _money(row.minor, row.currency)
    first = _("Thank you. You have paid %(amount)s for a membership as a gift.") % {"amount": amount}
    given = _("We send it to %(address)s.") % {"address": row.recipient_mail}
    second = given if row.recipient_mail else _("Give this code to whom you like.")
    facts = ((_("Code"), keys.gift_code(row.reference)), (_("To be redeemed until"), _day(row.redeem_by)))
    return Letter(_("Your gift"), (first, second), (_("Redeem a gift"), _page(addresses.GIFT)), (), facts)


def _gift_given(mail: Mail) -> Letter:
    row = _gift(mail)
    first = _("Somebody gives you a membership: %(name)s.") % {"name": row.plan.tier.name}
    facts = ((_("Code"), keys.gift_code(row.reference)), (_("To be redeemed until"), _day(row.redeem_by)))
    last = _("It ends by itself. Nothing will be charged.")
    said = (first, row.message, last) if row.message else (first, last)
    return Letter(_("A gift for you"), said, (_("Redeem the gift"), _page(addresses.GIFT)), (), facts)


def _gift_redeemed(mail: Mail) -> Letter:
    row = _gift(mail)
    first = _("Your gift is redeemed: %(name)s. It ends by itself; nothing will be charged.")
    return Letter(_("Your gift is redeemed"), (first % {"name": row.plan.tier.name},), _account())


def _seat(mail: Mail) -> Letter:
    row = Seat.objects.filter(reference=UUID(mail.subject), revoked_at=None).select_related("group").first()
    if row is None:
        raise NothingToSayError
    first = _("%(group)s has a place for you: a membership that costs you nothing.") % {"group": row.group.name}
    link = _page(addresses.SEAT.format(token=keys.seat_token(row.reference)))
    last = _("The invitation holds until %(day)s.") % {"day": _day(row.lapses_at)}
    return Letter(_("A place for you"), (first, last), (_("Take the place"), link))


LETTERS: dict[str, Callable[[Mail], Letter]] = {
    "welcome": _welcome, "receipt": _receipt, "refunded": _refunded, "ended": _ended, "trial_refused": _trial_refused,
    "second_ended": _second_ended, "cancelled": _cancelled, "withdrawn": _withdrawn, "declared": _declared,
    "asked": _asked, "resumed": _resumed, "switched": _switched, "new_price": _new_price, "trial_soon": _trial_soon,
    "trial_tomorrow": _trial_tomorrow, "renewal": _renewal, "yearly_word": _yearly_word,
    "payment_failed": _payment_failed, "gift_bought": _gift_bought, "gift_given": _gift_given,
    "gift_redeemed": _gift_redeemed, "seat": _seat,
}  # fmt: skip
