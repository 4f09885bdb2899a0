"""The small forms of the newsletter desk."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateInput, AdminTimeInput

from broadsheet.newsletters.cards import FREE, MEMBER
from broadsheet.newsletters.desk import permissions
from broadsheet.newsletters.models import Issue, Newsletter
from broadsheet.newsletters.operations.composing import OPEN, StateError
from broadsheet.newsletters.rules.schedule import instant

WRITTEN = (
    "subject", "second_subject", "test_share", "test_minutes", "winner_rule", "preheader", "body",
)  # fmt: skip
READERS = [(FREE, gettext_lazy("a free reader")), (MEMBER, gettext_lazy("a member"))]


class IssueForm(WagtailAdminModelForm):
    """What is written of an issue. Its state is nothing that a form may bring back."""

    def clean(self) -> dict[str, Any]:
        """Two subjects that are one test nothing."""
        said = super().clean() or self.cleaned_data
        if said.get("second_subject") and said["second_subject"] == said.get("subject"):
            self.add_error("second_subject", _("It is the same as the first."))
        return said

    def save(self, commit: bool = True) -> Issue:
        """Keep what was written, and only where the issue may still be changed. Raises StateError where it may not.

        What was approved and is changed by somebody who may not approve waits for review again.
        """
        with transaction.atomic():
            issue = Issue.objects.select_for_update().get(pk=self.instance.pk)
            if issue.state not in OPEN:
                raise StateError(issue.state)
            approved = issue.state == Issue.State.SCHEDULED
            if approved and not (self.for_user and self.for_user.has_perm(permissions.SEND)):
                Issue.objects.filter(pk=issue.pk).update(state=Issue.State.REVIEW, approved_by=None)
            self.instance.save(update_fields=WRITTEN)
        self.instance.refresh_from_db(fields=["state"])
        found: Issue = self.instance
        return found


class BeginForm(forms.Form):
    """A new issue."""

    newsletter = forms.ModelChoiceField(label=gettext_lazy("Newsletter"), queryset=Newsletter.objects.all())
    filled = forms.BooleanField(
        label=gettext_lazy("Fill it"), required=False, initial=True,
        help_text=gettext_lazy("With the stories of its subjects since its last issue. You can change everything."),
    )  # fmt: skip


class ScheduleForm(forms.Form):
    """A day and a time, as clocks in the list's zone show them."""

    day = forms.DateField(label=gettext_lazy("Day"), widget=AdminDateInput)
    time = forms.TimeField(label=gettext_lazy("Time"), widget=AdminTimeInput)

    def moment(self, zone: str) -> datetime:
        """What was written, as a moment: the first valid one where clocks are changed that night."""
        return instant(self.cleaned_data["day"], self.cleaned_data["time"], zone)

    @classmethod
    def at(cls, due: datetime | None, zone: str) -> ScheduleForm:
        """The form with a moment in it."""
        local = due.astimezone(ZoneInfo(zone)) if due else None
        return cls(initial={"day": local.date(), "time": local.time()} if local else {})


class TryForm(forms.Form):
    """One address that gets it now."""

    to = forms.EmailField(label=gettext_lazy("Address"))
    variant = forms.ChoiceField(label=gettext_lazy("As it goes to"), choices=READERS)
    second = forms.BooleanField(label=gettext_lazy("With the second subject"), required=False)
