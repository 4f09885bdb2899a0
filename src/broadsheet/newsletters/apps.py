from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NewslettersConfig(AppConfig):
    """Lists that readers join, their issues, and the deliveries of each."""

    name = "broadsheet.newsletters"
    label = "broadsheet_newsletters"
    verbose_name = _("Newsletters")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the checks registered."""
        from broadsheet.newsletters import checks  # noqa: F401
