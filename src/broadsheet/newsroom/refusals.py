"""A refusal of the rights check, said to the editor in words, whichever of the desk's views it stopped."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from wagtail.admin import messages

from broadsheet.newsroom.rights import RightsError


class SayRefusals:
    """Bulk actions, approvals and the like know no such error: it becomes a message, and nothing has changed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Take the editor back to where they came from, with the message; programs get it as JSON."""
        if not isinstance(exception, RightsError):
            return None
        said = " ".join(exception.messages)
        if "/api/" in request.path or "application/json" in request.headers.get("Accept", ""):
            return JsonResponse({"detail": said}, status=400)
        messages.error(request, said)
        back = _back(request)
        if request.headers.get("X-Requested-With") == "XMLHttpRequest":  # the approval's dialogue follows this
            return JsonResponse({"step": "success", "redirect": back})
        return HttpResponseRedirect(back)


def _back(request: HttpRequest) -> str:
    wanted = (request.POST.get("next"), request.GET.get("next"), request.headers.get("Referer"))
    for url in wanted:
        if url and url_has_allowed_host_and_scheme(url, {request.get_host()}):
            return url
    return reverse("wagtailadmin_home")
