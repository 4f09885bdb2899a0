"""Reads, given out as frozen dataclasses."""

from broadsheet.membership.queries.account import Contract, HistoryLine, Membership, export, membership_of, timeline
from broadsheet.membership.queries.figures import Figures, Health, events, figures, health
from broadsheet.membership.queries.offers import CouponCard, PlanCard, coupon, plans, price_card, trial_seen
from broadsheet.membership.queries.standing import Held, Revoked, access_of, older_than, revocations, standing_of

__all__ = [
    "Contract", "CouponCard", "Figures", "Health", "Held", "HistoryLine", "Membership", "PlanCard", "Revoked",
    "access_of", "coupon", "events", "export", "figures", "health", "membership_of", "older_than", "plans",
    "price_card", "revocations", "standing_of", "timeline", "trial_seen",
]  # fmt: skip
