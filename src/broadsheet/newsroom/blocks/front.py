"""The words in which a front is written. Their names are stored with every front: they never change."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock


class StoryPickBlock(blocks.StructBlock):
    """A story on the front, with other words if the front needs them."""

    story = blocks.PageChooserBlock(page_type="broadsheet_newsroom.StoryPage", label=_("story"))
    headline = blocks.CharBlock(required=False, label=_("headline"), help_text=_("Left empty, the story's own."))
    dek = blocks.TextBlock(required=False, rows=2, label=_("dek"), help_text=_("Left empty, the story's own."))


class LeadPackageBlock(blocks.StructBlock):
    """The first thing on the front: one story, large, and up to three beside it."""

    lead = StoryPickBlock(label=_("lead"))
    beside = blocks.ListBlock(StoryPickBlock(), max_num=3, label=_("beside it"))

    class Meta:
        icon = "pick"
        label = _("Lead package")
        template = "broadsheet/front/lead.html"


class RowBlock(blocks.StructBlock):
    """A row of two to four stories with different weights."""

    title = blocks.CharBlock(required=False, label=_("title"))
    weight = blocks.ChoiceBlock(
        choices=[
            ("first", _("First large, the others small")),
            ("even", _("Even")),
            ("text", _("Text only")),
        ],
        default="first",
        label=_("weight"),
    )
    stories = blocks.ListBlock(StoryPickBlock(), min_num=2, max_num=4, label=_("stories"))

    class Meta:
        icon = "grip"
        label = _("Row")
        template = "broadsheet/front/row.html"


class RiverBlock(blocks.StructBlock):
    """The latest stories that no block above shows, newest first."""

    title = blocks.CharBlock(required=False, label=_("title"))
    count = blocks.IntegerBlock(min_value=3, max_value=30, default=8, label=_("how many"))

    class Meta:
        icon = "list-ul"
        label = _("River of the latest")
        template = "broadsheet/front/river.html"


class MapStripBlock(blocks.StructBlock):
    """A strip map of the datelines of the latest stories."""

    title = blocks.CharBlock(required=False, label=_("title"))
    count = blocks.IntegerBlock(min_value=3, max_value=30, default=12, label=_("how many stories"))

    class Meta:
        icon = "paper-pin"
        label = _("Map of datelines")
        template = "broadsheet/front/map.html"


class NoticeBlock(blocks.StructBlock):
    """A few lines of the paper's own with a link: newsletters, an edition, an appeal."""

    kicker = blocks.CharBlock(required=False, label=_("kicker"))
    title = blocks.CharBlock(label=_("title"))
    items = blocks.ListBlock(
        blocks.StructBlock(
            [
                ("name", blocks.CharBlock(label=_("name"))),
                ("rhythm", blocks.CharBlock(required=False, label=_("rhythm"))),
                ("line", blocks.CharBlock(required=False, label=_("line"))),
            ]
        ),
        required=False,
        label=_("items"),
    )
    picture = ImageChooserBlock(required=False, label=_("picture"))
    page = blocks.PageChooserBlock(required=False, label=_("page"))
    link = blocks.CharBlock(required=False, label=_("words of the link"))

    class Meta:
        icon = "mail"
        label = _("Notice")
        template = "broadsheet/front/notice.html"


class FrontBlocks(blocks.StreamBlock):
    """What a front is made of."""

    lead = LeadPackageBlock()
    row = RowBlock()
    river = RiverBlock()
    map = MapStripBlock()
    notice = NoticeBlock()
