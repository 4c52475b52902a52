"""Leavers and those not in school, and offers of a place after Year 11: plain tables."""

from .layout import SCHOOL, Layout, same

_LAST_DAY = (
    "date", "leavingdate", "dateofleaving", "lastdayonroll", "lastdate", "deletiondate", "dateofdeletion", "dateremoved",
)  # fmt: skip

DESTINATION_LAYOUTS = (
    Layout(
        name="leavers", feed="leavers", title="Leavers and not in school (deletion returns)",
        marks_it=("upn", "destination"), one_of=(SCHOOL, _LAST_DAY),
        columns=same("urn", "laestab", "upn") | dict.fromkeys(_LAST_DAY, "leaving_date") | {
            "ground": "ground", "groundfordeletion": "ground", "reasonforleaving": "ground",
            "destination": "destination",
        },
    ),
    Layout(
        name="post16_offers", feed="post16_offers", title="Offers after Year 11",
        marks_it=("upn", "offerdate", "provider"), columns=same("urn", "laestab", "upn", "offer_date", "provider"),
    ),
)  # fmt: skip
