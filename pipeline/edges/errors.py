"""What can go wrong in a sentence a person can act on. Whatever reaches a user is one of these."""


class Refused(Exception):
    """The work was refused or stopped, with the reason: what, where and what to do. Never a child's data."""
