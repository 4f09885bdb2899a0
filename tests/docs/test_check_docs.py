"""Each check of the documents can fail, and says what to do."""

from __future__ import annotations

from pathlib import Path

from tools import check_docs

SETTINGS = "| setting | default |\n| --- | --- |\n| `SECRET_KEY` | made |\n"
BLOCKS = """
class QuoteBlock(StructBlock):
    text = RichTextBlock()
    who = CharBlock()

    class Meta:
        icon = "openquote"


class StoryBlocks(StreamBlock):
    quote = QuoteBlock()
    divider = blocks.StaticBlock()
"""
QUOTE = "## `quote`\n\n| field | what |\n| --- | --- |\n| `text` | the words |\n"


def test_a_link_that_leads_nowhere_is_named_with_its_line(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("[here](page.md)\n[gone](gone.md#part) and [out](https://example.org/)\n")
    assert check_docs.broken_links(page) == [f"{page}:2: gone.md is not there"]


def test_a_setting_that_nobody_described_is_named() -> None:
    source = 'KEY = conf.secret("SECRET_KEY")\nZONE = conf.text("TIME_ZONE", "UTC")\n'
    assert check_docs.check_settings([source], SETTINGS) == [
        "docs/reference/settings.md: setting `TIME_ZONE` is not described: add it"
    ]


def test_a_setting_that_nobody_reads_any_more_is_named() -> None:
    assert check_docs.check_settings(["import os\n"], SETTINGS) == [
        "docs/reference/settings.md: setting `SECRET_KEY` is not there any more: take it out"
    ]


def test_settings_are_found_however_they_are_read() -> None:
    source = 'GENERATED = ()\ntext("A")\nos.environ["B"]\nos.environ.get("C")\nos.environ.setdefault("D", "")\n'
    assert set(check_docs.settings_read(source)) == {"A", "B", "C", "D"}


def test_outside_conf_a_function_that_is_called_text_reads_no_setting() -> None:
    assert list(check_docs.settings_read('text("A")\n')) == []


def test_every_command_is_known_with_its_options() -> None:
    found = check_docs.commands()
    assert {"--port", "--serve", "--no-serve"} <= found["broadsheet demo"]
    assert "--version" in found["broadsheet"]


def test_a_command_and_an_option_that_nobody_described_are_named() -> None:
    page = "## `broadsheet work`\n\nDoes what is due.\n"
    parts = {"broadsheet work": {"--once"}, "broadsheet sing": set[str]()}
    assert check_docs.check_parts("commands.md", "command", parts, page) == [
        "docs/reference/commands.md: command `broadsheet sing` is not described: add it",
        "docs/reference/commands.md: `broadsheet work`: `--once` is not described: add it",
    ]


def test_a_block_and_a_field_that_nobody_described_are_named() -> None:
    assert check_docs.check_parts("blocks.md", "block", check_docs.story_blocks([BLOCKS]), QUOTE) == [
        "docs/reference/blocks.md: block `divider` is not described: add it",
        "docs/reference/blocks.md: `quote`: `who` is not described: add it",
    ]


def test_a_block_that_is_gone_is_named() -> None:
    parts = {"quote": {"text"}}
    assert check_docs.check_parts("blocks.md", "block", parts, QUOTE + "\n## `song`\n") == [
        "docs/reference/blocks.md: block `song` is not there any more: take it out"
    ]


def test_a_target_that_no_guide_speaks_of_is_named() -> None:
    makefile = "test: ready  ## Run the tests\ntest-all: ready  ## Run every test\nready:\n"
    assert check_docs.check_targets(makefile, "Say `make test-all`.") == [
        "README.md, CONTRIBUTING.md: neither says what `make test` does"
    ]


def test_the_documents_of_this_repository_hold() -> None:
    assert check_docs.main() == 0
