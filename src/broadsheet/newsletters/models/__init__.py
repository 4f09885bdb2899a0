"""The tables of newsletters. Nobody outside this room imports them."""

from broadsheet.newsletters.models.issues import Content, Delivery, Issue, Link
from broadsheet.newsletters.models.lists import Confirmation, Consent, Newsletter, Subscriber, Subscription
from broadsheet.newsletters.models.promos import Promo, PromoCount
from broadsheet.newsletters.models.sending import Alert, DomainPause, Mailbox, MailCheck, MailEvent, Suppression, Tokens

__all__ = [
    "Alert",
    "Confirmation",
    "Consent",
    "Content",
    "Delivery",
    "DomainPause",
    "Issue",
    "Link",
    "MailCheck",
    "MailEvent",
    "Mailbox",
    "Newsletter",
    "Promo",
    "PromoCount",
    "Subscriber",
    "Subscription",
    "Suppression",
    "Tokens",
]
