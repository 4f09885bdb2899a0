"""Charts and maps: what stands in the SVG that a page carries."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.utils import translation
from lxml import html

from broadsheet.newsroom import cards, fronts
from broadsheet.newsroom.drawings import charts, maps
from broadsheet.newsroom.rules import Figures, read_data

TRUCKS = read_data("Day; Trucks\nPlanned; 600\nSeen one day; 5")
YEARS = read_data("Year; Exports; Imports\n2000; 1200; 900\n2010; ; 1900\n2020; 5200; 4900")

HEIHE = cards.PlaceCard("Heihe", "/places/heihe/", "CN", 50.245, 127.49)
SUVA = cards.PlaceCard("Suva", "/places/suva/", "FJ", -18.14, 178.44)
APIA = cards.PlaceCard("Apia", "/places/apia/", "WS", -13.83, -171.77)


def drawings(markup: str) -> list[html.HtmlElement]:
    return list(html.fragment_fromstring(markup, create_parent="div"))


def written(markup: str) -> list[str]:
    """The words of the wide drawing."""
    wide = next(drawing for drawing in drawings(markup) if "drawing-wide" in drawing.get("class"))
    return [text.text_content() for text in wide.iter("text")]


@pytest.mark.parametrize("kind", ["bar", "line", "area", "dot"])
@pytest.mark.parametrize("figures", [TRUCKS, YEARS])
def test_a_chart_of_any_kind_is_drawn_for_a_column_and_for_a_phone(kind: str, figures: Figures) -> None:
    drawn = drawings(charts.chart(kind, "What we saw", "", figures))
    assert [drawing.get("class") for drawing in drawn] == ["drawing-wide chart", "drawing-narrow chart"]
    assert {drawing.get("role") for drawing in drawn} == {"img"}
    assert {drawing.get("aria-label") for drawing in drawn} == {"What we saw"}


@pytest.mark.parametrize("kind", ["bar", "line", "area", "dot"])
def test_a_chart_carries_no_style_script_font_or_id(kind: str) -> None:
    markup = charts.chart(kind, "What we saw", "", YEARS)
    for part in (" style=", "<style", "<script", "font-family", " id=", "url(", "#00c0", "xlink"):
        assert part not in markup


def test_bars_are_labelled_with_their_numbers() -> None:
    assert written(charts.chart("bar", "Trucks", "trucks a day", TRUCKS)) == ["Planned", "600", "Seen one day", "5"]


def test_lines_are_labelled_at_their_ends() -> None:
    words = written(charts.chart("line", "Trade", "tonnes", YEARS))
    assert words[-4:] == ["Exports", "5,200", "Imports", "4,900"]


def test_a_line_stops_where_a_cell_is_empty() -> None:
    wide = drawings(charts.chart("line", "Trade", "", YEARS))[0]
    drawn = [path.get("class") for path in wide.iter("path")]
    assert drawn.count("chart-line-1") == 0
    assert drawn.count("chart-line-2") == 1


def test_numbers_are_written_in_the_language_of_the_page() -> None:
    with translation.override("de"):
        assert "5.200" in written(charts.chart("line", "Handel", "", YEARS))


def test_an_axis_of_whole_numbers_has_no_half_steps() -> None:
    figures = read_data("Year; Seen\n2022; 0\n2023; 0\n2024; 11\n2025; 3")
    words = written(charts.chart("line", "White colonies", "", figures))
    assert {"0", "5", "10", "15"} <= set(words)


def test_an_axis_writes_its_steps_in_full() -> None:
    assert written(charts.chart("line", "Ice", "", read_data("Year; m\n2000; 0.2\n2010; 1.1")))[:5] == [
        "0",
        "0.25",
        "0.5",
        "0.75",
        "1",
    ]


def test_per_cents_get_their_sign_and_losses_a_true_minus() -> None:
    figures = read_data("Where; Change\nHousing; -3.5\nSchool; 12")
    assert {"−3.5%", "12%"} <= set(written(charts.chart("bar", "Rents", "per cent", figures)))


def test_bars_grow_from_the_right_in_a_language_written_from_the_right() -> None:
    with translation.override("ar"):
        wide = drawings(charts.chart("bar", "الشاحنات", "", TRUCKS))[0]
    assert wide.get("direction") == "ltr"
    labels = [text for text in wide.iter("text") if text.text_content() == "Planned"]
    assert [label.get("text-anchor") for label in labels] == ["end"]


@pytest.mark.parametrize(
    "figures",
    [
        Figures(("A", "B"), (("x", (None,)),)),
        Figures(("A", "B"), ()),
        Figures(("A", "B"), (("only", (0.0,)),)),
        Figures(("A", "B", "C"), (("x", (None, 0.0)), ("", (-1.0, None)))),
        Figures(("A", "B"), (("2020-02-31", (1.0,)), ("2020-03-01", (1e9,)))),
    ],
)
@pytest.mark.parametrize("kind", ["bar", "line", "area", "dot", "pie"])
def test_poor_figures_never_break_a_page(kind: str, figures: Figures) -> None:
    markup = charts.chart(kind, "<Poor & few>", "", figures)
    assert markup == "" or len(drawings(markup)) == 2


def test_a_map_of_one_place_names_it_and_its_country() -> None:
    assert {"Heihe", "CHINA"} <= set(written(maps.locator([HEIHE])))


def test_places_on_both_sides_of_the_date_line_stand_on_one_map() -> None:
    view = maps.view_of([SUVA, APIA], None, maps.LOCATORS[0])
    (west, _), (east, _) = view.place(SUVA), view.place(APIA)
    assert 0 < west < east < view.width
    assert {"Suva", "Apia"} <= set(written(maps.locator([SUVA, APIA])))


def test_no_country_is_named_on_land_that_others_claim() -> None:
    dakhla = cards.PlaceCard("Dakhla", "/places/dakhla/", "EH", 23.7, -15.93)
    assert "MOROCCO" not in written(maps.locator([dakhla], 8))


def test_every_mark_on_the_map_of_datelines_leads_to_its_place() -> None:
    for drawing in drawings(maps.datelines([HEIHE, SUVA, HEIHE])):
        assert [(link.get("href"), link.get("aria-label")) for link in drawing.iter("a")] == [
            ("/places/heihe/", "Heihe"),
            ("/places/suva/", "Suva"),
        ]


def test_a_map_carries_no_style_or_id() -> None:
    for markup in (maps.locator([HEIHE]), maps.datelines([HEIHE])):
        assert " style=" not in markup
        assert " id=" not in markup


def test_tags_draw_nothing_where_there_is_nothing_to_draw() -> None:
    template = Template(
        "{% load drawings %}{% chart value %}{% locator value %}{% locate none %}{% datelines package %}"
    )
    package = fronts.Package("map", (), None)
    context = Context({"value": {"data": "no figures", "places": []}, "none": None, "package": package})
    assert template.render(context) == ""


def test_the_chart_tag_reads_the_block() -> None:
    value = {"kind": "bar", "title": "Trucks", "unit": "", "data": "Day; Trucks\nPlanned; 600\nSeen; 5"}
    markup = Template("{% load drawings %}{% chart value %}").render(Context({"value": value}))
    assert written(markup) == ["Planned", "600", "Seen", "5"]
