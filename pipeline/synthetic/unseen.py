"""Pupils between two services whom nobody marks: a few in alternative provision, and a few on two rolls.

Who they are follows from their numbers, and nothing is drawn: every other mark stays as it was.
"""

import numpy as np

from .england import AP, SECONDARY
from .register import NO_MARK, NUMBER, Register

AP_EVERY = 60
"""One pupil of Years 8 to 11 in sixty is in alternative provision that their school arranged: more than in England, so
that a small authority has some."""

AP_GROUPS, AP_PHASES = (8, 9, 10, 11), (SECONDARY, AP)

UNMARKED_EVERY, UNMARKED = 6, (1, 5)
"""Of those placed, counted on, the ones of whom nobody marks anything from the first day on; their places are not over."""

NEITHER_EVERY, NEITHER = 4, 1
AFTER = 15
"""One in four on two rolls is marked D at both, once they have been on both for so many school days."""


def first_day_placed(child: int) -> int:
    """The school day on which a placement begins."""
    return int(child) % 20


def lose_sight(register: Register) -> None:
    """Take away the marks of those placed whom nobody marks, and give D to those on two rolls whom neither school sees."""
    roll = register.roll
    is_placed = np.isin(roll.group, AP_GROUPS) & (roll.child % AP_EVERY == 7)
    unmarked = is_placed & np.isin(roll.child // AP_EVERY % UNMARKED_EVERY, UNMARKED) & (roll.phase in AP_PHASES)
    for spell in np.flatnonzero(unmarked & (roll.status == "C")):
        register.codes[spell, first_day_placed(roll.child[spell]) :] = NO_MARK
    on_two_rolls = (roll.status != "C") & (roll.child % NEITHER_EVERY == NEITHER)
    for spell in np.flatnonzero(on_two_rolls):
        later = register.codes[spell, int(roll.dual_from[spell]) + AFTER :]
        later[later != NO_MARK] = NUMBER["D"]
