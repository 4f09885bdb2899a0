"""Files of pictures come and go with their rows."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.apps import apps
from django.core.files.storage import default_storage, storages
from PIL import Image

from broadsheet.newsroom.operations import filing


def drawn() -> bytes:
    """The bytes of a small picture."""
    written = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(written, "PNG")
    return written.getvalue()


@pytest.mark.django_db
def test_a_picture_that_is_deleted_takes_its_files_along(django_capture_on_commit_callbacks: Any) -> None:
    key = filing.store_picture(name="quay.png", content=drawn(), title="A quay")
    picture = apps.get_model("broadsheet_newsroom", "Picture").objects.get(pk=key)
    original, rendition = picture.file.name, picture.get_rendition("width-30").file.name
    assert default_storage.exists(original)
    assert storages["renditions"].exists(rendition)
    with django_capture_on_commit_callbacks(execute=True):
        picture.delete()
    assert not default_storage.exists(original)
    assert not storages["renditions"].exists(rendition)
