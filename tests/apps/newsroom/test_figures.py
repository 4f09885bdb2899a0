"""A chart's figures: what cannot be read is refused with the number of its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.newsroom.rules import DataError, Figures, read_data


def test_figures_are_read_with_their_heads_empty_cells_and_signs():
    found = read_data("Year; Out; In\n2020; 1 200.5; \u22123\n\n2021; ; 4\n")
    assert found == Figures(("Year", "Out", "In"), (("2020", (1200.5, -3.0)), ("2021", (None, 4.0))))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "at least one line of figures"),
        ("Year; Coal", "at least one line of figures"),
        ("Year\n2020", "Line 1: name at least two columns"),
        ("Year; Coal\n2020; 10\n2021; ten", "Line 3: “ten” is not a number"),
        ("Year; Coal\n2020; 10\n\n2021", "Line 4: 1 cells where the first line names 2"),
        ("Year; Coal\n2020; 1; 2", "Line 2: 3 cells"),
        ("Year; Coal\n2020; 1,5", "Line 2: “1,5” is not a number"),
        ("Year; Coal\n2020; nan", "Line 2: “nan” is not a number"),
        ("Year; Coal\n2020; inf", "Line 2: “inf” is not a number"),
        ("Year; Coal\n2020; 1e999", "Line 2: “1e999” is not a number"),
        ("Year; Coal\n2020; 1_000", "Line 2: “1_000” is not a number"),
    ],
)
def test_a_slip_is_named_with_its_line(text: str, said: str):
    with pytest.raises(DataError, match="^.*" + said.replace("?", r"\?")):
        read_data(text)


@given(st.text(st.sampled_from("ab1;.,-−\n \t\u00a0e٣infna"), max_size=80))
def test_any_text_is_read_or_refused_in_words(text: str):
    found, said = read(text)
    assert (found is None) == bool(said)
    assert said.startswith(("Line ", "Give ")) or said == ""
    for _, numbers in found.rows if found else ():
        assert len(numbers) == len(found.heads) - 1
        assert all(number is None or abs(number) < float("inf") for number in numbers)


def read(text: str) -> tuple[Figures | None, str]:
    try:
        return read_data(text), ""
    except DataError as error:
        return None, str(error)
