"""Plain tables, with our own names for their columns, and the Department's list of schools."""

from .layout import SCHOOL, Layout, same

PLAIN_LAYOUTS = (
    Layout(
        name="gias_schools",
        feed="schools",
        title="Get Information About Schools extract",
        marks_it=("urn", "lacode", "establishmentnumber", "establishmentname", "phaseofeducationname"),
        columns={
            "urn": "urn",
            "lacode": "authority",
            "establishmentnumber": "establishment",
            "establishmentname": "name",
            "phaseofeducationname": "phase",
            "typeofestablishmentname": "type",
            "establishmenttypegroupname": "type_group",
            "districtadministrativename": "district",
            "postcode": "postcode",
        },
    ),
    Layout(
        name="pupils",
        feed="pupils",
        title="Pupils, plain table",
        marks_it=("upn", "surname", "forename", "dateofbirth", "ncyear", "entrydate"),
        one_of=(SCHOOL,),
        columns=same(
            "urn", "laestab", "upn", "former_upn", "surname", "forename", "date_of_birth", "sex", "nc_year",
            "enrol_status", "entry_date", "leaving_date", "sen_provision", "fsm_eligible", "ethnicity", "language",
            "looked_after", "postcode",
        ),
    ),
    Layout(
        name="suspensions",
        feed="suspensions",
        title="Suspensions, plain table",
        marks_it=("upn", "startdate", "category"),
        one_of=(SCHOOL,),
        columns=same(
            "urn", "laestab", "upn", "start_date", "sessions", "category", "reason1", "reason2", "reason3",
        ),
    ),
    Layout(
        name="support_and_reviews",
        feed="support_and_reviews",
        title="Support and reviews",
        marks_it=("upn", "kind"),
        one_of=(SCHOOL, ("startdate", "lastreview", "nextreview", "quietuntil")),
        columns=same(
            "urn", "laestab", "upn", "kind", "start_date", "last_review", "next_review", "ended", "quiet_until",
        ),
    ),
    Layout(
        name="register_totals",
        feed="register_totals",
        title="Register totals",
        marks_it=("fromdate", "todate", "possiblesessions", "absencesessions"),
        one_of=(SCHOOL,),
        columns=same("urn", "laestab", "from_date", "to_date", "possible_sessions", "absence_sessions"),
    ),
    Layout(
        name="attendance_marks",
        feed="attendance_marks",
        title="Attendance marks, plain long table",
        marks_it=("upn", "date", "session", "code"),
        one_of=(SCHOOL,),
        columns=same("urn", "laestab", "upn", "date", "code", "minutes_late", "recorded_at")
        | {"session": "half_day"},
    ),
    Layout(
        name="attendance_marks_renamed",
        feed="attendance_marks",
        title="Attendance marks, plain long table under other headers",
        marks_it=("upn",),
        one_of=(
            ("schoolurn", "schoollaestab", *SCHOOL), ("attendancedate", "sessiondate", "date"), ("ampm", "session"),
            ("attendancecode", "attendancemark", "mark", "code"),
        ),
        columns=same("urn", "laestab", "upn", "minutes_late", "recorded_at")
        | {
            "schoolurn": "urn", "schoollaestab": "laestab", "date": "date", "attendancedate": "date",
            "sessiondate": "date", "session": "half_day", "ampm": "half_day", "code": "code",
            "attendancecode": "code", "mark": "code", "attendancemark": "code",
        },
    ),
)  # fmt: skip
