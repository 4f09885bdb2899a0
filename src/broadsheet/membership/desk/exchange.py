"""Bringing members in from a file: looked through first, done by a second press, all or nothing."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from wagtail.admin import messages

from broadsheet import clock
from broadsheet.membership.desk import permissions, words
from broadsheet.membership.desk.actions import crumbs
from broadsheet.membership.desk.forms import FileForm
from broadsheet.membership.formats.members import MOST_BYTES, OWN, read
from broadsheet.membership.gateways.current import gateway
from broadsheet.membership.models import MembersFile
from broadsheet.membership.operations.bringing import bring_in, look_through

KEPT = timedelta(days=1)
SHOWN = 500
SAID = (
    "name", "note", "stripe_customer_id", "complimentary_plan", "complimentary_until", "import_tier", "tier",
    "products", "created_at", "deleted_at",
)  # fmt: skip


@never_cache
@permissions.needs(permissions.EXCHANGE)
def upload(request: HttpRequest) -> HttpResponse:
    """Choose a file; it is looked through, and nothing is written but the file itself, for a day."""
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        if sent.size > MOST_BYTES:
            form.add_error("file", str(words.FAULTS["too-large"]))
        else:
            reference = _keep(request, sent)
            return HttpResponseRedirect(reverse("broadsheet_members:import_file", args=[reference]))
    title = _("Bring members in")
    context = {
        "form": form, "own": OWN, "used": SAID, "page_title": title, "header_title": title, "header_icon": "upload",
        "breadcrumbs_items": crumbs(None, title),
    }  # fmt: skip
    return render(request, "broadsheet/desk/members/upload.html", context)


def _keep(request: HttpRequest, sent: Any) -> uuid.UUID:
    MembersFile.objects.filter(made_at__lt=clock.now() - KEPT).delete()
    reference = uuid.uuid4()
    user: Any = request.user
    MembersFile.objects.create(
        reference=reference, name=sent.name[:200], content=sent.read(), by_id=user.pk, made_at=clock.now()
    )
    return reference


@never_cache
@permissions.needs(permissions.EXCHANGE)
def go_on(request: HttpRequest, reference: uuid.UUID) -> HttpResponse:
    """What the file would do, line by line; by POST it is done, and the file is forgotten."""
    kept = MembersFile.objects.filter(reference=reference, by=request.user.pk).first()
    if kept is None:
        messages.warning(request, _("This file was brought in already, or it is too old. Choose it again."))
        return HttpResponseRedirect(reverse("broadsheet_members:import"))
    sheet = read(bytes(kept.content))
    if request.method == "POST":
        user: Any = request.user
        report = bring_in(
            sheet=sheet, now=clock.now(), by=user.pk, by_name=str(user), livemode=gateway().livemode
        )  # fmt: skip
        if report.written:
            MembersFile.objects.filter(pk=kept.pk).delete()
            said = {"name": kept.name, "what": words.summary(report.counts)}
            messages.success(request, _("%(name)s is brought in: %(what)s") % said)
            return HttpResponseRedirect(reverse("broadsheet_members:readers"))
    else:
        report = look_through(sheet=sheet)
    title = _("Bring members in")
    context = {
        "report": report, "name": kept.name, "summary": words.summary(report.counts),
        "page_title": title, "header_title": title,
        "header_icon": "upload", "breadcrumbs_items": crumbs(None, title),
        "faults": [(words.place(fault), words.fault(fault)) for fault in report.faults[:SHOWN]],
        "lines": [(row.line, row.email, words.outcome(row.did)) for row in report.outcomes[:SHOWN]],
        "more": max(len(report.outcomes) - SHOWN, 0), "more_faults": max(len(report.faults) - SHOWN, 0),
    }  # fmt: skip
    return render(request, "broadsheet/desk/members/report.html", context)
