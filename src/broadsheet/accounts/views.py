"""Coming in, going out, showing once more who one is, and where one is logged in."""

from __future__ import annotations

from typing import Any, NamedTuple

from allauth.account import views as allauth
from allauth.account.adapter import get_adapter
from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.stagekit import unstash_login
from allauth.account.mixins import NextRedirectMixin, RedirectAuthenticatedUserMixin
from allauth.account.stages import LoginByCodeStage
from allauth.account.utils import get_next_redirect_url
from allauth.core.internal import ratelimit
from allauth.socialaccount import views as social
from allauth.socialaccount.adapter import get_adapter as social_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.generic import FormView, View

from broadsheet import clock
from broadsheet.accounts import operations, queries, rules
from broadsheet.accounts.codes import Again, Door, TooManyNewError
from broadsheet.accounts.forms import CodeForm, MailForm
from broadsheet.accounts.middleware import DEVICE
from broadsheet.edge.cookies import names


class Provider(NamedTuple):
    """Another site that says who somebody is, and where one goes to hear it."""

    name: str
    url: str


def _providers(request: HttpRequest, process: str) -> dict[str, list[Provider]]:
    if not settings.SOCIAL_LOGIN:
        return {"providers": []}
    next_url = get_next_redirect_url(request)
    more = {"process": process, **({"next": next_url} if next_url else {})}
    found = social_adapter(request).list_providers(request)
    return {"providers": [Provider(one.name, one.get_login_url(request, **more)) for one in found]}


def _leading_out(response: Any) -> Any:
    response.leads_out = bool(settings.SOCIAL_LOGIN)  # the web room's headers allow for it
    return response


class DoorView(RedirectAuthenticatedUserMixin, NextRedirectMixin, FormView):
    """Asks for an address, and sends a code to it: the same for those who have an account and those who have none."""

    form_class = MailForm
    template_name = "account/door.html"
    joining = False

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: Any) -> Any:
        """Whoever comes back to the door may begin again; a second factor that is asked for stays asked for."""
        return None if stage.key == LoginByCodeStage.key else super()._redirect_to_pending_stage(request, stage)

    def get_authenticated_redirect_url(self) -> str:
        """Whoever is logged in finds their account here: pages that are kept for all say “log in” to all."""
        back = self.get_next_url() or ""
        return back if back.startswith("/admin/") else reverse("account_home")

    def form_valid(self, form: MailForm) -> HttpResponse:
        """Send the code."""
        Door.ask(self.request, form.cleaned_data["email"])
        return HttpResponseRedirect(self.passthrough_next_url(reverse("account_confirm_login_code")))

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> Any:
        """The page; where other sites are named, one is led to them."""
        return _leading_out(super().render_to_response(context, **kwargs))

    def get_initial(self) -> dict[str, Any]:
        """The address to which a code was sent already; it never stands in a link."""
        login = unstash_login(self.request, peek=True)
        return {"email": login.email or ""} if login else {}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page shows."""
        return {**super().get_context_data(**kwargs), "joining": self.joining, **_providers(self.request, "login")}


@method_decorator(login_stage_required(LoginByCodeStage.key, "account_login"), name="dispatch")
class CodeView(NextRedirectMixin, FormView):
    """Asks for the code, three times at most."""

    form_class = CodeForm
    template_name = "account/code.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Only where a code was asked for, and counts."""
        door = Door.resume(request._login_stage)  # type: ignore[attr-defined]
        if door is None:
            messages.info(request, _("The code is too old. Ask for another."))
            return HttpResponseRedirect(self.passthrough_next_url(reverse("account_login")))
        self.door = door
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form knows the code."""
        return {**super().get_form_kwargs(), "code": self.door.code}

    def form_valid(self, form: CodeForm) -> HttpResponse:
        """Let them in."""
        try:
            return self.door.finish(self.get_next_url())
        except TooManyNewError:
            self.door.abort()
            return render(self.request, "account/full.html", status=429)

    def form_invalid(self, form: CodeForm) -> HttpResponse:
        """Once more, or from the beginning."""
        if self.door.record_invalid_attempt():
            return super().form_invalid(form)
        messages.error(self.request, _("That was wrong three times. Ask for another code."))
        return HttpResponseRedirect(self.passthrough_next_url(reverse("account_login")))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page shows."""
        return {**super().get_context_data(**kwargs), "email": self.door.state["email"]}


@method_decorator([never_cache, login_required], name="dispatch")
class AgainView(NextRedirectMixin, View):
    """Showing once more who one is, by a code to one's own address. Opening the page sends nothing."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """A button, or the field for the code that was sent."""
        return self._page(CodeForm(code="") if Again.resume(request) else None)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Send a code, or look at one."""
        if not any(method["id"] == "code" for method in get_adapter().get_reauthentication_methods(request.user)):
            return HttpResponseRedirect(reverse("account_home"))
        again = Again.resume(request)
        if again is None or "send" in request.POST:
            limited = ratelimit.consume_or_429(
                request, app="allauth.account", action="request_login_code", key=request.user.email.lower()  # type: ignore[union-attr]
            )  # fmt: skip
            if limited is None:
                Again.ask(request)
            return limited or HttpResponseRedirect(self.passthrough_next_url(request.path))
        form = CodeForm(request.POST, code=again.code)
        if form.is_valid():
            again.finish()
            return HttpResponseRedirect(self.get_next_url() or reverse("account_home"))
        if again.record_invalid_attempt():
            return self._page(form)
        messages.error(request, _("That was wrong three times. Ask for another code."))
        return HttpResponseRedirect(self.passthrough_next_url(request.path))

    def _page(self, form: CodeForm | None) -> HttpResponse:
        context = {"form": form, "email": self.request.user.email, "next": self.get_next_url() or ""}  # type: ignore[union-attr]
        return render(self.request, "account/again_code.html", context)


class ConnectionsView(social.ConnectionsView):
    """Other sites that say who somebody is."""

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> Any:
        """A page from which one is led to another site."""
        return _leading_out(super().render_to_response(context, **kwargs))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With those that could be added."""
        return {**super().get_context_data(**kwargs), **_providers(self.request, "connect")}


class LogOutView(allauth.LogoutView):
    """Going out takes the pass along. The receipt stays: it says what this browser has read."""

    template_name = "account/logout.html"

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """Log out."""
        response = super().post(*args, **kwargs)
        response.delete_cookie(names(settings.SESSION_COOKIE_SECURE)[1].decode(), samesite="Lax")
        return response


@never_cache
@login_required
def devices(request: HttpRequest) -> HttpResponse:
    """Where one is logged in; ends one device, or all others."""
    this, user = request.session.get(DEVICE), int(request.user.pk or 0)
    if request.method == "POST":
        ended = _end(request, user, this)
        if ended:
            said = ngettext("%(count)d device is logged out.", "%(count)d devices are logged out.", ended)
            messages.success(request, said % {"count": ended})
        return HttpResponseRedirect(reverse("account_devices"))
    context = {
        "devices": queries.devices(user, this),
        "must_choose": queries.must_choose(user, this, clock.now()),
        "most": rules.MOST_DEVICES,
    }
    return render(request, "account/devices.html", context)


def _end(request: HttpRequest, user: int, this: int | None) -> int:
    if "others" in request.POST:
        return operations.end_devices(user_id=user, keep=this)
    number = request.POST.get("device", "")
    return operations.end_devices(user_id=user, devices=[int(number)], keep=this) if number.isdecimal() else 0
