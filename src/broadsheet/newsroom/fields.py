"""Fields of our own."""

from __future__ import annotations

from typing import Any

from wagtail.fields import StreamField


class BodyField(StreamField):
    """A StreamField that leaves its block definitions out of migrations.

    A publisher may add blocks of their own; without this, Django would want a migration inside our package for
    each of them. The cost: a data migration cannot use historical block definitions.
    """

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """As Django asks, with an empty list where Wagtail would write out every block."""
        name, path, _, kwargs = super().deconstruct()
        kwargs.pop("block_lookup", None)
        return name, path, [[]], kwargs
