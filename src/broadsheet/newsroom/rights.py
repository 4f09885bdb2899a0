"""The rights check: what shows a picture or a file whose licence has run out is not published, whoever asks and how.

`Guarded` holds it where every way of publishing must pass; forms say the same earlier, beside the field.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from broadsheet import clock
from broadsheet.newsroom import rules


class RightsError(ValidationError):
    """A page shows what we may no longer publish. The message names each with its last day."""


def check_rights(page: Any) -> None:
    """Raise RightsError where something that `page` shows may not be published any more when it would appear."""
    out = rules.expired(rights_of(page), _appears(page))
    if out:
        named = "; ".join(f"“{right.title}” ({right.expires:%Y-%m-%d})" for right in out)
        said = _(
            "“%(page)s” cannot be published: the licence of these has run out, on the day given. "
            "Replace them, or correct the date where they are kept: %(named)s"
        ) % {"page": page.title, "named": named}
        raise RightsError({NON_FIELD_ERRORS: [said]})


def _appears(page: Any) -> Any:
    """The day on which the page would appear, as the paper's own clock counts days."""
    now = clock.now()
    return timezone.localtime(max(now, page.go_live_at or now), timezone.get_default_timezone()).date()


class Guarded:
    """A page type that holds the rights check. Stands before Page among a class's parents."""

    def publish(self, revision: Any, *args: Any, **kwargs: Any) -> None:
        """Publish a revision, or plan it. Raises RightsError."""
        check_rights(revision.as_object())
        super().publish(revision, *args, **kwargs)  # type: ignore[misc]

    def save(self, *args: Any, **kwargs: Any) -> Any:
        """Save. Raises RightsError where that would make it, or another revision of it, live.

        Wagtail's edit view, its copies and its aliases go past `publish`.
        """
        if self.live and not self._stands():  # type: ignore[attr-defined]
            check_rights(self)
        return super().save(*args, **kwargs)  # type: ignore[misc]

    save.alters_data = True  # type: ignore[attr-defined]

    def _stands(self) -> bool:
        """Whether readers see this very revision already."""
        page: Any = self
        known = {"pk": page.pk, "live": True, "live_revision_id": page.live_revision_id}
        return page.pk is not None and type(page)._default_manager.filter(**known).exists()


def rights_of(page: Any) -> list[rules.Right]:
    """The rights of every picture and file that `page` shows, wherever it shows them; each once."""
    return list(dict.fromkeys(row.right for row in held_by(page)))


def held_by(page: Any) -> list[Any]:
    """The pictures and files of a page: in fields of its own, and in blocks however deep."""
    values = [getattr(page, row.name) for row in page._meta.concrete_fields if _may_hold(row)]
    return [row for value in values for row in _held(value)]


def _may_hold(field: Any) -> bool:
    if field.is_relation:
        return hasattr(field.related_model, "right")
    return hasattr(field, "stream_block")


def _held(value: Any) -> Iterator[Any]:
    if isinstance(getattr(value, "right", None), rules.Right):
        yield value
    elif isinstance(value, dict):
        for child in value.values():
            yield from _held(child)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for child in value:
            yield from _held(getattr(child, "value", child) if hasattr(child, "block_type") else child)
