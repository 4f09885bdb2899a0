"""Who may do what at the members' desk."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied

from broadsheet.accounts.doors import Door

LABEL = "broadsheet_membership"
VIEW, CHANGE = f"{LABEL}.view_customer", f"{LABEL}.change_customer"
REFUND, EXCHANGE = f"{LABEL}.refund", f"{LABEL}.exchange"
OFFERS = f"{LABEL}.change_price"
__all__ = ["CHANGE", "EXCHANGE", "OFFERS", "REFUND", "VIEW", "PermissionDenied", "guarded", "needs"]

_DOOR = Door("broadsheet/desk/members/denied.html")
guarded, needs = _DOOR.guarded, _DOOR.needs
