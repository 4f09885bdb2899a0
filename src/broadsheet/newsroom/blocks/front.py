"""The words in which a front is written. Their names are stored with every front: they never change."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock


class StoryPickBlock(blocks.StructBlock):
    """A story on the front, with other words if the front needs them."""

    story = blocks.PageChooserBlock(page_type="broadsheet_newsroom.StoryPage", label=_("Story"))
    headline = blocks.CharBlock(required=False, label=_("Headline"), help_text=_("Left empty, the story's own."))
    dek = blocks.TextBlock(required=False, rows=2, label=_("Dek"), help_text=_("Left empty, the story's own."))


class LeadPackageBlock(blocks.StructBlock):
    """The first thing on the front: one story, large, and up to three beside it."""

    lead = StoryPickBlock(label=_("Lead"))
    beside = blocks.ListBlock(StoryPickBlock(), max_num=3, label=_("Beside it"))

    class Meta:
        icon = "pick"
        label = _("Lead package")
        template = "broadsheet/front/lead.html"


class RowBlock(blocks.StructBlock):
    """A row of two to four stories with different weights."""

    title = blocks.CharBlock(required=False, label=_("Title"))
    weight = blocks.ChoiceBlock(
        choices=[
            ("first", _("First large, the others small")),
            ("even", _("Even")),
            ("text", _("Text only")),
        ],
        default="first",
        label=_("Weight"),
    )
    stories = blocks.ListBlock(StoryPickBlock(), min_num=2, max_num=4, label=_("Stories"))

    class Meta:
        icon = "grip"
        label = _("Row")
        template = "broadsheet/front/row.html"


class RiverBlock(blocks.StructBlock):
    """The latest stories that no block above shows, newest first."""

    title = blocks.CharBlock(required=False, label=_("Title"))
    count = blocks.IntegerBlock(min_value=3, max_value=30, default=8, label=_("How many"))

    class Meta:
        icon = "list-ul"
        label = _("River of the latest")
        template = "broadsheet/front/river.html"


class MapStripBlock(blocks.StructBlock):
    """A strip map of the datelines of the latest stories."""

    title = blocks.CharBlock(required=False, label=_("Title"))
    count = blocks.IntegerBlock(min_value=3, max_value=30, default=12, label=_("How many stories"))

    class Meta:
        icon = "paper-pin"
        label = _("Map of datelines")
        template = "broadsheet/front/map.html"


class NoticeBlock(blocks.StructBlock):
    """A few lines of the paper's own with a link: newsletters, an edition, an appeal."""

    kicker = blocks.CharBlock(required=False, label=_("Kicker"))
    title = blocks.CharBlock(label=_("Title"))
    items = blocks.ListBlock(
        blocks.StructBlock(
            [
                ("name", blocks.CharBlock(label=_("Name"))),
                ("rhythm", blocks.CharBlock(required=False, label=_("Rhythm"))),
                ("line", blocks.CharBlock(required=False, label=_("Line"))),
            ]
        ),
        required=False,
        label=_("Items"),
    )
    picture = ImageChooserBlock(required=False, label=_("Picture"))
    page = blocks.PageChooserBlock(required=False, label=_("Page"))
    link = blocks.CharBlock(required=False, label=_("Words of the link"))

    class Meta:
        icon = "mail"
        label = _("Notice")
        template = "broadsheet/front/notice.html"


class NewslettersBlock(blocks.StructBlock):
    """The paper's newsletters with a field for an address. Which there are, the newsletters' desk says."""

    kicker = blocks.CharBlock(required=False, label=_("Kicker"))
    title = blocks.CharBlock(label=_("Title"))

    class Meta:
        icon = "mail"
        label = _("Newsletters")
        template = "broadsheet/front/newsletters.html"


class FrontBlocks(blocks.StreamBlock):
    """What a front is made of."""

    lead = LeadPackageBlock()
    row = RowBlock()
    river = RiverBlock()
    map = MapStripBlock()
    notice = NoticeBlock()
    newsletters = NewslettersBlock()
