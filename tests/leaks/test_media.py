"""Pictures and files: what is public, under which name, and what they carry with them."""

from __future__ import annotations

import hashlib
import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from PIL import Image

from tests.leaks import canaries, maker
from tests.leaks.process import Child, paper

WHERE = b"the-source-lives-here"


def test_MD_01_originals_lie_outside_of_what_is_served(canary: Child) -> None:
    served, originals = (
        canary.folder / "media",
        [path for path in (canary.folder / "originals").rglob("*") if path.is_file()],
    )
    assert len(originals) >= 30
    assert not any(served in path.parents for path in originals)
    for path in originals[:4]:
        name = path.relative_to(canary.folder / "originals")
        for address in (f"/media/{name}", f"/originals/{name}", f"/media/original_images/{path.name}", f"/{name}"):
            assert canary.get(address).status == 404


def test_MD_01_pictures_lie_under_names_that_tell_nothing(canary: Child) -> None:
    words = canary.made.words.planted
    for path in canary.folder.rglob("*"):
        if path.suffix in {".png", ".webp", ".jpg"}:
            assert not canaries.found(path.name.encode(), []) & set(words)
            assert re.fullmatch(r"[0-9a-f]{32}", path.stem), path.name


def test_MD_03_files_are_given_by_the_view_that_checks_and_never_by_their_path(canary: Child) -> None:
    for path in (canary.folder / "originals" / "documents").iterdir():
        for address in (
            f"/media/documents/{path.name}",
            f"/documents/{path.name}",
            f"/originals/documents/{path.name}",
        ):
            assert canary.get(address).status == 404


def test_MD_04_files_cannot_be_counted_through(canary: Child) -> None:
    for number in range(1, 20):
        for name in ("file.txt", "report.pdf", "document.txt", ""):
            answer = canary.get(f"/documents/{number}/{name}")
            assert answer.status == 404
            assert not canaries.found(answer.body, answer.headers)


def test_MD_02_MD_04_a_drafts_file_is_nobodys_until_it_is_published(canary: Child) -> None:
    for story in maker.HIDDEN:
        assert canary.get(canary.made.files[story][1]).status == 404, story
    for story in (*maker.GATED, "open"):
        assert canary.get(canary.made.files[story][1]).status == 200, story


def test_HT_09_a_range_of_a_file_is_asked_for_after_it_was_decided_who_may_have_it(canary: Child) -> None:
    for piece in ("bytes=0-3", "bytes=-4", "bytes=2-", "bytes=0-0,2-3"):
        asks = (("range", piece),)
        for story in maker.HIDDEN:
            answer = canary.get(canary.made.files[story][1], headers=asks)
            assert (answer.status, answer["content-range"]) == (404, ""), story
        whole, part = (canary.get(canary.made.files["open"][1], headers=headers) for headers in ((), asks))
        assert whole.status == 200
        assert part.status in {200, 206}
        assert part.body in whole.body if part.status == 206 else part.body == whole.body


def test_MD_06_originals_and_renditions_carry_nothing_of_the_camera(canary: Child) -> None:
    for original, renditions in canary.do(_stored_with_exif):
        for path in (original, *renditions):
            data = Path(path).read_bytes()
            assert WHERE not in data, path
            shown = Image.open(io.BytesIO(data))
            assert dict(shown.getexif().get_ifd(0x8825)) == {}, path
            assert 0x010F not in shown.getexif(), path
        assert len(renditions) == 3
        assert Image.open(renditions[0]).height > Image.open(renditions[0]).width, "the picture lies on its side"


def test_MD_06_so_does_what_an_editor_uploads(canary: Child) -> None:
    data, size, known = canary.do(_uploaded_with_exif)
    assert WHERE not in data
    assert size == len(data)
    assert known, "the picture's hash is that of what is kept"


def _uploaded_with_exif() -> tuple[bytes, int, bool]:
    """Put a picture through the admin's own form."""
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test import Client

    from broadsheet.accounts.models import User
    from broadsheet.newsroom.models import Picture

    exif, file = Image.Exif(), io.BytesIO()
    exif[0x010F] = WHERE.decode()
    Image.new("RGB", (33, 44), (1, 2, 3)).save(file, "JPEG", exif=exif)
    client = Client(headers={"host": "paper.test"})
    client.force_login(User.objects.get(email=maker.CHIEF), backend="django.contrib.auth.backends.ModelBackend")
    upload = SimpleUploadedFile("from-the-source.jpg", file.getvalue(), content_type="image/jpeg")
    form = {"title": "Uploaded by hand", "file": upload, "collection": 1, "licence": "own"}
    answer = client.post("/admin/images/add/", form)
    assert answer.status_code == 302, answer.content[:2000]
    picture = Picture.objects.get(title="Uploaded by hand")
    data = Path(picture.file.path).read_bytes()
    return data, picture.file_size, picture.file_hash == hashlib.sha1(data).hexdigest()


def _stored_with_exif() -> list[tuple[str, list[str]]]:
    from broadsheet.newsroom.models import Picture
    from broadsheet.newsroom.operations import filing

    found = []
    for kind in ("JPEG", "PNG", "WEBP"):
        exif, file = Image.Exif(), io.BytesIO()
        exif[0x010F], exif[0x0112] = WHERE.decode(), 6 if kind == "JPEG" else 1
        exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 30.0, 0.0), 3: "E", 4: (13.0, 24.0, 0.0)})
        size = (64, 40) if kind == "JPEG" else (40, 64)
        Image.new("RGB", size, (9, 90, 200)).save(file, kind, exif=exif)
        pk = filing.store_picture(name=f"x.{kind.lower()}", content=file.getvalue(), title=kind)
        picture: Any = Picture.objects.get(pk=pk)
        assert picture.file_size == picture.file.size
        specs = ("width-40", "width-32|format-webp", "width-32|format-jpeg")
        found.append((picture.file.path, [picture.get_rendition(spec).file.path for spec in specs]))
    return found


def test_MD_07_a_scheduled_story_appears_at_its_time_and_not_a_second_before(canary: Child) -> None:
    path, own = canary.made.paths["scheduled"], canary.made.secrets("scheduled")
    lists = ("/", "/world/", "/feed.atom", "/feed.json", "/sitemap-1.xml", "/news-sitemap.xml", "/topics/rivers/")
    canary.do(_come, -1)
    assert canary.get(path).status == 404
    assert not any(canaries.found(canary.get(address).body, []) & own for address in lists)
    try:
        canary.do(_come, 1)
        assert canary.get(path).status == 200
        canary.get("/feed.json")  # the old one, while the new one is rendered
        canary.do(_settle)
        assert canaries.found(canary.get("/feed.json").body, []) & own, "its headline is public now"
    finally:
        canary.do(_hide_again)
    assert canary.get(path).status == 404


def _settle() -> None:
    paper().settle()


def _come(seconds: int) -> None:
    """Let the clock's work be done so many seconds after the moment for which the story was planned."""
    from broadsheet.newsroom.models import StoryPage
    from broadsheet.newsroom.operations.publishing import publish_due

    page = StoryPage.objects.get(pk=paper().made.pages["scheduled"])
    moment = page.scheduled_revision.approved_go_live_at + timedelta(seconds=seconds)
    with mock.patch("django.utils.timezone.now", return_value=moment):  # Wagtail asks for itself
        publish_due(now=moment)
    paper().settle()


def _hide_again() -> None:
    """As it was before: planned, and not yet live."""
    from broadsheet import clock
    from broadsheet.newsroom.models import StoryPage

    page = StoryPage.objects.get(pk=paper().made.pages["scheduled"])
    page.unpublish()
    page.refresh_from_db()
    page.go_live_at = clock.now() + timedelta(days=2)
    page.save_revision().publish()
    paper().settle()
