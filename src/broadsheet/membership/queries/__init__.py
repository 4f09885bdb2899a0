"""Reads, given out as frozen dataclasses."""

from broadsheet.membership.queries.account import Contract, HistoryLine, Membership, membership_of, timeline
from broadsheet.membership.queries.evidence import Declaration, asked, declaration
from broadsheet.membership.queries.figures import Figures, Health, events, figures, health
from broadsheet.membership.queries.granted import (
    GiftCard,
    GroupCard,
    SeatCard,
    SeatOffer,
    gifts_of,
    groups_of,
    seat_offer,
)
from broadsheet.membership.queries.kept import export
from broadsheet.membership.queries.offers import CouponCard, PlanCard, coupon, ever_sold, plans, price_card, trial_seen
from broadsheet.membership.queries.standing import Held, access_of, older_than, standing_of

__all__ = [
    "Contract", "CouponCard", "Declaration", "Figures", "GiftCard", "GroupCard", "Health", "Held",
    "HistoryLine", "Membership", "PlanCard", "SeatCard", "SeatOffer", "access_of", "asked", "coupon",
    "declaration", "events", "ever_sold", "export", "figures", "gifts_of", "groups_of", "health",
    "membership_of", "older_than", "plans", "price_card", "seat_offer", "standing_of",
    "timeline", "trial_seen",
]  # fmt: skip
