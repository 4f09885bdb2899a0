"""The version of the words that readers agree to."""

VERSION = "2026-11"  # of broadsheet/newsletters/agreed.html: counted up when its words change
