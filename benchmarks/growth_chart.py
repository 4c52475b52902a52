"""The chart of growth, as SVG and PNG: told apart by dashes and shapes as well as by colour."""

from pathlib import Path

import altair as alt
import vl_convert

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
COLOURS, DASHES, SHAPES = ["#12436D", "#801650"], [[1, 0], [6, 3]], ["circle", "square"]
NAMES = ["Backfill of a school year", "A night"]
IN_PROPORTION = "#505A5F"
LABEL = 14
FONT = "Arial, Liberation Sans, sans-serif"
TICKS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]


def draw(sizes: list[dict], to: Path = IMAGES) -> None:
    """Write growth.svg and growth.png to a folder: seconds on the left, peak memory on the right."""
    seconds = _panel(sizes, "seconds", "Seconds", 1)
    memory = _panel(sizes, "peak_bytes", "Peak memory, GB", 1e9)
    legend = alt.LegendConfig(orient="top", title=None, labelFontSize=LABEL, symbolSize=160, labelLimit=300)
    chart = alt.hconcat(seconds, memory, spacing=40).configure(
        font=FONT, background="white", legend=legend, view=alt.ViewConfig(stroke=None)
    )
    spec = chart.to_json()
    svg = vl_convert.vegalite_to_svg(spec)
    (to / "growth.svg").write_text(svg, encoding="utf-8")
    (to / "growth.png").write_bytes(vl_convert.svg_to_png(svg, scale=2))


def _panel(sizes: list[dict], measure: str, title: str, unit: float) -> alt.LayerChart:
    ours = {NAMES[0]: f"backfill_{measure}", NAMES[1]: f"night_{measure}"}
    told = [
        {"pupils": one["pupils"], "what": name, "figure": one[column] / unit}
        for name, column in ours.items() for one in sizes
    ]  # fmt: skip
    ends = (sizes[0]["pupils"], sizes[-1]["pupils"])
    straight = [
        {"pupils": pupils, "what": name, "figure": sizes[0][column] / unit * pupils / ends[0]}
        for name, column in ours.items() for pupils in ends
    ]  # fmt: skip
    axis = {"labelFontSize": LABEL, "titleFontSize": LABEL, "titlePadding": 12, "grid": True, "gridColor": "#E5E6E7"}
    pupils = alt.X(
        "pupils:Q", title="Pupils", scale=alt.Scale(type="log", nice=False, padding=15),
        axis=alt.Axis(values=[one["pupils"] for one in sizes], format=",", labelAngle=-30, **axis),
    )  # fmt: skip
    figures = [one["figure"] for one in [*told, *straight]]
    ticks = [
        tick * scale
        for scale in (0.001, 1)
        for tick in TICKS
        if min(figures) * 0.7 <= tick * scale <= max(figures) * 1.4
    ]
    figure = alt.Y(
        "figure:Q", title=title, scale=alt.Scale(type="log", nice=False, padding=10),
        axis=alt.Axis(values=sorted(set(ticks)), format="~g", **axis),
    )  # fmt: skip
    lines = alt.Chart(alt.Data(values=told)).mark_line(strokeWidth=3, point=alt.OverlayMarkDef(size=90, filled=True)).encode(
        x=pupils, y=figure,
        color=alt.Color("what:N", sort=NAMES, scale=alt.Scale(domain=NAMES, range=COLOURS)),
        strokeDash=alt.StrokeDash("what:N", sort=NAMES, scale=alt.Scale(domain=NAMES, range=DASHES)),
        shape=alt.Shape("what:N", sort=NAMES, scale=alt.Scale(domain=NAMES, range=SHAPES)),
    )  # fmt: skip
    proportion = alt.Chart(alt.Data(values=straight)).mark_line(strokeWidth=1, strokeDash=[2, 4], color=IN_PROPORTION)
    return alt.layer(proportion.encode(x=pupils, y=figure, detail="what:N"), lines).properties(width=380, height=300)
