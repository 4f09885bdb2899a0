"""WordPress's export files as values: what is read, and what is refused with its line."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from broadsheet.interchange.formats.wordpress import wxr
from tests.shared import files, shared

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:wp="http://wordpress.org/export/1.2/"><channel>
<title>A site</title><wp:wxr_version>1.2</wp:wxr_version><wp:base_blog_url>https://old.example/blog</wp:base_blog_url>
"""
BROKEN = {
    "ghost-migrate/sample.xml": (109, "EntityRef"),
    "importer/crazy-cdata.xml": (18, "]]>"),
    "importer/malformed-simple.xml": (14, "Premature end"),
    "importer/missing-version-tag.xml": (1, "wxr_version"),
}


def export(tmp_path: Path, items: str, head: str = HEAD) -> wxr.Export:
    path = tmp_path / "export.xml"
    path.write_text(head + items + "</channel></rss>", encoding="utf-8")
    return wxr.scan(path)


def item(fields: str, content: str = "Text") -> str:
    return f"<item>{fields}<content:encoded><![CDATA[{content}]]></content:encoded></item>\n"


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_refused_with_its_line_and_its_cause(name: str):
    path = shared("wordpress", name)
    line, cause = BROKEN[name]
    with pytest.raises(wxr.ExportError) as refusal:
        wxr.scan(path)
    assert refusal.value.line == line
    assert f"line {line}" in str(refusal.value)
    assert cause in str(refusal.value)
    assert path.name in str(refusal.value)


@pytest.mark.parametrize("path", files("wordpress", "*.xml"), ids=lambda path: path.name)
def test_every_whole_export_is_read_to_its_end_and_again(path: Path):
    shared("wordpress")
    if path.relative_to(shared("wordpress")).as_posix() in BROKEN:
        return
    found = wxr.scan(path)
    items = list(found.items())
    assert len(items) == sum(found.counts.values()) == path.read_text(encoding="utf-8").count("<item>")
    assert [one.key for one in items] == [one.key for one in found.items()]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"PK\x03\x04rest", "packed"),
        (b"\x1f\x8brest", "packed"),
        (b"id;title\n1;x\n", "no XML"),
        (b"<html><body>404</body></html>", "<rss>"),
        (
            b"<rss version='2.0'><channel><title>A feed</title><item><title>x</title></item></channel></rss>",
            "wxr_version",
        ),
        ((HEAD.replace("1.2</wp:wxr", "2.0</wp:wxr") + "</channel></rss>").encode(), "'2.0'"),
        ((HEAD + "<item><title>\x0b</title></item></channel></rss>").encode(), "not well-formed"),
        ((HEAD + "<item>").encode() + b"\xff\xfe</item></channel></rss>", "not well-formed"),
        (
            b'<!DOCTYPE rss [<!ENTITY a "aaaa">]>' + HEAD.partition("?>")[2].strip().encode() + b"</channel></rss>",
            "document type",
        ),
    ],
)
def test_what_is_no_export_is_refused(tmp_path: Path, content: bytes, says: str):
    path = tmp_path / "x.xml"
    path.write_bytes(content)
    with pytest.raises(wxr.ExportError, match=says):
        wxr.scan(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(wxr.ExportError, match=r"nowhere\.xml: it cannot be read"):
        wxr.scan(tmp_path / "nowhere.xml")


def test_outside_files_are_not_read_through_an_export(tmp_path: Path):
    (tmp_path / "secret.txt").write_text("SECRET")
    bomb = HEAD.replace(
        'encoding="UTF-8"?>', f'encoding="UTF-8"?>\n<!DOCTYPE rss [<!ENTITY x SYSTEM "file://{tmp_path}/secret.txt">]>'
    )
    with pytest.raises(wxr.ExportError) as refusal:
        export(tmp_path, item("<title>&x;</title>"), bomb)
    assert "SECRET" not in str(refusal.value)


def test_what_was_once_read_in_the_wrong_encoding_is_mended():
    found = wxr.scan(shared("wordpress", "real-creativecommons-labs.redacted.xml"))
    titles = [one.title for one in found.items()]
    assert "Summer of Code Project: “OpenOffice.org Writer Add-in for Publishing CC Licensed Documents”" in titles
    assert not [title for title in titles if "â€" in title]


@pytest.mark.parametrize(
    "text", ["Zażółć gęślą jaźń", "«Ночь»", "日本語", "العربية", "€ 5 – “so”", "SÃO PAULO", "naïve café"]
)
def test_right_text_stays_as_it_is(text: str):
    assert wxr.mend(text) == text


def test_titles_lose_entities_tags_and_what_turns_the_line_round(tmp_path: Path):
    found = export(tmp_path, item("<title>Tom &amp;amp; &lt;em&gt;Jerry&lt;/em&gt; \u202etxt.exe\u202c</title>"))
    assert next(iter(found.items())).title == "Tom & Jerry txt.exe"


def test_dates_are_read_in_utc_and_zeros_are_none(tmp_path: Path):
    found = export(
        tmp_path,
        item("<wp:post_date>2013-05-07 12:54:31</wp:post_date><wp:post_date_gmt>2013-05-07 19:54:31</wp:post_date_gmt>")
        + item(
            "<wp:post_date>2013-05-07 12:54:31</wp:post_date><wp:post_date_gmt>0000-00-00 00:00:00</wp:post_date_gmt>"
        )
        + item("<pubDate>Tue, 07 May 2013 19:54:31 +0200</pubDate>")
        + item("<pubDate>never</pubDate>"),
    )
    hours = [one.written for one in found.items()]
    assert hours == [
        datetime(2013, 5, 7, 19, 54, 31, tzinfo=UTC), datetime(2013, 5, 7, 12, 54, 31, tzinfo=UTC),
        datetime(2013, 5, 7, 17, 54, 31, tzinfo=UTC), None,
    ]  # fmt: skip


def test_old_paths_are_the_address_the_number_and_former_slugs(tmp_path: Path):
    fields = (
        "<link>https://old.example/blog/2013/05/a-b/</link><guid>https://old.example/blog/?p=7</guid>"
        "<wp:postmeta><wp:meta_key>_wp_old_slug</wp:meta_key><wp:meta_value>%d7%a9</wp:meta_value></wp:postmeta>"
    )
    found = next(iter(export(tmp_path, item(fields)).items()))
    assert wxr.old_paths(found) == ["/blog/2013/05/a-b/", "/blog/?p=7", "/blog/2013/05/ש/"]


def test_what_other_items_need_is_gathered_in_the_first_reading():
    found = wxr.scan(shared("wordpress", "themeunittestdata.wordpress.xml"))
    assert (found.version, found.title, found.language) == ("1.2", "Theme Unit Test Data", "en")
    assert found.counts["post"] == 58
    assert found.counts["attachment"] == len(found.attachments) == 37
    assert found.attachments["611"].is_picture
    assert found.attachments["611"].url.startswith("https://wpthemetestdata.files.wordpress.com/")
    assert found.authors["themereviewteam"] == "Theme Reviewer"


def test_old_versions_name_no_authors_and_are_read_all_the_same():
    found = wxr.scan(shared("wordpress", "importer/valid-wxr-1.0.xml"))
    assert found.version == "1.0"
    assert not found.authors
    assert all(one.creator for one in found.items())


def test_serialised_values_are_text_and_are_never_unpacked():
    found = wxr.scan(shared("wordpress", "importer/test-serialized-postmeta-with-cdata.xml"))
    values = [value for one in found.items() for rows in one.meta.values() for value in rows]
    assert any(value.startswith("a:") for value in values)
    assert all(isinstance(value, str) for value in values)
