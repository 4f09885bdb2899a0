"""robots.txt and its kin, against the kept originals (CR-09)."""

from __future__ import annotations

from pathlib import Path
from urllib.robotparser import RobotFileParser

import pytest

from broadsheet.paywall.robots import ROBOTS
from tests.paper import Paper

GATHERERS = [robot.token for robot in ROBOTS if robot.refused]
GOLDEN = Path(__file__).resolve().parents[2] / "golden"


def robots(text: str) -> RobotFileParser:
    found = RobotFileParser()
    found.parse(text.splitlines())
    return found


def test_robots_txt_is_as_it_was(paper: Paper):
    response = paper.get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.decode() == (GOLDEN / "robots.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", GATHERERS)
@pytest.mark.parametrize("refused", [True, False])
def test_those_who_gather_for_models_are_refused_unless_the_paper_wants_them(
    paper: Paper, settings: object, name: str, refused: bool
):
    settings.BROADSHEET_REFUSE_GATHERERS = refused
    rules = robots(paper.get("/robots.txt").content.decode())
    assert rules.can_fetch(name, "http://testserver/world/a-quiet-port/") is not refused
    assert rules.can_fetch("Googlebot", "http://testserver/world/a-quiet-port/")


@pytest.mark.parametrize("path", ["/admin/", "/documents/1/treaty.pdf", "/search/?q=x", "/ar/search/?q=x"])
def test_nobody_is_invited_to_the_desk_the_files_or_the_search(paper: Paper, path: str):
    rules = robots(paper.get("/robots.txt").content.decode())
    assert not rules.can_fetch("Googlebot", f"http://testserver{path}")


def test_private_prefetch_proxies_are_told_not_to(paper: Paper):
    response = paper.get("/.well-known/traffic-advice")
    assert response["Content-Type"] == "application/trafficadvice+json"
    assert response.json() == [{"user_agent": "prefetch-proxy", "disallow": True}]


def test_llms_txt_names_the_sections_and_no_story(paper: Paper):
    paper.story("A quiet port")
    text = paper.get("/llms.txt").content.decode()
    assert "- [World](http://testserver/world/): About world" in text
    assert "A quiet port" not in text
