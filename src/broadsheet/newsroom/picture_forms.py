"""The form of a picture, with a calendar for its last day. Named in settings, as Wagtail asks."""

from __future__ import annotations

from wagtail.admin.widgets import AdminAutoHeightTextInput, AdminDateInput
from wagtail.images.forms import BaseImageForm


class PictureForm(BaseImageForm):
    """Wagtail's form of a picture."""

    class Meta(BaseImageForm.Meta):
        widgets = {
            **BaseImageForm.Meta.widgets,
            "caption": AdminAutoHeightTextInput,
            "rights_expire": AdminDateInput,
        }
