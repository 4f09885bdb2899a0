"""The story's form: refuses in the form what publishing would refuse."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm

from broadsheet import clock
from broadsheet.newsroom import cards, rules


class RightsError(ValidationError):
    """A story shows pictures whose licence has run out. The message names each with its last day."""


def check_rights(page: Any) -> None:
    """Raise RightsError where a picture of `page` may no longer be shown when it would appear."""
    appears = max(clock.now(), page.go_live_at or clock.now()).date()
    out = rules.expired(cards.rights_of(page), appears)
    if out:
        named = "; ".join(f"“{right.title}” ({right.expires:%Y-%m-%d})" for right in out)
        raise RightsError(
            _(
                "The story cannot be published: the licence of these pictures has run out, on the day given. "
                "Replace them, or correct the date in the picture: %(named)s"
            )
            % {"named": named}
        )


class StoryForm(WagtailAdminPageForm):
    """Checks rights when the editor publishes or hands the story on; a draft may be saved at any time."""

    def clean(self) -> dict[str, Any]:
        """Refuse to publish or submit what shows a picture whose licence has run out."""
        cleaned = super().clean()
        if self.errors or not {"action-publish", "action-submit", "action-restart-workflow"} & set(self.data):
            return cleaned
        self.instance.body = cleaned.get("body", self.instance.body)
        self.instance.picture = cleaned.get("picture")
        self.instance.go_live_at = cleaned.get("go_live_at")
        try:
            check_rights(self.instance)
        except RightsError as error:
            self.add_error("picture", error)
        return cleaned
