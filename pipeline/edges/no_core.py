"""What a process that holds keys leaves behind when it falls over: no core, and no memory that another may read."""

import ctypes
import os
import resource
import sys
from contextlib import suppress

_PR_SET_DUMPABLE = 4  # linux/prctl.h
_settled: set[int] = set()
"""The processes that have seen to it: one that is forked sees to it again."""


def settle() -> None:
    """Before a key is read: this process and those it starts write no core; on Linux no other process of this user may attach to it or read
    its memory, nor does a collector of cores get one. Elsewhere the limit on cores is all there is."""
    if os.getpid() in _settled:
        return
    _settled.add(os.getpid())
    with suppress(OSError, ValueError):  # where even that may not be set, whoever runs this set it
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # a C library without it
            ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
