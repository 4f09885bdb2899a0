from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaywallConfig(AppConfig):
    """The meter's policy, edited by staff. The ledger's tables are its own (paywall/ledgers)."""

    name = "broadsheet.paywall"
    label = "broadsheet_paywall"
    verbose_name = _("Paywall")
    default_auto_field = "django.db.models.BigAutoField"
