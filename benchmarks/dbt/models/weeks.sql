-- One row per pupil, school and week with a possible session.
{{ config(materialized='view') }}
SELECT * FROM {{ ref('all_weeks') }} WHERE possible_sessions > 0
