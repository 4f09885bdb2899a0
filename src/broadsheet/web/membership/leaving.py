"""Cancelling and withdrawing: one page each, open to everybody, the button on it; and the confirmation.

Nobody needs to log in, nobody is asked for a reason, and nothing stands between the link and the button. Where the
reader is logged in, their contract is filled in and the button ends it; whatever anybody else declares is recorded and
confirmed, and carried out where it is clear whose contract is meant.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.core.internal import ratelimit
from django import forms
from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from broadsheet import clock
from broadsheet.membership import operations, queries
from broadsheet.membership.gateways.current import gateway
from broadsheet.membership.operations import ChangeError, Declared, Form
from broadsheet.membership.queries import Contract, Declaration
from broadsheet.web.gifts import SeeOther
from broadsheet.web.membership import words
from broadsheet.web.membership.account import OVER
from broadsheet.web.passes import set_pass

CANCEL, EXTRAORDINARY, WITHDRAWAL = "cancel", "extraordinary", "withdrawal"
KINDS = {
    CANCEL: gettext_lazy("Ordinary cancellation"),
    EXTRAORDINARY: gettext_lazy("Cancellation for cause, at once"),
    WITHDRAWAL: gettext_lazy("Withdrawal"),
}
ME, DECLARED = "broadsheet.leaving.me", "broadsheet.leaving.declared"
A_DAY = 86_400
RATES = {"declare": "30/h/ip,6/h/key"}
PRIVATE = {"Referrer-Policy": "strict-origin", "X-Robots-Tag": "noindex, noarchive"}


class LeaveForm(forms.Form):
    """What the law lets us ask; only the address is needed."""

    email = forms.EmailField(
        label=gettext_lazy("Mail address of the membership"), max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"}),
    )  # fmt: skip
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=160, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    contract = forms.CharField(
        label=gettext_lazy("Contract, or its number, which stands in our mails"), max_length=255, required=False
    )
    confirm_to = forms.EmailField(
        label=gettext_lazy("Address for the confirmation, if it is another"), max_length=254, required=False
    )

    def __init__(self, *args: Any, contracts: tuple[Contract, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if contracts:
            choices = [(contract.id, _named(contract)) for contract in contracts]
            field = forms.ChoiceField(label=gettext_lazy("Contract"), choices=choices, required=False)
            self.fields["contract"] = field


class CancelForm(LeaveForm):
    """The same, with the kind of cancellation and its end."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=[(kind, KINDS[kind]) for kind in (CANCEL, EXTRAORDINARY)],
        widget=forms.RadioSelect, initial=CANCEL, required=False,
    )  # fmt: skip
    reason = forms.CharField(
        label=gettext_lazy("Cause, where it is for cause"), max_length=2000, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    end_wanted = forms.DateField(
        label=gettext_lazy("To end on (left empty: as soon as possible)"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )  # fmt: skip
    field_order = ["kind", "reason", "contract", "name", "email", "end_wanted", "confirm_to"]


def _named(contract: Contract) -> str:
    return f"{words.isolated(contract.plan)} · {words.per(contract.price, contract.interval)}"


@csrf_exempt  # whoever has no cookies may leave; only a form that was made for this reader acts in their name
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest) -> HttpResponse:
    """Cancel a membership: the form with its button, and what it does."""
    return _leave(request, CancelForm, CANCEL, "broadsheet/membership/cancel.html")


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest) -> HttpResponse:
    """Withdraw from a contract: the same, and no reason is asked for."""
    return _leave(request, LeaveForm, WITHDRAWAL, "broadsheet/membership/withdraw.html")


def _leave(request: HttpRequest, kind_of_form: type[LeaveForm], kind: str, template: str) -> HttpResponse:
    now = clock.now()
    contracts = _own(request, now)
    form = kind_of_form(request.POST or None, contracts=contracts, initial=_known(request, contracts))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        limited = ratelimit.consume_or_429(
            request, app="broadsheet", action="declare", key=said["email"].lower(), config=RATES
        )
        return limited or _declared(request, said, kind, contracts, now)
    context = {
        "form": form, "contracts": contracts, "me": _mark(request),
        "withdrawals": [(contract, contract.withdrawal) for contract in contracts],
    }  # fmt: skip
    return _with(render(request, template, context, status=400 if request.method == "POST" else 200))


def _own(request: HttpRequest, now: datetime) -> tuple[Contract, ...]:
    """The running contracts of whoever is logged in."""
    if not request.user.is_authenticated:
        return ()
    held = queries.membership_of(int(request.user.pk or 0), now).contracts
    return tuple(contract for contract in held if contract.status not in OVER)


def _known(request: HttpRequest, contracts: tuple[Contract, ...]) -> dict[str, str]:
    if not request.user.is_authenticated:
        return {}
    user: Any = request.user
    return {"email": user.email, "name": user.get_full_name(), "contract": contracts[0].id if contracts else ""}


def _mark(request: HttpRequest) -> str:
    """Made for this reader: without it a form acts in nobody's name, whatever cookies come with it."""
    return signing.dumps(request.user.pk, salt=ME) if request.user.is_authenticated else ""


def _acts_as(request: HttpRequest, email: str) -> int:
    """Whose contract this form may end without further ado; 0 where it is to be matched by its address."""
    if not request.user.is_authenticated or request.user.email.lower() != email.lower():  # type: ignore[union-attr]
        return 0
    try:
        marked = signing.loads(request.POST.get("me", ""), salt=ME, max_age=A_DAY)
    except signing.BadSignature:
        return 0
    return int(request.user.pk or 0) if marked == request.user.pk else 0


def _declared(
    request: HttpRequest, said: dict[str, Any], kind: str, contracts: tuple[Contract, ...], now: datetime
) -> HttpResponse:
    user, found = _acts_as(request, said["email"]), None
    if user and contracts:
        found = _in_own_name(user, said, kind, contracts, now)
    if found is None:
        named = {contract.id: _named(contract) for contract in contracts}
        said = {**said, "contract": named.get(said["contract"], said["contract"])}
        form = Form(**{**said, "kind": said.get("kind") or kind}, locale=get_language() or "")
        found = operations.declare_by_form(form=form, now=now)
    elif kind == WITHDRAWAL:  # the refund and the end, now if the gateway can be reached, and surely later
        operations.push_pending(gateway=gateway(), now=now, subjects=[found.subscription])
    token = signing.dumps(found.reference.hex, salt=DECLARED)
    response = SeeOther(reverse("membership_declared", args=[token]))
    if user:
        set_pass(request, response, now)
    return _with(response)


def _in_own_name(
    user: int, said: dict[str, Any], kind: str, contracts: tuple[Contract, ...], now: datetime
) -> Declared | None:
    """End the contract that was chosen. None where the days of withdrawal are over: then it is declared as it is."""
    chosen = next((each for each in contracts if each.id == said["contract"]), contracts[0])
    written = {name: said[name] for name in ("name", "email", "confirm_to")}
    written |= {"contract": _named(chosen), "locale": get_language() or ""}
    try:
        if kind == WITHDRAWAL:
            return operations.withdraw(user_id=user, now=now, subscription=chosen.id, **written)
        return operations.cancel(
            user_id=user, now=now, subscription=chosen.id, reason=said["reason"], kind=said["kind"] or CANCEL,
            end_wanted=said["end_wanted"], **written,
        )  # fmt: skip
    except ChangeError:
        return None


@never_cache
@require_http_methods(["GET", "HEAD"])
def declared(request: HttpRequest, token: str) -> HttpResponse:
    """What was declared, when; to read, and to keep as a file. Its address holds for a day."""
    try:
        reference = UUID(signing.loads(token, salt=DECLARED, max_age=A_DAY))
    except (signing.BadSignature, ValueError):
        raise Http404 from None
    found = queries.declaration(reference)
    if found is None:
        raise Http404
    if "file" in request.GET:
        return _with(_file(found))
    context = {"declared": found, "facts": _facts(found), "withdrawn": found.kind == WITHDRAWAL}
    return _with(render(request, "broadsheet/membership/declared.html", context))


@csrf_exempt  # the token is known to whoever reads the member's mail, and to nobody else
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Whether a declaration that was made without log-in is the member's: opening the page answers nothing."""
    now, found = clock.now(), queries.asked(token)
    if found is None or found.held_until is None:
        raise Http404
    if request.method == "POST" and not found.settled:
        mine = request.POST.get("answer") == "mine"
        if operations.answer_for(reference=found.reference, mine=mine, now=now) and mine:
            operations.push_pending(gateway=gateway(), now=now, subjects=[found.meant])
        said = _("It is carried out. You get a confirmation by mail.") if mine else _("Everything stays as it is.")
        messages.success(request, said)
        return _with(SeeOther(request.path))
    context = {
        "settled": found.settled, "withdrawn": found.kind == WITHDRAWAL, "facts": _facts(found),
        "until": words.moment(found.held_until),
    }  # fmt: skip
    response = _with(render(request, "broadsheet/membership/answer.html", context))
    response._has_been_logged = True  # type: ignore[attr-defined]  # Django would write the path into its log
    return response


def _facts(found: Declaration) -> list[tuple[str, str]]:
    """The content, the date and the time: what a confirmation must hold."""
    rows = [
        (_("Kind"), str(KINDS[found.kind])), (_("Received"), words.moment(found.declared_at)),
        (_("Ends"), words.day(found.ends_at) if found.ends_at else ""), (_("Contract"), found.contract),
        (_("Name"), found.name), (_("Mail address"), words.isolated(found.email) if found.email else ""),
        (_("Cause"), found.reason), (_("Wanted end"), _day(found)), (_("Number"), words.isolated(str(found.reference))),
    ]  # fmt: skip
    return [(name, value) for name, value in rows if value]


def _day(found: Declaration) -> str:
    if found.end_wanted is None:
        return _("as soon as possible") if found.kind == CANCEL else ""
    at = datetime.combine(found.end_wanted, datetime.min.time(), tzinfo=found.declared_at.tzinfo)
    return words.day(at)


def _file(found: Declaration) -> HttpResponse:
    head = _("Confirmation of a withdrawal") if found.kind == WITHDRAWAL else _("Confirmation of a cancellation")
    text = "\n".join((head, "", *(f"{name}: {value}" for name, value in _facts(found)), ""))
    name = f"{found.kind}-{found.declared_at.date().isoformat()}.txt"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=headers)


def _with(response: HttpResponse) -> HttpResponse:
    for name, value in PRIVATE.items():
        response.headers[name] = value
    return response
