"""What can go wrong in a sentence a person can act on. Whatever reaches a user is one of these."""


class Refused(Exception):
    """The work was refused or stopped, with the reason: what, where and what to do. Never a child's data."""


class Changed(Refused):
    """A file was not the same from beginning to end of reading it. Nothing of it is kept, and it is left for the next run."""
