"""Markup becomes pieces; what a mail has no place for does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.newsletters.cards import Piece, Run
from broadsheet.newsletters.formats.markup import address, read

BASE = "https://paper.example"


def kinds(markup: str) -> list[tuple[str, str]]:
    return [(piece.kind, piece.text) for piece in read(markup, BASE)]


def test_paragraphs_with_their_emphasis_and_whole_links() -> None:
    (piece,) = read('<p>The <b>night <i>shift</i></b> <a href="/world/port/">waits</a>.</p>', BASE)
    assert piece == Piece(
        "paragraph",
        (
            Run("The "),
            Run("night ", frozenset({"strong"})),
            Run("shift", frozenset({"strong", "em"})),
            Run(" "),
            Run("waits", href="https://paper.example/world/port/"),
            Run("."),
        ),
    )


def test_headings_lists_quotes_and_rules_keep_what_they_are() -> None:
    markup = (
        "<h2>Why</h2><ol><li>one<ul><li>inner</li></ul></li><li><p>two</p></li></ol><blockquote><p>“So.”</p>"
        "</blockquote><hr><pre>a\n  b</pre>"
    )
    found = read(markup, BASE)
    assert [(piece.kind, piece.text, piece.mark, piece.level) for piece in found] == [
        ("heading", "Why", "", 2),
        ("item", "one", "1.", 1),
        ("item", "inner", "•", 2),
        ("item", "two", "2.", 1),
        ("quote", "“So.”", "", 0),
        ("rule", "", "", 0),
        ("code", "a\n  b", "", 0),
    ]


def test_a_storys_figures_become_what_a_mail_can_show() -> None:
    chart = (
        '<figure class="drawing chart"><figcaption class="block-title">Coal <span>t</span></figcaption>'
        "<svg><text>not me</text></svg><table><caption>Coal</caption><thead><tr><th>Year</th><th>t</th></tr></thead>"
        '<tbody><tr><th>2024</th><td>5</td></tr></tbody></table><p class="source">Source: us</p></figure>'
    )
    found = read(chart, BASE)
    assert [piece.kind for piece in found] == ["title", "table", "small"]
    assert found[1].rows == (("Year", "t"), ("2024", "5"))
    assert "not me" not in str(found)


def test_a_timeline_is_its_dates_with_what_happened_and_a_map_is_left_out_with_its_title() -> None:
    timeline = '<figure class="timeline"><ol><li><p class="timeline-date">1858</p><div><p>A treaty.</p></div></li></ol></figure>'
    assert kinds(timeline) == [("title", "1858"), ("paragraph", "A treaty.")]
    assert kinds('<figure class="drawing map"><figcaption>Where</figcaption><svg></svg></figure><p>On</p>') == [
        ("paragraph", "On")
    ]


def test_pictures_are_named_by_where_they_lie_and_by_what_they_show() -> None:
    (piece, small) = read(
        '<figure><img src="/media/a.webp" alt="A crane"><figcaption>At dawn</figcaption></figure>', BASE
    )
    assert (piece.kind, piece.source, piece.text) == ("picture", "/media/a.webp", "A crane")
    assert (small.kind, small.text) == ("small", "At dawn")


@pytest.mark.parametrize(
    "markup",
    [
        "<script>alert(1)</script>", "<style>p{}</style>", "<iframe srcdoc='<p>x</p>'></iframe>", "<svg><p>x</p></svg>",
        "<form><p>x</p><input></form>", "<video><p>x</p></video>", "<p> \n </p>", "<!-- words -->", "<img alt='x'>",
    ],
)  # fmt: skip
def test_what_has_no_place_in_a_mail_is_left_out_with_all_it_holds(markup: str) -> None:
    assert kinds(f"<p>before</p>{markup}<p>after</p>") == [("paragraph", "before"), ("paragraph", "after")]


@pytest.mark.parametrize("href", ["javascript:alert(1)", "data:text/html,x", "#fn1", "", " JaVaScript:x", "vbscript:x"])
def test_a_link_that_a_mail_may_not_bear_is_none(href: str) -> None:
    assert address(href, BASE) == ""


@given(st.text(alphabet="<>/abpulisdvtrh \"'=&;#\n", max_size=200))
def test_nothing_that_is_read_raises_or_leaves_a_tag(markup: str) -> None:
    for piece in read(markup, BASE):
        assert piece.kind in {
            "paragraph",
            "heading",
            "item",
            "quote",
            "small",
            "title",
            "rule",
            "code",
            "picture",
            "table",
        }
