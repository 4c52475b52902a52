"""Other agencies' extracts, which name children without a UPN, and the postcodes of a census, by which they are told apart.

Agencies have no common layout: theirs is known by the five things it must say, however each is headed.
"""

from .layout import Layout

_SURNAME = ("surname", "lastname", "familyname")
_FORENAME = ("forename", "firstname", "givenname")
_BIRTH = ("dateofbirth", "dob", "birthdate")
_POSTCODE = ("postcode", "homepostcode")
_SERVICE = ("service", "agency", "team")
_START = ("startdate", "opened", "dateopened", "opendate")
_END = ("enddate", "closed", "dateclosed", "closedate")

_COLUMNS = {
    "surname": _SURNAME, "forename": _FORENAME, "date_of_birth": _BIRTH, "postcode": _POSTCODE, "start_date": _START,
    "end_date": _END, "service": ("service",), "agency": ("agency",), "team": ("team",),
}  # fmt: skip

_ON_ROLL, _OFF_ROLL = {"pupilonrolltableid": "parent_key"}, {"pupilnolongeronrolltableid": "parent_key"}


def _addresses(table: str, parent: dict[str, str], title: str) -> Layout:
    """Of an address nothing but the postcode is read."""
    return Layout(
        name=f"census_{table}", feed="addresses", title=f"School census, {title} (COLLECT CSV)",
        marks_it=(f"{table}tableid", "nativeid", *parent, "postcode"),
        columns={"nativeid": "native_id", "postcode": "postcode"} | parent,
    )  # fmt: skip


AGENCY_LAYOUTS = (
    Layout(
        name="agencies",
        feed="agencies",
        title="Other agencies, by names and birth date",
        marks_it=(),
        one_of=(_SURNAME, _FORENAME, _BIRTH, _POSTCODE, _SERVICE),
        unless=("upn", "uniquepupilnumber", "urn", "laestab"),
        columns={header: name for name, headers in _COLUMNS.items() for header in headers},
    ),
    _addresses("addressesonroll", _ON_ROLL, "addresses, on roll (autumn)"),
    _addresses("addressesoffroll", _OFF_ROLL, "addresses, no longer on roll (autumn)"),
    _addresses("addresses", _ON_ROLL, "addresses"),
)
