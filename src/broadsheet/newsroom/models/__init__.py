"""The newsroom's tables."""

from broadsheet.newsroom.models.access import AccessRule, AccessSettings
from broadsheet.newsroom.models.pages import FrontPage, InfoPage, SectionPage
from broadsheet.newsroom.models.people import Person, Place, Publication, Topic
from broadsheet.newsroom.models.pictures import File, Picture, PictureRendition
from broadsheet.newsroom.models.policy import PaperSettings
from broadsheet.newsroom.models.reading import Views
from broadsheet.newsroom.models.search import SearchEntry
from broadsheet.newsroom.models.stories import Byline, Correction, ReviewTask, StoryPage

__all__ = [
    "AccessRule",
    "AccessSettings",
    "Byline",
    "Correction",
    "File",
    "FrontPage",
    "InfoPage",
    "PaperSettings",
    "Person",
    "Picture",
    "PictureRendition",
    "Place",
    "Publication",
    "ReviewTask",
    "SearchEntry",
    "SectionPage",
    "StoryPage",
    "Topic",
    "Views",
]
