"""Reads, given out as frozen dataclasses."""

from broadsheet.membership.queries.account import Contract, HistoryLine, Membership, export, membership_of, timeline
from broadsheet.membership.queries.figures import Figures, Health, events, figures, health
from broadsheet.membership.queries.offers import CouponCard, PlanCard, coupon, plans, price_card, trial_seen
from broadsheet.membership.queries.standing import Held, access_of, lost_passes, older_than, standing_of

__all__ = [
    "Contract", "CouponCard", "Figures", "Health", "Held", "HistoryLine", "Membership", "PlanCard",
    "access_of", "coupon", "events", "export", "figures", "health", "lost_passes", "membership_of",
    "older_than", "plans", "price_card", "standing_of", "timeline", "trial_seen",
]  # fmt: skip
