-- One row per pupil: spells of absence about need, and of illness, begun this year. Only an attended session ends one.
{% set kinds = {'absence_spells_ytd': "code <> 'C2' AND need_absence_sessions = 1", 'illness_spells_ytd': "illness_sessions = 1"} %}
{% for name, missed in kinds.items() %}
{{ 'WITH' if loop.first else ',' }} {{ name }} AS (
    SELECT upn, count(*) FILTER (is_missed AND was_missed IS DISTINCT FROM true)::INTEGER AS {{ name }}
    FROM (
        SELECT upn, is_missed, lag(is_missed) OVER (PARTITION BY upn ORDER BY date, is_pm) AS was_missed
        FROM (SELECT upn, date, is_pm, {{ missed }} AS is_missed, possible_sessions - absence_sessions = 1 AS attended
            FROM {{ ref('own_marks') }} JOIN {{ ref('codes') }} USING (code))
        WHERE is_missed OR attended
    )
    GROUP BY upn
)
{% endfor %}
SELECT * FROM absence_spells_ytd FULL JOIN illness_spells_ytd USING (upn)
