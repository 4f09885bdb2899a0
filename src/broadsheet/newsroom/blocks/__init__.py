"""The blocks of stories and of fronts."""

from broadsheet.newsroom.blocks.front import FrontBlocks
from broadsheet.newsroom.blocks.story import StoryBlocks

__all__ = ["FrontBlocks", "StoryBlocks"]
