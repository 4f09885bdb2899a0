from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebConfig(AppConfig):
    name = "broadsheet.web"
    label = "broadsheet_web"
    verbose_name = _("Web")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the checks registered, and listen to what accounts tell."""
        from broadsheet.web import checks, receivers  # noqa: F401

        receivers.connect()
