"""What is frozen: two variants, small, whole, in which free readers find no word that is not theirs."""

from __future__ import annotations

import re
from datetime import timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import formataddr, parseaddr
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives

from broadsheet.newsletters.cards import FREE, MEMBER
from broadsheet.newsletters.models import Content, Issue, Link
from broadsheet.newsletters.operations.building import begin_due, build
from broadsheet.newsletters.operations.composing import approve
from broadsheet.newsletters.operations.freezing import FreezeError, freeze, freeze_due
from broadsheet.newsletters.rendering import MOST_BYTES
from broadsheet.newsroom.models import PaperSettings, PictureRendition
from tests.apps.newsletters.conftest import NOW, Letters, briefs, noisy, note, plate, promo, quiz, quote, story
from tests.paper import block, item, paragraph, words

pytestmark = pytest.mark.django_db


def parts(issue: Issue, variant: str = FREE) -> Content:
    return Content.objects.get(issue=issue, variant=variant)


def canary(letters: Letters, **fields: Any) -> Any:
    """A story whose body says CANARY in every kind of block."""
    picture = letters.paper.picture().pk
    body = [
        paragraph(words(60, "opening")),
        paragraph("CANARY " + words(120, "hidden")),
        block("heading", {"text": "CANARY heading", "level": "2"}),
        block("quote", {"text": "<p>CANARY quote</p>", "who": "CANARY who"}),
        block("list", {"ordered": True, "items": [item("<p>CANARY item</p>")]}),
        block("picture", {"picture": picture, "caption": "<p>CANARY caption</p>", "alt": "CANARY alt", "width": "column"}),
        block("chart", {"kind": "bar", "title": "CANARY chart", "unit": "", "data": "Year; t\n2024; 5", "source": "us",
                        "note": ""}),
    ]  # fmt: skip
    return letters.paper.story("A quiet port", body, **fields)


@pytest.mark.parametrize("access", ["metered", "members", "open"])
@pytest.mark.parametrize("weight", ["lead", "row"])
def test_NL_09_a_free_reader_is_sent_the_lead_and_no_word_of_the_body(
    letters: Letters, access: str, weight: str
) -> None:
    told = canary(letters, access=access)
    newsletter = letters.list(full_for_members=True)
    issue = letters.frozen(newsletter, story(told.pk, weight), briefs("One", story=told.pk))
    free, member = parts(issue), parts(issue, MEMBER)
    assert "CANARY" not in free.html + free.text
    assert "hidden" not in free.html + free.text
    assert "opening1" in free.html
    assert "opening1" in free.text
    assert member.html.count("CANARY") == 8
    assert "hidden120" in member.text
    assert "CANARY item" in member.text


def test_NL_09_members_too_get_leads_where_the_list_says_nothing_else(letters: Letters) -> None:
    told = canary(letters, access="metered")
    issue = letters.frozen(letters.list(full_for_members=False), story(told.pk, "lead"))
    assert "CANARY" not in "".join(row.html + row.text for row in Content.objects.filter(issue=issue))


def test_NL_09_what_readers_may_not_come_to_is_left_out_and_named(letters: Letters) -> None:
    told, gone = letters.paper.story(), letters.paper.story("Withdrawn")
    gone.unpublish()
    issue = letters.issue(
        letters.list(full_for_members=True), story(told.pk), story(gone.pk), briefs("A", story=gone.pk)
    )
    letter = letters.letter(issue, MEMBER)
    assert letter.left_out == ("Withdrawn", "Withdrawn")
    assert [found.headline for found in letter.stories] == ["A quiet port"]


class _Page(HTMLParser):
    """What a client would see of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attrs for name, attrs in self.tags if name == tag]


def everything(letters: Letters, **fields: Any) -> Issue:
    """An issue with every kind of block."""
    told = letters.paper.story(picture=letters.paper.picture(alt="Two cranes").pk, dek="Nobody unloads")
    return letters.frozen(
        letters.list(**fields), note(signed="Ines"), story(told.pk, "lead"), story(told.pk, headline="Other words"),
        briefs("One", "Two", story=told.pk), quote(), plate(letters.paper.picture("Mist").pk, "Mist at noon"), quiz(),
        promo(), preheader="Nobody unloads",
    )  # fmt: skip


def test_NL_06_unsubscribing_managing_and_the_postal_address_stand_where_no_client_cuts(letters: Letters) -> None:
    html = parts(everything(letters)).html
    assert html.index("%%UNSUBSCRIBE%%") < 8_000, "once at the top"
    assert html.count("%%UNSUBSCRIBE%%") == 2
    for needed in ("%%PREFERENCES%%", "10111 Tallinn, Estonia"):
        assert 0 < len(html[: html.index(needed)].encode()) < MOST_BYTES
    text = parts(Issue.objects.get()).text
    assert text.index("%%UNSUBSCRIBE%%") < 500
    for needed in ("%%PREFERENCES%%", "10111 Tallinn, Estonia"):
        assert needed in text


def test_NL_06_without_a_postal_address_nothing_goes_out(letters: Letters) -> None:
    PaperSettings.objects.update(postal_address=" \n")
    with pytest.raises(FreezeError, match="postal address"):
        letters.frozen(letters.list(), note())


def test_what_is_said_to_the_mails_own_readers_alone_is_marked(letters: Letters) -> None:
    """The web version leaves that out; the postal address stays."""
    html = parts(letters.frozen(letters.list(), note())).html
    said = re.findall(r'<(tr|p) class="mailed".*?</\1>', html, flags=re.DOTALL)
    assert said == ["tr", "p", "p"]
    rest = re.sub(r'<(tr|p) class="mailed".*?</\1>', "", html, flags=re.DOTALL)
    assert "%%UNSUBSCRIBE%%" in html
    assert not re.search("%%(UNSUBSCRIBE|PREFERENCES)%%|You get this", rest)
    assert "Pier 4, Harbour Street" in rest


def test_NL_07_whole_stories_are_cut_to_leads_until_the_letter_is_small_enough(letters: Letters) -> None:
    long = [paragraph(words(700, f"part{number}x")) for number in range(6)]
    told = [letters.paper.story(f"Story {number}", long, access="metered") for number in range(4)]
    newsletter = letters.list(full_for_members=True)
    issue = letters.frozen(newsletter, *(story(one.pk) for one in told))
    html = parts(issue, MEMBER).html
    assert len(html.encode()) < MOST_BYTES
    assert html.count("part5x700") == 1, "the first stays whole"
    assert html.count("Read on<") == 3
    assert parts(issue, MEMBER).text.count("part5x700") == 1


def test_NL_07_what_is_too_long_all_the_same_is_not_frozen(letters: Letters) -> None:
    newsletter = letters.list()
    issue = letters.issue(newsletter, *(note(f"<p>{words(900)}</p>") for _ in range(12)))
    approve(issue_id=issue.pk, user_id=letters.paper.desk().user.pk, due_at=NOW)
    with pytest.raises(FreezeError, match="too long"):
        freeze(issue_id=issue.pk, now=NOW)
    assert freeze_due(NOW) == []
    issue.refresh_from_db()
    assert (issue.state, issue.number) == (Issue.State.REVIEW, None)
    assert "90000" in issue.error
    assert Content.objects.count() == 0


def test_NL_08_a_page_says_its_language_and_direction_and_what_its_tables_and_pictures_are(letters: Letters) -> None:
    html = parts(everything(letters)).html
    page = _Page(html)
    (root,) = page.all("html")
    assert (root["lang"], root["dir"]) == ("en", "ltr")
    tables = page.all("table")
    assert len(tables) > 8
    assert {table["role"] for table in tables} == {"presentation"}
    assert len(page.all("img")) == 3
    for image in page.all("img"):
        assert "alt" in image
        assert int(image["width"]) > 0
        assert int(image["height"]) > 0
    assert html.index("Nobody unloads") < html.index("Read on the web"), "the preheader comes first"
    assert not page.all("script") + page.all("link") + page.all("form") + page.all("svg")


def test_NL_08_a_table_of_figures_is_a_table_also_for_those_who_hear_it(letters: Letters) -> None:
    issue = letters.frozen(letters.list(full_for_members=True), story(canary(letters).pk))
    page = _Page(parts(issue, MEMBER).html)
    assert [table for table in page.all("table") if "role" not in table]
    assert len(page.all("th")) >= 2
    assert "Year  t" in parts(issue, MEMBER).text


def test_NL_08_the_text_is_no_afterthought(letters: Letters) -> None:
    text = parts(everything(letters)).text
    for needed in (
        "The Morning Crossing", "Good morning.", "— Ines", "A quiet port [", "Other words [", "The news in 2 points",
        "1. One", "We came for the fish.", "[Picture: Mist at noon]", "Which river?", "2. The Elbe",
        "It ends at Hamburg.", "See the plans [",
    ):  # fmt: skip
        assert needed in text, needed
    assert "<" not in text
    body = text[: text.index("Links\n")]
    assert max(len(line) for line in body.splitlines() if "%%" not in line) <= 72
    named = {int(number) for number in re.findall(r"\[(\d+)\]", body)}
    listed = re.findall(r"^\[(\d+)\] (https?://\S+)$", text, re.MULTILINE)
    assert named == {int(number) for number, _ in listed}
    assert [number for number, _ in listed] == [str(number) for number in range(1, len(listed) + 1)]


def test_NL_11_a_link_holds_a_number_and_where_it_leads_is_kept_here(letters: Letters) -> None:
    issue = everything(letters)
    html, text = parts(issue).html, parts(issue).text
    links = {row.number: row for row in Link.objects.filter(issue=issue)}
    asked = set(re.findall(rf"/newsletters/go/{issue.key.hex}/(\d+)/%%ARM%%/", html + text))
    assert asked == {str(number) for number in links}
    hrefs = [href["href"] for href in _Page(html).all("a")]
    assert hrefs
    assert all(href.startswith(("https://quay.example/newsletters/go/", "%%")) for href in hrefs)
    assert {"https://quay.example/world/a-quiet-port/", "https://quay.example/subscribe/"} <= {
        row.url for row in links.values()
    }
    assert not [href for href in hrefs if "?" in href]
    assert {row.story for row in links.values()} == {None}
    assert "%%PASS" not in html + text


def test_links_open_their_stories_only_where_the_list_gives_that_and_only_for_free_readers(letters: Letters) -> None:
    told, free = letters.paper.story(access="metered"), letters.paper.story("For all", access="open")
    newsletter = letters.list(opens_stories=True)
    issue = letters.frozen(newsletter, story(told.pk, "lead"), story(free.pk), briefs("One", story=told.pk))
    given = {row.url: row.story for row in Link.objects.filter(issue=issue, story__isnull=False)}
    assert given == {"https://quay.example/world/a-quiet-port/": told.translation_key}
    number = Link.objects.get(issue=issue, story=told.translation_key).number
    address = f"/newsletters/go/{issue.key.hex}/{number}/%%ARM%%/%%PASS:{number}%%/"
    assert address in parts(issue).html
    assert address in parts(issue).text
    assert "%%PASS" not in parts(issue, MEMBER).html + parts(issue, MEMBER).text


def test_nobody_writes_a_place_into_a_letter_by_typing_it(letters: Letters) -> None:
    issue = letters.frozen(letters.list(), note("<p>%%UNSUBSCRIBE%% and %%PASS:9%%</p>", signed="%%PREFERENCES%%"))
    html = parts(issue).html
    assert html.count("%%UNSUBSCRIBE%%") == 2
    assert "%%PASS" not in html
    assert html.count("%%PREFERENCES%%") == 1


def test_NL_12_no_picture_tells_that_a_letter_was_opened(letters: Letters) -> None:
    page = _Page(parts(everything(letters)).html)
    for image in page.all("img"):
        assert int(image["width"]) >= 48
        assert "%%" not in image["src"]
    assert "http" not in re.sub(r'(?:href|src|xmlns)="[^"]*"', "", parts(Issue.objects.get()).html)


def test_NL_13_pictures_are_light_and_their_names_cannot_be_guessed(letters: Letters) -> None:
    told = letters.paper.story(picture=noisy())
    issue = letters.frozen(letters.list(), story(told.pk, "lead"), plate(noisy()))
    images = _Page(parts(issue).html).all("img")
    assert len(images) == 2
    for image in images:
        assert re.fullmatch(r"https://quay\.example/media/images/[0-9a-f]{32}\.jpg", image["src"])
        made = PictureRendition.objects.get(file=image["src"].partition("/media/")[2])
        assert 20_000 < made.file.size <= 200_000
    assert "http:" not in re.sub(r"http://www.w3.org/1999/xhtml", "", parts(issue).html)


def test_members_see_no_word_of_the_house(letters: Letters) -> None:
    issue = letters.frozen(letters.list(), note(), promo())
    assert "30 days free." in parts(issue).html + parts(issue).text
    assert "30 days free." not in parts(issue, MEMBER).html + parts(issue, MEMBER).text


def test_what_is_frozen_is_frozen_once_with_a_number_a_slug_and_a_hash(letters: Letters) -> None:
    newsletter = letters.list()
    first, second = (letters.frozen(newsletter, note(), subject=subject) for subject in ("The port, again", "港口"))
    assert (first.number, first.slug) == (1, "1-the-port-again")
    assert (second.number, second.slug) == (2, "2-2026-11-26")
    assert first.state == Issue.State.FROZEN
    before = parts(first).html, first.content_hash
    Issue.objects.filter(pk=first.pk).update(subject="Changed")
    freeze(issue_id=first.pk, now=NOW + timedelta(hours=1))
    first.refresh_from_db()
    assert (parts(first).html, first.content_hash) == before
    assert len(first.content_hash) == 64
    assert first.content_hash != second.content_hash


def test_only_what_is_scheduled_is_frozen_and_only_when_it_is_due(letters: Letters) -> None:
    newsletter = letters.list()
    issue = letters.issue(newsletter, note())
    with pytest.raises(FreezeError, match="not scheduled"):
        freeze(issue_id=issue.pk, now=NOW)
    approve(issue_id=issue.pk, user_id=letters.paper.desk().user.pk, due_at=NOW)
    assert freeze_due(NOW - timedelta(seconds=1)) == []
    assert freeze_due(NOW) == [issue.pk]
    assert freeze_due(NOW) == []


def test_OB_10_where_readers_are_it_is_frozen_in_time_for_the_first_of_them(letters: Letters) -> None:
    """Frozen and gathered minutes before the easternmost come to its hour, it begins on that hour and not before."""
    first = NOW - timedelta(hours=14)
    issue = letters.issue(letters.list(in_readers_zone=True), note())
    approve(issue_id=issue.pk, user_id=letters.paper.desk().user.pk, due_at=NOW)
    assert freeze_due(first - timedelta(minutes=5, seconds=1)) == []
    assert freeze_due(first - timedelta(minutes=5)) == [issue.pk]
    assert build(issue_id=issue.pk, now=first - timedelta(minutes=4))
    assert begin_due(now=first - timedelta(seconds=1)) == 0
    assert begin_due(now=first) == 1


def test_an_issue_without_a_subject_or_a_word_is_sent_back_with_the_reason(letters: Letters) -> None:
    newsletter = letters.list()
    for blocks, fields, why in (((note(),), {"subject": " "}, "subject"), ((), {}, "nothing in it")):
        issue = letters.issue(newsletter, *blocks, **fields)
        approve(issue_id=issue.pk, user_id=letters.paper.desk().user.pk, due_at=NOW)
        freeze_due(NOW)
        issue.refresh_from_db()
        assert issue.state == Issue.State.REVIEW
        assert why in issue.error


SUBJECTS = {
    "en": "The port at dawn", "de": "Überfahrt nach Großefehn", "el": "Το λιμάνι την αυγή", "ru": "Порт на рассвете",
    "ar": "الميناء عند الفجر", "he": "הנמל עם שחר", "hi": "भोर में बंदरगाह", "bn": "ভোরের বন্দর", "th": "ท่าเรือยามรุ่งสาง",
    "zh-hans": "黎明的港口", "ja": "夜明けの港", "ko": "새벽의 항구", "ka": "ნავსადგური გამთენიისას", "am": "ወደቡ ንጋት ላይ",
}  # fmt: skip


@pytest.mark.parametrize("language", SUBJECTS)
def test_NL_14_subjects_senders_and_letters_hold_in_every_script(letters: Letters, language: str) -> None:
    words = SUBJECTS[language]
    newsletter = letters.list(language=language, name=words, sender_name=words)
    issue = letters.frozen(newsletter, note(f"<p>{words}. " * 12 + "</p>"), quote(words), subject=words)
    found = parts(issue)
    (root,) = _Page(found.html).all("html")
    assert (root["lang"], root["dir"]) == (language, "rtl" if language in {"ar", "he"} else "ltr")
    side = "right" if language in {"ar", "he"} else "left"
    assert f'align="{side}"' in found.html
    sender = formataddr((newsletter.sender_name, "letters@quay.example"))
    mail = EmailMultiAlternatives(issue.subject, found.text, sender, ["reader@quay.example"], reply_to=[sender])
    mail.attach_alternative(found.html, "text/html")
    read = message_from_bytes(mail.message().as_bytes())
    assert _decoded(read["Subject"]) == words
    assert {parseaddr(_decoded(read[name]))[0] for name in ("From", "Reply-To")} == {words}
    plain, html = read.get_payload()  # type: ignore[misc]
    assert plain.get_payload(decode=True).decode() == found.text  # type: ignore[union-attr]
    assert html.get_payload(decode=True).decode() == found.html  # type: ignore[union-attr]


def _decoded(header: Any) -> str:
    return str(make_header(decode_header(header)))
