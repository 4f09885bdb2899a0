"""What letters' templates ask for beside their cards."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from broadsheet.newsletters.cards import Pieces
from broadsheet.newsletters.dressing import Look, written

register = template.Library()


@register.filter
def dressed(pieces: Pieces, look: Look) -> SafeString:
    """Pieces of text as HTML."""
    return written(pieces, look)
