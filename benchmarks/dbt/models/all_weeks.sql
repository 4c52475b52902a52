-- One row per pupil, school and week with any mark.
SELECT upn, urn, date_trunc('week', date)::DATE AS week_start
    {%- for name in var('counts') %}, sum({{ name }})::INTEGER AS {{ name }}{% endfor %}
FROM {{ ref('marks') }} JOIN {{ ref('codes') }} USING (code)
GROUP BY ALL
