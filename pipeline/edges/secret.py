"""A key as it is handed about: text that no log, traceback or view of a variable shows."""


class Key(str):
    """The text itself wherever it is used, and a blank wherever it is shown as a value."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'(a key)'"

    def __getitem__(self, part) -> "Key":
        """What shows long texts cuts them first."""
        return Key(super().__getitem__(part))
