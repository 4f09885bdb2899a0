"""What the search must find and must not, told once for every database it runs on."""

from __future__ import annotations

from typing import Any

from tests.paper import paragraph, words

STORIES: tuple[dict[str, Any], ...] = (
    {"headline": "The ferry at Ålesund", "dek": "A crossing in the fog.", "topics": "borders"},
    {"headline": "Two cities, one river", "dek": "Heihe 黑河市 and Blagoveshchensk (Благовещенск)."},
    {"headline": "Der große Fluss", "dek": "Straße am Wasser"},
    {"headline": "مدرسة على النهر", "language": "ar", "slug": "school", "dek": "كِتَابٌ إلى مصطفى"},
    {"headline": "River of the north", "dek": "A quiet year."},
)
FOUND: tuple[tuple[str, str, set[str]], ...] = (
    ("ferry", "en", {"The ferry at Ålesund"}),
    ("FERRY", "en", {"The ferry at Ålesund"}),
    ("alesund", "en", {"The ferry at Ålesund"}),
    ("Ålesund", "en", {"The ferry at Ålesund"}),
    ("ferr", "en", {"The ferry at Ålesund"}),
    ("fer at", "en", set()),
    ("borders", "en", {"The ferry at Ålesund"}),
    ("river", "en", {"Two cities, one river", "River of the north"}),
    ('"one river"', "en", {"Two cities, one river"}),
    ('"river one"', "en", set()),
    ("river cities", "en", {"Two cities, one river"}),
    ("黑河", "en", {"Two cities, one river"}),
    ("河黑", "en", set()),
    ("благовещенск", "en", {"Two cities, one river"}),
    ("grosse strasse", "en", {"Der große Fluss"}),
    ("مدرسه", "ar", {"مدرسة على النهر"}),
    ("مدرسة", "ar", {"مدرسة على النهر"}),
    ("كتاب", "ar", {"مدرسة على النهر"}),
    ("مصطفي", "ar", {"مدرسة على النهر"}),
    ("ferry", "ar", set()),
    ("opening1", "en", {"The ferry at Ålesund", "Two cities, one river", "Der große Fluss", "River of the north"}),
    ("hidden0x1", "en", set()),
    ("hidden2x80", "en", set()),
    ("hidden", "en", set()),
    ('"hidden0x1 hidden0x2"', "en", set()),
    ("", "en", set()),
)
HOSTILE: tuple[str, ...] = (
    '"', "'", '""""', "''';--", "ferry' OR '1'='1", "ferry) OR (1=1", "AND OR NOT NEAR", "ferry AND", "NEAR(ferry, 2)",
    "ferry*", "*", "^ferry", "headline:ferry", "{headline text}: ferry", "-ferry", "+ferry", "ferry & | ! <-> :*",
    "ferry:A", "\\", "\\'", "%", "_", "\x00", "fer\x00ry", "\ud800", "a" * 5000, "a " * 5000, "(((((" * 500, "ferry;",
    "🚢", "\u202eyrref", "<script>", "`ferry`", "$$ferry$$", "\n\r\t",
)  # fmt: skip


def file_all(paper: Any) -> None:
    """File the stories. The hidden words stand beyond the lead, where nobody may find them."""
    for fields in STORIES:
        body = [paragraph(words(40, "opening")), *(paragraph(words(80, f"hidden{number}x")) for number in range(3))]
        topic = fields.get("topics")
        values = {name: value for name, value in fields.items() if name not in {"headline", "topics"}}
        paper.story(fields["headline"], body, **values, topics=(paper.topic(topic),) if topic else ())
