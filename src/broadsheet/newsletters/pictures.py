"""Pictures for mails: JPEG, no heavier than a mail may bear, under a name that nobody guesses. One that cannot be made
is left out, and noted."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from wagtail.images.exceptions import InvalidFilterSpecError
from wagtail.images.models import SourceImageIOError

from broadsheet.newsletters.cards import Shown

log = logging.getLogger("broadsheet.newsletters")

MOST_BYTES = 200_000
LARGE = ("fill-1200x800", "fill-900x600", "fill-600x400", "fill-420x280")
THUMB = ("fill-264x264", "fill-132x132")
COLUMN = ("width-1104", "width-828", "width-552", "width-360")
MASTHEAD = ("max-1104x240", "max-552x120")
_JPEG = "format-jpeg|jpegquality-{}|bgcolor-ffffff"  # nothing shines through: a client that darkens has no say


def shown(image: Any, shapes: tuple[str, ...], width: int, **words: str) -> Shown | None:
    """The picture in the first of `shapes` that is light enough, to be shown `width` wide."""
    for shape, quality in [(shapes[0], 76), (shapes[0], 58), *((shape, 70) for shape in shapes[1:])]:
        made = _rendition(image, f"{shape}|{_JPEG.format(quality)}")
        if made is None:
            return None
        if made.file.size <= MOST_BYTES:
            wide = min(width, made.width)
            url = urljoin(settings.WAGTAILADMIN_BASE_URL, made.url)
            return Shown(url, wide, round(made.height * wide / made.width), **words)
    log.warning("Picture %s (“%s”) is too heavy for a mail at any size.", image.pk, image.title)
    return None


def _rendition(image: Any, spec: str) -> Any:
    try:
        return image.get_rendition(spec)
    except InvalidFilterSpecError:
        raise
    except (SourceImageIOError, OSError, ValueError, SyntaxError) as error:
        log.warning("Picture %s (“%s”) cannot be shown: %s", image.pk, image.title, error)
        return None
