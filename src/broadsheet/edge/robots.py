"""Robots that fetch a page to show a card for it. They read the lead, spend nothing and are given no cookie."""

from __future__ import annotations

import re

_PREVIEW = re.compile(
    rb"facebookexternalhit|facebookcatalog|Twitterbot|Slackbot|Slack-ImgProxy|LinkedInBot|WhatsApp|TelegramBot"
    rb"|Discordbot|SkypeUriPreview|Mastodon|Pleroma|Misskey|Bluesky|Cardyb|redditbot|Pinterest|vkShare|Viber"
    rb"|Iframely|Embedly|bitlybot|Google-PageRenderer|GoogleImageProxy|Google-Read-Aloud|Applebot|Snapchat"
    rb"|archive\.org_bot|ia_archiver|CCBot|bot\b|crawler|spider|Bot/",
    re.IGNORECASE,
)


def is_preview_bot(agent: bytes) -> bool:
    """Whether a user agent says of itself that it is a robot. A hint that only ever gives less."""
    return _PREVIEW.search(agent) is not None
