"""Addresses of videos and the like, as their hosts allow them in a frame. Pure."""

from __future__ import annotations

import re

# What a reader would open in a browser, and what may stand in a frame. First match wins.
_FRAMES: tuple[tuple[str, str], ...] = (
    (r"(?:youtube\.com/watch\?(?:.*&)?v=|youtu\.be/|youtube(?:-nocookie)?\.com/(?:embed|shorts|live)/)([\w-]{6,})",
     "https://www.youtube-nocookie.com/embed/{}"),
    (r"vimeo\.com/(?:video/)?(\d+)", "https://player.vimeo.com/video/{}?dnt=1"),
    (r"dailymotion\.com/(?:embed/)?video/(\w+)", "https://www.dailymotion.com/embed/video/{}"),
    (r"open\.spotify\.com/(?:embed/)?((?:track|album|playlist|episode|show)/\w+)",
     "https://open.spotify.com/embed/{}"),
    (r"ted\.com/talks/([\w-]+)", "https://embed.ted.com/talks/{}"),
    (r"archive\.org/(?:details|embed)/([\w.-]+)", "https://archive.org/embed/{}"),
)  # fmt: skip


def frame_url(url: str) -> str:
    """The address to put into a frame, or nothing where the host allows none that we know of."""
    for pattern, frame in _FRAMES:
        found = re.match(rf"https?://(?:www\.|m\.)?{pattern}", url)
        if found:
            return frame.format(found[1])
    return ""
