"""Prices: never edited. A new one takes the place of the former; whoever pays that keeps it until they are told."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn, Column, TitleColumn
from wagtail.admin.views import generic

from broadsheet import clock
from broadsheet.membership.desk import permissions, words
from broadsheet.membership.desk.actions import crumbs
from broadsheet.membership.desk.forms import AnnounceForm
from broadsheet.membership.desk.offers import Guarded, publish_by
from broadsheet.membership.gateways.current import gateway
from broadsheet.membership.models import Price
from broadsheet.membership.models.offers import CURRENCY
from broadsheet.membership.operations.bringing import after
from broadsheet.membership.operations.offers import announce_price, publish_price, set_price
from broadsheet.membership.queries.desk import reach
from broadsheet.membership.queries.facts import POLICY
from broadsheet.membership.rules.offers import earliest_effective
from broadsheet.money import Money


class PriceForm(WagtailAdminModelForm):
    """A new price of a plan. It takes the place of the former one for those who join."""

    amount = forms.DecimalField(
        label=_("Amount"), min_value=0, localize=True, help_text=_("In whole units of the currency: 2.90.")
    )

    class Meta:
        model = Price
        fields = ["plan", "currency", "gateway_id"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["gateway_id"].required = False

    def clean_currency(self) -> str:
        """Three capitals."""
        found = str(self.cleaned_data["currency"]).upper()
        CURRENCY(found)
        return found

    def clean(self) -> dict[str, Any]:
        """The amount in minor units of its currency."""
        said = super().clean() or self.cleaned_data
        amount, currency = said.get("amount"), said.get("currency")
        if amount is not None and currency:
            minor = amount.scaleb(Money(0, currency).exponent)
            if minor != minor.to_integral_value() or minor > 2_000_000_000:
                raise ValidationError({"amount": gettext("This currency has no such amount.")})
            said["minor"] = int(minor)
        return said

    def _post_clean(self) -> None:
        """The row is made by an operation, so this form makes none."""
        taken = self.cleaned_data.get("gateway_id")
        if taken and Price.objects.filter(gateway_id=taken).exists():
            self.add_error("gateway_id", gettext("This number belongs to another price here."))

    def save(self, commit: bool = True) -> Price:
        """Make the new price; the former one is offered no more, and its members keep it."""
        said = self.cleaned_data
        pk = set_price(
            plan=said["plan"].slug, money=Money(said["minor"], said["currency"]), now=clock.now(),
            gateway_id=said.get("gateway_id") or "",
        )  # fmt: skip
        self.instance = Price.objects.select_related("plan__tier").get(pk=pk)
        return self.instance


class PriceAdd(generic.CreateView):
    """After a new price, its page tells whom it would reach."""

    def save_instance(self) -> Price:
        """By the operation, with Wagtail's log."""
        return super().save_instance()

    def get_success_url(self) -> str:
        """The page of the new price."""
        return reverse("members_prices:price", args=[self.object.pk])


def _label(row: Price) -> str:
    return words.price(Money(row.minor, row.currency), row.plan.interval)


class PriceTitle(TitleColumn):
    """A price in the list, leading to its page."""

    def __init__(self) -> None:
        super().__init__(
            "plan", label=_("Price"), accessor=_label,
            get_url=lambda row: reverse("members_prices:price", args=[row.pk]),
        )  # fmt: skip


class PriceList(generic.IndexView):
    """Prices, those on offer first. They are never edited."""

    columns = [
        PriceTitle(),
        Column("tier", label=_("Plan"), accessor=lambda row: str(row.plan)),
        BooleanColumn("active", label=_("On offer"), accessor="active"),
        BooleanColumn("published", label=_("At the gateway"), accessor=lambda row: bool(row.gateway_id)),
    ]

    def get_base_queryset(self) -> Any:
        """With the plans' names."""
        return Price.objects.select_related("plan__tier").order_by("-active", "plan", "currency", "-made_at")

    def order_queryset(self, queryset: Any) -> Any:
        """As it stands."""
        return queryset


class PriceViewSet(Guarded):
    model = Price
    icon = "tag"
    menu_label = _("Prices")
    name, url_prefix = "members_prices", "members/prices"
    index_view_class = PriceList
    add_view_class = PriceAdd
    edit_handler = ObjectList(
        [
            FieldPanel("plan"),
            FieldRowPanel([FieldPanel("amount"), FieldPanel("currency")]),
            FieldPanel(
                "gateway_id",
                heading=_("Number at the gateway"),
                help_text=_(
                    "Only for a price that is sold there already, as price_1Abc…: after a move, contracts of "
                    "members are known by it. Left empty, it is made there when it is published or first sold."
                ),
            ),
        ],
        heading=_("A new price"),
        base_form_class=PriceForm,
    )

    def get_urlpatterns(self) -> list[Any]:
        """No editing and no deleting: what somebody pays stays what it was."""
        return [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
            path("new/", self.add_view, name="add"),
            path("<int:pk>/", show_price, name="price"),
            path("<int:pk>/publish/", publish, name="publish"),
            path("<int:pk>/announce/<int:old>/", announce, name="announce"),
        ]

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        """Without the addresses of views that there are not."""
        found = super().get_common_view_kwargs(**kwargs)
        return {
            **found,
            "edit_url_name": "members_prices:price",
            "delete_url_name": None,
            "history_url_name": None,
            "usage_url_name": None,
        }

    @property
    def url_finder_class(self) -> Any:
        """A price's own page stands for its editing."""
        return type("PriceFinder", (super().url_finder_class,), {"edit_url_name": "members_prices:price"})


def _next(moment: datetime) -> date:
    """The first whole day after a moment."""
    return timezone.localdate(moment) + timedelta(days=1)


@never_cache
@permissions.needs("broadsheet_membership.view_price")
def show_price(request: HttpRequest, pk: int) -> HttpResponse:
    """One price: whether the gateway has it, and whom it would reach of those who pay less or more."""
    price = Price.objects.filter(pk=pk).select_related("plan__tier").first()
    if price is None:
        raise Http404
    now = clock.now()
    first = earliest_effective(now, POLICY)
    rows = [
        {
            "reach": row, "before": words.price(row.before, price.plan.interval),
            "after": words.price(row.after, price.plan.interval), "mine": row.new == pk,
            "form": AnnounceForm(initial={"day": _next(first)}, auto_id=f"id_{row.old}_%s"),
        }
        for row in (reach(pk) if price.active else ())
    ]  # fmt: skip
    title = words.price(Money(price.minor, price.currency), price.plan.interval)
    context = {
        "price": price, "amount": title, "rows": rows, "notice": POLICY.notice_days, "earliest": first,
        "may_change": request.user.has_perm(permissions.OFFERS), "page_title": title, "header_title": title,
        "header_icon": "tag", "media": AnnounceForm().media,
        "breadcrumbs_items": [
            *crumbs(None), {"url": reverse("members_prices:index"), "label": gettext("Prices")},
            {"url": "", "label": title},
        ],
    }  # fmt: skip
    return render(request, "broadsheet/desk/members/price.html", context)


@require_POST
@permissions.needs(permissions.OFFERS)
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the price at the gateway now."""
    if not Price.objects.filter(pk=pk).exists():
        raise Http404
    publish_by(request, lambda: publish_price(gateway=gateway(), pk=pk))
    return HttpResponseRedirect(reverse("members_prices:price", args=[pk]))


@require_POST
@permissions.needs(permissions.OFFERS)
def announce(request: HttpRequest, pk: int, old: int) -> HttpResponse:
    """Decide that members on the old price pay the new one, told first."""
    here = HttpResponseRedirect(reverse("members_prices:price", args=[pk]))
    form = AnnounceForm(request.POST)
    row = next((each for each in reach(pk) if each.old == old), None)
    if row is None or not Price.objects.filter(pk=pk, active=True).exists():
        raise Http404
    if not form.is_valid():
        messages.error(request, gettext("Write the day as 2026-12-31."))
        return here
    if row.announced_at is not None:
        messages.warning(request, gettext("This was decided before. Nothing was done twice."))
        return here
    now, wanted = clock.now(), after(form.cleaned_data["day"] - timedelta(days=1))
    if wanted is None or wanted < earliest_effective(now, POLICY):
        text = gettext("Members must be told %(days)s days before. Choose a later day.") % {"days": POLICY.notice_days}
        messages.error(request, text)
        return here
    announce_price(old=old, new=pk, now=now, effective_at=wanted)
    messages.success(request, gettext("It is decided. Members are told by mail within minutes."))
    return here
