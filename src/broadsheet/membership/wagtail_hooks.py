"""The members' desk in the admin: a menu, its pages, a panel on the home page, its permissions."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet, ViewSetGroup

from broadsheet.membership.desk import actions, exchange, front, offers, permissions, prices, reader, readers


class DeskViewSet(ViewSet):
    """The desk's own pages."""

    name = "broadsheet_members"
    url_prefix = "members"
    icon = "group"
    menu_label = _("At a glance")

    @property
    def menu_item_class(self) -> Any:
        """Shown to those who may see readers."""
        return type(
            "DeskItem", (MenuItem,), {"is_shown": lambda _self, request: request.user.has_perm(permissions.VIEW)}
        )

    def get_urlpatterns(self) -> list[Any]:
        """Figures, readers, one reader, actions, files."""
        seeing = permissions.needs(permissions.VIEW)
        results = readers.ReadersView.as_view(results_only=True)
        return [
            path("", front.show, name="desk"),
            path("readers/", seeing(readers.ReadersView.as_view()), name="readers"),
            path("readers/results/", seeing(results), name="readers_results"),
            path("readers/<int:pk>/", reader.show, name="reader"),
            path("readers/<int:pk>/look/", reader.look, name="look"),
            path("readers/<int:pk>/do/<slug:name>/", actions.act_for_reader, name="act"),
            path("do/<slug:name>/", actions.act_at_large, name="act_at_large"),
            path("export/", permissions.needs(permissions.EXCHANGE)(readers.ExportView.as_view()), name="export"),
            path("import/", exchange.upload, name="import"),
            path("import/<uuid:reference>/", exchange.go_on, name="import_file"),
        ]


class ReadersItem(ViewSet):
    """Readers in the menu. Their pages are the desk's."""

    name = "broadsheet_members_readers"
    icon = "user"
    menu_label = _("Readers")
    menu_item_class = DeskViewSet.menu_item_class

    @property
    def menu_url(self) -> str:
        """The list."""
        return reverse("broadsheet_members:readers")


class MembersGroup(ViewSetGroup):
    """Members, in the admin's menu."""

    menu_label = _("Members")
    menu_icon = "group"
    menu_order = 160
    items = (
        DeskViewSet, ReadersItem, offers.PlanViewSet, prices.PriceViewSet, offers.TierViewSet, offers.CouponViewSet,
        offers.PolicyViewSet,
    )  # fmt: skip


@hooks.register("register_admin_viewset")
def members() -> MembersGroup:
    """The desk."""
    return MembersGroup()


@hooks.register("construct_homepage_panels")
def at_a_glance(request: HttpRequest, panels: list[Any]) -> None:
    """The figures, on the home page of those who may see them."""
    if request.user.has_perm(permissions.VIEW):
        panels.append(front.GlancePanel(request))


@hooks.register("register_permissions")
def ours() -> QuerySet[Permission]:
    """What a group's page may tick beside the rights on offers."""
    wanted = ["view_customer", "change_customer", "refund", "exchange"]
    viewing = ["view_tier", "view_plan", "view_price", "view_coupon", "view_policytext"]
    return Permission.objects.filter(
        Q(codename__in=wanted) | Q(codename__in=viewing), content_type__app_label=permissions.LABEL
    )


@hooks.register("insert_global_admin_css")
def style() -> str:
    """The desk's own few rules."""
    return format_html('<link rel="stylesheet" href="{}">', static("broadsheet/members.css"))
