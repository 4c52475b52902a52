-- One row per pupil, school, day and half day: the mark recorded last. A later run reads the new files alone.
{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key=['upn', 'urn', 'date', 'is_pm']) }}
SELECT urn, upn, date, session = 'PM' AS is_pm, code
FROM read_csv('{{ var("files") }}', columns = {
    'urn': 'INTEGER', 'upn': 'VARCHAR', 'date': 'DATE', 'session': 'VARCHAR', 'code': 'VARCHAR', 'minutes_late': 'VARCHAR'
    {%- if is_incremental() %}, 'recorded_at': 'VARCHAR'{% endif %}
}, header = true)
