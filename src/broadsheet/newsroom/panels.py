"""Panels of the story's form that show and do not ask."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from wagtail.admin.panels import Panel

from broadsheet.newsroom import sentences


class GatePanel(Panel):
    """Who may read the story as it was last saved, and which rule says so."""

    class BoundPanel(Panel.BoundPanel):
        """The panel for one story."""

        def render_html(self, parent_context: Any = None) -> SafeString:
            """Two lines: what holds now, and what its age will make of it."""
            if not self.instance.pk:
                return format_html("<p>{}</p>", _("Save the story to see what holds for it."))
            gate = self.instance.gate()
            later = sentences.later_line(gate)
            return format_html(
                '<p class="broadsheet-gate"><strong>{}</strong> {}</p>{}',
                sentences.access_name(gate.access),
                f"({sentences.rule_name(gate)})",
                format_html("<p>{}</p>", later) if later else "",
            )
