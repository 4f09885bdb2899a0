"""Issues: their list, a new one, and the form in which one is written."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn
from wagtail.admin.views import generic

from broadsheet import clock
from broadsheet.newsletters.desk import issue as page
from broadsheet.newsletters.desk import permissions, preview, words
from broadsheet.newsletters.desk.forms import BeginForm, IssueForm
from broadsheet.newsletters.desk.lists import Guarded
from broadsheet.newsletters.models import Issue
from broadsheet.newsletters.operations.composing import OPEN, StateError, begin
from broadsheet.newsletters.queries.issues import progress


class IssueList(generic.IndexView):
    """Issues, those to come first, each with how far it is."""

    columns = [
        TitleColumn(
            "subject", label=gettext_lazy("Issue"), accessor=str,
            get_url=lambda row: reverse("newsletters_issues:issue", args=[row.pk]),
        ),
        Column("newsletter", label=gettext_lazy("Newsletter"), accessor="newsletter"),
        StatusTagColumn(
            "state", label=gettext_lazy("State"), accessor="get_state_display",
            primary=lambda row: row.state in {"scheduled", "sending", "done"},
        ),
        Column(
            "due", label=gettext_lazy("Goes out"), accessor=lambda row: words.moment(row.due_at, row.newsletter.zone),
        ),
        Column("progress", label=gettext_lazy("Sent"), accessor=lambda row: row.progress),
    ]  # fmt: skip

    def get_base_queryset(self) -> Any:
        """With their lists. Digests that had nothing to say are shown to whoever asks for that state."""
        issues = Issue.objects.select_related("newsletter").order_by("-due_at", "-pk")
        return issues if self.request.GET.get("state") else issues.exclude(state=Issue.State.SKIPPED)

    def order_queryset(self, queryset: Any) -> Any:
        """As it stands."""
        return queryset

    @cached_property
    def verbose_name_plural(self) -> Any:
        """The page's name."""
        return _("issues")

    def get_context_data(self, *args: Any, **kwargs: Any) -> Any:
        """With how far each mailing on this page is, asked for together."""
        context = super().get_context_data(*args, **kwargs)
        rows = list(context["object_list"])
        found = progress([row.pk for row in rows])
        for row in rows:
            far = found.get(row.pk)
            row.progress = _("%(sent)s of %(readers)s") % {"sent": far.sent, "readers": far.readers} if far else ""
        return context


class IssueEdit(generic.EditView):
    """The form in which an issue is written, until it is frozen."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """What was frozen is shown, and no longer written."""
        response = super().dispatch(request, *args, **kwargs)
        if self.object.state not in OPEN:
            return self._too_late(request)
        return response

    def form_valid(self, form: Any) -> Any:
        """Keep it, or say that it went out meanwhile."""
        try:
            return super().form_valid(form)
        except StateError:
            self.object.refresh_from_db()
            return self._too_late(self.request)

    def _too_late(self, request: HttpRequest) -> HttpResponse:
        messages.error(request, _("This issue is frozen: what it says can no longer be changed."))
        return HttpResponseRedirect(self.get_success_url())

    def get_success_url(self) -> str:
        """The page of the issue, from where it is looked at and sent."""
        return reverse("newsletters_issues:issue", args=[self.object.pk])


class IssueViewSet(Guarded):
    """Issues in the menu."""

    model = Issue
    icon = "doc-full"
    menu_label = gettext_lazy("Issues")
    name, url_prefix = "newsletters_issues", "newsletters/issues"
    index_view_class = IssueList
    edit_view_class = IssueEdit
    list_filter = ["newsletter", "state"]
    edit_handler = ObjectList(
        [
            FieldPanel("subject", help_text=gettext_lazy("Four to ten words. Forty letters are seen on a phone.")),
            FieldPanel("preheader"),
            FieldPanel("body"),
            MultiFieldPanel(
                [
                    FieldPanel("second_subject"),
                    FieldRowPanel([FieldPanel("test_share"), FieldPanel("test_minutes"), FieldPanel("winner_rule")]),
                ],
                heading=gettext_lazy("Test of two subjects"),
                help_text=gettext_lazy(
                    "Left empty, there is no test. Some readers get the one, as many the other; clicks tell which "
                    "subject the rest get. The issue's page says it with the numbers of this list."
                ),
            ),
        ],
        base_form_class=IssueForm,
    )

    def get_urlpatterns(self) -> list[Any]:
        """An issue is called off, not deleted: its readers may hold a link to it."""
        return [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
            path("new/", begin_issue, name="add"),
            path("<int:pk>/", page.show, name="issue"),
            path("<int:pk>/edit/", self.edit_view, name="edit"),
            path("<int:pk>/do/<slug:name>/", page.act, name="act"),
            path("<int:pk>/preview/", preview.show, name="preview"),
            path("<int:pk>/part/", preview.part, name="part"),
        ]

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        """Without the addresses of views that there are not."""
        found = super().get_common_view_kwargs(**kwargs)
        return {**found, "delete_url_name": None, "history_url_name": None, "usage_url_name": None}


@permissions.needs(permissions.BEGIN)
def begin_issue(request: HttpRequest) -> HttpResponse:
    """A new issue: of which list, and whether it is filled."""
    form = BeginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        pk = begin(newsletter_id=said["newsletter"].pk, now=clock.now(), filled=said["filled"])
        return HttpResponseRedirect(reverse("newsletters_issues:edit", args=[pk]))
    title = _("A new issue")
    context = {
        "form": form, "page_title": title, "header_title": title, "header_icon": "doc-full",
        "breadcrumbs_items": page.crumbs({"url": "", "label": title}),
    }  # fmt: skip
    return render(request, "broadsheet/desk/newsletters/begin.html", context)
