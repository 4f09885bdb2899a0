"""The forms of the desk's actions. Each has a token, so that sending one twice does nothing twice."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateInput

from broadsheet import clock
from broadsheet.membership.models import Tier
from broadsheet.membership.operations.bringing import after
from broadsheet.membership.queries.desk import PaidLine


class ActForm(forms.Form):
    """Nothing to say but yes."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class ReasonForm(ActForm):
    """Why."""

    reason = forms.CharField(
        label=_("Why"), max_length=200, help_text=_("For the desk's log, and among what the reader may take away.")
    )


class NoteForm(ActForm):
    """What colleagues should know."""

    text = forms.CharField(
        label=_("Note"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("For the desk. The reader sees it only if they ask for all that is kept about them."),
    )  # fmt: skip


class UntilForm(ActForm):
    """Until when."""

    until = forms.DateField(
        label=_("Until"), widget=AdminDateInput, help_text=_("The last day, by the paper's clock. It ends at midnight.")
    )

    def clean_until(self) -> Any:
        """The end of that day, which must lie ahead."""
        found = after(self.cleaned_data["until"])
        if found is None or found <= clock.now():
            raise ValidationError(_("This day is over. Choose one that lies ahead."))
        return found


class GiveForm(UntilForm):
    """Complimentary access."""

    tier = forms.ModelChoiceField(
        label=_("Tier"), queryset=Tier.objects.filter(active=True), empty_label=None, to_field_name="slug"
    )
    reason = forms.CharField(label=_("Why"), max_length=200)

    field_order = ("tier", "until", "reason", "token")


class RefundForm(ReasonForm):
    """How much goes back: all that is left unless a part is named."""

    amount = forms.DecimalField(label=_("Amount"), min_value=Decimal("0.001"), localize=True)

    field_order = ("amount", "reason", "token")

    def __init__(self, *args: Any, line: PaidLine, **kwargs: Any) -> None:
        self.line = line
        super().__init__(*args, **kwargs)
        left = line.left
        if left is not None:
            self.fields["amount"].initial = Decimal(left.plain)
            self.fields["amount"].label = _("Amount in %(currency)s") % {"currency": left.currency}
            self.fields["amount"].help_text = _("All that is left is filled in. Write less to give back a part.")

    def clean_amount(self) -> int:
        """In minor units, at most what is left."""
        left, amount = self.line.left, self.cleaned_data["amount"]
        if left is None:
            raise ValidationError(_("Nothing of this can be given back."))
        minor = amount.scaleb(left.exponent)
        if minor != minor.to_integral_value():
            raise ValidationError(_("This currency has no such small coins."))
        if minor > left.minor:
            raise ValidationError(_("At most %(amount)s is left.") % {"amount": left.plain})
        return int(minor)


class FileForm(forms.Form):
    """A file of members."""

    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "CSV in UTF-8, with a first line that names the columns: Ghost's export of members, or this desk's."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )


class AnnounceForm(forms.Form):
    """From when members on an old price are to pay the new one."""

    day = forms.DateField(label=_("From"), widget=AdminDateInput)
