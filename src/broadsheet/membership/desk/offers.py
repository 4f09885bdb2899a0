"""What is on offer, edited by staff: tiers, plans, prices, coupons, and the texts about contracts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from broadsheet import clock
from broadsheet.membership.desk import permissions
from broadsheet.membership.gateways.current import gateway
from broadsheet.membership.models import Coupon, Plan, PolicyText, Tier
from broadsheet.membership.models.offers import BENEFITS
from broadsheet.membership.operations.offers import publish_coupon
from broadsheet.membership.ports import GatewayError


class Guarded(ModelViewSet):
    """Wagtail's own views, which answer 403 to those who may not."""

    copy_view_enabled = False

    def construct_view(self, view_class: Any, **kwargs: Any) -> Any:
        """A view behind the guard."""
        return permissions.guarded(super().construct_view(view_class, **kwargs))


class TierForm(WagtailAdminModelForm):
    """Benefits to tick, and newsletters by name."""

    benefits = forms.MultipleChoiceField(
        label=_("Benefits"), choices=BENEFITS, widget=forms.CheckboxSelectMultiple, required=False,
        help_text=_("What this tier opens. A change holds for members too, within ten minutes."),
    )  # fmt: skip
    newsletters = forms.CharField(
        label=_("Newsletters"), required=False,
        help_text=_("Short names, with commas between. Empty: all members' newsletters."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["newsletters"] = ", ".join(self.instance.newsletters or [])

    def clean_newsletters(self) -> list[str]:
        """The names as a list."""
        return [name for name in (part.strip() for part in self.cleaned_data["newsletters"].split(",")) if name]


class TierViewSet(Guarded):
    model = Tier
    icon = "pick"
    menu_label = _("Tiers")
    name, url_prefix = "members_tiers", "members/tiers"
    list_display = ["name", "slug", BooleanColumn("active", label=_("Active"), accessor="active")]
    edit_handler = ObjectList(
        [
            FieldPanel("name", help_text=_("What readers see: Member, Supporter …")),
            FieldPanel("slug", help_text=_("The short name by which files and addresses know it.")),
            FieldPanel("benefits"),
            FieldPanel("newsletters"),
            FieldRowPanel([FieldPanel("sort_order"), FieldPanel("active")]),
        ],
        base_form_class=TierForm,
    )


class PlanViewSet(Guarded):
    model = Plan
    icon = "date"
    menu_label = _("Plans")
    name, url_prefix = "members_plans", "members/plans"
    list_display = ["__str__", "slug", "trial_days", BooleanColumn("public", label=_("On offer"), accessor="public")]
    panels = [
        FieldPanel("tier"),
        FieldRowPanel([FieldPanel("interval"), FieldPanel("slug")]),
        FieldPanel(
            "trial_days",
            help_text=_(
                "0: none. Holds for those who join from now on. A trial is free once for each reader and card."
            ),
        ),
        FieldRowPanel(
            [
                FieldPanel("public", help_text=_("Whether the plans' page shows it. Members keep it either way.")),
                FieldPanel("sort_order"),
            ]
        ),
    ]


class CouponForm(WagtailAdminModelForm):
    """Either per cent or an amount."""

    def clean(self) -> dict[str, Any]:
        """One of the two, the amount with its currency; and what was published stays what it is."""
        said = super().clean() or self.cleaned_data
        percent, minor = said.get("percent") or 0, said.get("minor") or 0
        if bool(percent) == bool(minor):
            raise ValidationError(gettext("Give either per cent or an amount, not both."))
        if minor and not said.get("currency"):
            raise ValidationError({"currency": gettext("An amount needs a currency.")})
        terms = {"percent", "minor", "currency", "months", "code"}
        if self.instance.gateway_id and terms & set(self.changed_data):
            raise ValidationError(gettext("It is at the gateway already, so its terms stay. Make another code."))
        return said


class CouponViewSet(Guarded):
    model = Coupon
    icon = "snippet"
    menu_label = _("Coupons")
    name, url_prefix = "members_coupons", "members/coupons"
    list_display = [
        "code",
        "percent",
        "minor",
        "currency",
        BooleanColumn("active", label=_("Active"), accessor="active"),
        BooleanColumn("published", label=_("At the gateway"), accessor=lambda row: bool(row.gateway_id)),
    ]
    edit_view_class = type("CouponEdit", (generic.EditView,), {"template_name": "broadsheet/desk/members/coupon.html"})
    search_fields = ["code"]
    search_backend_name = ""
    edit_handler = ObjectList(
        [
            FieldPanel("code", help_text=_("What readers type. Capitals make no difference.")),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("percent"), FieldPanel("minor"), FieldPanel("currency")]),
                    FieldPanel("months"),
                ],
                heading=_("What it takes off"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel(
                        "plans", widget=forms.CheckboxSelectMultiple, help_text=_("None ticked: for all of them.")
                    ),
                    FieldRowPanel([FieldPanel("expires_at"), FieldPanel("most")]),
                    FieldPanel("active"),
                ],
                heading=_("Where it holds"),
            ),
        ],
        base_form_class=CouponForm,
    )  # fmt: skip

    @property
    def edit_template_name(self) -> str:
        """Wagtail's form, with the button to the gateway above it."""
        return "broadsheet/desk/members/coupon.html"

    def get_urlpatterns(self) -> list[Any]:
        """With publishing."""
        return [*super().get_urlpatterns(), path("<int:pk>/publish/", publish_code, name="publish")]


def publish_by(request: HttpRequest, do: Any) -> None:
    """Ask the gateway, and tell what it said."""
    try:
        made = do()
    except GatewayError as error:
        messages.error(request, gettext("The gateway did not take it: %(error)s") % {"error": error})
    else:
        messages.success(request, gettext("It is at the gateway, as %(id)s.") % {"id": made})


@require_POST
@permissions.needs("broadsheet_membership.change_coupon")
def publish_code(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the coupon at the gateway now."""
    if not Coupon.objects.filter(pk=pk).exists():
        raise Http404
    publish_by(request, lambda: publish_coupon(gateway=gateway(), pk=pk))
    return HttpResponseRedirect(reverse("members_coupons:edit", args=[pk]))


class PolicyForm(WagtailAdminModelForm):
    """Each change of the words is a version."""

    language = forms.ChoiceField(label=_("Language"), choices=lambda: settings.LANGUAGES)

    def save(self, commit: bool = True) -> PolicyText:
        """A new version where the words are others."""
        if self.instance.pk is None or "text" in self.changed_data:
            self.instance.version += 1 if self.instance.pk else 0
            self.instance.changed_at = clock.now()
        found: PolicyText = super().save(commit=commit)
        return found


class PolicyViewSet(Guarded):
    model = PolicyText
    icon = "doc-full"
    menu_label = _("Texts")
    name, url_prefix = "members_texts", "members/texts"
    list_display = ["__str__", "version", "changed_at"]
    edit_handler = ObjectList(
        [
            FieldRowPanel([FieldPanel("kind"), FieldPanel("language")]),
            FieldPanel(
                "text",
                help_text=_(
                    "Plain text; an empty line begins a new paragraph. Who agreed to an earlier version keeps it, word "
                    "for word, in their consent."
                ),
                widget=forms.Textarea(attrs={"rows": 18}),
            ),
        ],
        base_form_class=PolicyForm,
    )
