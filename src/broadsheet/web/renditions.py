"""Sizes of a picture. One whose file is lost or broken is left out, and noted: no page falls for want of a picture."""

from __future__ import annotations

import logging
from typing import Any

from wagtail.images.exceptions import InvalidFilterSpecError
from wagtail.images.models import SourceImageIOError

log = logging.getLogger("broadsheet.web")


def renditions(image: Any, *specs: str) -> dict[str, Any]:
    """The image in each of `specs`, by spec; empty where it cannot be made."""
    try:
        return dict(image.get_renditions(*specs))
    except InvalidFilterSpecError:
        raise
    except (SourceImageIOError, OSError, ValueError, SyntaxError) as error:
        log.warning("Picture %s (“%s”) cannot be shown: %s", image.pk, image.title, error)
        return {}


def rendition(image: Any, spec: str) -> Any:
    """The image in one size, or None."""
    return renditions(image, spec).get(spec)
