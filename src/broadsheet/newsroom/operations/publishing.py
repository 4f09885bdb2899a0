"""What the clock publishes: stories whose hour has come, and those whose time is over."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from wagtail.models import Page, Revision

from broadsheet.newsroom.rights import RightsError

log = logging.getLogger("broadsheet.newsroom")


@dataclass(frozen=True, slots=True)
class Due:
    """What a run did: pages published, pages taken down, and those refused with the reason."""

    published: tuple[str, ...]
    expired: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]


def publish_due(*, now: datetime) -> Due:
    """Publish what was approved to appear by `now`, unpublish what expired. One refusal stops nobody else."""
    expired = tuple(
        _unpublish(page) for page in Page.objects.filter(live=True, expire_at__lt=now).order_by("expire_at")
    )
    published, refused = [], []
    for revision in Revision.page_revisions.filter(approved_go_live_at__lte=now).order_by("approved_go_live_at"):
        try:
            revision.publish(log_action="wagtail.publish.scheduled")
        except RightsError as error:
            reason = "; ".join(error.messages)
            log.warning("“%s” was due and is not published: %s", revision.object_str, reason)
            refused.append((revision.object_str, reason))
        else:
            published.append(revision.object_str)
    return Due(tuple(published), expired, tuple(refused))


def _unpublish(page: Page) -> str:
    page.specific.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")
    return page.title
