"""The words in which the newsletter desk speaks of times, states and tests."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from broadsheet.newsletters.models import Issue
from broadsheet.newsletters.queries.progress import Progress
from broadsheet.newsletters.rules.testing import CLICKS, Sample, Why

State = Issue.State
# How Wagtail's status tag is drawn: what waits for somebody stands out.
CLASSES = {
    State.REVIEW: "w-status--label", State.SCHEDULED: "w-status--primary", State.SENDING: "w-status--primary",
    State.DONE: "w-status--primary", State.PAUSED: "w-status--label",
}  # fmt: skip
WHY = {
    Why.MORE: gettext_lazy("it had more clicks a mail"),
    Why.EQUAL: gettext_lazy("both had the same clicks, so the first won"),
    Why.CLEARLY: gettext_lazy("it was better by more than chance explains"),
    Why.NOT_CLEAR: gettext_lazy("the second was not clearly better"),
    Why.TOO_FEW: gettext_lazy("too few readers were asked to tell"),
}  # fmt: skip

UNSURE = {
    "just_begun": gettext_lazy("It has just begun: nobody can say yet when it is done."),
    "stands_still": gettext_lazy("Nothing went out of late: nobody can say when it is done."),
    "too_long": gettext_lazy("At this pace it takes more than three days."),
}


def moment(at: datetime | None, zone: str) -> str:
    """A moment as clocks in `zone` show it, with the zone's name."""
    if at is None:
        return ""
    return f"{_format(at.astimezone(ZoneInfo(zone)))} ({zone})"


def both(at: datetime | None, zone: str) -> str:
    """A moment in the list's zone, and in the editor's where that is another."""
    if at is None:
        return str(_("no time yet"))
    mine = timezone.get_current_timezone()
    there, here = at.astimezone(ZoneInfo(zone)), at.astimezone(mine)
    if there.utcoffset() == here.utcoffset():
        return moment(at, zone)
    return _("%(there)s, which is %(here)s where you are (%(zone)s)") % {
        "there": moment(at, zone), "here": _format(here), "zone": timezone.get_current_timezone_name()
    }  # fmt: skip


def pace(far: Progress, zone: str) -> list[str]:
    """How fast a mailing goes, when it may be done, and what holds it up."""
    said = []
    if far.rate:
        said.append(
            ngettext("%(number)s message a minute of late.", "%(number)s messages a minute of late.", round(far.rate))
            % {"number": round(far.rate)}
        )
    guess = far.estimate
    if guess.done_at is not None:
        said.append(_("At this pace it is done at %(moment)s.") % {"moment": moment(guess.done_at, zone)})
    elif guess.why in UNSURE:
        said.append(str(UNSURE[guess.why]))
    if far.doubt:
        doubtful = ngettext(
            "%(number)s message is in doubt: whether it was taken is being found out.",
            "%(number)s messages are in doubt: whether they were taken is being found out.",
            far.doubt,
        )
        said.append(doubtful % {"number": far.doubt})
    if far.paused_domains:
        said.append(_("Nothing goes for now to %(domains)s.") % {"domains": ", ".join(far.paused_domains)})
    return said


def _format(local: datetime) -> str:
    return format_datetime(local, "d MMM yyyy, HH:mm", locale=_locale())


def _locale() -> Locale:
    try:
        return Locale.parse(get_language() or "en", sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def test_in_words(issue: Issue, sample: Sample) -> list[str]:
    """What the test of two subjects will do, in sentences, with this list's numbers."""
    half = ngettext("%(count)s reader gets", "%(count)s readers get", sample.first) % {"count": sample.first}
    rest = ngettext("The other reader waits", "The other %(count)s readers wait", sample.rest) % {"count": sample.rest}
    names = {"half": half, "first": issue.subject, "second": issue.second_subject}
    said = [_("%(half)s “%(first)s”, as many “%(second)s”. Who gets which is chance.") % names]
    if sample.rest:
        said.append(_("%(rest)s %(minutes)s minutes for the winner.") % {"rest": rest, "minutes": issue.test_minutes})
    if issue.winner_rule == CLICKS:
        said.append(_("The winner is the subject with more clicks a mail; the first, where they are equal."))
    else:
        said.append(
            _(
                "The winner is the first, unless the second had so many more clicks that chance would bring that about "
                "in fewer than one test of twenty."
            )
        )
    said.append(_("Opens are not counted: mail programs open mails by themselves."))
    return said


def tag(issue: Issue) -> dict[str, Any]:
    """The state of an issue, for Wagtail's status tag."""
    return {"label": issue.get_state_display(), "classname": CLASSES.get(State(issue.state), "")}
