"""The forms that readers meet."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from allauth.account.adapter import get_adapter
from allauth.account.forms import BaseConfirmCodeForm
from allauth.core import context, ratelimit
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class MailForm(forms.Form):
    """One question: which address."""

    email = forms.EmailField(
        label=_("Mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def clean_email(self) -> str:
        """The address, small. Refused, whoever's it is, where too many codes were asked for."""
        email = self.cleaned_data["email"].lower()
        if not ratelimit.consume(context.request, action="request_login_code", key=email):
            raise get_adapter().validation_error("too_many_login_attempts")
        return str(email)


class CodeForm(BaseConfirmCodeForm):
    """The six digits."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code")
        attributes = {"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": "12", "class": "code"}
        self.fields["code"].widget = forms.TextInput(attrs=attributes)


class PersonForm(forms.Form):
    """What somebody says of themselves; nothing of it is asked for."""

    first_name = forms.CharField(
        label=_("First name"), max_length=150, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )  # fmt: skip
    last_name = forms.CharField(
        label=_("Last name"), max_length=150, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )  # fmt: skip
    language = forms.ChoiceField(label=_("Language of our mails"), required=False)
    zone = forms.ChoiceField(label=_("Time zone"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("The language I log in with")), *settings.LANGUAGES]  # type: ignore[attr-defined]
        zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
        self.fields["zone"].choices = [("", _("The paper’s")), *((zone, zone.replace("_", " ")) for zone in zones)]  # type: ignore[attr-defined]
