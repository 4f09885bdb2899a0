"""MD-06: pictures lose what cameras and programs wrote into them, and not a pixel."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from broadsheet.newsroom.metadata import bare

SECRET, XMP = "the-source-lives-here", b"<x:xmpmeta>the-source-lives-here</x:xmpmeta>"


def picture() -> Image.Image:
    image = Image.new("RGB", (40, 24), (200, 30, 30))
    image.paste((20, 30, 200), (0, 0, 20, 12))
    return image


def exif(orientation: int = 1) -> Image.Exif:
    made = Image.Exif()
    made[0x010F], made[0x8298], made[0x0112] = "Camera " + SECRET, SECRET, orientation
    made.get_ifd(0x8825).update({1: "N", 2: (52.0, 30.0, 0.0), 3: "E", 4: (13.0, 24.0, 0.0)})
    return made


def written(kind: str, orientation: int = 1, **more: Any) -> bytes:
    file = io.BytesIO()
    if kind == "PNG":
        from PIL.PngImagePlugin import PngInfo

        more["pnginfo"] = PngInfo()
        more["pnginfo"].add_text("Author", SECRET)
        more["pnginfo"].add_itxt("XML:com.adobe.xmp", XMP.decode())
    else:
        more["xmp"] = XMP
    picture().save(file, kind, exif=exif(orientation), **more)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_MD_06_what_the_camera_wrote_is_gone_and_the_picture_is_not(kind: str) -> None:
    data = written(kind, **({"comment": SECRET.encode()} if kind == "JPEG" else {}))
    assert SECRET.encode() in data
    clean = bare(data)
    assert SECRET.encode() not in clean
    shown = Image.open(io.BytesIO(clean))
    assert dict(shown.getexif()) == {}
    assert dict(shown.getexif().get_ifd(0x8825)) == {}
    if kind != "AVIF":
        assert shown.convert("RGB").tobytes() == Image.open(io.BytesIO(data)).convert("RGB").tobytes()
    assert bare(clean) == clean


@pytest.mark.parametrize("orientation", range(2, 9))
def test_MD_06_a_jpeg_keeps_which_way_is_up(orientation: int) -> None:
    data = written("JPEG", orientation)
    clean = bare(data)
    assert dict(Image.open(io.BytesIO(clean)).getexif()) == {0x0112: orientation}
    assert SECRET.encode() not in clean
    before, after = (ImageOps.exif_transpose(Image.open(io.BytesIO(each))) for each in (data, clean))
    assert before.tobytes() == after.tobytes()


def test_MD_06_a_broken_note_of_the_cameras_goes_too() -> None:
    broken = b"\xff\xe1\x00\x1eExif\0\0MM\0*\xff\xff\xff\xff" + SECRET.encode()[:14]
    data = written("JPEG")
    clean = bare(data[:2] + broken + data[2:])
    assert SECRET.encode()[:14] not in clean
    assert clean == bare(data)


def test_MD_06_a_jpeg_whose_parts_do_not_add_up_is_written_anew() -> None:
    data = written("JPEG")
    torn = data[:20] + b"\0\0\0" + data[20:]
    assert SECRET.encode() in torn
    assert SECRET.encode() not in bare(torn)


def test_MD_06_a_colour_profile_stays() -> None:
    from PIL.ImageCms import ImageCmsProfile, createProfile

    profile = ImageCmsProfile(createProfile("sRGB")).tobytes()
    for kind in ("JPEG", "PNG", "WEBP"):
        clean = bare(written(kind, icc_profile=profile))
        assert Image.open(io.BytesIO(clean)).info["icc_profile"] == profile


@given(st.binary(max_size=300), st.sampled_from([b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"RIFF\x10\0\0\0WEBP"]))
def test_MD_06_no_bytes_raise(data: bytes, head: bytes) -> None:
    assert isinstance(bare(head + data), bytes)
