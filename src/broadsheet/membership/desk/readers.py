"""The list of readers: found by mail, name or the gateway's number; narrowed by state, plan and trials that end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import django_filters
from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.widgets.button import HeaderButton

from broadsheet import clock
from broadsheet.membership.desk import permissions, words
from broadsheet.membership.models import Customer, Grant, Plan, SubscriptionSnapshot
from broadsheet.membership.queries.desk import reader_rows
from broadsheet.membership.queries.taking import members_csv
from broadsheet.membership.rules.values import OVER, Status

STATES = [
    ("members", _("members and given access")), ("active", _("paying")), ("trialing", _("on trial")),
    ("past_due", _("payment failed")), ("ending", _("ending")), ("over", _("over")), ("given", _("given access")),
    ("none", _("no member")),
]  # fmt: skip
SOON = [("3", _("within 3 days")), ("7", _("within 7 days")), ("30", _("within 30 days"))]
MINE = SubscriptionSnapshot.objects.filter(customer__user=OuterRef("pk"))
RUNNING = MINE.exclude(status__in=OVER).exclude(status=Status.INCOMPLETE)


def _given() -> QuerySet[Grant]:
    now = clock.now()
    return Grant.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), user=OuterRef("pk"), ended_at=None)


class ReaderFilters(WagtailFilterSet):
    """What narrows the list."""

    state = django_filters.ChoiceFilter(label=_("State"), choices=STATES, method="by_state")
    plan = django_filters.ModelChoiceFilter(
        label=_("Plan"), queryset=Plan.objects.select_related("tier"), method="by_plan"
    )
    trial = django_filters.ChoiceFilter(label=_("Trial ends"), choices=SOON, method="by_trial")

    class Meta:
        model = get_user_model()
        fields: list[str] = []

    def by_state(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Readers with a contract, or a grant, in this state."""
        if value == "members":
            return rows.filter(Exists(RUNNING) | Exists(_given()))
        if value == "none":
            return rows.filter(~Exists(RUNNING), ~Exists(_given()))
        if value == "given":
            return rows.filter(Exists(_given()))
        if value == "over":
            return rows.filter(Exists(MINE), ~Exists(RUNNING))
        if value == "ending":
            planned = RUNNING.exclude(cancel_at=None, cancel_at_period_end=False)
            return rows.filter(Exists(planned))
        return rows.filter(Exists(MINE.filter(status=value, ended_at=None)))

    def by_plan(self, rows: QuerySet[Any], name: str, value: Plan) -> QuerySet[Any]:
        """Readers whose contract on this plan runs."""
        return rows.filter(Exists(RUNNING.filter(price__plan=value)))

    def by_trial(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Readers whose trial ends soon."""
        until = clock.now() + timedelta(days=int(value))
        ending = MINE.filter(status=Status.TRIALING, trial_end__gte=clock.now(), trial_end__lte=until)
        return rows.filter(Exists(ending))


class ReadersView(generic.IndexView):
    """All readers, or those that were looked for, a page at a time."""

    model = get_user_model()
    page_title = _("Readers")
    header_icon = "user"
    index_url_name = "broadsheet_members:readers"
    index_results_url_name = "broadsheet_members:readers_results"
    any_permission_required: list[str] = []
    permission_policy = None
    filterset_class = ReaderFilters
    is_searchable = True
    default_ordering = "email"
    paginate_by = 50
    verbose_name_plural = _("readers")

    columns = [
        TitleColumn("name", label=_("Reader"), accessor="label", sort_key="email", get_url=lambda row: row.address),
        StatusTagColumn("state", label=_("State"), accessor="tag", primary=lambda row: row.found.access.full),
        Column("tier", label=_("Plan"), accessor="plan"),
        Column("mail", label=_("Mail address"), accessor="found.person.email", classname="members-roomy"),
        Column("next", label=_("Next charge"), accessor="next", classname="members-roomy"),
        Column("until", label=_("Open until"), accessor="until", classname="members-roomy"),
    ]

    def get_base_queryset(self) -> QuerySet[Any]:
        """Every account."""
        return get_user_model().objects.all()

    def search_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """By mail address, name, or a number of the gateway: of the customer, a contract or an invoice."""
        if not self.is_searching:
            return queryset
        text = self.search_query.strip()
        named = Q()
        for word in text.split():
            named &= Q(first_name__icontains=word) | Q(last_name__icontains=word)
        found = Q(email__icontains=text) | named
        if "_" in text:
            customers = Customer.objects.filter(
                Q(gateway_id=text) | Q(subscriptions__gateway_id=text) | Q(invoices__gateway_id=text)
            )
            found |= Q(pk__in=customers.values("user"))
        return queryset.filter(found)

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Wagtail's context, with what holds for the readers of this page found together."""
        context = super().get_context_data(*args, **kwargs)
        pks = [user.pk for user in context["object_list"]]
        rows = [Shown(row) for row in reader_rows(pks, clock.now())]
        context["table"] = self.get_table(rows)
        return context

    @property
    def header_more_buttons(self) -> list[Any]:
        """No export of Wagtail's own."""
        return []

    @property
    def header_buttons(self) -> list[Any]:
        """Taking members out and bringing them in, for those who may."""
        if not self.request.user.has_perm(permissions.EXCHANGE):
            return []
        asked = self.request.GET.urlencode()
        out = reverse("broadsheet_members:export") + (f"?{asked}" if asked else "")
        return [
            HeaderButton(_("CSV out"), out, icon_name="download", priority=10),
            HeaderButton(_("CSV in"), reverse("broadsheet_members:import"), icon_name="upload", priority=20),
        ]


class ExportView(ReadersView):
    """The readers of a list as a file, a few hundred at a time."""

    def get(self, request: Any, *args: Any, **kwargs: Any) -> StreamingHttpResponse:
        """Stream it. Without a filter: everybody who has or had a contract or a grant."""
        now, pks = clock.now(), None
        if self.is_searching or self.is_filtering:
            pks = self.get_queryset().values_list("pk", flat=True).iterator()
        answer = StreamingHttpResponse(members_csv(now, pks), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="members-{now.date().isoformat()}.csv"'
        answer["Cache-Control"] = "no-store"
        return answer


class Shown:
    """A reader's row with its words."""

    def __init__(self, found: Any) -> None:
        self.found = found
        self.pk = found.person.pk
        self.address = reverse("broadsheet_members:reader", args=[found.person.pk])
        contract = found.contract
        self.label = found.person.name or found.person.email
        self.tag = words.TAGS[found.access.reason]
        self.plan = f"{found.tier} · {words.price(contract.price, contract.interval)}" if contract else found.tier
        self.next = words.day(contract.next_charge_at) if contract else ""
        self.until = words.day(found.access.until)

    def __str__(self) -> str:
        return self.label
