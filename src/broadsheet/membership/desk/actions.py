"""What staff may do to one reader's membership: each asks first, says what follows, and is done once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from wagtail.admin import messages

from broadsheet import clock
from broadsheet.membership.desk import permissions, words
from broadsheet.membership.desk.forms import ActForm, GiveForm, NoteForm, ReasonForm, RefundForm, UntilForm
from broadsheet.membership.operations import desk
from broadsheet.membership.operations.desk import Act, DeskError
from broadsheet.membership.queries.desk import Person, paid, people

Do = Callable[[Act, str, dict[str, Any]], bool]


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that may be done."""

    title: Any
    says: Any  # what follows of it
    button: Any
    done: Any
    form: type[forms.Form]
    do: Do
    permission: str = permissions.CHANGE
    serious: bool = False


def _pk(target: str) -> int:
    if not target.isascii() or not target.isdigit() or len(target) > 15:
        raise Http404
    return int(target)


ACTIONS: dict[str, Action] = {
    "note": Action(
        _("Write a note"), _("It stands in the reader's story, with your name."), _("Keep the note"),
        _("The note is kept."), NoteForm, lambda act, _t, said: desk.write_note(act=act, text=said["text"]),
    ),
    "give": Action(
        _("Give access"), _("The reader reads as a member until that day. Nothing is charged for it. A contract "
        "that runs beside it goes on as it is."), _("Give access"), _("Access is given."), GiveForm,
        lambda act, _t, said: desk.give(
            act=act, tier=said["tier"].slug, until=said["until"], reason=said["reason"]
        ),
    ),
    "extend": Action(
        _("Extend"), _("The access that was given lasts to a later day."), _("Extend"),
        _("It is extended."),
        UntilForm, lambda act, target, said: desk.extend(act=act, grant=_pk(target), until=said["until"]),
    ),
    "take-back": Action(
        _("Take back"), _("The access that was given ends now."), _("Yes, take it back"),
        _("It is taken back."), ReasonForm,
        lambda act, target, said: desk.take_back(act=act, grant=_pk(target), reason=said["reason"]), serious=True,
    ),
    "cancel": Action(
        _("End with the period"), _("The contract ends with what is paid for, or with the trial. Nothing more is "
        "charged. The reader gets a confirmation by mail and may resume until then."), _("Yes, end it then"),
        _("It ends with its period."), ReasonForm,
        lambda act, target, said: desk.end_at_period_end(act=act, subscription=target, reason=said["reason"]),
        serious=True,
    ),
    "end": Action(
        _("End now"), _("The contract ends at once, and with it the access that it gives. Nothing more is "
        "charged, and nothing is given back by this: give back the invoice too where that is owed."),
        _("Yes, end it now"), _("It is ended."), ReasonForm,
        lambda act, target, said: desk.end_now(act=act, subscription=target, reason=said["reason"]), serious=True,
    ),
    "refund": Action(
        _("Give money back"), _("It goes back to the card that paid. Where all of the last payment goes back, "
        "access ends and so does the contract. The reader gets a mail."), _("Yes, give it back"),
        _("The money is on its way back."), RefundForm,
        lambda act, target, said: desk.refund(
            act=act, invoice=target, minor=said["minor"], reason=said["reason"]
        ), permissions.REFUND, serious=True,
    ),
    "send-again": Action(
        _("Send again"), _("The mail is made anew, with the facts of today, and sent to the reader's address of "
        "today."), _("Send it again"), _("The mail is in the outbox."), ActForm,
        lambda act, target, _s: desk.send_again(act=act, mail=_pk(target)),
    ),
}  # fmt: skip

AT_LARGE: dict[str, Action] = {  # what need not be about a reader
    "replay": Action(
        _("Take up an event again"), _("The event was parked after ten tries. It is processed again within "
        "seconds, from the gateway's facts of today."), _("Take it up again"), _("The event is taken up again."),
        ActForm, lambda act, target, _s: desk.replay_event(act=act, event=_pk(target)),
    ),
    "try-again": Action(
        _("Ask the gateway again"), _("The gateway refused this. It is asked again with the same key, so that "
        "nothing is done twice."), _("Ask again"), _("The gateway is asked again."), ActForm,
        lambda act, target, _s: desk.try_operation(act=act, operation=_pk(target)),
    ),
}  # fmt: skip


@never_cache
@permissions.guarded
def act_for_reader(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Ask, and by POST do it."""
    action, person = ACTIONS.get(name), next(iter(people([pk])), None)
    if action is None or person is None:
        raise Http404
    return _answer(request, action, person, reverse("broadsheet_members:reader", args=[pk]), name)


@never_cache
@permissions.guarded
def act_at_large(request: HttpRequest, name: str) -> HttpResponse:
    """The same for what lies in the queues."""
    action = AT_LARGE.get(name)
    if action is None:
        raise Http404
    target = _pk(request.GET.get("target", ""))
    whose = desk.reader_of_event if name == "replay" else desk.reader_of_operation
    user_id = whose(target)
    person = next(iter(people([user_id])), None) if user_id else None
    back = request.GET.get("back") == "reader" and person is not None
    page = reverse("broadsheet_members:reader", args=[user_id]) if back else reverse("broadsheet_members:desk")
    return _answer(request, action, person, page, name)


def _answer(request: HttpRequest, action: Action, person: Person | None, back: str, name: str) -> HttpResponse:
    if not request.user.has_perm(action.permission):
        raise permissions.PermissionDenied
    target = request.GET.get("target", "")[:255]
    form = _form(request, action, person, target)
    if request.method == "POST" and form.is_valid():
        refused = _do(request, action, person, target, form)
        if refused is None:
            return HttpResponseRedirect(back)
        form.add_error(None, refused)
    context = {
        "action": action, "form": form, "person": person, "back": back, "page_title": action.title,
        "header_title": action.title, "header_icon": "user", "media": form.media, "name": name,
        "breadcrumbs_items": crumbs(person, action.title),
    }  # fmt: skip
    return render(request, "broadsheet/desk/members/act.html", context, status=409 if form.non_field_errors() else 200)


def _form(request: HttpRequest, action: Action, person: Person | None, target: str) -> forms.Form:
    more: dict[str, Any] = {}
    if action.form is RefundForm:
        line = next((each for each in paid(person.pk) if each.id == target), None) if person else None
        if line is None:
            raise Http404
        more["line"] = line
    return action.form(request.POST if request.method == "POST" else None, **more)


def _do(request: HttpRequest, action: Action, person: Person | None, target: str, form: forms.Form) -> str | None:
    """Do it; gives the words of a refusal."""
    said = dict(form.cleaned_data)
    if isinstance(form, RefundForm):
        left = form.line.left
        said["minor"] = None if left is not None and said["amount"] == left.minor else said["amount"]
    user: Any = request.user
    act = Act(person.pk if person else None, user.pk, str(user), clock.now(), f"form:{said['token'].hex}")
    try:
        done = action.do(act, target, said)
    except DeskError as error:
        return str(words.ERRORS[error.code])
    if done:
        messages.success(request, action.done)
    else:
        messages.warning(request, gettext("This was done before, by the same form. Nothing was done twice."))
    return None


def crumbs(person: Person | None, *rest: Any) -> list[dict[str, Any]]:
    """The way from the admin's home."""
    found = [
        {"url": reverse("wagtailadmin_home"), "label": gettext("Home")},
        {"url": reverse("broadsheet_members:desk"), "label": gettext("Members")},
    ]
    if person is not None:
        found.append({"url": reverse("broadsheet_members:readers"), "label": gettext("Readers")})
        found.append(
            {"url": reverse("broadsheet_members:reader", args=[person.pk]), "label": person.name or person.email}
        )
    return [*found, *({"url": "", "label": label} for label in rest)]
