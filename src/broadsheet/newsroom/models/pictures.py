"""Pictures and files, with what a newsroom must know of each: who made it, and until when we may show it."""

from __future__ import annotations

import io
import secrets
from pathlib import PurePath
from typing import Any, ClassVar

from django.core.files.images import ImageFile
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.documents.models import AbstractDocument
from wagtail.images.models import AbstractImage, AbstractRendition

from broadsheet.newsroom.metadata import bare
from broadsheet.newsroom.rules import Right


class Licence(models.TextChoices):
    """Under what terms we show it."""

    OWN = "own", _("Our own")
    AGENCY = "agency", _("Agency")
    PARTNER = "partner", _("Partner newspaper")
    CC_BY = "cc-by", _("CC BY")
    CC_BY_SA = "cc-by-sa", _("CC BY-SA")
    PUBLIC = "public", _("Public domain")
    SINGLE = "single", _("Single use")
    UNKNOWN = "unknown", _("Not known")


class Credited(models.Model):
    """Who made it, and what we may do with it."""

    credit = models.CharField(
        _("credit"), max_length=255, blank=True, help_text=_("Who made it, as it is to be printed.")
    )
    licence = models.CharField(_("licence"), max_length=16, choices=Licence.choices, default=Licence.UNKNOWN)
    rights_expire = models.DateField(
        _("rights expire"),
        null=True,
        blank=True,
        help_text=_("The last day on which we may publish it. Left empty: no end."),
    )
    source_url = models.URLField(_("source"), max_length=500, blank=True, help_text=_("Where it comes from."))

    class Meta:
        abstract = True

    @property
    def right(self) -> Right:
        """What the rights check asks of it."""
        return Right(self.title, self.rights_expire)  # type: ignore[attr-defined]


class Picture(Credited, AbstractImage):
    """A picture. The original is kept out of the web root under a name that cannot be guessed."""

    alt = models.CharField(
        _("alt text"), max_length=500, blank=True, help_text=_("What it shows, for those who cannot see it.")
    )
    caption = models.TextField(_("caption"), blank=True)

    admin_form_fields: ClassVar[tuple[str, ...]] = (
        "title", "file", "alt", "caption", "credit", "licence", "rights_expire", "source_url", "collection", "tags",
        "focal_point_x", "focal_point_y", "focal_point_width", "focal_point_height",
    )  # fmt: skip

    class Meta(AbstractImage.Meta):
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep a new picture without what the camera wrote into it: where it was taken is the source's secret."""
        if self.file and not self.file._committed:  # type: ignore[attr-defined]
            self._take_out_metadata()
        super().save(*args, **kwargs)

    def _take_out_metadata(self) -> None:
        self.file.open()
        data = self.file.read()
        clean = bare(data)
        self.file.seek(0)
        if clean != data:
            self.file = ImageFile(io.BytesIO(clean), name=self.file.name)
            self.file_size = len(clean)
            self._set_file_hash()

    def get_upload_to(self, filename: str) -> str:
        """A random name: an address must not tell what a draft holds."""
        return f"pictures/{secrets.token_hex(16)}{PurePath(filename).suffix.lower()}"

    @property
    def default_alt_text(self) -> str:
        """The alt text that is used where a story gives none of its own."""
        return self.alt


class PictureRendition(AbstractRendition):
    """A picture at one size and format, public."""

    image = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["image", "filter_spec", "focal_point_key"], name="picture_rendition_once")
        ]

    def get_upload_to(self, filename: str) -> str:
        """A random name: Wagtail's would keep four letters of the original's, and the rest could be guessed."""
        return f"images/{secrets.token_hex(16)}{PurePath(filename).suffix.lower()}"


def file_path(instance: models.Model, filename: str) -> str:
    """A file's name with a random part: whoever was not given the link cannot guess it from its number and title."""
    path = PurePath(filename)
    return f"documents/{path.stem[:120]}-{secrets.token_hex(8)}{path.suffix.lower()}"


class File(Credited, AbstractDocument):
    """A document to download, served by a view that checks, never by its path."""

    file = models.FileField(_("file"), upload_to=file_path)

    admin_form_fields: ClassVar[tuple[str, ...]] = (
        "title",
        "file",
        "credit",
        "licence",
        "rights_expire",
        "collection",
        "tags",
    )

    class Meta(AbstractDocument.Meta):
        verbose_name = _("file")
        verbose_name_plural = _("files")
