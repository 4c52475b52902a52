"""What the pages ask the snapshot. Each query chooses and orders rows: none adds, takes away, divides or counts.

`$urns` is the schools whoever asks may see, null for all; every query of schools has it. Every other `$name` is a filter of
the address, null where it is not set.
"""

_MAY_SEE = "($urns::INTEGER[] IS NULL OR list_contains($urns::INTEGER[], school.urn))"
_CHOSEN = """
    ($phase::VARCHAR IS NULL OR school.phase = $phase)
    AND ($area::VARCHAR IS NULL OR school.area = $area)
    AND ($school::VARCHAR IS NULL OR school.urn::VARCHAR = $school OR contains(lower(school.name), lower($school)))
"""
_PAGE = "LIMIT $most OFFSET $from_row"
_PLACE = """
    scope = CASE WHEN $phase::VARCHAR IS NULL THEN 'home' ELSE 'phase' END
    AND ($phase::VARCHAR IS NULL OR phase = $phase)
"""

RUN = "SELECT * FROM published.run"
PHASES = "SELECT phase FROM published.phase ORDER BY phase"
AREAS = "SELECT DISTINCT area FROM published.school WHERE area IS NOT NULL ORDER BY area"
TERMS = "SELECT DISTINCT term FROM published.week ORDER BY term"
WEEKS = "SELECT DISTINCT week_start FROM published.week WHERE scope = 'home' ORDER BY week_start DESC"
KINDS_LOST = "SELECT DISTINCT kind FROM published.lost_children ORDER BY kind"
KINDS_OF_GROUPS = "SELECT DISTINCT kind FROM published.group_audit ORDER BY kind"
FEEDS = "SELECT feed, title FROM published.feed ORDER BY title"
TABLES = "SELECT table_name FROM published.table_notes ORDER BY table_name"
ENGLAND = "SELECT * FROM published.england WHERE figure = $figure AND phase IS NOT DISTINCT FROM $phase"

# Home

PHASE = "SELECT * FROM published.phase WHERE phase = $phase"
FLOW_OF_PLACE = f"SELECT * FROM published.flow WHERE {_PLACE}"
WEEKS_OF_PLACE = f"""
    SELECT * FROM published.week
    WHERE {_PLACE} AND ($term::VARCHAR IS NULL OR term = $term)
    ORDER BY week_start
"""
ONE_WEEK = f"""
    SELECT * FROM published.week
    WHERE {_PLACE} AND ($term::VARCHAR IS NULL OR term = $term) AND ($week::DATE IS NULL OR week_start = $week::DATE)
    ORDER BY week_start DESC LIMIT 1
"""

_OF_SCHOOL = """
    school.urn, school.name, school.phase, school.area, school.received, school.registers_to, school.pupils_on_roll,
    school.absence_rate_ytd, school.persistent_absence_count, school.severe_absence_count, school.list_withheld_because,
    flow.scope IS NOT NULL AS has_flow, flow.flagged, flow.looked_at, flow.need_found, flow.need_met, flow.unmet, flow.waiting,
    flow.looked_at_rate, flow.median_days_to_look
"""
_SCHOOLS = (
    "published.school AS school LEFT JOIN published.flow AS flow ON flow.scope = 'school' AND flow.urn = school.urn"
)
_NOBODY_LOOKED = "CASE WHEN flow.flagged > 0 AND flow.looked_at = 0 THEN 0 ELSE flow.looked_at_rate END"

_BESIDE = (
    "CASE WHEN phase.schools > 1 THEN phase.absence_rate_ytd ELSE england.value END"  # one school is its whole phase
)
HIGH_AND_RARE = f"""
    SELECT {_OF_SCHOOL}, {_BESIDE} AS absence_rate_beside
    FROM {_SCHOOLS}
    JOIN published.phase AS phase ON phase.phase = school.phase
    JOIN published.flow AS home ON home.scope = 'home'
    LEFT JOIN published.england AS england ON england.figure = 'absence_rate' AND england.phase = school.phase
    WHERE {_MAY_SEE} AND {_CHOSEN}
        AND school.absence_rate_ytd > {_BESIDE}
        AND ({_NOBODY_LOOKED} < home.looked_at_rate OR (home.looked_at_rate IS NULL AND {_NOBODY_LOOKED} = 0))
    ORDER BY {_NOBODY_LOOKED}, school.absence_rate_ytd DESC, school.urn
    {_PAGE}
"""
MISSING = f"""
    SELECT urn, name, phase, area FROM published.school AS school
    WHERE NOT received AND {_MAY_SEE} AND {_CHOSEN} ORDER BY name, urn {_PAGE}
"""
WITHHELD = f"""
    SELECT urn, name, phase, list_withheld_because FROM published.school AS school
    WHERE list_withheld_because IS NOT NULL AND {_MAY_SEE} AND {_CHOSEN} ORDER BY name, urn {_PAGE}
"""
ALARMS = f"""
    SELECT alarm.urn, school.name, school.phase, alarm.alarm, alarm.says, alarm.asks
    FROM published.alarm AS alarm LEFT JOIN published.school AS school ON school.urn = alarm.urn
    WHERE alarm.raised AND {_MAY_SEE} AND {_CHOSEN} ORDER BY school.name, alarm.urn, alarm.alarm {_PAGE}
"""

# Schools

URN_SEEN = f"SELECT urn FROM published.school AS school WHERE urn::VARCHAR = $urn AND {_MAY_SEE}"
_SCHOOLS_BY = f"SELECT {_OF_SCHOOL} FROM {_SCHOOLS} WHERE {_MAY_SEE} AND {_CHOSEN} ORDER BY"
SCHOOLS = {
    "name": f"{_SCHOOLS_BY} school.name, school.urn {_PAGE}",
    "absence": f"{_SCHOOLS_BY} school.absence_rate_ytd DESC NULLS LAST, school.urn {_PAGE}",
    "looking": f"{_SCHOOLS_BY} {_NOBODY_LOOKED} NULLS LAST, school.absence_rate_ytd DESC NULLS LAST, school.urn {_PAGE}",
    "waiting": f"{_SCHOOLS_BY} flow.waiting DESC NULLS LAST, school.urn {_PAGE}",
}
NAMED = (
    f"SELECT urn, name, phase FROM published.school AS school WHERE {_MAY_SEE} AND {_CHOSEN} ORDER BY name, urn {_PAGE}"
)

SCHOOL = f"""
    SELECT school.*, {_OF_SCHOOL.replace("school.urn,", "")}
    FROM {_SCHOOLS} WHERE school.urn = $urn AND {_MAY_SEE}
"""
WEEKS_OF_SCHOOL = """
    SELECT school_week.*, week.term, week.absence_rate AS absence_rate_of_phase, week.absence_rate_england
    FROM published.school_week AS school_week
    JOIN published.school AS school ON school.urn = school_week.urn
    LEFT JOIN published.week AS week
        ON week.scope = 'phase' AND week.phase = school.phase AND week.week_start = school_week.week_start
    WHERE school_week.urn = $urn AND ($term::VARCHAR IS NULL OR week.term = $term)
    ORDER BY school_week.week_start
"""
ALARMS_OF_SCHOOL = "SELECT * FROM published.alarm WHERE urn = $urn ORDER BY alarm"
CHECKS_OF_SCHOOL = "SELECT * FROM published.school_check WHERE urn = $urn ORDER BY held_to"
LOST_OF_SCHOOL = "SELECT * FROM published.lost_children WHERE scope = 'school' AND urn = $urn ORDER BY kind"
PLANS_OF_SCHOOL = "SELECT * FROM published.plans_in_time WHERE scope = 'school' AND urn = $urn"
SIGNALS_OF_SCHOOL = """
    SELECT signal.*, names.asks, names.role, names.kind AS next_step
    FROM published.signal AS signal LEFT JOIN published.signal_names AS names ON names.signal = signal.signal
    WHERE signal.scope = 'school' AND signal.urn = $urn
    ORDER BY signal.raised DESC NULLS LAST, signal.signal
"""

# Lost between services

LOST = "SELECT * FROM published.lost_children WHERE scope = 'home' ORDER BY judged DESC, pupils DESC NULLS LAST, kind"
LOST_BY_SCHOOL = f"""
    SELECT lost.urn, school.name, school.phase, school.area, lost.kind, lost.pupils
    FROM published.lost_children AS lost JOIN published.school AS school ON school.urn = lost.urn
    WHERE lost.scope = 'school' AND ($kind::VARCHAR IS NULL OR lost.kind = $kind) AND {_MAY_SEE} AND {_CHOSEN}
    ORDER BY lost.pupils DESC NULLS LAST, school.name, lost.urn, lost.kind {_PAGE}
"""

# Who is missed, and who was ever helped

GROUPS = """
    SELECT * FROM published.group_audit WHERE $kind::VARCHAR IS NULL OR kind = $kind
    ORDER BY kind, missed_rate DESC NULLS LAST, group_name
"""
EVER = "SELECT * FROM published.ever"
SUPPORT = "SELECT * FROM published.support_attendance ORDER BY kind"

# Postcode

_POSTCODE = """
    flow.flagged, flow.looked_at, flow.looked_at_rate, flow.median_days_to_look, flow.scope IS NOT NULL AS has_flow,
    plans.plans, plans.plans_in_time, plans.in_time_rate, plans.plans_with_exceptions, plans.plans_in_time_with_exceptions,
    plans.in_time_rate_with_exceptions, plans.scope IS NOT NULL AS has_plans
"""
POSTCODE_OF_HOME = f"""
    SELECT {_POSTCODE} FROM published.flow AS flow
    FULL JOIN published.plans_in_time AS plans ON plans.scope = flow.scope
    WHERE COALESCE(flow.scope, plans.scope) = 'home'
"""
POSTCODE_BY_AREA = f"""
    SELECT COALESCE(flow.area, plans.area) AS area, {_POSTCODE}
    FROM (SELECT * FROM published.flow WHERE scope = 'area') AS flow
    FULL JOIN (SELECT * FROM published.plans_in_time WHERE scope = 'area') AS plans ON plans.area = flow.area
    WHERE $area::VARCHAR IS NULL OR COALESCE(flow.area, plans.area) = $area
    ORDER BY 1
"""
_POSTCODE_SCHOOLS = f"""
    SELECT school.urn, school.name, school.phase, school.area, {_POSTCODE}
    FROM {_SCHOOLS}
    LEFT JOIN published.plans_in_time AS plans ON plans.scope = 'school' AND plans.urn = school.urn
    WHERE {_MAY_SEE} AND {_CHOSEN}
"""
POSTCODE_BY_SCHOOL = (
    f"{_POSTCODE_SCHOOLS} ORDER BY flow.median_days_to_look DESC NULLS LAST, school.name, school.urn {_PAGE}"
)
POSTCODE_EXTRACT = f"{_POSTCODE_SCHOOLS} ORDER BY school.area, school.name, school.urn"

# Signals

SIGNALS = """
    SELECT signal.signal, signal.raised, signal.not_raised, signal.cannot_be_judged,
        names.asks, names.line, names.role, names.kind AS next_step, names.source, names.caution
    FROM published.signal AS signal LEFT JOIN published.signal_names AS names ON names.signal = signal.signal
    WHERE signal.scope = CASE WHEN $urn::INTEGER IS NOT NULL THEN 'school' WHEN $phase::VARCHAR IS NULL THEN 'home' ELSE 'phase' END
        AND signal.urn IS NOT DISTINCT FROM $urn::INTEGER
        AND ($urn::INTEGER IS NOT NULL OR signal.phase IS NOT DISTINCT FROM $phase::VARCHAR)
    ORDER BY signal.raised DESC NULLS LAST, signal.signal
"""
SIGNAL_OUTCOMES = "SELECT * FROM published.signal_outcome ORDER BY listed DESC NULLS LAST, signal"

# Where specialists are needed

SPECIALISTS = """
    SELECT * FROM published.specialist WHERE scope = 'home'
    ORDER BY unmet_a_day DESC NULLS LAST, unmet DESC NULLS LAST, kind
"""
SPECIALISTS_BY_AREA = """
    SELECT * FROM published.specialist
    WHERE scope = 'area' AND ($area::VARCHAR IS NULL OR area = $area) AND ($phase::VARCHAR IS NULL OR phase = $phase)
    ORDER BY area, phase, unmet DESC NULLS LAST, kind
"""

# Data quality, and notes

FEEDS_TOLD = "SELECT * FROM published.feed WHERE $feed::VARCHAR IS NULL OR feed = $feed ORDER BY title"
RULES_BROKEN = """
    SELECT quality.*, feed.title FROM published.data_quality AS quality LEFT JOIN published.feed AS feed ON feed.feed = quality.feed
    WHERE $feed::VARCHAR IS NULL OR quality.feed = $feed
    ORDER BY feed.title, quality.rows DESC NULLS LAST, quality.rule
"""
CHECKS_FAILED = f"""
    SELECT checked.urn, school.name, school.phase, checked.held_to
    FROM published.school_check AS checked JOIN published.school AS school ON school.urn = checked.urn
    WHERE NOT checked.holds AND {_MAY_SEE} AND {_CHOSEN} ORDER BY school.name, checked.urn, checked.held_to {_PAGE}
"""
TABLE_NOTES = """
    SELECT * FROM published.table_notes WHERE $table::VARCHAR IS NULL OR table_name = $table ORDER BY table_name
"""
FIGURE_NOTES = "SELECT * FROM published.figure_notes WHERE $table::VARCHAR IS NULL OR table_name = $table"
SOURCES_OF_ENGLAND = "SELECT * FROM published.england ORDER BY figure, phase"

MODEL = "FROM published.model"
MODEL_DRIFT = (
    "SELECT * FROM published.model_drift WHERE stability_index IS NOT NULL ORDER BY stability_index DESC, feature"
)


def all_queries() -> dict[str, str]:
    """Every query by its name, those of an order among them."""
    told = {
        name: value
        for name, value in globals().items()
        if name[0].isupper() and name.isupper() and isinstance(value, str)
    }
    return told | {f"SCHOOLS by {order}": sql for order, sql in SCHOOLS.items()}
