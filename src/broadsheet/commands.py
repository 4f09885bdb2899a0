"""What every `broadsheet` command has in common."""

from __future__ import annotations

import re
from typing import Any

import click

_NO_TABLE = re.compile(r"no such table|relation .* does not exist")


class Commands(click.Group):
    """Commands that say in a sentence where there is no paper for them, which is mostly the wrong folder."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            if type(error).__module__ != "django.db.utils" or not _NO_TABLE.search(str(error)):
                raise
            from broadsheet.conf import folder

            raise click.ClickException(
                f"There is no paper in {folder()}, or its tables are behind its code. BROADSHEET_FOLDER names a "
                "paper's folder (of the demo: var/demo); `broadsheet open` makes a paper; `broadsheet manage migrate` "
                "brings its tables up to the code."
            ) from error
