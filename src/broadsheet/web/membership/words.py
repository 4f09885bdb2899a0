"""What the pages of membership say in words that depend on numbers and dates: terms, buttons, standing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from babel.dates import format_date, format_datetime
from django.utils import timezone
from django.utils.translation import get_language_bidi, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from broadsheet.membership.queries import Contract, CouponCard, Membership, PlanCard
from broadsheet.membership.rules import Access, Benefit, Interval, Notice, Reason
from broadsheet.money import Money
from broadsheet.web.templatetags.paper import locale, price

VERSION = "2026-11"  # of the words below: kept with each consent
BENEFITS = {
    Benefit.FULL: gettext_lazy("Every story in full"),
    Benefit.AD_FREE: gettext_lazy("No advertisements"),
    Benefit.EDITIONS: gettext_lazy("The weekly edition"),
    Benefit.NEWSLETTERS: gettext_lazy("All newsletters"),
    Benefit.ARCHIVE: gettext_lazy("The whole archive"),
}


def isolated(text: str) -> str:
    """Latin letters and figures among right-to-left words, so that neither turns the other around."""
    return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}" if get_language_bidi() else text


def amount(money: Money) -> str:
    """An amount within a sentence."""
    return isolated(price(money))


def day(moment: datetime) -> str:
    """A day, written out, in the paper's zone."""
    return format_date(timezone.localtime(moment).date(), "long", locale=locale())


def moment(at: datetime) -> str:
    """A day with its time, to the second, and the zone."""
    return isolated(format_datetime(at, "long", tzinfo=timezone.get_default_timezone(), locale=locale()))


def per(money: Money, interval: str) -> str:
    """An amount with its interval."""
    words = _("%(price)s a year") if interval == Interval.YEAR else _("%(price)s a month")
    return words % {"price": amount(money)}


def benefit_lines(benefits: frozenset[Benefit]) -> tuple[str, ...]:
    """What a tier opens, line by line."""
    return tuple(str(words) for benefit, words in BENEFITS.items() if benefit in benefits)


def plan_name(interval: str) -> str:
    """What a plan is called beside its price."""
    return _("Yearly") if interval == Interval.YEAR else _("Monthly")


@dataclass(frozen=True, slots=True)
class Terms:
    """What stands beside the button before somebody pays, what they agree to, and the button's words."""

    lines: tuple[str, ...]
    consent: str
    button: str
    first_charge_at: datetime

    @property
    def text(self) -> str:
        """All of it, as it is kept with the consent."""
        return "\n".join((*self.lines, self.consent, self.button))


def terms(plan: PlanCard, trial_days: int, coupon: CouponCard | None, now: datetime) -> Terms:
    """The terms of one plan for one reader, from `now`."""
    first = now + timedelta(days=trial_days)
    lines = (_first_line(plan, trial_days, first), _renews(plan), *_reduced(plan, coupon), _leaving(trial_days, first))
    return Terms(lines, _agreed(plan, trial_days, first), button(plan, trial_days), first)


def _first_line(plan: PlanCard, trial_days: int, first: datetime) -> str:
    said = {"price": per(plan.price, plan.interval), "amount": amount(plan.price), "day": day(first)}
    if not trial_days:
        return _("You pay %(amount)s today, and then %(price)s.") % said
    words = ngettext(
        "Free for %(days)s day. The first %(amount)s is charged on %(day)s, and then %(price)s.",
        "Free for %(days)s days. The first %(amount)s is charged on %(day)s, and then %(price)s.",
        trial_days,
    )
    return words % {**said, "days": trial_days}


def _renews(plan: PlanCard) -> str:
    if plan.interval == Interval.YEAR:
        return _("It renews every year until it is cancelled.")
    return _("It renews every month until it is cancelled.")


def _reduced(plan: PlanCard, coupon: CouponCard | None) -> tuple[str, ...]:
    if coupon is None:
        return ()
    said = {"code": isolated(coupon.code), "amount": amount(coupon.price)}
    if coupon.months is None:
        return (_("With the code %(code)s each payment is %(amount)s.") % said,)
    if not coupon.months:
        return (_("With the code %(code)s the first payment is %(amount)s.") % said,)
    words = ngettext(
        "With the code %(code)s each payment of the first %(months)s month is %(amount)s.",
        "With the code %(code)s each payment of the first %(months)s months is %(amount)s.",
        coupon.months,
    )
    return (words % {**said, "months": coupon.months},)


def _leaving(trial_days: int, first: datetime) -> str:
    words = _(
        "You cancel at any time, in two clicks, on your account’s page or by the link “Cancel membership here” at the "
        "foot of every page."
    )
    if not trial_days:
        return words
    return words + " " + _("Cancelled before %(day)s, it costs nothing.") % {"day": day(first)}


def _agreed(plan: PlanCard, trial_days: int, first: datetime) -> str:
    said = {"price": per(plan.price, plan.interval), "day": day(first)}
    if trial_days:
        return (
            _("I agree that my free trial becomes a paid membership on %(day)s: %(price)s, until I cancel it.") % said
        )
    return _("I agree to a paid membership from today: %(price)s, until I cancel it.") % said


def button(plan: PlanCard, trial_days: int) -> str:
    """The words on the button that leads to the card: they name the price."""
    said = {"price": amount(plan.price), "days": trial_days}
    year = plan.interval == Interval.YEAR
    if not trial_days:
        return (_("Subscribe for %(price)s/year") if year else _("Subscribe for %(price)s/month")) % said
    if year:
        return ngettext(
            "Start %(days)s-day trial, then %(price)s/year", "Start %(days)s-day trial, then %(price)s/year", trial_days
        ) % {**said}
    return ngettext(
        "Start %(days)s-day trial, then %(price)s/month", "Start %(days)s-day trial, then %(price)s/month", trial_days
    ) % {**said}


# Standing


@dataclass(frozen=True, slots=True)
class Told:
    """What a reader has, and why, in a heading and a sentence; whether something is wrong with it."""

    title: str
    line: str
    wrong: bool = False


def told(membership: Membership) -> Told:
    """A reader's standing in words."""
    found, contract = membership.access, leading(membership)
    if contract is not None and contract.cancelling and contract.ends_at is not None and found.full:
        return _ending(contract)
    return _by_notice(found, contract)


def leading(membership: Membership) -> Contract | None:
    """The contract that a reader is told of: the one that runs, else the latest."""
    running = [
        contract for contract in membership.contracts if contract.status not in {"canceled", "incomplete_expired"}
    ]
    return next(iter(running or membership.contracts), None)


def _ending(contract: Contract) -> Told:
    assert contract.ends_at is not None
    said = {"day": day(contract.ends_at)}
    if contract.status == "trialing":
        return Told(_("Your trial is cancelled"), _("You read on until %(day)s. Nothing will be charged.") % said)
    return Told(_("Your membership is cancelled"), _("You read on until %(day)s. Nothing more will be charged.") % said)


def _by_notice(found: Access, contract: Contract | None) -> Told:
    said = {
        "day": day(found.notice_at) if found.notice_at else "",
        "price": per(contract.price, contract.interval) if contract else "",
    }
    match found.notice:
        case Notice.TRIAL_ENDS:
            line = _("It is free until %(day)s. Then you pay %(price)s, until you cancel.") % said
            return Told(_("You are on trial"), line)
        case Notice.TRIAL_ENDS_FREE | Notice.ENDS:
            return Told(_("Your membership is cancelled"), _("You read on until %(day)s.") % said)
        case Notice.COLLECTION_PAUSED:
            line = _("Nothing is charged. What you have paid for lasts until %(day)s.") % said
            return Told(_("Your payments are paused"), line)
        case Notice.FIX_CARD:
            return _owing(found, said)
        case Notice.FINISH_PAYMENT:
            line = _("Your bank has not let the first payment through yet. Finish it, and everything opens.")
            return Told(_("Your first payment is not finished"), line, wrong=True)
        case Notice.START_AGAIN:
            line = _("The first payment was not finished in time. Nothing was charged; your trial is not used up.")
            return Told(_("You are not a member"), line)
        case Notice.RESUME:
            return Told(
                _("Your membership is paused"), _("Nothing is charged, and nothing is open until you resume it.")
            )
        case Notice.REJOIN:
            return _over(found)
        case Notice.GRANT_ENDS:
            line = _("You read as our guest until %(day)s. It ends by itself, and nothing will be charged.") % said
            return Told(_("You are a member"), line)
        case _:
            return _plain(found, contract)


def _owing(found: Access, said: dict[str, str]) -> Told:
    title = _("Your last payment did not go through")
    if found.full:
        line = _("You read on until %(day)s. Please look at your card, or pay the open invoice, before that day.")
    else:
        line = _("Pay the open invoice or give us another card, and everything opens again.")
    return Told(title, line % said, wrong=True)


def _over(found: Access) -> Told:
    if found.reason is Reason.GIVEN_BACK:
        return Told(_("Your membership has ended"), _("Your payment was given back. Nothing more will be charged."))
    return Told(_("Your membership has ended"), _("Nothing more will be charged. You are welcome back at any time."))


def _plain(found: Access, contract: Contract | None) -> Told:
    if found.reason is Reason.GRANT:
        return Told(_("You are a member"), _("You read as our guest. Nothing will be charged."))
    if found.reason is Reason.UNKNOWN:
        line = _("The payment provider says something of it that we do not understand. We are looking into it.")
        return Told(_("Your membership"), line, wrong=True)
    if found.full and contract is not None and contract.next_charge_at is not None:
        said = {"price": per(contract.price, contract.interval), "day": day(contract.next_charge_at)}
        return Told(_("You are a member"), _("You pay %(price)s, next on %(day)s, until you cancel.") % said)
    if found.full:
        return Told(_("You are a member"), "")
    return Told(_("You are not a member"), _("Members read every story, and pay for its reporting."))
