"""A story in another language: a draft made from the first, bound to it by its key, published on its own."""

from __future__ import annotations

from wagtail.models import Locale

from broadsheet.newsroom.models import StoryPage
from tests.paper import Paper


def test_a_reporter_makes_a_translations_draft_from_a_story(paper: Paper):
    paper.section("world", "ar")
    story = paper.story()
    arabic = Locale.objects.get(language_code="ar")
    answer = paper.desk("Reporters").post(
        f"/admin/translation/submit/page/{story.pk}/", {"locales": str(arabic.pk), "include_subtree": ""}
    )
    assert answer.status == 200
    made = StoryPage.objects.get(locale=arabic)
    assert (made.live, made.translation_key) == (False, story.translation_key)
    assert made.get_parent().pk == paper.section("world", "ar")
    assert paper.get("/ar/world/a-quiet-port/").status_code == 404


def test_both_languages_name_each_other_once_both_are_published(paper: Paper):
    story = paper.story("A quiet port", access="open")
    twin = paper.story("ميناء هادئ", language="ar", slug="quiet", access="open", translation_key=story.translation_key)
    for page in (story, twin):
        seen = paper.get(page.url).content.decode()
        assert '<link rel="alternate" hreflang="en" href="http://testserver/world/a-quiet-port/">' in seen
        assert '<link rel="alternate" hreflang="ar" href="http://testserver/ar/world/quiet/">' in seen
    assert '<html lang="ar" dir="rtl">' in paper.get(twin.url).content.decode()


def test_a_draft_translation_is_named_nowhere(paper: Paper):
    story = paper.story("A quiet port", access="open")
    paper.story("ميناء هادئ", language="ar", slug="quiet", live=False, translation_key=story.translation_key)
    assert "hreflang" not in paper.get(story.url).content.decode().split("</head>")[0].replace(
        'rel="alternate" hreflang="x-default"', ""
    )
