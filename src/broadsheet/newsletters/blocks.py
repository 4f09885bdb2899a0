"""The blocks of which an issue is composed. Their names are stored with every issue: they never change."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

WORDS = ["bold", "italic", "link"]


class NoteBlock(blocks.StructBlock):
    """A few lines from the desk."""

    text = blocks.RichTextBlock(features=WORDS, label=_("Text"))
    signed = blocks.CharBlock(required=False, label=_("Signed"))

    class Meta:
        icon = "edit"
        label = _("Opening note")


class StoryBlock(blocks.StructBlock):
    """A story as a card, with other words if the issue needs them."""

    story = blocks.PageChooserBlock(page_type="broadsheet_newsroom.StoryPage", label=_("Story"))
    headline = blocks.CharBlock(required=False, label=_("Headline"), help_text=_("Left empty, the story's own."))
    dek = blocks.TextBlock(required=False, rows=2, label=_("Dek"), help_text=_("Left empty, the story's own."))
    weight = blocks.ChoiceBlock(
        choices=[("lead", _("Large, with its picture")), ("row", _("A row"))], default="row", label=_("Weight")
    )

    class Meta:
        icon = "doc-full"
        label = _("Story")


class BriefBlock(blocks.StructBlock):
    """One point of the news."""

    text = blocks.RichTextBlock(features=WORDS, label=_("Text"))
    story = blocks.PageChooserBlock(page_type="broadsheet_newsroom.StoryPage", required=False, label=_("Story"))


class BriefsBlock(blocks.StructBlock):
    """The news in so many points: the number is counted, never typed."""

    title = blocks.CharBlock(required=False, label=_("Title"), help_text=_("Left empty: The news in so many points."))
    points = blocks.ListBlock(BriefBlock(), min_num=1, max_num=12, label=_("Points"))

    class Meta:
        icon = "list-ol"
        label = _("Briefs")


class QuoteBlock(blocks.StructBlock):
    """A sentence worth keeping."""

    text = blocks.TextBlock(rows=3, label=_("Words"))
    said_by = blocks.CharBlock(required=False, label=_("Said by"))

    class Meta:
        icon = "openquote"
        label = _("Quote")


class PictureBlock(blocks.StructBlock):
    """A picture with its words."""

    picture = ImageChooserBlock(label=_("Picture"))
    caption = blocks.CharBlock(required=False, label=_("Caption"))

    class Meta:
        icon = "image"
        label = _("Picture")


class QuizBlock(blocks.StructBlock):
    """A question, its answers, and below the issue the right one."""

    question = blocks.CharBlock(label=_("Question"))
    answers = blocks.ListBlock(blocks.CharBlock(), min_num=2, max_num=5, label=_("Answers"))
    right = blocks.IntegerBlock(min_value=1, max_value=5, default=1, label=_("Number of the right answer"))
    why = blocks.TextBlock(required=False, rows=2, label=_("Why"))

    class Meta:
        icon = "help"
        label = _("Quiz")


class PromoBlock(blocks.StructBlock):
    """A word of the house: the trial, the magazine, another newsletter. Members do not see it."""

    title = blocks.CharBlock(label=_("Title"))
    text = blocks.TextBlock(required=False, rows=2, label=_("Text"))
    link = blocks.CharBlock(label=_("Words of the button"))
    address = blocks.CharBlock(
        label=_("Address"), help_text=_("A path of this paper, as /plans/, or an https address.")
    )

    class Meta:
        icon = "pick"
        label = _("House promo")


class IssueBlocks(blocks.StreamBlock):
    """What an issue may hold."""

    note = NoteBlock()
    story = StoryBlock()
    briefs = BriefsBlock()
    quote = QuoteBlock()
    picture = PictureBlock()
    quiz = QuizBlock()
    promo = PromoBlock()
