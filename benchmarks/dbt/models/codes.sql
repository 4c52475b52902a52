-- One row per register code: its place where two schools marked one half day, and which counts it is in.
{% set counts = var('counts') %}
SELECT place, code
    {%- for name, codes in counts.items() %}, (code IN ('{{ codes | join("', '") }}'))::TINYINT AS {{ name }}{% endfor %}
FROM (
    VALUES {% for code in var('codes') %}({{ loop.index }}, '{{ code }}'){{ ',' if not loop.last }}{% endfor %}
) AS listed (place, code)
