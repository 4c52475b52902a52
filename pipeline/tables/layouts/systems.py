"""Registers as schools' own systems export them, and the tables that say what the ids in them stand for.

An id means something only in the system of one school. Marks that name a pupil by one are joined to the table of pupils'
ids (`pupil_ids`), those that name their school by one to the table of schools' ids (`school_ids`), and those that name
their register code by one, or by a sub-code of the school's, to the table of its codes (`mark_codes`). Where a table has
the UPN as well, or the URN or LAESTAB, those decide.

Sources: Arbor, the data dictionary of its BI connector (`raw_mark` is the register code, `mark_code` its meaning in
words, such as PRESENT_AM; `period` is MORNING or AFTERNOON) and its Snowflake share; Wonde, its public client; Bromcom,
its notice on two-character codes (only `Mark` and `ExportMark` are public); SIMS, its partners' pages (session
attendance, attendance codes). What a supplier says of a mark besides its code (`is_present` and the like) is not
read: the code table says what a mark counts as. Nor are comments: they are free text about children.
"""

from .layout import SCHOOL, Layout, same

NAMED_SCHOOL = (*SCHOOL, "applicationid", "schoolid")
"""A supplier's table names its school by one of these; the last two are the system's own."""

_SCHOOL = same(*SCHOOL) | {"applicationid": "school_code", "schoolid": "school_code"}
_WHO = _SCHOOL | same("upn")

_OF_A_MARK = ("date", "session", "period", "sessionname", "rawmark", "markcode", "attendancecodeid")
"""A table with one of these is of marks, or of other events: no table of ids, though it has them."""

_MARKS = (
    Layout(
        name="arbor_marks",
        feed="attendance_marks",
        title="Attendance marks, Arbor's BI connector",
        marks_it=("applicationid", "date", "period"),
        one_of=(("studentuniqueid", "studentid", "upn"), ("markcode", "rawmark")),
        columns=_WHO
        | {
            "studentuniqueid": "unique_id",
            "studentid": "system_id",
            "date": "date",
            "period": "half_day",
            "markcode": "code",
            "rawmark": "raw_code",
            "minuteslate": "minutes_late",
            "recordchangedinwarehousedatetime": "recorded_at",
        },
    ),
    Layout(
        name="bromcom_marks",
        feed="attendance_marks",
        title="Attendance marks, Bromcom",
        marks_it=("date", "session"),
        one_of=(("studentid", "pupilid", "personid", "upn"), ("exportmark", "mark")),
        columns=_WHO
        | {
            "studentid": "system_id",
            "pupilid": "system_id",
            "personid": "system_id",
            "date": "date",
            "session": "half_day",
            "exportmark": "code",
            "mark": "raw_code",
            "minuteslate": "minutes_late",
        },
    ),
    Layout(
        name="wonde_marks",
        feed="attendance_marks",
        title="Attendance marks, Wonde",
        marks_it=("studentid", "date", "session"),
        one_of=(("attendancecodeid", "attendancecode", "code"),),
        columns=_WHO
        | {
            "studentid": "unique_id",
            "date": "date",
            "session": "half_day",
            "attendancecode": "code",
            "code": "code",
            "attendancecodeid": "code_id",
            "minuteslate": "minutes_late",
            "updatedat": "recorded_at",
        },
    ),
    Layout(
        name="sims_marks",
        feed="attendance_marks",
        title="Attendance marks, SIMS",
        marks_it=("sessionname",),
        one_of=(("date", "attendancedate"), ("mark", "attendancemark"), ("studentid", "personid", "upn")),
        columns=_WHO
        | {
            "studentid": "system_id",
            "personid": "system_id",
            "date": "date",
            "attendancedate": "date",
            "sessionname": "half_day",
            "mark": "raw_code",
            "attendancemark": "raw_code",
            "minuteslate": "minutes_late",
            "minslate": "minutes_late",
        },
    ),
)

_SCHOOL_IDS = (
    Layout(
        name="school_ids",
        feed="school_ids",
        title="Schools' ids in a system of their own",
        marks_it=("systemschoolid",),
        one_of=(SCHOOL,),
        columns=same(*SCHOOL) | {"systemschoolid": "school_code"},
    ),
)

_PUPIL_IDS = (
    Layout(
        name="pupil_ids",
        feed="pupil_ids",
        title="Pupils' ids in a school's own system, plain table",
        marks_it=("upn",),
        one_of=(("systempupilid", "uniquepupilid"), NAMED_SCHOOL),
        columns=_WHO | {"systempupilid": "system_id", "uniquepupilid": "unique_id"},
    ),
    Layout(
        name="arbor_pupil_ids",
        feed="pupil_ids",
        title="Pupils' ids, Arbor's students",
        marks_it=("applicationid", "upn"),
        one_of=(("studentuniqueid", "studentid"),),
        columns=_WHO | {"studentuniqueid": "unique_id", "studentid": "system_id"},
        unless=_OF_A_MARK,
    ),
    Layout(
        name="wonde_pupil_ids",
        feed="pupil_ids",
        title="Pupils' ids, Wonde's students",
        marks_it=("id", "upi", "misid", "upn"),
        one_of=(NAMED_SCHOOL,),
        columns=_WHO | {"id": "unique_id", "misid": "system_id"},
        unless=_OF_A_MARK,
    ),
)

_MARK_CODES = (
    Layout(
        name="mark_codes",
        feed="mark_codes",
        title="Register codes of a school's own system, plain table",
        marks_it=("systemcodeid", "code"),
        one_of=(NAMED_SCHOOL,),
        columns=_SCHOOL | same("code") | {"systemcodeid": "code_id"},
    ),
    Layout(
        name="wonde_mark_codes",
        feed="mark_codes",
        title="Register codes, Wonde's attendance codes",
        marks_it=("id", "code"),
        one_of=(NAMED_SCHOOL,),
        columns=_SCHOOL | same("code") | {"id": "code_id"},
        unless=(*_OF_A_MARK, "upn", "studentid"),
    ),
    Layout(
        name="bromcom_mark_codes",
        feed="mark_codes",
        title="Register codes, Bromcom's sub-codes",
        marks_it=("subcode",),
        one_of=(("exportmark", "mark"), NAMED_SCHOOL),
        columns=_SCHOOL | {"subcode": "code_id", "exportmark": "code", "mark": "code"},
        unless=(*_OF_A_MARK, "upn", "studentid"),
    ),
    Layout(
        name="sims_mark_codes",
        feed="mark_codes",
        title="Register codes, SIMS's attendance codes",
        marks_it=("simsdisplaycode", "statutoryreturncode"),
        one_of=(NAMED_SCHOOL,),
        columns=_SCHOOL | {"simsdisplaycode": "code_id", "statutoryreturncode": "code"},
    ),
)

SYSTEM_LAYOUTS = (*_MARKS, *_SCHOOL_IDS, *_PUPIL_IDS, *_MARK_CODES)
