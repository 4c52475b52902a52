"""The words in which a person answers a list: the choices of its drop-downs, and so of every workbook that comes back."""

LOOK_INTO_IT, ALREADY_MET, OTHER_CAUSE = "look into it", "already met", "other cause"
NOT_NEEDED, COULD_NOT_REACH, SNOOZE = "not needed", "could not reach", "snooze until"

DECISIONS = (LOOK_INTO_IT, ALREADY_MET, OTHER_CAUSE, NOT_NEEDED, COULD_NOT_REACH, SNOOZE)

SOONEST_SEEN_AGAIN = (LOOK_INTO_IT, COULD_NOT_REACH, SNOOZE, ALREADY_MET, OTHER_CAUSE, NOT_NEEDED)
"""Where two answers were made and learned on the same days, the earlier of these counts: a look that somebody asked for is not
lost to an answer that closes the row."""

SNOOZE_REASONS = ("treatment under way", "support has just begun", "a review is booked", "known to staff")
"""Why a pupil is not to be listed before a day. Bereavement, illness at home and the like are `known to staff`: the word is
never printed, and never read back."""

NEED_FOUND, FOUND_KNOWN, NOTHING_FOUND = "need found", "known", "none"

OUTCOMES = (NEED_FOUND, FOUND_KNOWN, NOTHING_FOUND)
"""What came of looking: a need nobody had seen, one that was known, or none. Of two found and learned on the same days the
earlier of these counts."""

A_MARK, ROLL, SUPPORT, ANOTHER = "a mark", "roll or year group", "support on file", "another fact"

FACTS = (A_MARK, ROLL, SUPPORT, ANOTHER)
"""What of a row a person may say is wrong; the school puts it right where it is kept."""

CHANGES_SEEN = (A_MARK, ROLL, SUPPORT)
"""Those of which records here would show that they were put right."""

TRY_AGAIN_DAYS = 28
"""Days after which a pupil who could not be reached is asked about again: a snooze that needs no date of its own."""

LONG_LOOKED_INTO_WEEKS = 6
"""School weeks after which a look that nobody has said the end of is asked about: as long as support is tried before it is reviewed."""

ONLY_ON_ITS_DAY = ("treatment under way", "known to staff")
"""Reasons known to those who gave them: the pupil comes back on the day they chose, and not before."""

LONGEST_SNOOZE_DAYS = 366
"""Days from the decision to the end of a snooze, at most: whoever is to be left alone for longer is decided on again."""
