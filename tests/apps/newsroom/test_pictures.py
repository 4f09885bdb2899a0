"""Pictures: what is no picture is refused in words, what is used may go without breaking a page."""

from __future__ import annotations

import re
import struct
import zlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from broadsheet.newsroom.models import Picture, StoryPage
from broadsheet.newsroom.operations import filing
from broadsheet.prerender import operations as prerender
from tests.paper import Answer, Paper, block, committed, jpeg, long_body

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def png(width: int, height: int, rows: int) -> bytes:
    """A black picture of which only so many rows are there, put together without its pixels ever being held."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    pixels = zlib.compress((b"\0" + bytes((width + 7) // 8)) * rows, 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def upload(paper: Paper, name: str, content: bytes, where: str = "form") -> Answer:
    desk, file = paper.desk("Reporters"), SimpleUploadedFile(name, content, "image/jpeg")
    if where == "form":
        return desk.post("/admin/images/add/", {"title": "Uploaded", "file": file, "licence": "own"})
    if where == "multiple":
        return desk.post("/admin/images/multiple/add/", {"title": "Uploaded", "files[]": file})
    return desk.post(
        "/admin/images/chooser/create/", {"image-chooser-upload-title": "U", "image-chooser-upload-file": file}
    )


BAD = {
    "first bytes only": ("broken.jpg", jpeg()[:300], "broken or cut short"),
    "cut short": ("broken.jpg", jpeg(size=(640, 480))[:-900], "broken or cut short"),
    "text": ("words.png", b"these are words", "Upload a valid image"),
    "empty": ("empty.jpg", b"", "empty"),
    "svg with a script": ("evil.svg", SVG, "Not a supported image format"),
    "svg under another name": ("evil.png", SVG, "image"),
    "wrong extension": ("harbour.png", jpeg(), "does not match the file format"),
    "no extension": ("harbour", jpeg(), "Not a supported image format"),
    "page": ("page.html", b"<script>alert(1)</script>", "Not a supported image format"),
    "too many bytes": ("big.jpg", jpeg() + b"\0" * (11 * 1024 * 1024), "too big"),
    "too many pixels": ("bomb.png", png(16_000, 9_000, rows=9_000), "too many pixels"),
    "a bomb": ("bomb.png", png(60_000, 60_000, rows=10), "pixels"),
}


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("where", ["form", "multiple", "chooser"])
def test_what_is_no_picture_is_refused_in_words(paper: Paper, kind: str, where: str):
    name, content, said = BAD[kind]
    answer = upload(paper, name, content, where)
    assert answer.status == 200
    assert said.lower() in answer.text.lower()
    assert not Picture.objects.exists()


def test_a_good_picture_is_kept_under_a_name_that_nobody_guesses(paper: Paper):
    upload(paper, "secret-source.jpg", jpeg())
    found = Picture.objects.get()
    assert re.fullmatch(r"pictures/[0-9a-f]{32}\.jpg", found.file.name)
    assert (found.width, found.height, found.licence) == (64, 48, "own")


def in_body(picture: Picture) -> dict[str, object]:
    return block("picture", {"picture": picture.pk, "caption": "", "alt": "", "width": "column"})


@pytest.mark.parametrize("where", ["lead", "body"])
def test_a_picture_in_use_may_be_deleted_and_the_story_stays_readable(paper: Paper, where: str):
    picture = paper.picture("The harbour")
    body = [*long_body(), in_body(picture)] if where == "body" else None
    story = paper.story(picture=picture.pk if where == "lead" else None, body=body, access="open", live=True)
    with committed():
        prerender.render(story.url)
    assert "<img" in paper.get(story.url).content.decode()
    desk = paper.desk()
    assert "referenced 1 time" in Answer(desk.get(f"/admin/images/{picture.pk}/delete/")).text
    assert desk.post(f"/admin/images/{picture.pk}/delete/").status == 200
    assert not Picture.objects.exists()
    page = paper.get(StoryPage.objects.get(pk=story.pk).url)
    assert page.status_code == 200
    assert "<img" not in page.content.decode()
    entry = prerender.shelf().get(story.url)
    assert entry is None or entry.stale
    assert desk.get(f"/admin/pages/{story.pk}/edit/").status_code == 200


@pytest.mark.parametrize("path", ["/", "/world/", "story", "/topics/borders/", "/people/ada-drawn/", "neighbour"])
def test_every_page_that_shows_a_picture_is_made_anew_when_it_changes(paper: Paper, path: str):
    picture = paper.picture("The harbour", alt="As it was")
    fields = {"topics": (paper.topic("borders"),), "bylines": ((paper.person("Ada Drawn"), "author"),)}
    neighbour = paper.story("Beside it")
    story = paper.story(picture=picture.pk, **fields)
    filing.edit_front(language="en", packages=[block("river", {"title": "", "count": 8})])
    path = {"story": story.url, "neighbour": neighbour.url}.get(path, path)
    with committed():
        assert prerender.render(path)
    assert not prerender.shelf().get(path).stale
    with committed():
        picture.alt = "As it is now"
        picture.save()
    assert prerender.shelf().get(path).stale


@pytest.mark.parametrize("content", [b"", b"words", jpeg()[:300], jpeg(size=(640, 480))[:-900]])
def test_importers_are_refused_what_cannot_be_shown(paper: Paper, content: bytes):
    with pytest.raises(ValidationError):
        filing.store_picture(name="harbour.jpg", content=content, title="The harbour")
    assert not Picture.objects.exists()


@pytest.mark.parametrize("path", ["story", "/world/", "/feed.atom", "/feed.json"])
def test_a_picture_whose_file_is_lost_breaks_no_page(paper: Paper, path: str):
    picture = paper.picture("The harbour")
    story = paper.story(picture=picture.pk, access="open")
    picture.file.storage.delete(picture.file.name)
    page = paper.get(story.url if path == "story" else path)
    assert page.status_code == 200
    assert story.title in page.content.decode()
