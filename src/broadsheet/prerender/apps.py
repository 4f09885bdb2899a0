from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PrerenderConfig(AppConfig):
    name = "broadsheet.prerender"
    label = "broadsheet_prerender"
    verbose_name = _("Prerender")
    default_auto_field = "django.db.models.BigAutoField"
