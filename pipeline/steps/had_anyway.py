"""What a reader has who supposes that nothing has changed since it was told, were nothing at all published tonight."""

from collections.abc import Iterable, Mapping

from .board_of_cells import Board, Cell, Name, Sum
from .proven_at_once import System


def had_anyway(
    names: Iterable[Name], cells: Mapping[Name, Cell], sums: Iterable[Sum], *, fewest_shown: int
) -> set[Name]:
    """Those of `names` that the numbers told before give away by themselves, as three listed, and none left off, give three eligible.

    Hiding more of tonight's saves none of them, nor would hiding everything: to empty a page for their sake would protect nobody.
    """
    names = set(names)
    if not names:
        return names
    untold = {name: cell._replace(known=False, before=True) for name, cell in cells.items()}
    board = Board(untold, sums, fewest_shown)
    system = System(board.moves({}), board.members)
    return {
        name
        for name in names & board.number.keys()
        if not any(system.could_go(board.number[name], way) for way in (-1, 1))
    }
