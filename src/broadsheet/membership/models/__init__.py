"""Membership's tables. Only this room imports them; others use its queries and operations.

Money is a whole number of minor units with its currency. Times are UTC. Rows about contracts hold facts as the gateway
told them; what follows from these is decided by the rules, anew each time.
"""

from broadsheet.membership.models.contracts import Checkout, Customer, Invoice, SubscriptionSnapshot
from broadsheet.membership.models.desk import DeskEntry, MembersFile, PolicyText
from broadsheet.membership.models.evidence import Cancellation, Consent, HistoryEntry, TrialUse
from broadsheet.membership.models.granted import GiftSubscription, Grant, Group, Seat
from broadsheet.membership.models.offers import Coupon, Plan, Price, PriceChange, Tier
from broadsheet.membership.models.queues import Mail, PendingOperation, Reconciliation, WebhookEvent

__all__ = [
    "Cancellation", "Checkout", "Consent", "Coupon", "Customer", "DeskEntry", "GiftSubscription", "Grant", "Group",
    "HistoryEntry", "Invoice", "Mail", "MembersFile", "PendingOperation", "Plan", "PolicyText", "Price", "PriceChange",
    "Reconciliation", "Seat", "SubscriptionSnapshot", "Tier", "TrialUse", "WebhookEvent",
]  # fmt: skip
