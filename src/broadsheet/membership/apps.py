from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembershipConfig(AppConfig):
    """Plans, subscriptions and gifts: what a reader's contract opens, and what the gateway says of it."""

    name = "broadsheet.membership"
    label = "broadsheet_membership"
    verbose_name = _("Membership")
    default_auto_field = "django.db.models.BigAutoField"
