"""An issue as a reader would see it, before it is sent: rendered as it is now, or what was frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from broadsheet.membership.addresses import address
from broadsheet.newsletters.letters import fault_of, letter_of
from broadsheet.newsletters.models import Content, Issue
from broadsheet.newsletters.places import Straight, fill
from broadsheet.newsletters.rendering import TooLongError, render


@dataclass(frozen=True, slots=True)
class Preview:
    """Both parts of a variant, and what the desk should know of them."""

    html: str
    text: str
    size: int = 0
    cut: int = 0  # whole stories that were cut to their leads
    left_out: tuple[str, ...] = ()  # stories that readers may not come to
    fault: str = ""  # why it cannot go out


def preview(issue: Issue, variant: str, now: datetime) -> Preview:
    """The issue in one variant. Its places lead to the page of all newsletters, and open nothing."""
    frozen = Content.objects.filter(issue=issue, variant=variant).first()
    if frozen is not None:
        return Preview(_filled(frozen.html), _filled(frozen.text), len(frozen.html.encode()))
    letter = letter_of(issue, variant, now)
    try:
        rendered = render(letter, Straight(issue.key))
    except TooLongError as error:
        return Preview("", "", size=int(str(error)), left_out=letter.left_out)
    return Preview(
        _filled(rendered.html), _filled(rendered.text), rendered.size, rendered.cut, letter.left_out, fault_of(letter)
    )  # fmt: skip


def _filled(text: str) -> str:
    lists = address("/newsletters/")
    return fill(text, {"UNSUBSCRIBE": lists, "PREFERENCES": lists, "ARM": "a"})
