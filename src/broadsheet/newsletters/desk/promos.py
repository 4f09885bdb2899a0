"""Promos at the desk: what stories offer, in whose words, and how many saw it and joined."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.admin.views.generic import IndexView
from wagtail.admin.viewsets.model import ModelViewSet

from broadsheet.newsletters.models import Promo


class PromosView(IndexView):
    """The list, with what was counted."""

    def get_base_queryset(self) -> QuerySet[Promo]:
        """Promos with their figures."""
        rows = super().get_base_queryset().select_related("newsletter")
        return rows.annotate(shown=Sum("counts__shown", default=0), joined=Sum("counts__joined", default=0))


def _share(row: Any) -> str:
    return f"{row.joined / row.shown:.1%}" if row.shown else "–"


class PromoViewSet(ModelViewSet):
    """Newsletters offered inside stories."""

    model = Promo
    icon = "pick"
    menu_label = _("Newsletters in stories")
    copy_view_enabled = False
    name, url_prefix = "newsletters_promos", "newsletters/promos"
    index_view_class = PromosView
    list_display = [
        "__str__",
        "newsletter",
        Column("place", label=_("Place"), accessor="get_place_display"),
        Column("shown", label=_("Shown"), accessor="shown"),
        Column("joined", label=_("Joined"), accessor="joined"),
        Column("share", label=_("Of those who saw it"), accessor=_share),
        BooleanColumn("active", label=_("Active"), accessor="active"),
    ]
    panels = [
        FieldPanel("newsletter"),
        MultiFieldPanel([FieldPanel("title"), FieldPanel("text")], heading=_("Its words")),
        FieldRowPanel([FieldPanel("place"), FieldPanel("most_a_week"), FieldPanel("weight")]),
        FieldPanel("anywhere"),
        FieldPanel("active"),
    ]
