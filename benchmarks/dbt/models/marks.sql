-- One row per pupil, school, day and half day: the mark recorded last. A later run reads the new files alone.
{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key=['upn', 'urn', 'date', 'is_pm']) }}
SELECT urn, upn, date, session = 'PM' AS is_pm, code
FROM read_csv('{{ var("files") }}', columns = {
    {%- for name in var('columns') %}'{{ name }}': '{{ {"urn": "INTEGER", "date": "DATE"}.get(name, "VARCHAR") }}'{{ ', ' if not loop.last }}{% endfor -%}
}, header = true)
