"""What could go wrong for a child, what is done about it, and which test of the project proves that it is."""

from dataclasses import dataclass, replace

from pipeline.edges.settings import Settings

from .law import USES_NOT


@dataclass(frozen=True)
class Risk:
    what: str
    done: str
    proven: str  # a test, or several parted by spaces


RISKS = (
    Risk(
        "A child is treated by a number, or singled out by a machine.",
        "Rules that can be read aloud list a pupil, each with its arithmetic; no score is shown; a person decides, may disagree and says "
        "why. No list may be used for " + USES_NOT + ".",
        "tests/journeys/test_opinion.py::test_a_listed_pupil_is_told_of_in_words_with_numbers_and_no_chance_or_level "
        "tests/house/test_words.py::test_a_list_says_what_it_is_for_and_what_it_must_not_be_used_for",
    ),
    Risk(
        "Some groups of children are listed more, or missed more, than others.",
        "Sex, season of birth, ethnicity, language, free school meals and type of need change no list. They are counted, by group, to "
        "see whether any is missed.",
        "tests/journeys/test_blind.py::test_every_list_is_unchanged_byte_for_byte",
    ),
    Risk(
        "A colleague, or whoever has a stolen disk, reads children's names.",
        "Names are in one encrypted database with a key of its own; the warehouse, encrypted with another, has pseudonyms alone; only the "
        "owner of the home may read its files.",
        "tests/edges/test_identity.py::test_the_file_of_names_holds_none_that_can_be_read "
        "tests/journeys/test_faults.py::test_no_name_upn_or_birth_date_is_in_any_table_of_the_warehouse "
        "tests/journeys/test_machine.py::test_whatever_the_umask_nobody_else_may_read_what_a_run_leaves",
    ),
    Risk(
        "A log, an error or a refusal names a child.",
        "What is printed, stored or said of a row has its number and the rule, and nothing of the row.",
        "tests/journeys/test_faults.py::test_no_name_upn_or_birth_date_is_printed",
    ),
    Risk(
        "A reader works out a child from published counts.",
        "Counts from 1 to {most_hidden} are hidden, with as many others as keep them hidden; rates on fewer than "
        "{smallest_base} pupils too; and what was hidden once stays hidden in the school year.",
        "tests/journeys/test_faults.py::test_no_name_upn_birth_date_or_pupil_id_is_published "
        "tests/properties/test_disclosure_attacked.py::test_no_small_count_can_be_worked_out_nor_what_is_left_of_one_nor_one_pupils_week",
    ),
    Risk(
        "One child's record is taken for another's.",
        "A pupil is known by UPN. What is less than certain waits for a person, each link is dated, and each can be undone.",
        "tests/edges/test_links.py::test_two_permanent_upns_with_one_name_wait_for_a_person_and_twins_with_two_forenames_do_not",
    ),
    Risk(
        "A list rests on registers that are wrong or not there.",
        "Each school is held, each night, to its own totals, census and roll; where they do not hold it gets no list, and is told why.",
        "tests/journeys/test_withheld.py::test_the_school_gets_no_list_and_the_other_does",
    ),
    Risk(
        "More is taken in than there is a reason for.",
        "A feed without a complete basis in settings is refused file by file, and nothing held without one is looked at. Data of the police "
        "and of youth justice are refused whatever settings say.",
        "tests/journeys/test_basis.py::test_a_new_live_home_refuses_every_file_in_words_and_keeps_it_in_the_inbox "
        "tests/edges/test_agencies.py::test_a_file_that_names_them_in_one_row_is_refused_whole_and_no_name_of_it_is_kept",
    ),
    Risk(
        "What another agency shares leads a school to think it knows more.",
        "A list says that a service is involved, and no more. It changes no outcome, point or order.",
        "tests/edges/test_agencies.py::test_a_pupil_an_agency_tells_of_is_known_to_have_a_service_involved_and_nothing_else_is_known",
    ),
    Risk(
        "Records are lost, or a restored copy differs.",
        "One command makes an encrypted backup while runs go on, and one restores it, whole or not at all.",
        "tests/journeys/test_backup.py::test_every_table_is_as_it_was_to_the_byte_and_so_are_the_names_and_lists",
    ),
    Risk(
        "A learned order of the list is trusted too far.",
        "It is off until a person, with the data protection officer, fills in its own section, it beats the plain rule on later terms, and "
        "a named person approves it. It makes nobody eligible, and suspends itself.",
        "tests/journeys/test_opinion.py::test_a_live_home_learns_nothing_before_a_person_has_filled_the_blanks",
    ),
    Risk(
        "A list is left lying, or sent to the wrong person.",
        "Each page says that it is confidential and for which school. Who may have it, and where it is kept, the school and the controller "
        "see to.",
        "tests/edges/test_workbooks.py::test_every_sheet_prints_on_a4_landscape_one_page_wide",
    ),
)
"""With {most_hidden} and {smallest_base} in the place of this home's own numbers."""


def risks(settings: Settings) -> list[Risk]:
    """With this home's own numbers in them."""
    own = {"most_hidden": f"{settings.fewest_shown - 1:,}", "smallest_base": f"{settings.smallest_base:,}"}
    return [replace(one, done=one.done.format(**own)) for one in RISKS]
