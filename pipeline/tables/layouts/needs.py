"""Wider needs that staff added, and early years profiles: plain tables. Of a profile nothing else is read."""

from .layout import SCHOOL, Layout, same

_GOOD_LEVEL = ("goodlevel", "goodlevelofdevelopment", "gld")

NEED_LAYOUTS = (
    Layout(
        name="wider_needs", feed="wider_needs", title="Wider needs that staff added",
        marks_it=("upn", "need", "addedby", "addedon"), one_of=(SCHOOL,),
        columns=same("urn", "laestab", "upn", "need", "added_by", "added_on", "ended"),
    ),
    Layout(
        name="early_years_profiles", feed="early_years_profiles", title="Early years profiles",
        marks_it=("upn",), one_of=(_GOOD_LEVEL, ("assessedon", "year")),
        columns=same("urn", "laestab", "upn", "assessed_on", "year") | dict.fromkeys(_GOOD_LEVEL, "good_level"),
    ),
)  # fmt: skip
