"""One thing done beside another: what it comes to, what it raises, and that it has ended when it is left."""

from contextlib import closing
from itertools import count
from threading import Event, current_thread
from threading import enumerate as threads_now

import pytest

from pipeline.edges.ahead import ahead, beside, kept


def names_of_threads() -> set[str]:
    return {thread.name for thread in threads_now()}


def test_items_come_in_order_and_were_made_in_a_thread_of_their_own():
    made = list(ahead(((number, current_thread()) for number in range(50)), at_most=2))
    assert [number for number, _ in made] == list(range(50))
    assert {thread.name for _, thread in made} == {"ahead"}


def test_what_the_making_raises_comes_after_the_items_before_it():
    def items():
        yield 1
        raise KeyError("two")

    found = ahead(items(), at_most=2)
    assert next(found) == 1
    with pytest.raises(KeyError, match="two"):
        next(found)


def test_one_ahead_of_another_is_closed_with_it_and_no_thread_is_left():
    closed = []

    def items():
        try:
            yield from count()
        finally:
            closed.append(current_thread().name)

    with closing(ahead(items(), at_most=1)) as read, closing(ahead(map(str, read), at_most=1)) as made:
        assert [next(made), next(made)] == ["0", "1"]
    assert closed == ["ahead"]
    assert "ahead" not in names_of_threads()


def test_what_the_first_of_two_raises_comes_through_the_second():
    def items():
        yield 1
        raise KeyError("two")

    with closing(ahead(items(), at_most=1)) as read, closing(ahead(map(str, read), at_most=1)) as made:
        assert next(made) == "1"
        with pytest.raises(KeyError, match="two"):
            next(made)


def test_work_goes_on_beside_what_is_done_within():
    may_end = Event()

    def work():
        assert may_end.wait(60)
        return current_thread().name

    with beside(work) as result:
        may_end.set()  # never set, had `work` been done before this
        assert result() == "beside"
        assert result() == "beside"
    assert "beside" not in names_of_threads()


def test_what_the_work_raises_is_raised_where_it_is_waited_for_and_nowhere_else():
    def fails():
        raise KeyError("a sum")

    with beside(fails) as result, pytest.raises(KeyError, match="a sum"):
        result()
    with beside(fails):
        pass


def test_where_what_is_done_within_fails_the_work_has_ended_before_that_is_told():
    may_end, ended = Event(), []

    def work():
        assert may_end.wait(60)
        ended.append(True)

    with pytest.raises(OSError), beside(work):
        may_end.set()
        raise OSError
    assert ended == [True]
    assert "beside" not in names_of_threads()


def test_what_is_kept_is_done_once_and_now_and_told_or_raised_each_time_it_is_asked_for():
    done = []
    number, fault = kept(lambda: done.append(1) or len(done)), kept(lambda: {}["a sum"])
    assert done == [1]
    assert (number(), number(), done) == (1, 1, [1])
    for _ in range(2):
        with pytest.raises(KeyError, match="a sum"):
            fault()
