"""The demo paper's pictures: made of the words of a scene, and always the same."""

from __future__ import annotations

import io

import pytest
from lxml import etree
from PIL import Image

from broadsheet.demo import contents, pictures
from broadsheet.demo.art.compositions import composition
from broadsheet.demo.art.reading import named

BRIDGE = "A long low bridge over a pale frozen river; five yellow machines wait, blocks of a city on the far bank."


def test_a_picture_is_a_jpeg_of_the_size_that_the_paper_prints() -> None:
    with Image.open(io.BytesIO(pictures.render("bridge", BRIDGE))) as image:
        assert (image.format, image.size, image.mode) == ("JPEG", (1600, 1067), "RGB")


@pytest.mark.parametrize("number", [1, 2])
def test_a_cover_stands_upright_and_bears_the_name_of_the_paper(number: int) -> None:
    name = f"cover-{number}"
    assert 'aria-label="The Ferry"' in pictures.draw(name)
    with Image.open(io.BytesIO(pictures.render(name))) as image:
        assert image.size == (1200, 1600)


def test_a_picture_is_always_the_same() -> None:
    assert pictures.render("bridge", BRIDGE) == pictures.render("bridge", BRIDGE)


def test_two_pictures_of_one_scene_fall_out_differently() -> None:
    scene = "Three white sheep and a woman in a red coat before snowy mountains at dusk"
    assert pictures.draw("one", scene) != pictures.draw("two", scene)


def test_a_scene_names_things_with_their_number_size_and_colour() -> None:
    found = named("Three tiny red tractors in a field, a white mosque, two small boys")
    assert [(item.count, item.size) for item in found] == [(3, 0.5), (1, 1.0), (2, 0.7)]
    assert found[0].colour == "#b1442b"


@pytest.mark.parametrize("scene", ["", "nothing that anybody knows", "a kitchen", "tea and fish on a table in a room"])
def test_any_words_make_a_picture(scene: str) -> None:
    etree.fromstring(pictures.draw("name", scene))


def test_the_picture_of_the_lead_story_was_composed_for_it() -> None:
    drawn = composition(BRIDGE)
    assert drawn is not None
    assert drawn.__name__ == "frozen_bridge"


@pytest.mark.parametrize(
    ("slug", "drawing"),
    [
        ("a-field-that-drinks-twice-a-year", "flooded_terraces"),
        ("the-fire-that-is-kept-until-september", "pasture"),
        ("the-man-who-ships-water-to-a-river", "water_barge"),
        ("tell-rosa-that-the-mare-has-come-home", "radio_mast"),
        ("in-defence-of-half-past-three", "steps_at_noon"),
        ("sailors-of-a-country-without-a-sea", "swimmers"),
    ],
)
def test_a_lead_picture_was_composed_for_its_story(slug: str, drawing: str) -> None:
    content = next(found for found in contents.stories() if found.slug == slug)
    drawn = composition(content.meta["picture"])
    assert drawn is not None
    assert drawn.__name__ == drawing


def test_an_orange_boat_brings_no_mountain_range_with_it() -> None:
    mountains = "#5a7590"
    assert mountains in pictures.draw("boat", "A lake before a range of mountains with one boat")
    assert mountains not in pictures.draw("boat", "A lake with one orange boat")


def test_every_scene_of_the_demo_paper_can_be_drawn() -> None:
    for content in contents.stories():
        scenes = {content.slug: content.meta["picture"]}
        scenes |= {name: picture["scene"] for name, picture in content.pictures.items()}
        for name, scene in scenes.items():
            etree.fromstring(pictures.draw(name, scene))
