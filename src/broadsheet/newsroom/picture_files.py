"""What may be kept as a picture: only bytes that can be decoded to the end, or a page would break on them later."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from PIL import Image
from wagtail.images.fields import WagtailImageField

BROKEN = _("The file is broken or cut short: it cannot be shown. Export it anew, or fetch it once more.")


class PictureField(WagtailImageField):
    """Wagtail's field, which trusts a file's first bytes, with a look at the rest."""

    def to_python(self, data: Any) -> Any:
        """The uploaded file. Raises ValidationError in words for whatever cannot be shown."""
        try:
            file = super().to_python(data)
        except (OSError, ValueError, SyntaxError, EOFError) as error:
            raise ValidationError(BROKEN, code="broken") from error
        if file is not None:
            check_whole(file)
        return file


def check_whole(file: Any) -> None:
    """Raise ValidationError unless the picture in `file` decodes to its end. Leaves the file at its beginning."""
    file.seek(0)
    try:
        with Image.open(file) as opened:
            opened.load()
    except Image.DecompressionBombError as error:
        raise ValidationError(_("The picture has too many pixels. Make it smaller."), code="pixels") from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise ValidationError(BROKEN, code="broken") from error
    finally:
        file.seek(0)
