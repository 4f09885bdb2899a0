"""What readers of another language see: every word of the templates, dates, amounts, numbers in tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.template import Context, Template, engines
from django.template.base import Node
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils import translation

import broadsheet.web
from broadsheet.money import Money
from broadsheet.web.templatetags import paper

WEB = Path(broadsheet.web.__file__).parent
ROOMS = ("web", "accounts", "membership", "newsletters")  # those with a catalogue
CATALOGUE = WEB / "locale" / "ar" / "LC_MESSAGES"
TEMPLATES = sorted(str(path.relative_to(WEB / "templates")) for path in (WEB / "templates").rglob("*.html"))


@pytest.fixture(scope="module")
def arabic() -> Catalog:
    with (CATALOGUE / "django.po").open("rb") as file:
        return read_po(file, locale="ar")


def words(template: str) -> Iterator[str]:
    """What a template asks to be translated."""
    compiled = engines["django"].engine.get_template(template)
    nodes: list[Node] = [
        node for kind in (TranslateNode, BlockTranslateNode) for node in compiled.nodelist.get_nodes_by_type(kind)
    ]
    for node in nodes:
        if isinstance(node, TranslateNode):
            yield str(node.filter_expression.resolve(Context()))
        else:
            yield node.render_token_list(node.singular)[0]


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_word_of_a_template_is_said_in_arabic(template: str, arabic: Catalog) -> None:
    for word in words(template):
        message = arabic.get(word)
        assert message is not None, word
        forms = _forms(message.string)
        assert all(forms), word
        assert len(forms) in {1, 6}, word
        assert not message.fuzzy


@pytest.mark.parametrize("room", ROOMS)
def test_nothing_is_left_unsaid_in_arabic(room: str) -> None:
    folder = WEB.parent / room / "locale" / "ar" / "LC_MESSAGES"
    with (folder / "django.po").open("rb") as file:
        catalogue = read_po(file, locale="ar")
    unsaid = [message.id for message in catalogue if message.id and (message.fuzzy or not all(_forms(message.string)))]
    assert unsaid == []
    with (folder / "django.mo").open("rb") as file:
        assert said(read_mo(file)) == said(catalogue)


def test_every_word_of_a_form_a_mail_and_a_message_is_in_a_catalogue() -> None:
    """What makemessages would find anew: the catalogues are as the sources are."""
    known: set[str] = set()
    for room in ROOMS:
        with (WEB.parent / room / "locale" / "ar" / "LC_MESSAGES" / "django.po").open("rb") as file:
            for message in read_po(file, locale="ar"):
                known |= {message.id} if isinstance(message.id, str) else set(message.id)
    calls = re.compile(r'\b(?:_|n?gettext|gettext_lazy)\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)')
    unseen = re.compile(r"gettext\w* as (?!_$)|\{_\('", re.MULTILINE)  # another name for it; a call inside an f-string
    python = [path for room in ROOMS for path in (WEB.parent / room).rglob("*.py")]
    for path in [*python, *(WEB / "templates").rglob("*.html")]:
        source = path.read_text(encoding="utf-8")
        assert not unseen.search(source), f"{path.name}: makemessages does not see these words"
        for call in calls.findall(source):
            word = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', call)).replace('\\"', '"').replace("\\n", "\n")
            assert word in known, f"{path.name}: {word}"
    for path in (WEB / "templates").rglob("*.txt"):
        compiled = engines["django"].engine.get_template(str(path.relative_to(WEB / "templates")))
        for node in compiled.nodelist.get_nodes_by_type(BlockTranslateNode):
            assert node.render_token_list(node.singular)[0] in known, path.name  # type: ignore[attr-defined]


def said(catalogue: Catalog) -> dict[tuple[str, ...], tuple[str, ...]]:
    """What a catalogue says for what; one form or several."""
    found = [(message.id, message.string) for message in catalogue if message.id]
    return {_forms(wanted): _forms(given) for wanted, given in found}


def _forms(words: str | Sequence[str]) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words)


def test_the_compiled_words_are_those_of_the_catalogue(arabic: Catalog) -> None:
    with (CATALOGUE / "django.mo").open("rb") as file:
        compiled = read_mo(file)
    assert said(compiled) == said(arabic)


def test_a_correction_tells_its_minute_and_zone_but_no_second() -> None:
    moment = datetime(2026, 11, 26, 16, 2, 37, tzinfo=UTC)
    with translation.override("en"):
        shown = paper.when(moment, "full")
    assert shown.replace("\N{NARROW NO-BREAK SPACE}", " ") == (
        '<time datetime="2026-11-26T16:02+00:00">November 26, 2026, 4:02 PM UTC</time>'
    )


def package(*days: datetime | None) -> SimpleNamespace:
    return SimpleNamespace(picks=[SimpleNamespace(card=SimpleNamespace(published=day)) for day in days])


def test_a_front_is_dated_by_its_newest_story() -> None:
    old, new = datetime(2026, 10, 7, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC)
    with translation.override("en"):
        shown = paper.issued([package(old, None), package(new), package()])
        assert shown == '<time class="issued" datetime="2026-11-22">Sunday, November 22, 2026</time>'
        assert paper.issued([package(None), package()]) == ""


@pytest.mark.parametrize(("language", "shown"), [("en", "$19.90"), ("ar", "19.90\N{NO-BREAK SPACE}US$")])
def test_an_amount_leaves_its_direction_to_the_page(language: str, shown: str) -> None:
    with translation.override(language):
        assert paper.price(Money(1990, "USD")) == shown


@pytest.mark.parametrize(("language", "shown"), [("en", "1,250.5"), ("de", "1.250,5")])
def test_numbers_in_a_table_stand_as_the_language_writes_them_and_line_up(language: str, shown: str) -> None:
    number, text = SimpleNamespace(name="number"), SimpleNamespace(name="text")
    cells = [
        SimpleNamespace(block=text, value="", render_as_block="<p>Salt</p>"),
        SimpleNamespace(block=number, value=1250.5),
        SimpleNamespace(block=number, value=None),
    ]
    heads = [{"block": block, "heading": "Head"} for block in (text, number, number)]
    table = SimpleNamespace(columns=heads, rows=[cells])
    with translation.override(language):
        markup = Template("{% include 'broadsheet/blocks/table.html' %}").render(Context({"value": {"table": table}}))
    assert f'<td class="number">{shown}</td><td class="number"></td>' in markup
    assert markup.count('<th scope="col" class="number">') == 2
