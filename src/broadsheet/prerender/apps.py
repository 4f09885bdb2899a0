from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PrerenderConfig(AppConfig):
    """Turns published pages into the variants that the edge serves. Owns no table."""

    name = "broadsheet.prerender"
    label = "broadsheet_prerender"
    verbose_name = _("Prerender")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to Wagtail."""
        from broadsheet.prerender import receivers

        receivers.connect()
