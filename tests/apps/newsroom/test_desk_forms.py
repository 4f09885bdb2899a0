"""The desk's forms: what is missing or wrong is said where it stands, and nothing is changed by it."""

from __future__ import annotations

import html
import json

import pytest
from wagtail.test.utils.form_data import nested_form_data, streamfield

from broadsheet.newsroom.models import StoryPage
from tests.paper import Answer, Desk, Paper


def new_story(paper: Paper, desk: Desk, blocks: list[tuple[str, object]] | None = None, **fields: str) -> Answer:
    """Send the form of a new story."""
    data = {
        "title": "A new story", "slug": "a-new-story", "kicker": "", "dek": "", "access": "metered",
        "lead_words": "100", "action-publish": "1",
    }  # fmt: skip
    for name in ("bylines", "corrections", "comments"):
        data |= {f"{name}-{part}_FORMS": "0" for part in ("TOTAL", "INITIAL")}
    data |= nested_form_data({"body": streamfield(blocks or [("preformatted", "A line.")])})
    data |= fields
    return desk.post(f"/admin/pages/add/broadsheet_newsroom/storypage/{paper.section()}/", data)


def chart(data: str) -> tuple[str, object]:
    return ("chart", {"kind": "bar", "title": "Coal", "unit": "", "data": data, "source": "The port", "note": ""})


def test_a_new_story_is_written_and_published(paper: Paper):
    answer = new_story(paper, paper.desk(), kicker="The quay", dek="A line under it.")
    assert "created and published" in answer.text
    found = StoryPage.objects.get(slug="a-new-story")
    assert (found.live, found.kicker, found.dek) == (True, "The quay", "A line under it.")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title": "", "slug": ""}, "A story needs a headline."),
        ({"lead_words": "401"}, "less than or equal to 400"),
        ({"lead_words": "many"}, "Enter a whole number."),
        ({"access": "everybody"}, "Select a valid choice"),
        ({"embargo_until": "tomorrow"}, "Enter a valid date/time."),
        ({"origin_language": "English"}, "A language tag such as fr, zh or sr-Latn."),
        ({"origin_url": "not an address"}, "Enter a valid URL."),
        ({"slug": "two words"}, "valid “slug”"),
        ({"kicker": "k" * 81}, "at most 80 characters"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(paper: Paper, fields: dict[str, str], said: str):
    answer = new_story(paper, paper.desk(), **fields)
    assert answer.status == 200
    assert said in answer.text
    assert not StoryPage.objects.exists()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("Year; Coal\n2020; 10\n2021; ten", "Line 3: “ten” is not a number."),
        ("Year; Coal\n2020", "Line 2: 1 cells where the first line names 2 columns."),
        ("Year", "Give a line of column names and at least one line of figures."),
    ],
)
def test_a_slip_in_a_charts_figures_is_named_with_its_line(paper: Paper, data: str, said: str):
    answer = new_story(paper, paper.desk(), [chart(data)])
    assert json.dumps(said)[1:-1] in html.unescape(answer.html)  # the editor's script shows it beside the field
    assert not StoryPage.objects.exists()


def test_a_slug_that_is_taken_is_refused(paper: Paper):
    paper.story("There already", slug="a-new-story")
    answer = new_story(paper, paper.desk())
    assert "already in use" in answer.text
    assert StoryPage.objects.count() == 1


@pytest.mark.parametrize(
    ("headline", "slug"),
    [
        ("الميناء الهادئ", "الميناء-الهادئ"),
        ("Тихий порт", "тихий-порт"),
        ("静かな港", "静かな港"),
        ("Ålesund", "ålesund"),
    ],
)
def test_addresses_may_be_written_in_any_script(paper: Paper, headline: str, slug: str):
    answer = new_story(paper, paper.desk(), title=headline, slug=slug)
    assert "created and published" in answer.text
    story = StoryPage.objects.get(slug=slug)
    page = paper.get(story.url)
    assert page.status_code == 200
    assert headline in page.content.decode()


def test_topics_and_places_are_offered_in_the_storys_own_language_only(paper: Paper):
    ours, theirs = paper.topic("borders"), paper.topic("borders", "حدود", language="ar")
    answer = paper.desk("Reporters").get(f"/admin/pages/add/broadsheet_newsroom/storypage/{paper.section()}/")
    page = answer.content.decode()
    assert "Borders" in page
    assert "حدود" not in page
    refused = new_story(paper, paper.desk(), topics=str(theirs))
    assert "Select a valid choice" in refused.text
    new_story(paper, paper.desk(), topics=str(ours))
    assert [row.pk for row in StoryPage.objects.get().topics.all()] == [ours]


def test_a_byline_of_several_people_keeps_its_order_and_roles(paper: Paper):
    people = [("Zhao Wenjing", "author"), ("Hester Quayle", "translator"), ("Ada Drawn", "photographer")]
    ids = [paper.person(name) for name, _ in people]
    fields = {"bylines-TOTAL_FORMS": "3"}
    for number, (pk, (_, role)) in enumerate(zip(ids, people, strict=True)):
        row = {"person": str(pk), "role": role, "ORDER": str(number + 1), "id": "", "DELETE": ""}
        fields |= {f"bylines-{number}-{name}": value for name, value in row.items()}
    new_story(paper, paper.desk(), **fields)
    story = StoryPage.objects.get()
    assert [(line.person.name, line.role) for line in story.bylines.all()] == people
    page = paper.get(story.url).content.decode()
    assert page.index("Zhao Wenjing") < page.index("Hester Quayle") < page.index("Ada Drawn")


def test_an_empty_cell_of_a_table_is_allowed(paper: Paper):
    block = StoryPage._meta.get_field("body").stream_block.child_blocks["table"].child_blocks["table"]
    assert block.child_blocks["text"].required is False
    assert block.child_blocks["number"].required is False
