"""Lists that share a beginning: each is as if it were alone, and the latest of many copies grows without copying."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbot.dialogue.shared_list import SharedList

#: Of one of the lists there are: add an item, keep so many of its items, or make a copy.
_DEEDS = st.lists(
    st.tuples(st.integers(0, 5), st.one_of(st.tuples(st.just("append")), st.tuples(st.just("cut"), st.integers(0, 8))))
    | st.tuples(st.integers(0, 5), st.tuples(st.just("copy"))),
    max_size=60,
)


@given(_DEEDS)
def test_each_copy_is_a_list_of_its_own(deeds: list[tuple[int, tuple[object, ...]]]) -> None:
    shared, alone = [SharedList[int]()], [list[int]()]
    for number, (which, (deed, *rest)) in enumerate(deeds):
        one, other = shared[which % len(shared)], alone[which % len(alone)]
        match deed, rest:
            case "append", _:
                one.append(number)
                other.append(number)
            case "cut", [int(end)]:
                one.cut(min(end, len(one)))
                del other[end:]
            case "copy", _:
                shared.append(one.copy())
                alone.append(other.copy())
    assert [[*each] for each in shared] == alone
    assert [[*reversed(each)] for each in shared] == [each[::-1] for each in alone]
    assert [len(each) for each in shared] == [len(each) for each in alone]


@given(st.integers(0, 6), st.integers(0, 3), st.slices(8), st.integers(-9, 9))
def test_items_and_slices_are_those_of_a_list(size: int, more: int, part: slice, place: int) -> None:
    """Also where another has added behind the end."""
    items = SharedList[int]()
    for item in range(size):
        items.append(item)
    longer = items.copy()
    for item in range(more):
        longer.append(item)
    assert items[part] == [*range(size)][part]
    if -size <= place < size:
        assert items[place] == range(size)[place]
    else:
        with pytest.raises(IndexError):
            items[place]


def test_the_latest_of_many_copies_grows_in_the_store_that_all_have() -> None:
    latest = SharedList[int]()
    copies = [latest]
    for item in range(100):
        latest = latest.copy()
        latest.append(item)
        copies.append(latest)
    assert {id(each._store) for each in copies} == {id(latest._store)}
    assert [len(each) for each in copies] == [*range(101)]
