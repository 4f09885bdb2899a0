"""The page of threats follows the tests: their names, what they say, and how they ended."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.shared import DATA
from tools import check_docs, make_threats
from tools.make_threats import Held

ROWS = [
    ("Caches", {"HT-01": {"text": "A cache keeps too much."}, "TK-02": {"text": "A link.", "later": "newsletters"}})
]
REASONS = {"by", "see", "figures", "later", "absent"}  # what a row without a test may say instead
KEPT = Held(("HT-01",), "tests/proxy/test_x.py", "test_HT_01_nothing_is_kept", "nothing is kept")


@pytest.mark.parametrize(
    ("name", "ids", "rest"),
    [
        ("test_HT_03_a_head_primes_nothing", ("HT-03",), "a_head_primes_nothing"),
        ("test_MT_08_MT_09_races", ("MT-08", "MT-09"), "races"),
        ("test_I12_I2_lists", ("I12", "I2"), "lists"),
        ("test_I_read_on", (), "I_read_on"),
        ("test_something_else", (), "something_else"),
    ],
)
def test_ids_stand_at_the_beginning_of_a_name(name: str, ids: tuple[str, ...], rest: str) -> None:
    assert make_threats.split_name(name) == (ids, rest)


def test_tests_are_found_with_what_they_say(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").write_text(
        'def test_HT_01_no_words():\n    """Nothing is kept. Ever."""\ndef test_HT_02_said_by_name(): pass\ndef test_x(): pass\n'
    )
    found = list(make_threats.find_tests(tmp_path / "tests"))
    assert [(test.ids, test.node, test.sentence) for test in found] == [
        (("HT-01",), "tests/test_a.py::test_HT_01_no_words", "Nothing is kept. Ever"),
        (("HT-02",), "tests/test_a.py::test_HT_02_said_by_name", "said by name"),
    ]


def test_a_test_ended_as_the_worst_of_its_cases(tmp_path: Path) -> None:
    case = '<testcase classname="tests.proxy.test_x" name="test_HT_01_nothing_is_kept[{}]">{}</testcase>'
    cases = case.format("a", "") + case.format("b", "<failure/>") + case.format("c", "<skipped/>")
    (tmp_path / "tests.xml").write_text(
        f'<testsuites><testsuite timestamp="2026-11-26T05:00:00">{cases}</testsuite></testsuites>'
    )
    assert make_threats.results(tmp_path / "tests.xml") == ({KEPT.node: "failed"}, "2026-11-26")
    assert make_threats.results(tmp_path / "none.xml") == ({}, "")


def test_the_page_says_what_held_what_did_not_run_and_what_is_not_there_yet() -> None:
    page = make_threats.page(ROWS, [KEPT], {KEPT.node: "held"}, "2026-11-26")
    assert "**HT-01** A cache keeps too much.\n\n- held: nothing is kept (`" + KEPT.node + "`)\n" in page
    assert "**TK-02** A link.\n\n- not yet: needs newsletters\n" in page
    assert "of 1 tests that bear a row's id, 1 held, 0 failed, 0 were skipped and 0 did not run" in page
    assert "- did not run: nothing is kept" in make_threats.page(ROWS, [KEPT], {}, "")


def test_the_check_of_the_documents_notices_a_page_that_is_behind_its_tests() -> None:
    page = make_threats.page(ROWS, [KEPT], {}, "")
    assert check_docs.check_threats([KEPT], ROWS, page) == []
    new = Held(("HT-01", "HT-99"), "tests/test_y.py", "test_HT_01_HT_99_more", "more")
    assert check_docs.check_threats([new], ROWS, page) == [
        "tools/threats.toml: tests/test_y.py::test_HT_01_HT_99_more bears HT-99, which is no row: add it",
        "docs/reference/threats.md: HT-01 lacks tests/test_y.py::test_HT_01_HT_99_more: make threats",
        f"docs/reference/threats.md: HT-01 names {KEPT.node}, which is not there any more: make threats",
    ]


def test_what_the_catalogue_names_beside_ids_is_there() -> None:
    nodes = {node for _, group in make_threats.catalogue() for row in group.values() for node in row.get("by", ())}
    for node in nodes:
        file, _, name = node.partition("::")
        assert f"def {name}(" in (make_threats.ROOT / file).read_text(encoding="utf-8"), node
    known = {name for _, group in make_threats.catalogue() for name in group}
    assert {
        see for _, group in make_threats.catalogue() for row in group.values() for see in row.get("see", ())
    } <= known
    figures = {
        name for _, group in make_threats.catalogue() for row in group.values() for name in row.get("figures", ())
    }
    stated = make_threats.PAGE.with_name("figures.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in stated for name in figures)


def test_every_row_has_a_test_or_says_why_it_has_none() -> None:
    tried = {name for test in make_threats.find_tests() for name in test.ids}
    rows = {name: row for _, group in make_threats.catalogue() for name, row in group.items()}
    assert [name for name, row in rows.items() if name not in tried and not row.keys() & REASONS] == []


@pytest.mark.shared_data
def test_every_case_of_the_specification_is_a_row() -> None:
    path = DATA.with_name("trust.md")
    if not path.exists():
        pytest.skip("the specification lies beside the project")
    cases = re.findall(r"^\| ([A-Z]{2}-\d+) \|", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(cases) > 100
    assert set(cases) <= {name for _, group in make_threats.catalogue() for name in group}
