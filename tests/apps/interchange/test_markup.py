"""HTML, however it was written, into parts."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.interchange.formats import inline, markup
from broadsheet.interchange.formats.parts import (
    Divider,
    Embed,
    FileRef,
    Gallery,
    Heading,
    Items,
    Paragraph,
    PictureRef,
    Preformatted,
    Quote,
    Table,
)
from tests.shared import files, shared

TAGS = re.compile(r"</?(?:b|i|s|sup|sub|code|p|ul|ol|li)>|<br/>|<a href=\"[^\"<>]*\">|</a>")


def read(text: str) -> list[object]:
    return list(markup.read(text)[0])


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("<p>One <em>two</em> <strong>three</strong></p>", [Paragraph("One <i>two</i> <b>three</b>")]),
        ("loose text<p>and a paragraph</p>", [Paragraph("loose text"), Paragraph("and a paragraph")]),
        ("<p>a<br><br>b</p>", [Paragraph("a<br/><br/>b")]),
        ("<p>&nbsp;</p><p></p><p> x </p>", [Paragraph("x")]),
        ("<h1>A</h1><h3>B <em>c</em></h3><h6>D</h6>", [Heading("A", 2), Heading("B c", 3), Heading("D", 4)]),
        ("<div><div><p>deep</p></div></div>", [Paragraph("deep")]),
        ("<p>before<hr>after</p>", [Paragraph("before"), Divider(), Paragraph("after")]),
        ("<blockquote><p>So.</p><cite>— Ada</cite></blockquote>", [Quote("<p>So.</p>", "Ada")]),
        ("<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>", [Items(("<p>a</p>", "<p>b</p><ul><li>c</li></ul>"))]),
        ("<ol><li>a</li></ol>", [Items(("<p>a</p>",), ordered=True)]),
        ("<pre>a\n  b &lt;c&gt;</pre>", [Preformatted("a\n  b <c>")]),
        ("<img src='/a.jpg' alt='An A' class='wp-image-7 alignleft'>", [PictureRef("/a.jpg", "7", "An A", half=True)]),
        ("<p>x<img src='/a.jpg'>y</p>", [Paragraph("x"), PictureRef("/a.jpg"), Paragraph("y")]),
        ("<p><b>x<img src='/a.jpg'>y</b></p>", [Paragraph("<b>x</b>"), PictureRef("/a.jpg"), Paragraph("<b>y</b>")]),
        ("<img src='/pixel.gif' width=1 height=1>", []),
        ("<figure><img src='/a.jpg'><figcaption>So <em>it</em></figcaption></figure>", [PictureRef("/a.jpg", caption="So <i>it</i>")]),
        ("<figure class='gallery'><img src='/a.jpg'><img src='/b.jpg'><figcaption>Two</figcaption></figure>", [Gallery((PictureRef("/a.jpg"), PictureRef("/b.jpg")), "Two")]),
        ("<iframe src='//player.vimeo.com/video/1' title='A film'></iframe>", [Embed("https://player.vimeo.com/video/1", "A film")]),
        ("<video><source src='https://a.example/x.mp4'></video>", [Embed("https://a.example/x.mp4", "x.mp4")]),
        ("<table><thead><tr><th>a</th><th>b</th></tr></thead><tr><td>1</td><td><b>2</b></td></tr></table>", [Table(("a", "b"), (("1", "<b>2</b>"),))]),
        ("<table><tr><td colspan=2>1</td></tr><tr><td>2</td><td>3</td></tr></table>", [Table(("", ""), (("1", ""), ("2", "3")))]),
        ("<table><tr><td><img src='/a.jpg'></td><td>x</td></tr></table>", [PictureRef("/a.jpg"), Paragraph("x")]),
        ("<dl><dt>a</dt><dd>b</dd></dl>", [Paragraph("<b>a</b>"), Paragraph("b")]),
        ("<details><summary>More</summary><p>x</p></details>", [Heading("More", 4), Paragraph("x")]),
        ("<p><a href='https://a.example/r.pdf'>The report</a></p>", [FileRef("https://a.example/r.pdf", "The report")]),
        ("<p>see <a href='https://a.example/r.pdf'>it</a></p>", [Paragraph('see <a href="https://a.example/r.pdf">it</a>')]),
        ("<p>H<sub>2</sub>O, E=mc<sup>2</sup></p>", [Paragraph("H<sub>2</sub>O, E=mc<sup>2</sup>")]),
        ("<p><q>so</q></p>", [Paragraph("“so”")]),
        ("<p>a < b & c</p>", [Paragraph("a &lt; b &amp; c")]),
        ("<script>alert(1)</script><style>p{}</style><p onclick=x>y</p>", [Paragraph("y")]),
        ("<a href='javascript:alert(1)'>x</a><a href='data:text/html,x'>y</a>", [Paragraph("xy")]),
        ("<form><label>Name <input></label></form>", [Paragraph("Name")]),
    ],
)  # fmt: skip
def test_markup_becomes_parts(text: str, parts: list[object]):
    assert read(text) == parts


def test_what_is_pasted_from_a_word_processor_is_read():
    text = shared("html-hazards", "paste", "google-docs-empty-paragraphs.html").read_text(encoding="utf-8")
    parts = read(text)
    assert parts
    assert [type(part).__name__ for part in parts].count("Paragraph") == 5
    assert all(inline.plain(part.html) for part in parts if isinstance(part, Paragraph))


@pytest.mark.parametrize("path", files("html-hazards/sanitize", "*.xml"), ids=lambda path: path.stem)
def test_hostile_markup_leaves_only_text_and_our_tags(path):
    shared("html-hazards")
    text = path.read_text(encoding="utf-8", errors="replace")
    for part in markup.read(text)[0]:
        harmless(part)


def test_naughty_strings_are_text():
    for text in json.loads(shared("html-hazards", "blns.json").read_text(encoding="utf-8")):
        for part in markup.read(f"<p>{text}</p>")[0]:
            harmless(part)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(
    ["<p>", "</p>", "<b>", "</b>", "<div>", "</div>", "<li>", "<ul>", "</ul>", "<table>", "<tr>", "<td>", "</table>", "x", " ",
     "<img src=/a>", "<blockquote>", "</blockquote>", "<figure>", "<figcaption>", "</figure>", "<pre>", "</pre>", "<a href=/>",
     "</a>", "<h2>", "</h2>", "<br>", "<!--", "-->", "<hr>", "<script>", "</script>", "&lt;", "<", ">", "\"", "&amp;"]
)))  # fmt: skip
def test_no_heap_of_tags_is_too_much(pieces: list[str]):
    for part in markup.read("".join(pieces))[0]:
        harmless(part)


@pytest.mark.parametrize("tag", ["div", "span"])
@pytest.mark.parametrize("levels", [100, 10_000])
def test_thousands_of_levels_lose_no_word(tag: str, levels: int):
    found = read(f"<{tag}>" * levels + "at the bottom" + f"</{tag}>" * levels)
    assert [part for part in found if "at the bottom" in str(part)]


def test_a_pile_of_marks_grows_over_no_other_line():
    assert len(inline.tidy("a" + "\u0301" * 50)) <= 1 + inline.MOST_MARKS
    assert inline.tidy("क्षि ประเทศ tiếng Việt הָאָרֶץ") == "क्षि ประเทศ tiếng Việt הָאָרֶץ"


def harmless(part: object) -> None:
    """Every field that is markup holds our tags only, and no address leads into a script."""
    for name in ("html", "caption", "items", "rows", "notes"):
        value = getattr(part, name, "")
        texts = (
            [value]
            if isinstance(value, str)
            else [str(cell) for row in value for cell in (row if isinstance(row, tuple) else (row,))]
        )
        for text in texts:
            assert "<" not in TAGS.sub("", text), text
            assert not re.search(r'href="\s*(?:javascript|data|vbscript):', text, re.IGNORECASE)
    url = getattr(part, "url", "")
    assert not re.match(r"\s*(?:javascript|data|vbscript):", url, re.IGNORECASE)
