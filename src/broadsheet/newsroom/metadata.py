"""Pictures without what cameras and programs write into them: place, time, names, serial numbers. Pure: bytes to bytes.

JPEG, PNG and WebP lose the parts that hold such words and nothing else, so that not a pixel changes. A JPEG keeps the
one number that says which way is up. Other formats are written anew where they hold any.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from contextlib import suppress

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_WORDS = {b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"}
_WEBP_WORDS = {b"EXIF", b"XMP "}
_WEBP_FLAGS = 0x08 | 0x04  # in the VP8X chunk: holds EXIF, holds XMP
_JPEG_BARE = {0x01, *range(0xD0, 0xD9)}  # markers without a length
_JPEG_KEPT = {0xE0, 0xE2, 0xEE}  # JFIF, colour profiles, Adobe's colour transform; other APPs and comments go
_ORIENTATION = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01"


def bare(data: bytes) -> bytes:
    """The picture in `data` without its metadata; unchanged where it has none or is none."""
    try:
        if data.startswith(b"\xff\xd8"):
            return _jpeg(data)
        if data.startswith(_PNG):
            return _PNG + b"".join(whole for kind, whole in _png_chunks(data) if kind not in _PNG_WORDS)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp(data)
    except (struct.error, IndexError):
        return data  # cut short: whether it can be shown at all is asked elsewhere
    return _anew(data)


def _jpeg(data: bytes) -> bytes:
    parts, at, turned = [b"\xff\xd8"], 2, 1
    while at < len(data) - 1 and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # filling
            at += 1
            continue
        if marker in _JPEG_BARE:
            parts.append(data[at : at + 2])
            at += 2
            continue
        if marker == 0xDA:  # the picture itself follows, to the end
            break
        end = at + 2 + int(struct.unpack_from(">H", data, at + 2)[0])
        segment = data[at:end]
        if marker == 0xE1 and segment[4:10] == b"Exif\0\0":
            turned = _orientation(segment[10:])
        kept = marker in _JPEG_KEPT and not (marker == 0xE2 and not segment.startswith(b"ICC_PROFILE\0", 4))
        if kept or not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            parts.append(segment)
        at = end
    if data[at : at + 2] != b"\xff\xda":
        return _anew(data)  # its parts do not add up
    if turned != 1:
        body = _ORIENTATION + struct.pack(">HH", turned, 0) + b"\0\0\0\0"
        parts.insert(1, b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body)
    return b"".join(parts) + data[at:]


def _orientation(tiff: bytes) -> int:
    """Which way is up, 1 to 8; 1 where it does not say, or cannot be read."""
    order = ">" if tiff[:2] == b"MM" else "<"
    with suppress(struct.error):
        at = int(struct.unpack_from(f"{order}I", tiff, 4)[0])
        for number in range(struct.unpack_from(f"{order}H", tiff, at)[0]):
            tag, _kind, _count, value = struct.unpack_from(f"{order}HHIH", tiff, at + 2 + number * 12)
            if tag == 0x0112 and 1 <= value <= 8:
                return int(value)
    return 1


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_PNG)
    while at < len(data):
        size = int(struct.unpack_from(">I", data, at)[0])
        yield data[at + 4 : at + 8], data[at : at + 12 + size]
        at += 12 + size


def _webp(data: bytes) -> bytes:
    parts, at = [], 12
    while at < len(data):
        kind, size = data[at : at + 4], int(struct.unpack_from("<I", data, at + 4)[0])
        whole = data[at : at + 8 + size + size % 2]
        if kind == b"VP8X":
            whole = whole[:8] + bytes((whole[8] & ~_WEBP_FLAGS & 0xFF,)) + whole[9:]
        if kind not in _WEBP_WORDS:
            parts.append(whole)
        at += 8 + size + size % 2
    body = b"WEBP" + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _anew(data: bytes) -> bytes:
    """AVIF and the like, upright and written again; unchanged where there is nothing to lose, or nothing to read."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        image = Image.open(io.BytesIO(data))
        if not {"exif", "xmp"} & {name for name, value in image.info.items() if value}:
            return data
        file = io.BytesIO()
        upright = ImageOps.exif_transpose(image)
        upright.info = {}
        upright.save(file, image.format, quality=90)
        return file.getvalue()
    except (UnidentifiedImageError, OSError, ValueError):
        return data
