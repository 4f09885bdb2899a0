"""Codes by mail: to come in by, whether one has an account or not, and to show once more who one is.

One door for all: whoever gives an address gets the same page and the same mail. Only when the code comes back, typed
in the browser that asked, is the account looked up, or made. So nobody learns who has one, and nobody has one whose
mail they cannot read.
"""

from __future__ import annotations

from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.code_verification import AbstractCodeVerificationProcess
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.internal.flows.signup import complete_signup
from allauth.account.models import Login
from allauth.account.stages import LoginByCodeStage, LoginStageController
from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from broadsheet.accounts import operations, queries

AGAIN = "broadsheet_again"


class TooManyNewError(Exception):
    """So many accounts were made from this network today that no more are."""


class Door(LoginCodeVerificationProcess):
    """Coming in by a code. No account is looked at before the code is right."""

    @classmethod
    def ask(cls, request: HttpRequest, email: str) -> Door:
        """Send a code to `email`, and remember in this browser's session what it is."""
        login = Login(user=None, email=email)
        login.state["stages"] = {"current": LoginByCodeStage.key}
        stage = LoginByCodeStage(LoginStageController(request, login), request, login)
        stage.state.update(cls.initial_state(user=None, email=email), initiated_by_user=True)
        door = cls(stage)
        door.send()
        door.persist()
        request.session.set_expiry(app_settings.LOGIN_TIMEOUT)  # until somebody is logged in, it is worth no more
        return door

    @classmethod
    def resume(cls, stage: LoginByCodeStage) -> Door | None:
        """The door at which this browser stands, or None where it was shut meanwhile."""
        return cls(stage).abort_if_invalid()

    def send_by_email(self, email: str, skip_enumeration_mails: bool = False) -> None:
        """The code, whoever it is."""
        get_adapter().send_mail("account/email/code", email, {"code": self.generate_code()})

    def finish(self, redirect_url: str | None) -> HttpResponse:
        """Let them in; make their account where they have none. Raises TooManyNewError."""
        email = self.state["email"]
        is_known = queries.person_by_mail(email) is not None
        if not is_known and not ratelimit.consume(self.request, action="signup"):
            raise TooManyNewError
        user, new = operations.admit(email=email, language=get_language() or "")
        record_authentication(self.request, user, method="code", email=email)
        if new:
            return complete_signup(self.request, user=user, redirect_url=redirect_url)
        return perform_login(self.request, Login(user=user, redirect_url=redirect_url, email=user.email.lower()))


class Again(AbstractCodeVerificationProcess):
    """Showing once more who one is, by a code to the account's own address."""

    def __init__(self, request: HttpRequest, state: dict[str, Any]) -> None:
        super().__init__(
            max_attempts=app_settings.LOGIN_BY_CODE_MAX_ATTEMPTS,
            timeout=app_settings.LOGIN_BY_CODE_TIMEOUT,
            state=state,
        )
        self.request = request

    @classmethod
    def ask(cls, request: HttpRequest) -> Again:
        """Send a code."""
        again = cls(request, cls.initial_state(user=request.user, email=request.user.email))  # type: ignore[arg-type,union-attr]
        again.state["code"] = get_adapter().generate_login_code()
        again.send()
        again.persist()
        return again

    @classmethod
    def resume(cls, request: HttpRequest) -> Again | None:
        """The code that was sent, or None where there is none that still counts."""
        state = request.session.get(AGAIN)
        return cls(request, state).abort_if_invalid() if state else None

    def send(self) -> None:
        """Send what was made."""
        get_adapter().send_mail("account/email/code", self.state["email"], {"code": self.code})

    def persist(self) -> None:
        """Keep it in the session."""
        self.request.session[AGAIN] = self.state

    def abort(self) -> None:
        """Forget it."""
        self.request.session.pop(AGAIN, None)

    def finish(self) -> None:
        """It was right."""
        self.abort()
        record_authentication(self.request, self.request.user, method="code", reauthenticated=True)  # type: ignore[arg-type]
