"""Letters that nobody sees, as the inside of a class of a regular expression, read alike by Python and by Polars.

Control characters move a cursor, set a title or end a line of a log; marks of direction turn a name around; letters without width, soft
hyphens and tags make two names look like one.
"""

UNSEEN = (
    r"\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\U000e0000-\U000e007f"
)
"""But for tabs and ends of line, which sentences and tables have."""

OF_LINES = r"\t\n"
