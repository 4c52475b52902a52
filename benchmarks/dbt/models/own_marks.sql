-- One row per pupil, day and half day, whatever the schools.
{{ config(materialized='view') }}
WITH twice AS (
    SELECT DISTINCT upn FROM (SELECT upn FROM {{ ref('all_weeks') }} GROUP BY upn, week_start HAVING count(*) > 1)
)
SELECT upn, date, is_pm, code FROM {{ ref('marks') }} ANTI JOIN twice USING (upn)
UNION ALL
SELECT upn, date, is_pm, arg_min(code, place) FROM {{ ref('marks') }} SEMI JOIN twice USING (upn) JOIN {{ ref('codes') }} USING (code)
GROUP BY upn, date, is_pm
