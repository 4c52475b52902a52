"""What can go wrong in a sentence a person can act on. Whatever reaches a user is one of these."""

import errno

from .plain import plain, plain_name

NO_LOCKS = (errno.EBADF, errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS)
"""What a disk says that knows no locks, as some shared ones do not."""


class Refused(Exception):
    """The work was refused or stopped, with the reason: what, where and what to do. Never a child's data, nor anything that a
    terminal or a log would take for more than words."""

    def __init__(self, why: str = ""):
        super().__init__(plain(str(why)))


class Busy(Refused):
    """Another run holds what is needed: the same work may be given again once that has ended."""


class NoKey(Refused):
    """A key that is nowhere to be had, unlike one that is there and wrong."""


class WrongKey(Refused):
    """A key that is there and does not open what it should."""


class NotOnRecord(OSError):
    """What was to be done could not be put on record first, and so was not done."""

    def __str__(self) -> str:
        return (
            f"{self.filename} cannot be added to ({self.strerror}), and what cannot be put on record is not done: make room there, or "
            "check its permissions, then run this again."
        )


def of_the_machine(fault: OSError) -> str:
    """What a file, a folder or the disk would not do, as a sentence."""
    if isinstance(fault, NotOnRecord):
        return str(fault)
    why = f" ({fault.strerror})" if fault.strerror else ""
    return f"{plain_name(str(fault.filename or 'A file'))} could not be read or written{why}: check its permissions and the disk."


class Changed(Refused):
    """A file was not the same from beginning to end of reading it. Nothing of it is kept, and it is left for the next run."""


class GateBroken(RuntimeError):
    """A promise could not be judged. That is a fault of ours: nothing has been learned about the data.

    Names the rule and the kind of fault, and never passes on the engine's own words, which may quote a delivered value.
    """
