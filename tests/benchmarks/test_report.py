"""What is told of figures: medians, ratios, aims on both sides of their line, exponents, and the page they are put into."""

import pytest

from benchmarks import growth, report, tables, where
from benchmarks.measured import CommandFailed, Took, told
from benchmarks.report import Found


def test_a_command_tells_what_it_took_and_printed_and_one_that_fails_gives_its_last_words():
    took, printed = told(["sh", "-c", "echo out; echo aside >&2"])
    assert printed == "out\n" and took.seconds > 0 and took.peak_bytes > 0
    with pytest.raises(CommandFailed, match="it went wrong"):
        told(["sh", "-c", "echo it went wrong >&2; exit 3"])


def rounds(*seconds: float) -> list[Found]:
    return [
        Found(
            took={"ours": Took(one, one, 100), "theirs": Took(2 * one, one, 400)},
            hops={"ours": {"read": one / 2, "keep": one / 4}},
        )
        for one in seconds
    ]


def test_medians_hops_and_ratios_are_of_all_rounds():
    stored = report.stored("some", rounds(1.0, 4.0, 2.0), {}, {"theirs over ours": ("theirs", "ours")})
    assert stored["medians"]["ours"]["seconds"] == 2.0
    assert stored["hops"]["ours"] == {"read": 1.0, "keep": 0.5}
    assert stored["ratios"]["theirs over ours"] == {"seconds": 2.0, "cpu_seconds": 1.0, "peak_bytes": 4.0}


@pytest.mark.parametrize(("times", "word"), [(2.0, "Met"), (2.01, "Not met")])
def test_a_backfill_meets_its_aim_up_to_twice_the_bare_read(times, word):
    ratios = {"seconds": times, "cpu_seconds": 1, "peak_bytes": 1}
    medians = {name: {"peak_bytes": 1} for name in ("take_in", "take_in_history")}
    full = {"run": {"pupils": tables.FULL_SIZE}, "medians": medians, "ratios": {"a": ratios, "b": ratios, "c": ratios}}
    assert tables._aims_of_backfill(full)[0].partition(". ")[2].startswith(f"{word}:")


def test_a_smaller_run_leaves_the_figures_that_are_kept_as_they_are():
    small, full = {"pupils": tables.FULL_SIZE - 1}, {"pupils": tables.FULL_SIZE}
    assert [report.folder_of(run) for run in (small, full, {"pupils": [600, 3000]})] == [
        report.SMALLER, report.RESULTS, report.RESULTS,
    ]  # fmt: skip


def test_a_smaller_run_says_nothing_of_aims():
    assert tables._aims_of_backfill({"run": {"pupils": tables.FULL_SIZE - 1}, "medians": {}, "ratios": {}}) == []


def of_week(seconds: float, *, times: float = 8.0) -> dict:
    return {
        "medians": {"nightly": {"seconds": seconds}}, "hops": {"nightly": {"lists": seconds - 8}},
        "ratios": {"pandas over nightly": {"seconds": times, "peak_bytes": 4.0}},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("early", "late", "times", "met"),
    [(12.0, 15.0, 8.0, [True, True, True, True]), (11.5, 15.1, 7.9, [False, True, False, False])],
)
def test_a_night_meets_its_aims_up_to_their_lines(early, late, times, met):
    lines = tables._aims_of_night({"4": of_week(early, times=1.0), "39": of_week(late, times=times)}, tables.FULL_SIZE)
    assert [". Met: " in line for line in lines] == met


def test_of_one_week_alone_nothing_is_said_of_the_later():
    assert not any("the later night" in line for line in tables._aims_of_night({"4": of_week(10.0)}, tables.FULL_SIZE))


def test_what_goes_out_is_not_of_the_take_in_and_look_of_a_night():
    night = {
        "medians": {"nightly": {"seconds": 10.0}},
        "hops": {"nightly": {"features": 3.0, "lists": 2.0, "publish": 1.5}},
    }
    assert tables.night_without_output(night) == pytest.approx(6.5)


def test_where_time_goes_adds_up_to_the_whole():
    hops = {"a": 4.0, "b": 3.0, "c": 0.2, "d": 0.19, "e": 0.01}
    page = where.of_one(
        "Of it", {"medians": {"ours": {"seconds": 10.0}, "scan": {"seconds": 2.0}}, "hops": {"ours": hops}}, "ours"
    )
    rows = {
        row[0]: row[1:] for row in ([cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines()[4:])
    }
    assert list(rows) == ["a", "b", "c", "the other 2 hops", "start-up, imports, clearing up", "all of it"]
    assert rows["a"] == ["4.0", "40%", "2.00"]
    assert sum(float(seconds) for seconds, *_ in list(rows.values())[:-1]) == pytest.approx(10.0, abs=0.1)


@pytest.mark.parametrize("power", [0.5, 1.0, 1.3])
def test_growth_in_proportion_meets_its_aim_and_any_faster_does_not(power):
    sizes = [
        {"pupils": pupils, "backfill_peak_bytes": 3.9e9}
        | {name: pupils**power for name in growth.MEASURES if name != "backfill_peak_bytes"}
        for pupils in (10_000, 250_000)
    ]
    of_growth, of_memory = growth.aims(sizes)
    assert (". Met: " in of_growth) is (power <= 1) and ". Met: 3.90 GB" in of_memory
    assert len(growth.aims([sizes[0], sizes[1] | {"pupils": 100_000}])) == 1


@pytest.mark.parametrize("power", [0.5, 1.0, 1.3])
def test_the_exponent_of_growth_is_found(power):
    sizes = [{"pupils": pupils, "seconds": 3 * pupils**power} for pupils in (10_000, 50_000, 250_000)]
    assert growth.exponent(sizes, "seconds") == pytest.approx(power)


def test_one_size_alone_is_no_growth():
    with pytest.raises(SystemExit, match="Fewer than two sizes"):
        growth.sizes_of({"sizes": {"600": {}}})


PAGE = "before\n<!-- begin of figures of benchmarks.some -->old<!-- end of figures of benchmarks.some -->\nafter\n"


def test_figures_go_between_their_marks_and_nothing_else_is_touched(tmp_path):
    page = tmp_path / "README.md"
    page.write_text(PAGE)
    report.between_marks(page, "some", "new")
    text = page.read_text()
    assert (
        text.startswith("before\n<!-- begin") and text.endswith("-->\nafter\n") and "new" in text and "old" not in text
    )


@pytest.mark.parametrize("text", ["no marks", PAGE + PAGE, PAGE.replace("end of", "ende of")])
def test_a_page_without_its_marks_or_with_two_is_left_as_it_is(tmp_path, text):
    page = tmp_path / "README.md"
    page.write_text(text)
    with pytest.raises(ValueError, match="lacks the marks of some"):
        report.between_marks(page, "some", "new")
    assert page.read_text() == text


def test_the_chart_of_growth_is_drawn_with_its_words_in_it(tmp_path):
    from benchmarks.growth_chart import draw

    sizes = [
        {"pupils": pupils}
        | {name: pupils * 1e-3 if name.endswith("seconds") else pupils * 1e4 for name in growth.MEASURES}
        for pupils in (10_000, 100_000)
    ]
    draw(sizes, tmp_path)
    svg = (tmp_path / "growth.svg").read_text()
    assert all(
        words in svg for words in ("Seconds", "Peak memory, GB", "Backfill of a school year", "A night", "100,000")
    )
    assert (tmp_path / "growth.png").read_bytes().startswith(b"\x89PNG")
