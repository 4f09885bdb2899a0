"""The form of a picture, with a calendar for its last day. Named in settings, as Wagtail asks."""

from __future__ import annotations

from typing import Any

from wagtail.admin.widgets import AdminAutoHeightTextInput, AdminDateInput
from wagtail.images.forms import BaseImageForm

from broadsheet.newsroom.picture_files import PictureField


class PictureForm(BaseImageForm):
    """Wagtail's form of a picture, whose file is looked at to its end."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "file" in self.fields:
            old = self.fields["file"]
            self.fields["file"] = PictureField(label=old.label, required=old.required, widget=old.widget)

    class Meta(BaseImageForm.Meta):
        widgets = {
            **BaseImageForm.Meta.widgets,
            "caption": AdminAutoHeightTextInput,
            "rights_expire": AdminDateInput,
        }
