"""Lists: their subject, their look, when they go out and how they are composed."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList, TabbedInterface
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.admin.viewsets.model import ModelViewSet

from broadsheet.newsletters.desk import permissions
from broadsheet.newsletters.models import Newsletter
from broadsheet.newsletters.rules.colours import is_colour

WEEK = (
    gettext_lazy("Monday"), gettext_lazy("Tuesday"), gettext_lazy("Wednesday"), gettext_lazy("Thursday"),
    gettext_lazy("Friday"), gettext_lazy("Saturday"), gettext_lazy("Sunday"),
)  # fmt: skip


class Guarded(ModelViewSet):
    """Wagtail's own views, which answer 403 to those who may not."""

    copy_view_enabled = False

    def construct_view(self, view_class: Any, **kwargs: Any) -> Any:
        """A view behind the guard."""
        return permissions.guarded(super().construct_view(view_class, **kwargs))


class NewsletterForm(WagtailAdminModelForm):
    """Choices where the table holds a word or a number."""

    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=lambda: settings.LANGUAGES)
    zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=lambda: [(name, name) for name in _zones()])
    day = forms.TypedChoiceField(
        label=gettext_lazy("Day"), required=False, coerce=int, empty_value=None,
        help_text=gettext_lazy("For a weekly list."), choices=[("", "---------"), *enumerate(WEEK)],
    )  # fmt: skip
    colour = forms.CharField(
        label=gettext_lazy("Colour"), widget=forms.TextInput(attrs={"type": "color"}), max_length=7,
        help_text=gettext_lazy(
            "The one colour of its letters. It is darkened, or lightened at night, until it can be read."
        ),
    )  # fmt: skip

    def clean_colour(self) -> str:
        """Six hexadecimal digits."""
        found = str(self.cleaned_data["colour"])
        if not is_colour(found):
            raise ValidationError(_("Write the colour as #1f3a4d."))
        return found

    def clean(self) -> dict[str, Any]:
        """A weekly list needs its day, and one that composes itself a rhythm."""
        said = super().clean() or self.cleaned_data
        if said.get("rhythm") == Newsletter.Rhythm.WEEKLY and said.get("day") is None:
            self.add_error("day", _("On which day does it go out?"))
        by_itself = said.get("composing") not in {None, Newsletter.Composing.HAND}
        if by_itself and said.get("rhythm") == Newsletter.Rhythm.NONE:
            self.add_error("rhythm", _("A list that composes itself needs to know when."))
        return said


def _zones() -> list[str]:
    return ["UTC", *sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))]


_ABOUT = [
    FieldRowPanel([FieldPanel("name"), FieldPanel("slug")]),
    FieldPanel("line"),
    FieldRowPanel([FieldPanel("language"), FieldPanel("position"), FieldPanel("open")]),
    MultiFieldPanel(
        [FieldPanel("audience"), FieldPanel("full_for_members"), FieldPanel("opens_stories")],
        heading=gettext_lazy("Who gets what"),
    ),
]
_CHECKED = forms.CheckboxSelectMultiple
_COMPOSED = [
    FieldPanel("composing"),
    FieldRowPanel([FieldPanel("most_stories"), FieldPanel("fewest_stories")]),
    FieldPanel("reviewed"),
    MultiFieldPanel(
        [
            FieldPanel("topics", widget=_CHECKED),
            FieldPanel("places", widget=_CHECKED),
            FieldPanel("sections", widget=_CHECKED),
        ],
        heading=gettext_lazy("Its subjects"),
        help_text=gettext_lazy("A digest holds stories about any of these. None ticked: about anything."),
    ),
]
_TIMES = [
    FieldRowPanel([FieldPanel("rhythm"), FieldPanel("day")]),
    FieldRowPanel([FieldPanel("at"), FieldPanel("zone")]),
    FieldPanel("in_readers_zone"),
]
_LOOK = [
    FieldPanel("colour"),
    FieldPanel(
        "masthead", help_text=gettext_lazy("A picture in place of the name, on white. Left empty, the name is set.")
    ),
    FieldRowPanel([FieldPanel("sender_name"), FieldPanel("sender_address"), FieldPanel("reply_to")]),
]


class NewsletterViewSet(Guarded):
    """The lists that readers join."""

    model = Newsletter
    icon = "mail"
    menu_label = gettext_lazy("Lists")
    name, url_prefix = "newsletters_lists", "newsletters/lists"
    list_display = [
        "name",
        "language",
        Column("rhythm", label=gettext_lazy("Rhythm"), accessor="get_rhythm_display"),
        Column("composing", label=gettext_lazy("Composed"), accessor="get_composing_display"),
        BooleanColumn("open", label=gettext_lazy("Takes readers"), accessor="open"),
    ]
    edit_handler = TabbedInterface(
        [
            ObjectList(_ABOUT, heading=gettext_lazy("The list")),
            ObjectList(_COMPOSED, heading=gettext_lazy("How it is composed")),
            ObjectList(_TIMES, heading=gettext_lazy("When it goes out")),
            ObjectList(_LOOK, heading=gettext_lazy("Look and sender")),
        ],
        base_form_class=NewsletterForm,
    )
