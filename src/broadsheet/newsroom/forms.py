"""Forms of the desk: they refuse beside the field what publishing would refuse."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.forms.pages import CopyForm

from broadsheet.newsroom.rights import Guarded, RightsError, check_rights

HANDING_ON = {"action-publish", "action-submit", "action-restart-workflow"}


class GuardedForm(WagtailAdminPageForm):
    """Checks rights when the editor publishes or hands the page on; a draft may be saved at any time."""

    def _post_clean(self) -> None:
        """Refuse once the page is as the form would save it, its embargo and its date included."""
        super()._post_clean()
        if self.errors or not self._hands_on():
            return
        try:
            check_rights(self.instance)
        except RightsError as error:
            self.add_error(None, error)

    def _hands_on(self) -> bool:
        approves = "action-workflow-action" in self.data and self.data.get("workflow-action-name") == "approve"
        return approves or bool(HANDING_ON & set(self.data))


class StoryForm(GuardedForm):
    """A story's form: offers the topics and places of the story's own language only."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place = self.parent_page or self.instance
        locale = self.instance.locale_id or place.locale_id
        for name in ("topics", "places"):
            if name in self.fields:
                field: Any = self.fields[name]
                field.queryset = field.queryset.filter(locale_id=locale)
        if "title" in self.fields:
            self.fields["title"].error_messages["required"] = _("A story needs a headline.")

    def clean(self) -> dict[str, Any]:
        """Forget the date that the old embargo had set where the editor moves or lifts the embargo."""
        cleaned = super().clean()
        old = self.initial.get("embargo_until")
        if old is not None and "embargo_until" in cleaned and not _same_minute(old, cleaned["embargo_until"]):
            planned = cleaned.get("go_live_at", self.instance.go_live_at)
            if _same_minute(old, planned):
                self.instance.go_live_at = cleaned["go_live_at"] = None
        return cleaned


class GuardedCopyForm(CopyForm):
    """Refuses to publish copies of what may not be published any more."""

    def clean(self) -> dict[str, Any]:
        """Check the page, and those below it where they are copied too."""
        cleaned = super().clean()
        asked = next((name for name in ("alias", "publish_copies") if cleaned.get(name)), None)
        if asked is None:
            return cleaned
        below = bool(cleaned.get("copy_subpages"))
        pages = self.page.get_descendants(inclusive=True) if below else type(self.page).objects.filter(pk=self.page.pk)
        for page in pages.live().specific():
            if isinstance(page, Guarded):
                self._check(page, asked)
        return cleaned

    def _check(self, page: Any, asked: str) -> None:
        try:
            check_rights(page)
        except RightsError as error:
            self.add_error(asked, error.messages)


def _same_minute(one: datetime | None, other: datetime | None) -> bool:
    """Whether two moments are the same as far as the form's fields, which know no seconds, can tell."""
    if one is None or other is None:
        return one is other
    return one.replace(second=0, microsecond=0) == other.replace(second=0, microsecond=0)
