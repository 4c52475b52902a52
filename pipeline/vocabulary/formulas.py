"""What a spreadsheet program would run, in a table that it opens as text."""

BEGINS_ONE = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are the first four at full width, which some programs take for the same."""


def kept_a_text(text: str) -> str:
    """The same, with an apostrophe before it where it would be taken for a formula."""
    return f"'{text}" if text.startswith(BEGINS_ONE) else text
