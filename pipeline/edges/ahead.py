"""One thing prepared while another is put away, in a thread for each step: what no step shares with the next keeps every core busy."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from queue import Queue
from threading import Event, Thread
from typing import TypeVar

T = TypeVar("T")

_END = object()


def ahead(items: Iterable[T], *, at_most: int) -> Iterator[T]:
    """The same items in the same order, made in a thread of their own, never more than `at_most` of them waiting.

    What the making raises is raised here, after the items made before it. When this was begun and is closed, the making has ended too, and
    what makes the items is closed if it can be.
    """
    waiting: Queue = Queue(maxsize=at_most)
    stopped = Event()
    maker = Thread(target=_make, args=(items, waiting, stopped), daemon=True, name="ahead")
    maker.start()
    try:
        while (item := waiting.get()) is not _END:
            if isinstance(item, _Raised):
                raise item.error
            yield item
    finally:
        stopped.set()
        while maker.is_alive():  # let a maker that waits for room see that it is to stop
            if not waiting.empty():
                waiting.get_nowait()
            maker.join(timeout=0.01)


class _Raised:
    def __init__(self, error: BaseException):
        self.error = error


def _make(items: Iterable, waiting: Queue, stopped: Event) -> None:
    try:
        for item in items:
            if stopped.is_set():
                if hasattr(items, "close"):
                    items.close()
                return
            waiting.put(item)
    except BaseException as error:
        waiting.put(_Raised(error))
    else:
        waiting.put(_END)


@contextmanager
def beside(work: Callable[[], T]) -> Iterator[Callable[[], T]]:
    """`work` is done in a thread of its own beside what is done within. What is given waits for it to end, and returns or raises
    what it did.

    It has ended when this has, whatever was raised within, but for who interrupts the waiting too: an interpreter that ends under a thread
    at work may break down.
    """
    done: Future = Future()
    worker = Thread(target=_do, args=(work, done), daemon=True, name="beside")
    worker.start()
    try:
        yield done.result
    finally:
        worker.join()


def kept(work: Callable[[], T]) -> Callable[[], T]:
    """`work` is done now, and what it comes to, or what is wrong with it, is told when what is given is asked."""
    done: Future = Future()
    _do(work, done, Exception)
    return done.result


def _do(work: Callable, done: Future, told_later: type[BaseException] = BaseException) -> None:
    try:
        done.set_result(work())
    except told_later as error:
        done.set_exception(error)
