"""The paywall in the admin."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from broadsheet.paywall.models import Institution


class InstitutionViewSet(SnippetViewSet):
    model = Institution
    icon = "group"
    menu_label = _("Institutions")
    menu_order = 160
    add_to_admin_menu = True
    list_display = ["name", "reads", "factor", "valid_until"]
    search_fields = ["name", "note"]


register_snippet(InstitutionViewSet)
