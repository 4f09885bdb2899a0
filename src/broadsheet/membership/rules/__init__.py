"""Membership's rules: values in, a value with its reason out. Nothing here knows a framework, a clock or chance."""

from broadsheet.membership.rules.standing import Access, Notice, Reason, access
from broadsheet.membership.rules.values import ALL, Benefit, Grant, Interval, Payment, Policy, Snapshot, Status

__all__ = [
    "ALL", "Access", "Benefit", "Grant", "Interval", "Notice", "Payment", "Policy", "Reason", "Snapshot", "Status",
    "access",
]  # fmt: skip
