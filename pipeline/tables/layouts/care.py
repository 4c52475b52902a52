"""The return on children looked after (SSDA903): header and episodes. Of the rest of it nothing is read.

Of the header no birth date, sex or ethnicity is read, of the episodes no reason for care. Its URN is Ofsted's number of
the placement, not a school's.
"""

from .layout import Layout

_TITLE = "Children looked after (SSDA903)"

CARE_LAYOUTS = (
    Layout(
        name="ssda903_header", feed="care_children", title=f"{_TITLE}, header",
        marks_it=("child", "sex", "dob", "ethnic", "upn"), columns={"child": "child", "upn": "upn"},
    ),
    Layout(
        name="ssda903_episodes", feed="care_episodes", title=f"{_TITLE}, episodes",
        marks_it=("child", "decom", "rne", "ls", "place", "dec", "rec"),
        columns={
            "child": "child", "decom": "start_date", "dec": "end_date", "ls": "legal_status", "place": "placement",
            "plla": "placement_authority", "pllocation": "placement_is_outside", "pldistance": "miles_from_home",
            "homepost": "home_district", "plpost": "placement_district",
        },
    ),
)  # fmt: skip

_NOT_NEEDED = {
    "ad1": ("adoptions", ("dateint", "datematch", "nbadoptr")),
    "deprivation_of_liberty_order": ("deprivation of liberty orders", ("dolostart", "doloend")),
    "missing": ("missing from care", ("missing", "misstart", "misend")),
    "oc2": ("health (oc2)", ("sdqscore", "convicted", "healthcheck")),
    "oc3": ("care leavers (oc3)", ("intouch", "activ", "accom")),
    "placed_adoption": ("placed for adoption", ("dateplaced", "dateplacedceased")),
    "prev_perm": ("previous permanence", ("prevperm", "laperm", "dateperm")),
    "reviews": ("reviews", ("review", "reviewcode")),
    "social_worker": ("social workers", ("swid", "swdecom", "swdec")),
    "uasc": ("unaccompanied children", ("sex", "duc")),
}
"""Each other table of the return: what it is of, and headers that no other has."""

CARE_NOT_NEEDED = tuple(
    Layout(
        name=f"ssda903_{table}", feed=None, title=f"{_TITLE}, {title}", marks_it=("child", "dob", *headers), columns={},
    )
    for table, (title, headers) in _NOT_NEEDED.items()
)  # fmt: skip
