"""An old site's pictures and files on their way into ours: each found once, kept once, used wherever it is named."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from PIL import Image, UnidentifiedImageError

from broadsheet.interchange.fetching import FetchError, Finder
from broadsheet.interchange.formats.parts import PictureRef
from broadsheet.interchange.formats.wordpress.wxr import Attachment, Export
from broadsheet.interchange.models import Imported
from broadsheet.interchange.rules import Report
from broadsheet.newsroom.operations import filing

SHOWN = {"JPEG": "jpg", "MPO": "jpg", "PNG": "png", "GIF": "gif", "WEBP": "webp", "AVIF": "avif"}
MOST_PIXELS = 120_000_000


@dataclass
class Pictures:
    """The pictures and files of one export."""

    export: Export
    source: str
    finder: Finder
    report: Report
    _by_url: dict[str, Attachment] = field(default_factory=dict)
    _missing: dict[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._by_url = {_bare(row.url): row for row in self.export.attachments.values() if row.url}

    def picture(self, ref: PictureRef) -> int | None:
        """The id of our picture, or None where it cannot be had; the report says why, once."""
        row = self._attachment(ref)
        url, key = (row.url, row.key) if row else (ref.url, _bare(ref.url) or ref.key)
        known = self._known("picture", key)
        if known is not None or ("picture", key) in self._missing:
            return known
        try:
            if not url:
                raise FetchError("the export does not hold it")
            name, content = self.finder.find(_absolute(url, self.export.address))
            return self._keep_picture(key, name, content, row, ref)
        except (FetchError, ValidationError) as error:
            said = "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)
            self._missed("picture", key, url or f"picture {key}", said)
            return None

    def file(self, url: str, key: str, title: str) -> int | None:
        """The id of our file, or None where it cannot be had."""
        row = self.export.attachments.get(key) or self._by_url.get(_bare(url))
        url, key = (row.url, row.key) if row else (url, _bare(url))
        known = self._known("file", key)
        if known is not None or ("file", key) in self._missing:
            return known
        try:
            name, content = self.finder.find(_absolute(url, self.export.address))
            with transaction.atomic():
                found = filing.store_file(name=name[-100:], content=content, title=title or name)
                Imported.objects.create(source=self.source, kind="file", key=key[:500], object_id=found)
        except (FetchError, ValidationError) as error:
            said = "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)
            self._missed("file", key, url, said)
            return None
        self.report.count("file", "imported")
        return found

    def caption(self, ref: PictureRef) -> str:
        """The caption that the old site kept with the picture itself."""
        row = self._attachment(ref)
        return row.caption if row else ""

    def _attachment(self, ref: PictureRef) -> Attachment | None:
        return self.export.attachments.get(ref.key) or self._by_url.get(_bare(ref.url))

    def _known(self, kind: str, key: str) -> int | None:
        found = Imported.objects.filter(source=self.source, kind=kind, key=key[:500])
        return found.values_list("object_id", flat=True).first()

    def _keep_picture(self, key: str, name: str, content: bytes, row: Attachment | None, ref: PictureRef) -> int:
        ending = _kind_of(content)
        stem = name.rpartition(".")[0] or name
        title = (row.title if row else "") or stem
        with transaction.atomic():
            found = filing.store_picture(
                name=f"{stem[-80:]}.{ending}", content=content, title=title, alt=(row.alt if row else "") or ref.alt,
                caption=row.caption if row else "", credit=row.credit if row else "",
            )  # fmt: skip
            Imported.objects.create(source=self.source, kind="picture", key=key[:500], object_id=found)
        self.report.count("picture", "imported")
        return found

    def _missed(self, kind: str, key: str, url: str, why: str) -> None:
        self._missing[kind, key] = why
        self.report.count(kind, "not found")
        self.report.note(kind, url, why)


def _kind_of(content: bytes) -> str:
    """The file ending for a picture's bytes. Raises FetchError where they are none that we can show."""
    try:
        with Image.open(io.BytesIO(content)) as image:
            kind, (width, height) = image.format, image.size
            if width * height > MOST_PIXELS:
                raise FetchError(f"{width} by {height} pixels are too many")
            image.verify()
    except FetchError:
        raise
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
        raise FetchError("what lies there is no picture") from error
    if kind not in SHOWN:
        raise FetchError(f"pictures of the kind {kind} are not shown in browsers")
    return SHOWN[kind]


def _bare(url: str) -> str:
    """An address without scheme and query: exports name the same picture by http and https, and by its sizes."""
    return url.partition("?")[0].partition("#")[0].partition("://")[2] or url


def _absolute(url: str, address: str) -> str:
    if url.startswith("//"):
        return f"https:{url}"
    return address.rstrip("/") + url if url.startswith("/") else url
