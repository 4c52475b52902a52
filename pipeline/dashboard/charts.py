"""Charts as SVG, drawn once for each snapshot and choice: wide for a desk, narrow for a phone.

Told apart by dashes and shapes as well as by colour. What is hidden is left out of a drawing; the table beside it says so.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from markupsafe import Markup, escape

from . import words
from .parts import Chart
from .reading import Reading
from .snapshot import Row

COLOURS = ("#12436D", "#F46A25", "#28A197", "#801650")
_DASHES = ([1, 0], [6, 3], [2, 2], [9, 3, 2, 3])
_SHAPES = ("circle", "square", "triangle-up", "diamond")
_WIDE, _NARROW = 900, 250
_LABEL = 14
_SENTENCE = "The table below has every figure."


def lines(
    reading: Reading, name: str, title: str, says: str, rows: Sequence[Row], series: Mapping[str, str], chosen: Mapping[str, object],
) -> Chart:  # fmt: skip
    """A line a series over school weeks: a gap where a figure is not told."""
    told = [
        {"week": words.short_day(row["week_start"]), "order": number, "what": label, "share": row[column]}
        for number, row in enumerate(rows)
        for column, label in series.items()
    ]
    weeks = [words.short_day(row["week_start"]) for row in rows]

    def spec(width: int):
        import altair as alt

        every = max(1, len(weeks) // (10 if width == _WIDE else 4))
        shown = weeks[::every]
        x = alt.X(
            "week:O",
            sort=weeks,
            title="Week of",
            axis=alt.Axis(values=shown, labelAngle=0 if width == _WIDE else -40, grid=False),
        )
        y = alt.Y("share:Q", title=None, axis=alt.Axis(format=".0%", tickCount=5), scale=alt.Scale(zero=True))
        chart = alt.Chart(alt.Data(values=told)).mark_line(
            strokeWidth=2.5, point=alt.OverlayMarkDef(size=28, filled=True)
        )
        return chart.encode(x=x, y=y, **_told_apart(list(series.values()), width)).properties(width=width, height=240)

    return _chart(reading, name, title, says, chosen, spec)


def bars(
    reading: Reading, name: str, title: str, says: str, rows: Sequence[Row], of: str, series: Mapping[str, str],
    chosen: Mapping[str, object] | None = None, *, share: bool = True,
) -> Chart:  # fmt: skip
    """A bar a row, or one for each of a few series, with the figure at its end."""
    labels = [words.text(row[of]) for row in rows]
    told = [
        {
            "of": label,
            "what": said,
            "figure": row[column],
            "written": (words.rate if share else words.number)(row[column]),
        }
        for label, row in zip(labels, rows, strict=True)
        for column, said in series.items()
        if row[column] is not None
    ]

    def spec(width: int):
        import altair as alt

        y = alt.Y("of:N", sort=labels, title=None, axis=alt.Axis(labelLimit=width // 2, domain=False, ticks=False))
        x = alt.X("figure:Q", title=None, axis=None, scale=alt.Scale(zero=True))
        base = alt.Chart(alt.Data(values=told)).encode(y=y, x=x)
        text = base.mark_text(align="left", dx=5, fontSize=_LABEL, color="#0b0c0c").encode(text="written:N")
        if len(series) > 1:
            order = list(series.values())
            offset = alt.YOffset("what:N", sort=order)
            colour = alt.Color("what:N", scale=_scale(order, COLOURS), sort=order, legend=_legend(width))
            bar, text = base.mark_bar().encode(yOffset=offset, color=colour), text.encode(yOffset=offset)
        else:
            bar = base.mark_bar(height={"band": 0.7}).encode(color=alt.value(COLOURS[0]))
        height = max(60, 26 * len({one["of"] for one in told}) * len(series))
        return (bar + text).properties(width=width * 2 // 3, height=height)

    return _chart(reading, name, title, says, chosen or {}, spec)


def intervals(
    reading: Reading, name: str, title: str, says: str, rows: Sequence[Row], measures: Mapping[str, str]
) -> Chart:
    """Of each group a mark for each measure, `<name>_rate`, on the line from its `<name>_low` to its `<name>_high`."""
    told = [
        {"of": words.text(row["group_name"]), "what": said, "share": row[f"{one}_rate"], "low": row[f"{one}_low"], "high": row[f"{one}_high"]}
        for row in rows
        for one, said in measures.items()
        if row[f"{one}_rate"] is not None
    ]  # fmt: skip
    labels = [words.text(row["group_name"]) for row in rows]

    def spec(width: int):
        import altair as alt

        order = list(measures.values())
        offset = alt.YOffset("what:N", sort=order)
        y = alt.Y(
            "of:N", sort=labels, title=None, axis=alt.Axis(labelLimit=width // 2, domain=False, ticks=False, grid=True)
        )
        scale = alt.X(
            "low:Q", title="Share of the group, with its 95% interval", axis=alt.Axis(format=".0%", tickCount=5)
        )
        base = alt.Chart(alt.Data(values=told)).encode(y=y, yOffset=offset)
        told_apart = _told_apart(order, width)
        line = base.mark_rule(strokeWidth=2).encode(x=scale, x2="high:Q", color=told_apart["color"])
        mark = base.mark_point(size=70, filled=True, opacity=1).encode(
            x="share:Q", color=told_apart["color"], shape=told_apart["shape"]
        )
        height = max(70, 20 * len({one["of"] for one in told}) * len(measures))
        return (line + mark).properties(width=width * 2 // 3, height=height)

    return _chart(reading, name, title, says, {}, spec)


def _told_apart(order: list[str], width: int) -> dict:
    import altair as alt

    legend = _legend(width)
    return {
        "color": alt.Color("what:N", sort=order, scale=_scale(order, COLOURS), legend=legend),
        "strokeDash": alt.StrokeDash("what:N", sort=order, scale=_scale(order, _DASHES), legend=legend),
        "shape": alt.Shape("what:N", sort=order, scale=_scale(order, _SHAPES), legend=legend),
    }


def _scale(order: list[str], values: Sequence):
    import altair as alt

    return alt.Scale(domain=order, range=list(values[: len(order)]))


def _legend(width: int):
    import altair as alt

    return alt.Legend(
        orient="top", direction="horizontal" if width == _WIDE else "vertical", title=None, labelLimit=300, symbolStrokeWidth=2.5, symbolSize=90
    )  # fmt: skip


def _chart(reading: Reading, name: str, title: str, says: str, chosen: Mapping[str, object], spec: Callable) -> Chart:
    says = f"{says} {_SENTENCE}"
    drawn = [
        _drawn(reading, (name, size, *sorted(chosen.items())), lambda width=width: spec(width))
        for size, width in (("wide", _WIDE), ("narrow", _NARROW))
    ]
    return Chart(title, says, *(_named(svg, f"{name}-{size}", title, says) for svg, size in zip(drawn, ("wide", "narrow"), strict=True)), name)  # fmt: skip


def _drawn(reading: Reading, key: tuple, chart: Callable) -> str:
    """The drawing, had from the snapshot where it was drawn before. Two who ask at once may both draw it: it is the same."""
    kept = reading.snapshot.drawn
    if key not in kept:
        import vl_convert

        config = {"font": "Arial", "axis": {"labelFontSize": _LABEL, "titleFontSize": _LABEL, "titleFontWeight": "normal", "gridColor": "#e5e6e7", "labelColor": "#0b0c0c"},
                  "legend": {"labelFontSize": _LABEL}, "view": {"stroke": None}, "aria": False}  # fmt: skip
        kept[key] = _plain(vl_convert.vegalite_to_svg(chart().to_dict() | {"config": config}))
    return kept[key]


def begin() -> None:
    """Have what draws ready before it is needed: it takes seconds to begin."""
    import altair as alt
    import vl_convert

    vl_convert.vegalite_to_svg(alt.Chart(alt.Data(values=[])).mark_point().to_dict())


_OPENING = re.compile(r'<svg [^>]*?width="([\d.]+)" height="([\d.]+)"[^>]*>')
_OF_THE_MAKER = re.compile(
    r' (?:role|aria-[a-z]+|class|pointer-events|stroke-miterlimit)="[^"]*"|<rect width="[\d.]+" height="[\d.]+" fill="white"/>'
)
_EMPTY = re.compile(r"<g(?: [^>]*)?></g>|<path[^>]* d=\"\"[^>]*/>|<path d=\"M0[^\"]*\" display=\"none\"/>")


def _plain(svg: str) -> str:
    """The drawing without what a page does not need."""
    plain = _OF_THE_MAKER.sub("", svg)
    before = None
    while before != plain:
        before, plain = plain, _EMPTY.sub("", plain)
    return plain


def _named(svg: str, name: str, title: str, says: str) -> Markup:
    """The drawing as one picture with a name and a description."""
    width, height = _OPENING.match(svg).groups()
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'aria-labelledby="{name}-title {name}-says"><title id="{name}-title">{escape(title)}</title><desc id="{name}-says">{escape(says)}</desc>'
    )
    return Markup(opening + svg[_OPENING.match(svg).end() :])
