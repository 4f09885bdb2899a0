"""Faces for letters: those that readers' systems have, by script. Nothing is fetched for a letter."""

from __future__ import annotations

from dataclasses import dataclass

from babel.core import get_global


@dataclass(frozen=True, slots=True)
class Faces:
    """How a script is set: a face for reading, one for labels, and the height of a line."""

    serif: str
    sans: str
    line: str = "1.55"
    tight: str = "1.18"  # for headlines
    cased: bool = True  # it has capitals: labels may be set in them, and spaced
    slants: bool = True  # it has italics


_SERIF = "Charter,'Bitstream Charter','Iowan Old Style',Georgia,Cambria,'Times New Roman',serif"
_SANS = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"


def _with(serif: str, sans: str, line: str, tight: str, slants: bool = False) -> Faces:
    return Faces(f"{serif},{_SERIF}", f"{sans},{_SANS}", line, tight, cased=False, slants=slants)


_LATIN = Faces(_SERIF, _SANS)
_BY_SCRIPT = {
    "Arab": _with(
        "'Geeza Pro','Noto Naskh Arabic','Traditional Arabic','Sakkal Majalla'",
        "'SF Arabic','Noto Sans Arabic','Segoe UI',Tahoma", "1.85", "1.45",
    ),
    "Hebr": _with(
        "'New Peninim MT','Noto Serif Hebrew',David", "'Arial Hebrew','Noto Sans Hebrew','Segoe UI'", "1.65", "1.3"
    ),
    "Hans": _with(
        "'Songti SC','Noto Serif CJK SC','Source Han Serif SC',SimSun",
        "'PingFang SC','Noto Sans CJK SC','Microsoft YaHei'", "1.75", "1.4",
    ),
    "Hant": _with(
        "'Songti TC','Noto Serif CJK TC',PMingLiU", "'PingFang TC','Noto Sans CJK TC','Microsoft JhengHei'",
        "1.75", "1.4",
    ),
    "Jpan": _with(
        "'Hiragino Mincho ProN','Noto Serif CJK JP','Yu Mincho','MS PMincho'",
        "'Hiragino Sans','Noto Sans CJK JP','Yu Gothic UI',Meiryo", "1.8", "1.4",
    ),
    "Kore": _with(
        "AppleMyungjo,'Noto Serif CJK KR','Nanum Myeongjo',Batang",
        "'Apple SD Gothic Neo','Noto Sans CJK KR','Malgun Gothic'", "1.75", "1.4",
    ),
    "Deva": _with(
        "'Kohinoor Devanagari','Noto Serif Devanagari','Nirmala UI',Mangal",
        "'Kohinoor Devanagari','Noto Sans Devanagari','Nirmala UI'", "1.75", "1.4",
    ),
    "Beng": _with(
        "'Kohinoor Bangla','Noto Serif Bengali','Nirmala UI',Vrinda",
        "'Kohinoor Bangla','Noto Sans Bengali','Nirmala UI'", "1.75", "1.4",
    ),
    "Taml": _with(
        "'Tamil MN','Noto Serif Tamil','Nirmala UI',Latha", "'Tamil Sangam MN','Noto Sans Tamil','Nirmala UI'",
        "1.75", "1.4",
    ),
    "Thai": _with(
        "'Thonburi','Noto Serif Thai','Leelawadee UI'", "'Thonburi','Noto Sans Thai','Leelawadee UI'", "1.8", "1.45"
    ),
    "Ethi": _with("Kefa,'Noto Serif Ethiopic',Nyala", "Kefa,'Noto Sans Ethiopic','Ebrima'", "1.7", "1.35"),
    "Geor": Faces(f"{_SERIF},'Noto Serif Georgian',Sylfaen", f"{_SANS},'Noto Sans Georgian',Sylfaen", cased=False),
    "Armn": Faces(f"{_SERIF},'Noto Serif Armenian',Sylfaen", f"{_SANS},'Noto Sans Armenian',Sylfaen"),
}  # fmt: skip


def faces(language: str) -> Faces:
    """The faces for a language; those of the Latin, Greek and Cyrillic scripts where it has none of its own."""
    return _BY_SCRIPT.get(script(language), _LATIN)


def script(language: str) -> str:
    """The script in which a language is written, by its four letters: Latn, Arab, Hans …"""
    parts = language.replace("_", "-").split("-")
    if len(parts) > 1 and len(parts[1]) == 4:
        return parts[1].title()
    likely = get_global("likely_subtags")
    region = f"{parts[0].lower()}_{parts[-1].upper()}" if len(parts) > 1 else parts[0].lower()
    return str(likely.get(region) or likely.get(parts[0].lower()) or "en_Latn_US").split("_")[1]
