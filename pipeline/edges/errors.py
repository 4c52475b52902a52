"""What can go wrong in a sentence a person can act on. Whatever reaches a user is one of these."""


class Refused(Exception):
    """The work was refused or stopped, with the reason: what, where and what to do. Never a child's data."""


class Busy(Refused):
    """Another run holds what is needed: the same work may be given again once that has ended."""


class NoKey(Refused):
    """A key that is nowhere to be had, unlike one that is there and wrong."""


class WrongKey(Refused):
    """A key that is there and does not open what it should."""


def of_the_machine(fault: OSError) -> str:
    """What a file, a folder or the disk would not do, as a sentence."""
    why = f" ({fault.strerror})" if fault.strerror else ""
    return f"{fault.filename or 'A file'} could not be read or written{why}: check its permissions and the disk."


class Changed(Refused):
    """A file was not the same from beginning to end of reading it. Nothing of it is kept, and it is left for the next run."""
