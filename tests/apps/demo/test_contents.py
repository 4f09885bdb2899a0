"""The demo paper's files: galleries and embeds are read, and become blocks that the newsroom takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from wagtail.images import get_image_model

from broadsheet.demo import contents, seeding
from broadsheet.newsroom.blocks import StoryBlocks

GALLERY = """::: gallery
title: Two views

scene: A red boat on a lake at dawn.
alt: A red boat.
caption: The boat, before "work".

scene: Three sheep in a meadow.
alt: Three sheep.
:::"""
EMBED = """::: embed
url: https://archive.org/details/a-film
title: A film
:::"""
PICTURE = "::: picture\nscene: A white church on a hill.\nalt: A church.\n:::"


def story(folder: Path, *blocks: str) -> contents.Content:
    path = folder / "a-story.md"
    path.write_text("\n\n".join(['+++\nslug = "a-story"\n+++', *blocks]), encoding="utf-8")
    return contents.read(path)


def test_a_gallery_holds_its_pictures_in_order(tmp_path: Path) -> None:
    (block,) = story(tmp_path, GALLERY).blocks
    assert (block.kind, block.value["title"]) == ("gallery", "Two views")
    boat, sheep = block.value["pictures"]
    assert boat == {
        "scene": "A red boat on a lake at dawn.",
        "alt": "A red boat.",
        "caption": "The boat, before “work”.",
    }
    assert sheep == {"scene": "Three sheep in a meadow.", "alt": "Three sheep.", "caption": ""}


def test_every_picture_of_a_body_has_a_name_of_its_own(tmp_path: Path) -> None:
    found = story(tmp_path, PICTURE, GALLERY, PICTURE, GALLERY).pictures
    assert list(found) == [
        "a-story--1",
        "a-story--2",
        "a-story--gallery-1-1",
        "a-story--gallery-1-2",
        "a-story--gallery-2-1",
        "a-story--gallery-2-2",
    ]


def test_an_embed_names_its_address_and_what_it_is(tmp_path: Path) -> None:
    (block,) = story(tmp_path, EMBED).blocks
    assert (block.kind, block.value) == ("embed", {"url": "https://archive.org/details/a-film", "title": "A film"})


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ("::: gallery\ntitle: Nothing\n:::", "a gallery without pictures"),
        ("::: gallery\nalt: No scene before it\n:::", "begins with its scene:"),
        ("::: gallery\nscene: A boat\nsize: large\n:::", "size: large"),
        ("::: embed\ntitle: No address\n:::", "needs the url:"),
        ("::: embed\nurl: https://example.org/film\ntitle: A film\n:::", "example.org"),
        ("::: embed\nurl: https://vimeo.com/1\n:::", "title"),
    ],
)
def test_what_is_wrong_with_a_gallery_or_an_embed_is_said(tmp_path: Path, body: str, wrong: str) -> None:
    with pytest.raises(contents.ContentError, match=wrong) as error:
        story(tmp_path, body)
    assert str(error.value).startswith("a-story.md: ")


@pytest.mark.django_db
def test_the_newsroom_takes_a_gallery_and_an_embed(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    content, ids = story(tmp_path, GALLERY, EMBED), seeding.Ids()
    taken = StoryBlocks().to_python([seeding._stream(block, "en", content, ids) for block in content.blocks])
    gallery, embed = StoryBlocks().clean(taken)
    assert [picture["alt"] for picture in gallery.value["pictures"]] == ["A red boat.", "Three sheep."]
    assert [picture["picture"].title for picture in gallery.value["pictures"]] == ["A red boat.", "Three sheep."]
    assert [picture["picture"].caption for picture in gallery.value["pictures"]] == ["The boat, before “work”.", ""]
    assert get_image_model().objects.count() == 2
    assert embed.value.frame_url == "https://archive.org/embed/a-film"
    seeding._stream(content.blocks[0], "en", content, ids)
    assert get_image_model().objects.count() == 2
