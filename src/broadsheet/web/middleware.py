"""Headers that every answer of Django's bears."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# The paper asks nothing of other hosts. Frames are the exception: an embed is loaded when the reader says so.
POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'self'; font-src 'self'; script-src 'self'; media-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; frame-src https:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
GUARDS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "browsing-topics=(), camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Content-Type-Options": "nosniff",
}
# A draft that an editor looks at stands in a frame of the desk.
PREVIEW = {**GUARDS, "Content-Security-Policy": POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")}
# Where a form leads on to another site that says who somebody is: browsers hold a redirect to `form-action` too.
LEADS_OUT = {**GUARDS, "Content-Security-Policy": POLICY.replace("form-action 'self'", "form-action 'self' https:")}
DESK = {**GUARDS, "Content-Security-Policy": "frame-ancestors 'self'; base-uri 'self'; object-src 'none'"}


class GuardHeaders:
    """What browsers may do with a page; and nothing that Django answers is stored by a shared cache unless it says so.

    `request.guard_headers` takes the same headers to pages that are rendered for the shelf.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers that the view left out."""
        guards = DESK if request.path.startswith("/admin/") else GUARDS
        request.guard_headers = guards  # type: ignore[attr-defined]
        response = self.get_response(request)
        if getattr(request, "is_preview", False):
            guards = PREVIEW
        elif getattr(response, "leads_out", False):
            guards = LEADS_OUT
        for name, value in guards.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response
