"""Test cards: numbers that behave, each in its own way. No other number is taken."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from . import refusals


@dataclass(frozen=True, slots=True)
class TestCard:
    """How a card behaves. `at_once`: refused when it is entered; `later`: taken now, declined when charged."""

    __test__ = False  # no test class, whatever its name begins with

    number: str
    name: str
    says: str
    brand: str = "visa"
    country: str = "US"
    at_once: str = ""
    later: str = ""
    authenticates: str = ""  # "setup": once, when it is entered; "always": at every charge
    dispute: str = ""
    warning: str = ""

    @property
    def last4(self) -> str:
        """The four digits that are shown."""
        return self.number[-4:]

    @property
    def fingerprint(self) -> str:
        """The same for the same card, whoever enters it."""
        return hashlib.sha256(b"broadsheet sandbox card " + self.number.encode()).hexdigest()[:16]


CARDS = (
    TestCard("4242424242424242", "pm_card_visa", "Works"),
    TestCard("5555555555554444", "pm_card_mastercard", "Works", brand="mastercard"),
    TestCard("4000002760000016", "pm_card_de", "Works, issued in Germany", country="DE"),
    TestCard("4000002500003155", "pm_card_authenticationRequiredOnSetup", "Asks for authentication once",
             authenticates="setup"),
    TestCard("4000002760003184", "pm_card_authenticationRequired",
             "Asks for authentication now and at every later charge", authenticates="always"),
    TestCard("4000000000000341", "pm_card_chargeCustomerFail", "Is taken now, declined at the trial's end",
             later="generic_decline"),
    TestCard("4000000000000002", "pm_card_visa_chargeDeclined", "Declined", at_once="generic_decline"),
    TestCard("4000000000009995", "pm_card_visa_chargeDeclinedInsufficientFunds", "Insufficient funds",
             at_once="insufficient_funds"),
    TestCard("4000000000000069", "pm_card_chargeDeclinedExpiredCard", "Expired", at_once="expired_card"),
    TestCard("4000000000000127", "pm_card_chargeDeclinedIncorrectCvc", "Wrong security code", at_once="incorrect_cvc"),
    TestCard("4100000000000019", "pm_card_radarBlock", "Blocked as fraud", at_once="fraudulent"),
    TestCard("4000000000000259", "pm_card_createDispute", "Works, then is disputed as fraud", dispute="fraudulent"),
    TestCard("4000000000002685", "pm_card_createDisputeProductNotReceived", "Works, then is disputed: not received",
             dispute="product_not_received"),
    TestCard("4000000000005423", "pm_card_createIssuerFraudRecord", "Works, then the bank warns of fraud",
             warning="misc"),
)  # fmt: skip
_NAMES = {
    **{card.name: card for card in CARDS},
    "pm_card_chargeDeclined": CARDS[6],
    "pm_card_chargeDeclinedInsufficientFunds": CARDS[7],
}
_NUMBERS = {card.number: card for card in CARDS}


def by_name(name: str) -> TestCard | None:
    """The card that Stripe's tests call so: `pm_card_visa`."""
    return _NAMES.get(name.replace("tok_", "pm_card_", 1))


def by_number(number: str, param: str = "card[number]") -> TestCard:
    """The card of that number, however it is spaced."""
    card = _NUMBERS.get("".join(filter(str.isdigit, number)))
    if card is None:
        raise refusals.Refusal(
            402,
            "card_error",
            "Your card number is no test card of the sandbox.",
            code="incorrect_number",
            param=param,
        )
    return card
