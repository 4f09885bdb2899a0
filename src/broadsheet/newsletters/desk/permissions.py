"""Who may do what at the newsletter desk."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied

from broadsheet.accounts.doors import Door

LABEL = "broadsheet_newsletters"
__all__ = ["BEGIN", "LABEL", "LISTS", "SEND", "VIEW", "WRITE", "PermissionDenied", "guarded", "needs"]
VIEW, WRITE, SEND = f"{LABEL}.view_issue", f"{LABEL}.change_issue", f"{LABEL}.send_issue"
BEGIN, LISTS = f"{LABEL}.add_issue", f"{LABEL}.change_newsletter"

_DOOR = Door("broadsheet/desk/newsletters/denied.html")
guarded, needs = _DOOR.guarded, _DOOR.needs
