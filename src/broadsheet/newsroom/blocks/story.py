"""The words in which a body is written. Their names are stored in every story: they never change."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock
from wagtail.snippets.blocks import SnippetChooserBlock

from broadsheet.newsroom.embeds import frame_url
from broadsheet.newsroom.rules import DataError, read_data

INLINE = ["bold", "italic", "link", "superscript", "subscript", "strikethrough", "code"]
TEXT = [*INLINE, "document-link"]
# How the desk sorts the blocks where one is chosen.
WORDS, PICTURES, FIGURES, BESIDE = _("Words"), _("Pictures"), _("Figures and maps"), _("Beside the story")


class PictureBlock(blocks.StructBlock):
    """One picture with its caption; alt text and credit come from the picture unless given here."""

    picture = ImageChooserBlock(label=_("Picture"))
    caption = blocks.RichTextBlock(
        required=False,
        features=INLINE,
        label=_("Caption"),
        help_text=_("Left empty, the picture's own caption is used."),
    )
    alt = blocks.CharBlock(
        required=False,
        label=_("Alt text"),
        help_text=_("What the picture shows, for those who cannot see it. Left empty, the picture's own."),
    )
    width = blocks.ChoiceBlock(
        choices=[
            ("column", _("As wide as the text")),
            ("wide", _("Wider than the text")),
            ("half", _("Half the column")),
        ],
        default="column",
        label=_("Width"),
    )

    class Meta:
        icon = "image"
        group = PICTURES
        label = _("Picture")
        template = "broadsheet/blocks/picture.html"


class GalleryBlock(blocks.StructBlock):
    """Several pictures that belong together."""

    title = blocks.CharBlock(required=False, label=_("Title"))
    pictures = blocks.ListBlock(PictureBlock(), min_num=1, label=_("Pictures"))

    class Meta:
        icon = "paper-gallery"
        group = PICTURES
        label = _("Gallery")
        template = "broadsheet/blocks/gallery.html"


class HeadingBlock(blocks.StructBlock):
    """A section head inside the story."""

    text = blocks.CharBlock(label=_("Text"))
    level = blocks.ChoiceBlock(
        choices=[("2", _("Section")), ("3", _("Sub-section")), ("4", _("Minor"))],
        default="2",
        label=_("Level"),
    )

    class Meta:
        icon = "title"
        group = WORDS
        label = _("Heading")
        template = "broadsheet/blocks/heading.html"


class QuoteBlock(blocks.StructBlock):
    """Somebody's words, set out."""

    text = blocks.RichTextBlock(features=INLINE, label=_("Text"))
    who = blocks.CharBlock(required=False, label=_("Who said it"))

    class Meta:
        icon = "openquote"
        group = WORDS
        label = _("Quote")
        template = "broadsheet/blocks/quote.html"


class PulloutBlock(blocks.StructBlock):
    """A sentence or a box taken out of the story."""

    title = blocks.CharBlock(required=False, label=_("Title"))
    text = blocks.RichTextBlock(features=[*TEXT, "ul", "ol"], label=_("Text"))

    class Meta:
        icon = "paper-pullout"
        group = WORDS
        label = _("Pull-out")
        template = "broadsheet/blocks/pullout.html"


class ListItemsBlock(blocks.StructBlock):
    """A list, with bullets or numbers."""

    ordered = blocks.BooleanBlock(required=False, label=_("Numbered"))
    items = blocks.ListBlock(
        blocks.RichTextBlock(features=[*TEXT, "ul", "ol"], label=_("Item")), min_num=1, label=_("Items")
    )

    class Meta:
        icon = "list-ul"
        group = WORDS
        label = _("List")
        template = "broadsheet/blocks/list.html"


class TableBlock(blocks.StructBlock):
    """A table whose first row holds the heads."""

    caption = blocks.CharBlock(required=False, label=_("Caption"))
    table = TypedTableBlock(
        [
            ("text", blocks.RichTextBlock(required=False, features=INLINE, label=_("Text"))),
            ("number", blocks.DecimalBlock(required=False, label=_("Number"))),
        ],
        label=_("Table"),
    )
    source = blocks.CharBlock(required=False, label=_("Source"))

    class Meta:
        icon = "table"
        group = FIGURES
        label = _("Table")
        template = "broadsheet/blocks/table.html"


class EmbedValue(blocks.StructValue):
    """An embed's value with the address for its frame."""

    @property
    def frame_url(self) -> str:
        """What to put into the frame, or nothing where the host allows no frame that we know of."""
        return frame_url(self.get("url") or "")


class EmbedBlock(blocks.StructBlock):
    """Something that lives on another host. Nothing is asked of that host until the reader asks."""

    url = blocks.URLBlock(label=_("Address"))
    title = blocks.CharBlock(label=_("Title"), help_text=_("What it is, for readers who decide whether to load it."))
    poster = ImageChooserBlock(
        required=False, label=_("Poster"), help_text=_("A picture of our own to show before it is loaded.")
    )

    class Meta:
        icon = "media"
        group = PICTURES
        label = _("Embed")
        value_class = EmbedValue
        template = "broadsheet/blocks/embed.html"


class ChartBlock(blocks.StructBlock):
    """A chart drawn on the server from figures typed here."""

    kind = blocks.ChoiceBlock(
        choices=[("bar", _("Bars")), ("line", _("Lines")), ("area", _("Areas")), ("dot", _("Dots"))],
        default="bar",
        label=_("Kind"),
    )
    title = blocks.CharBlock(label=_("Title"), help_text=_("Say the finding: “Coal fell by half in ten years”."))
    unit = blocks.CharBlock(required=False, label=_("Unit"), help_text=_("For instance: trucks a day"))
    data = blocks.TextBlock(
        label=_("Figures"),
        rows=6,
        help_text=_(
            "One line a row, values parted by semicolons; the first line names the columns: “Year; Exports; Imports”. "
            "A point parts decimals."
        ),
    )
    source = blocks.CharBlock(label=_("Source"))
    note = blocks.CharBlock(required=False, label=_("Note"))

    class Meta:
        icon = "paper-chart"
        group = FIGURES
        label = _("Chart")
        template = "broadsheet/blocks/chart.html"

    def clean(self, value: Any) -> Any:
        """Refuse figures that cannot be read, naming the line."""
        cleaned = super().clean(value)
        try:
            read_data(cleaned["data"])
        except DataError as error:
            raise StructBlockValidationError(block_errors={"data": ValidationError(str(error))}) from error
        return cleaned


class TimelineBlock(blocks.StructBlock):
    """What happened, in order."""

    title = blocks.CharBlock(label=_("Title"))
    events = blocks.ListBlock(
        blocks.StructBlock(
            [
                ("date", blocks.CharBlock(label=_("Date"))),
                ("text", blocks.RichTextBlock(features=INLINE, label=_("What happened"))),
            ]
        ),
        min_num=2,
        label=_("Events"),
    )
    source = blocks.CharBlock(required=False, label=_("Source"))

    class Meta:
        icon = "time"
        group = FIGURES
        label = _("Timeline")
        template = "broadsheet/blocks/timeline.html"


class MapBlock(blocks.StructBlock):
    """A locator map of one or more places, drawn on the server."""

    title = blocks.CharBlock(required=False, label=_("Title"))
    places = blocks.ListBlock(SnippetChooserBlock("broadsheet_newsroom.Place"), min_num=1, label=_("Places"))
    span = blocks.DecimalBlock(
        required=False,
        min_value=1,
        max_value=180,
        label=_("Span"),
        help_text=_("Degrees of longitude to show. Left empty, it fits the places."),
    )
    note = blocks.CharBlock(required=False, label=_("Note"))

    class Meta:
        icon = "paper-pin"
        group = FIGURES
        label = _("Locator map")
        template = "broadsheet/blocks/map.html"


class RelatedBlock(blocks.StructBlock):
    """Another story of ours, offered inside this one."""

    story = blocks.PageChooserBlock(page_type="broadsheet_newsroom.StoryPage", label=_("Story"))
    label = blocks.CharBlock(required=False, label=_("Label"), help_text=_("Left empty: Read also"))

    class Meta:
        icon = "doc-full"
        group = BESIDE
        label = _("Related story")
        template = "broadsheet/blocks/related.html"


class FileBlock(blocks.StructBlock):
    """A document to download."""

    document = DocumentChooserBlock(label=_("Document"))
    title = blocks.CharBlock(required=False, label=_("Title"))

    class Meta:
        icon = "download"
        group = BESIDE
        label = _("File")
        template = "broadsheet/blocks/file.html"


class FootnotesBlock(blocks.StructBlock):
    """Numbered notes to which the text's superscript numbers refer."""

    notes = blocks.ListBlock(blocks.RichTextBlock(features=INLINE, label=_("Note")), min_num=1, label=_("Notes"))

    class Meta:
        icon = "list-ol"
        group = WORDS
        label = _("Footnotes")
        template = "broadsheet/blocks/footnotes.html"


class StoryBlocks(blocks.StreamBlock):
    """Everything a body may hold."""

    paragraph = blocks.RichTextBlock(
        features=TEXT, label=_("Paragraph"), icon="pilcrow", group=WORDS, template="broadsheet/blocks/paragraph.html"
    )
    heading = HeadingBlock()
    picture = PictureBlock()
    gallery = GalleryBlock()
    quote = QuoteBlock()
    pullout = PulloutBlock()
    list = ListItemsBlock()
    table = TableBlock()
    embed = EmbedBlock()
    chart = ChartBlock()
    timeline = TimelineBlock()
    map = MapBlock()
    related = RelatedBlock()
    preformatted = blocks.TextBlock(
        label=_("Preformatted"), icon="code", group=WORDS, rows=6, template="broadsheet/blocks/preformatted.html"
    )
    file = FileBlock()
    footnotes = FootnotesBlock()
    divider = blocks.StaticBlock(
        label=_("Divider"), icon="minus", group=WORDS, template="broadsheet/blocks/divider.html"
    )

    class Meta:
        block_counts: dict[str, dict[str, int]] = {"footnotes": {"max_num": 1}}
