from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Users: readers and staff in one table, told apart by what they may do."""

    name = "broadsheet.accounts"
    label = "broadsheet_accounts"
    verbose_name = _("Accounts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the receivers listen."""
        from broadsheet.accounts import receivers  # noqa: F401
