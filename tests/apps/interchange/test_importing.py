"""An export becomes stories and pages; a second run changes nothing; what is broken leaves nothing behind."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from PIL import Image
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, PageViewRestriction, Revision

from broadsheet.interchange import rules
from broadsheet.interchange.fetching import FetchError, Finder
from broadsheet.interchange.formats.wordpress import wxr
from broadsheet.interchange.models import Imported, ImportedComment
from broadsheet.newsroom.models import InfoPage, Person, Picture, SectionPage, StoryPage, Topic
from tests.apps.interchange.conftest import NOW, Importer
from tests.apps.interchange.test_wxr import HEAD, item
from tests.shared import files, shared

THEME = "themeunittestdata.wordpress.xml"


def write(tmp_path: Path, items: str, head: str = HEAD) -> Path:
    path = tmp_path / "export.xml"
    path.write_text(head + items + "</channel></rss>", encoding="utf-8")
    return path


def post(number: int, title: str = "A title", content: str = "Some words.", **fields: str) -> str:
    values = {"post_type": "post", "status": "publish", "post_date_gmt": "2020-01-02 03:04:05", **fields}
    wp = "".join(f"<wp:{name}>{value}</wp:{name}>" for name, value in values.items() if not name.startswith("_"))
    extra = "".join(value for name, value in values.items() if name.startswith("_"))
    return item(
        f"<title>{title}</title><wp:post_id>{number}</wp:post_id><guid>https://old.example/blog/?p={number}</guid>{wp}{extra}",
        content,
    )


def picture_bytes(kind: str = "JPEG") -> bytes:
    kept = BytesIO()
    Image.new("RGB", (60, 40), "#345").save(kept, kind)
    return kept.getvalue()


def rows() -> dict[str, int]:
    """How many rows every table of ours and of Wagtail's pages holds."""
    models = [
        *apps.get_app_config("broadsheet_newsroom").get_models(),
        *apps.get_app_config("broadsheet_interchange").get_models(),
    ]
    return {model.__name__: model.objects.count() for model in [*models, Page, Revision, Redirect, PageViewRestriction]}


def test_a_whole_site_comes_in_and_a_second_run_changes_nothing(bring: Importer):
    path = shared("wordpress", THEME)
    first = bring(path)
    assert first.counts["story"] == {"imported": 56, "scheduled": 1, "drafts": 1}
    assert first.counts["page"] == {"imported": 21}
    assert first.counts["nav_menu_item"] == {"skipped": 70}
    assert first.total("failed") == 0
    before, changed = rows(), list(Page.objects.values_list("pk", "latest_revision_created_at", "last_published_at"))
    second = bring(path)
    assert second.counts["story"] == {"there already": 58}
    assert second.counts["page"] == {"there already": 21}
    assert second.total("imported") == 0
    assert rows() == before
    assert list(Page.objects.values_list("pk", "latest_revision_created_at", "last_published_at")) == changed


BROKEN = {"sample.xml", "crazy-cdata.xml", "malformed-simple.xml", "missing-version-tag.xml"}
LARGE = {THEME, "64-block-test-data.xml", "real-creativecommons-labs.redacted.xml"}


@pytest.mark.parametrize(
    "path",
    [path for path in files("wordpress", "*.xml") if path.name not in BROKEN | LARGE],
    ids=lambda path: path.name,
)
def test_every_export_comes_in_without_a_failure(bring: Importer, path: Path):
    shared("wordpress")
    report = bring(path)
    items = [found for found in wxr.scan(path).items() if found.kind in {"post", "page"}]
    assert report.total("failed") == 0, report.notes
    live = [found for found in items if rules.fate(found, NOW).live]
    assert StoryPage.objects.live().count() + InfoPage.objects.live().count() == len(live)
    assert bring(path).total("imported") == 0


def test_no_shortcode_and_no_block_comment_is_left_in_a_body(bring: Importer):
    for name in (THEME, "64-block-test-data.xml"):
        bring(shared("wordpress", name))
    for story in [*StoryPage.objects.all(), *InfoPage.objects.all()]:
        for block in story.body:
            if block.block_type != "preformatted":
                text = str(block.value.source if hasattr(block.value, "source") else block.get_prep_value())
                assert "<!--" not in text, story.title
                assert not re.search(r"\[/?(?:gallery|caption|audio|video|embed|playlist)\b[^\]]*\]", text), story.title


def test_products_and_other_foreign_kinds_are_reported_not_crashed_on(bring: Importer):
    report = bring(shared("wordpress", "woocommerce-sample_products.xml"))
    assert report.counts["product"] == {"skipped": 18}
    assert report.counts["product_variation"] == {"skipped": 7}
    assert not StoryPage.objects.exists()


def test_a_foreign_kind_becomes_stories_where_that_is_asked(bring: Importer):
    report = bring(shared("wordpress", "ghost-migrate/has-meta.xml"), also=frozenset({"enmse_message"}))
    assert report.counts["story"]["imported"] == 1


def test_dates_authors_and_terms_come_along(bring: Importer, tmp_path: Path):
    head = HEAD + (
        "<wp:author><wp:author_login>ada</wp:author_login><wp:author_display_name>Ada L.</wp:author_display_name></wp:author>"
        "<wp:category><wp:category_nicename>world</wp:category_nicename><wp:cat_name>World</wp:cat_name></wp:category>"
        "<wp:category><wp:category_nicename>asia</wp:category_nicename><wp:category_parent>world</wp:category_parent><wp:cat_name>Asia</wp:cat_name></wp:category>"
    )
    terms = '<category domain="category" nicename="asia">Asia</category><category domain="post_tag" nicename="tea">Tea</category>'
    bring(
        write(
            tmp_path,
            post(
                1,
                _a=f"<dc:creator>ada</dc:creator>{terms}",
                post_modified_gmt="2021-01-01 00:00:00",
                post_name="a-%d7%a9",
            ),
            head,
        )
    )
    story = StoryPage.objects.get()
    assert story.slug == "a-ש"
    assert story.first_published_at.isoformat() == "2020-01-02T03:04:05+00:00"
    assert story.last_published_at.isoformat() == "2021-01-01T00:00:00+00:00"
    assert [(line.person.name, line.role) for line in story.bylines.all()] == [("Ada L.", "author")]
    assert story.get_parent().title == "World"
    assert {topic.name for topic in story.topics.all()} == {"Asia", "Tea"}


def test_co_authors_share_the_byline(bring: Importer, tmp_path: Path):
    guests = '<category domain="author" nicename="cap-ada">Ada</category><category domain="author" nicename="cap-bo">Bo</category>'
    bring(write(tmp_path, post(1, _a=f"<dc:creator>desk</dc:creator>{guests}")))
    assert [line.person.name for line in StoryPage.objects.get().bylines.all()] == ["Ada", "Bo"]


def test_the_categories_with_most_stories_become_sections_and_the_others_topics(bring: Importer, tmp_path: Path):
    def of(number: int, slug: str) -> str:
        return post(number, _a=f'<category domain="category" nicename="{slug}">{slug.title()}</category>')

    bring(write(tmp_path, of(1, "big") + of(2, "big") + of(3, "small") + of(4, "uncategorized")), most_sections=1)
    assert {page.title for page in SectionPage.objects.all()} == {"Big", "News"} or {
        page.title.lower() for page in SectionPage.objects.all()
    } == {"big", "news"}
    assert [topic.name for topic in Topic.objects.all()] == ["Small"]


def test_a_section_never_stands_on_one_of_the_papers_own_addresses(bring: Importer, tmp_path: Path):
    item_of = '<category domain="category" nicename="search">Search</category>'
    bring(write(tmp_path, post(1, _a=item_of) + post(2, _a=item_of)))
    section = SectionPage.objects.get()
    assert section.slug not in {"search"}
    assert section.get_children().count() == 2


def test_drafts_and_private_posts_stay_drafts_and_trash_stays_out(bring: Importer, tmp_path: Path):
    statuses = ["draft", "pending", "private", "trash", "auto-draft", "odd"]
    report = bring(write(tmp_path, "".join(post(n, f"T{n}", status=status) for n, status in enumerate(statuses))))
    assert report.counts["story"] == {"drafts": 4}
    assert report.counts["post"] == {"skipped": 2}
    assert not StoryPage.objects.live().exists()


def test_a_scheduled_post_waits_for_its_hour_and_one_whose_hour_is_past_is_published(bring: Importer, tmp_path: Path):
    future, past = NOW + timedelta(days=9000), NOW - timedelta(days=1)
    bring(
        write(
            tmp_path,
            post(1, "To come", status="future", post_date_gmt=f"{future:%Y-%m-%d %H:%M:%S}")
            + post(2, "Past", status="future", post_date_gmt=f"{past:%Y-%m-%d %H:%M:%S}"),
        )
    )
    coming, gone = StoryPage.objects.get(title="To come"), StoryPage.objects.get(title="Past")
    assert not coming.live
    assert coming.scheduled_revision.approved_go_live_at == future
    assert gone.live


def test_a_post_with_a_password_asks_for_it_and_stands_in_no_list(bring: Importer, tmp_path: Path):
    bring(write(tmp_path, post(1, "Kept", post_password="enter")))
    assert PageViewRestriction.objects.get().password == "enter"
    assert StoryPage.objects.live().count() == 1
    assert not StoryPage.objects.readable().exists()


@pytest.mark.parametrize(("hashing", "told_apart"), [(False, False), (True, True)])
def test_commenters_addresses_are_dropped_or_hashed_and_never_kept(bring: Importer, hashing: bool, told_apart: bool):
    path = shared("wordpress", "real-creativecommons-labs.redacted.xml")
    addresses = set(re.findall(r"person\d+@example\.org", path.read_text(encoding="utf-8")))
    assert addresses
    bring(path, hash_commenters=hashing)
    assert ImportedComment.objects.count() == 119
    assert bool(ImportedComment.objects.exclude(commenter="").exists()) is told_apart
    with connection.cursor() as cursor:
        cursor.execute("SELECT author || ' ' || commenter || ' ' || text FROM broadsheet_interchange_importedcomment")
        said = "\n".join(row[0] for row in cursor.fetchall())
    assert "192.0.2." not in said
    assert not re.search(
        r"person\d+@example\.org", "\n".join(ImportedComment.objects.values_list("commenter", flat=True))
    )


def test_old_addresses_lead_on(bring: Importer, tmp_path: Path, client: Any):
    link = "<link>https://old.example/blog/2020/01/a/</link><guid>https://old.example/blog/?p=1</guid>"
    bring(write(tmp_path, post(1, "A", _a=link, post_name="a")))
    story = StoryPage.objects.get()
    answer = client.get("/blog/2020/01/a/")
    assert (answer.status_code, answer["Location"]) == (301, story.url)


def test_a_number_at_the_front_leads_on(bring: Importer, tmp_path: Path, client: Any):
    head = HEAD.replace("https://old.example/blog", "https://old.example")
    bring(write(tmp_path, post(7, "A").replace("/blog/?p=7", "/?p=7"), head))
    answer = client.get("/?p=7")
    assert (answer.status_code, answer["Location"]) == (301, StoryPage.objects.get().url)
    assert client.get("/?p=8").status_code == 200


def test_links_between_stories_lead_to_the_stories(bring: Importer, tmp_path: Path):
    first = post(1, "A", _a="<link>https://old.example/blog/a/</link>")
    second = post(
        2, "B", 'See <a href="http://old.example/blog/a">it</a>, <a href="https://old.example/blog/c/">that</a>'
    )
    third = post(3, "C", _a="<link>https://old.example/blog/c/</link>")
    bring(write(tmp_path, first + second + third))
    html = StoryPage.objects.get(title="B").body[0].value.source
    assert f'<a linktype="page" id="{StoryPage.objects.get(title="A").pk}">it</a>' in html
    assert '<a href="/blog/c/">that</a>' in html


def test_an_untitled_post_is_called_by_its_first_words(bring: Importer, tmp_path: Path):
    bring(
        write(tmp_path, post(1, "", "<p>The first words of a post without a title stand for it.</p>") + post(2, "", ""))
    )
    assert [story.title for story in StoryPage.objects.order_by("pk")] == [
        "The first words of a post without a title stand for it.",
        "2020-01-02",
    ]


def test_equal_slugs_get_numbers(bring: Importer, tmp_path: Path):
    bring(
        write(
            tmp_path, post(1, "A", post_name="same") + post(2, "B", post_name="same") + post(3, "C", post_name="same")
        )
    )
    assert sorted(story.slug for story in StoryPage.objects.all()) == ["same", "same-2", "same-3"]


def test_a_changed_source_is_reported_and_the_editors_version_stays(bring: Importer, tmp_path: Path):
    bring(write(tmp_path, post(1, "A", "First version")))
    report = bring(write(tmp_path, post(1, "A", "Second version")))
    assert report.notes == [("story", "A", "changed since it was imported; left as it stands here")]
    assert "First version" in str(StoryPage.objects.get().body)


def test_one_item_that_fails_is_reported_and_stops_no_other(
    bring: Importer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from broadsheet.newsroom.operations import filing

    file_story = filing.file_story

    def failing(filed: filing.Filing) -> int:
        if filed.headline == "B":
            Person.objects.create(name="half done", slug="half")
            raise ValueError("the disk is full")
        return file_story(filed)

    monkeypatch.setattr(filing, "file_story", failing)
    path = write(tmp_path, post(1, "A") + post(2, "B") + post(3, "C"))
    report = bring(path)
    assert report.counts["story"] == {"imported": 2, "failed": 1}
    assert ("story", "B", "the disk is full") in report.notes
    assert not Person.objects.filter(slug="half").exists()
    monkeypatch.undo()
    assert bring(path).counts["story"] == {"imported": 1, "there already": 2}


class TestPictures:
    CONTENT = '<img class="wp-image-9" src="https://old.example/wp-content/uploads/2020/05/a-300x200.jpg" alt="An A">'

    def attachment(self, url: str = "https://old.example/wp-content/uploads/2020/05/a.jpg") -> str:
        meta = "<wp:postmeta><wp:meta_key>_wp_attachment_image_alt</wp:meta_key><wp:meta_value>Alt</wp:meta_value></wp:postmeta>"
        return item(
            f"<title>Pic</title><wp:post_id>9</wp:post_id><wp:post_type>attachment</wp:post_type><wp:status>inherit</wp:status><wp:attachment_url>{url}</wp:attachment_url>{meta}<excerpt:encoded>Its caption</excerpt:encoded>"
        )

    def test_they_come_from_a_folder_once_with_alt_text_and_caption(self, bring: Importer, tmp_path: Path):
        (tmp_path / "uploads/2020/05").mkdir(parents=True)
        (tmp_path / "uploads/2020/05/a.jpg").write_bytes(picture_bytes())
        lead = "<wp:postmeta><wp:meta_key>_thumbnail_id</wp:meta_key><wp:meta_value>9</wp:meta_value></wp:postmeta>"
        report = bring(
            write(
                tmp_path, post(1, "A", "words" + self.CONTENT, _a=lead) + post(2, "B", self.CONTENT) + self.attachment()
            ),
            tmp_path / "uploads",
        )
        assert report.counts["picture"] == {"imported": 1}
        picture = Picture.objects.get()
        assert (picture.alt, picture.caption, picture.title, picture.licence) == (
            "Alt",
            "Its caption",
            "Pic",
            "unknown",
        )
        first, second = StoryPage.objects.order_by("pk")
        assert first.picture == picture
        assert second.body[0].value["picture"] == picture

    def test_a_lead_picture_that_opens_the_body_too_is_shown_once(self, bring: Importer, tmp_path: Path):
        (tmp_path / "a.jpg").write_bytes(picture_bytes())
        lead = "<wp:postmeta><wp:meta_key>_thumbnail_id</wp:meta_key><wp:meta_value>9</wp:meta_value></wp:postmeta>"
        bring(write(tmp_path, post(1, "A", self.CONTENT + "<p>words</p>", _a=lead) + self.attachment()), tmp_path)
        story = StoryPage.objects.get()
        assert story.picture is not None
        assert [block.block_type for block in story.body] == ["paragraph"]

    @pytest.mark.parametrize(
        ("content", "why"),
        [
            (b"<svg onload=alert(1)>", "no picture"),
            (b"\xff\xd8\xff broken", "no picture"),
            (picture_bytes("TIFF"), "TIFF"),
        ],
    )
    def test_what_is_no_picture_is_left_out_and_said(self, bring: Importer, tmp_path: Path, content: bytes, why: str):
        (tmp_path / "a.jpg").write_bytes(content)
        report = bring(write(tmp_path, post(1, "A", "words" + self.CONTENT) + self.attachment()), tmp_path)
        assert report.counts["picture"] == {"not found": 1}
        assert why in report.notes[0][2]
        assert StoryPage.objects.get().live

    def test_a_missing_picture_leaves_its_caption(self, bring: Importer, tmp_path: Path):
        bring(write(tmp_path, post(1, "A", f"<figure>{self.CONTENT}<figcaption>A bridge</figcaption></figure>")))
        assert "A bridge" in str(StoryPage.objects.get().body)

    @pytest.fixture
    def old_site(self, tmp_path: Path) -> Iterator[str]:
        folder = tmp_path / "served"
        folder.mkdir()
        (folder / "a.jpg").write_bytes(picture_bytes())
        handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
        handler.log_message = lambda *args: None  # type: ignore[attr-defined]
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()

    def test_they_are_fetched_from_where_they_lie(self, bring: Importer, tmp_path: Path, old_site: str):
        finder = Finder(None, fetch=True, trusted=frozenset({"127.0.0.1"}))
        report = bring(
            write(tmp_path, post(1, "A", f'<img src="{old_site}/a.jpg"><img src="{old_site}/b.jpg">')), finder=finder
        )
        assert report.counts["picture"] == {"imported": 1, "not found": 1}
        assert any(what.endswith("answers 404") for _kind, _which, what in report.notes)

    def test_nothing_on_a_private_network_is_asked_unless_it_is_named(self, old_site: str):
        with pytest.raises(FetchError, match="private network"):
            Finder(None, fetch=True).find(f"{old_site}/a.jpg")
        for url in ("file:///etc/passwd", "ftp://example.org/a.jpg", "http:///a.jpg"):
            with pytest.raises(FetchError, match="no"):
                Finder(None, fetch=True).find(url)

    def test_a_host_that_does_not_answer_is_asked_three_times_and_left_alone(self):
        finder = Finder(None, fetch=True, trusted=frozenset({"127.0.0.1"}))
        for _ in range(3):
            with pytest.raises(FetchError, match="does not answer"):
                finder.find("http://127.0.0.1:9/a.jpg")
        with pytest.raises(FetchError, match=r"^127\.0\.0\.1:9 does not answer$"):
            finder.find("http://127.0.0.1:9/b.jpg")


@pytest.mark.parametrize(
    "name",
    [
        "ghost-migrate/sample.xml",
        "importer/crazy-cdata.xml",
        "importer/malformed-simple.xml",
        "importer/missing-version-tag.xml",
    ],
)
def test_a_broken_file_leaves_nothing_behind(bring: Importer, name: str):
    before = rows()
    with pytest.raises(wxr.ExportError):
        bring(shared("wordpress", name))
    assert rows() == before
    assert not Imported.objects.exists()


def test_a_ring_of_categories_ends():
    ring = {name: rules.Category(name, name, parent) for name, parent in [("a", "b"), ("b", "c"), ("c", "a")]}
    assert rules.top_of("a", ring) in ring
    assert rules.choose_sections({"a": 1}, ring, 3)
