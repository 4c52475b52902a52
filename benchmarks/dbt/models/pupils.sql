-- One row per pupil: the year to date, the last twenty days on which their school had a possible mark, and spells.
{% set rated = ['possible_sessions', 'absence_sessions', 'need_absence_sessions'] %}
WITH own AS (
    SELECT upn, date_trunc('week', date)::DATE AS week_start
        {%- for name in var('counts') %}, sum({{ name }})::INTEGER AS {{ name }}{% endfor %}
    FROM {{ ref('own_marks') }} JOIN {{ ref('codes') }} USING (code)
    GROUP BY ALL
),
year AS (
    SELECT upn, count(*) FILTER (part_time_sessions > 0)::INTEGER AS part_time_weeks_ytd
        {%- for name in var('counts') %}, sum({{ name }})::INTEGER AS {{ name }}_ytd{% endfor %}
    FROM own GROUP BY upn
),
school AS (SELECT upn, arg_max(urn, (week_start, urn)) AS urn FROM {{ ref('all_weeks') }} GROUP BY upn),
days AS (
    SELECT urn, date, row_number() OVER (PARTITION BY urn ORDER BY date DESC) AS place
    FROM (SELECT DISTINCT urn, date FROM {{ ref('marks') }} JOIN {{ ref('codes') }} USING (code) WHERE possible_sessions = 1)
),
since AS (SELECT upn, date AS from_day FROM school JOIN days USING (urn) WHERE place = 20),
lately AS (
    SELECT since.upn{% for name in rated %}, coalesce(sum({{ name }}), 0)::INTEGER AS {{ name }}_20d{% endfor %}
    FROM since LEFT JOIN (SELECT * FROM {{ ref('own_marks') }} JOIN {{ ref('codes') }} USING (code)) AS m
        ON m.upn = since.upn AND m.date >= since.from_day
    GROUP BY ALL
)
SELECT year.*, school.urn, lately.* EXCLUDE (upn),
    absence_sessions_ytd / nullif(possible_sessions_ytd, 0) AS absence_rate_ytd,
    absence_sessions_20d / nullif(possible_sessions_20d, 0) AS absence_rate_20d,
    coalesce(absence_spells_ytd, 0) AS absence_spells_ytd, coalesce(illness_spells_ytd, 0) AS illness_spells_ytd
FROM year JOIN school USING (upn) LEFT JOIN lately USING (upn) LEFT JOIN {{ ref('spells') }} USING (upn)
