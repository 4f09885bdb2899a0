"""What the sandbox refuses, in the words and with the status codes that Stripe's clients know."""

from __future__ import annotations

from typing import Any

DECLINES = {
    "generic_decline": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "fraudulent": "Your card was declined.",
}


class Refusal(Exception):  # noqa: N818 - it is an answer, not a fault of ours
    """An answer other than 200. `keeps`: what was written up to here stands, as after a declined charge."""

    def __init__(
        self, status: int, kind: str, message: str, *, code: str = "", param: str = "", keeps: bool = False, **more: Any
    ) -> None:
        super().__init__(message)
        self.status, self.keeps = status, keeps
        self.error: dict[str, Any] = {"type": kind, "message": message, **more}
        if code:
            self.error["code"] = code
            self.error["doc_url"] = "https://stripe.com/docs/error-codes/" + code.replace("_", "-")
        if param:
            self.error["param"] = param


def invalid(message: str, param: str = "", code: str = "", **more: Any) -> Refusal:
    """The request makes no sense, or not now."""
    return Refusal(400, "invalid_request_error", message, code=code, param=param, **more)


def missing(param: str) -> Refusal:
    """A parameter that is needed was left out."""
    return invalid(f"Missing required param: {param}.", param, "parameter_missing")


def unknown(param: str) -> Refusal:
    """A parameter of which the sandbox knows nothing: never ignored, or a mistake would pass unseen."""
    return invalid(f"Received unknown parameter: {param} (the sandbox does not know it)", param, "parameter_unknown")


def no_such(kind: str, wanted: str, param: str = "id", *, status: int = 404) -> Refusal:
    """There is no object of that id."""
    return Refusal(
        status,
        "invalid_request_error",
        f"No such {kind.replace('.', ' ')}: '{wanted}'",
        code="resource_missing",
        param=param,
    )


def unauthorised(message: str) -> Refusal:
    """The key is no key of ours."""
    return Refusal(401, "invalid_request_error", message)


def declined(reason: str, *, charge: str | None = None, keeps: bool = True, **more: Any) -> Refusal:
    """The card said no."""
    own_code = reason if reason in {"expired_card", "incorrect_cvc"} else "card_declined"
    said = {"decline_code": reason} if own_code == "card_declined" else {}
    if charge:
        said["charge"] = charge
    return Refusal(
        402, "card_error", DECLINES.get(reason, DECLINES["generic_decline"]), code=own_code, keeps=keeps, **said, **more
    )


def needs_authentication(**more: Any) -> Refusal:
    """The bank wants to see the card's holder, who is not there."""
    return Refusal(
        402,
        "card_error",
        "Your card was declined. This transaction requires authentication.",
        code="authentication_required",
        decline_code="authentication_required",
        keeps=True,
        **more,
    )


def key_reused() -> Refusal:
    """An idempotency key came back with another request."""
    return Refusal(
        400,
        "idempotency_error",
        "Keys for idempotent requests can only be used with the same parameters they were first used with. "
        "Try using a key other than the one that was sent if you meant to execute a different request.",
    )
