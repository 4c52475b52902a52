"""How fast the dashboard's pages are, and how large, beside a Streamlit page over the same tables, in one run.

    python -m benchmarks.dashboard --schools 600 --rounds 10 --date 2026-11-27

A fresh load is a browser that has never been here: the page, its style sheets, all of it shown. Then 20 readers go round every page
while snapshots are swapped beneath them. Streamlit is installed into a folder of its own (`benchmarks/work/`), never into the project's.
"""

import argparse
import json
import platform
import shutil
import statistics
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import httpx2

from pipeline.edges.settings import make_home
from tests.dashboard.made_up import publish_made_up

HERE = Path(__file__).parent
WORK = HERE / "work" / "dashboard"
RESULTS = HERE / "results"
ADDRESSES = (
    "/", "/schools", "/school/100001", "/lost", "/missed", "/postcode", "/signals", "/specialists", "/ever", "/data-quality", "/notes",
)  # fmt: skip
READERS, SWAPS = 20, 12
OURS, THEIRS = 8711, 8712
STREAMLIT = "streamlit"
CHROMIUM = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync")  # fmt: skip


def main() -> None:
    asked = _asked()
    shutil.rmtree(WORK / "home", ignore_errors=True)
    home = make_home(WORK / "home", demo=True)
    publish_made_up(home.published, schools=asked.schools)
    found = {
        "schools": asked.schools,
        "rounds": asked.rounds,
        "date": asked.date,
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
    }
    command = [sys.executable, "-m", "pipeline", "serve", "--home", str(home.folder), "--port", str(OURS)]
    streamlit = _streamlit() if asked.beside else "not asked for"
    with _process(command, f"http://127.0.0.1:{OURS}/health"):
        _warmed(f"http://localhost:{OURS}")
        if isinstance(streamlit, Path):
            with _process(
                _streamlit_command(streamlit, home.published / "current.duckdb"),
                f"http://127.0.0.1:{THEIRS}/_stcore/health",
            ):
                found |= _loads(asked.rounds, beside=True)
        else:
            found |= _loads(asked.rounds, beside=False) | {"streamlit": streamlit}
        found["swaps"] = _swapped(home.published, asked.schools)
    _write(found)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--schools", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--date", default="")
    parser.add_argument("--without-streamlit", dest="beside", action="store_false")
    return parser.parse_args()


@contextmanager
def _process(command: list[str], until: str):
    """A server, from when it answers to the end of the block."""
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=HERE.parent)
    try:
        with httpx2.Client(transport=httpx2.HTTPTransport(retries=12), timeout=300) as client:
            client.get(until).raise_for_status()
        yield
    finally:
        server.terminate()
        server.wait(timeout=60)


def _warmed(base: str) -> None:
    """Charts are drawn once for each snapshot and choice; whoever comes first waits for them, and is not timed."""
    with httpx2.Client(base_url=base, timeout=300) as client:
        for address in ADDRESSES:
            client.get(address).raise_for_status()


# Beside Streamlit -----------------------------------------------------------------------------------------------------------

_PAGE_OF_THEIRS = """
import sys
import duckdb, streamlit as st
con = duckdb.connect(sys.argv[1], read_only=True)
st.title("Home")
run = con.sql("SELECT * FROM published.run").df()
for column, name in zip(st.columns(4), ("schools_expected", "schools_received", "schools_without_list", "pupils_on_roll")):
    column.metric(name, str(run[name][0]))
weeks = con.sql("SELECT week_start, absence_rate, absence_rate_last_year, absence_rate_england FROM published.week WHERE scope = 'home'").df()
st.line_chart(weeks.set_index("week_start"))
kinds = con.sql("SELECT week_start, authorised_rate, unauthorised_rate, illness_rate, part_time_rate FROM published.week WHERE scope = 'home'").df()
st.line_chart(kinds.set_index("week_start"))
st.dataframe(con.sql("SELECT * FROM published.school ORDER BY absence_rate_ytd DESC LIMIT 10").df())
st.dataframe(con.sql("SELECT * FROM published.alarm WHERE raised LIMIT 10").df())
st.write("All shown")
"""


def _streamlit() -> Path | str:
    """Python of a folder with Streamlit in it, or why there is none."""
    folder = WORK / "streamlit"
    python = folder / "bin" / "python"
    try:
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, capture_output=True)
            subprocess.run(
                [str(python), "-m", "pip", "install", "-q", STREAMLIT, "duckdb==1.5.5"],
                check=True,
                capture_output=True,
                timeout=900,
            )
        subprocess.run([str(python), "-c", "import streamlit, duckdb"], check=True, capture_output=True)
    except (subprocess.SubprocessError, OSError) as error:
        return f"not measured: it could not be installed ({type(error).__name__})"
    return python


def _streamlit_command(python: Path, snapshot: Path) -> list[str]:
    page = WORK / "theirs.py"
    page.write_text(_PAGE_OF_THEIRS)
    options = (
        "--server.port",
        str(THEIRS),
        "--server.address",
        "127.0.0.1",
        "--server.headless",
        "true",
        "--browser.gatherUsageStats",
        "false",
    )
    return [str(python), "-m", "streamlit", "run", str(page), *options, "--", str(snapshot.resolve())]


# Fresh loads ----------------------------------------------------------------------------------------------------------------


def _loads(rounds: int, *, beside: bool) -> dict:
    """Median milliseconds to a page that is all there, its requests and KiB, every page in turn; then theirs as often."""
    from playwright.sync_api import sync_playwright

    taken: dict[str, list[tuple[float, int, float]]] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or "/usr/bin/chromium", args=list(CHROMIUM)
        )
        for number in range(rounds + 1):
            for address in ADDRESSES:
                _timed(browser, f"http://localhost:{OURS}{address}", None, taken.setdefault(address, []), number)
        for number in range(rounds + 1 if beside else 0):  # after ours, for it goes on working once its page is closed
            _timed(browser, f"http://127.0.0.1:{THEIRS}/", "text=All shown", taken.setdefault("streamlit", []), number)
        browser.close()
    told = {
        name: {"median_ms": round(statistics.median(ms for ms, _, _ in loads)), "requests": loads[-1][1], "kib": round(max(kib for _, _, kib in loads))}
        for name, loads in taken.items()
    }  # fmt: skip
    return {"pages": {name: told[name] for name in ADDRESSES}} | ({"streamlit": told["streamlit"]} if beside else {})


def _timed(browser, address: str, last: str | None, loads: list, number: int) -> None:
    """One fresh load, to the browser's own load event, when all of a page without scripts is there, or to when `last` is shown. The first
    of all is not kept, for it starts the browser's own parts."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(300_000)
    page = context.new_page()
    requests, sizes = [], []
    page.on("response", lambda response: requests.append(response))
    began = time.perf_counter()
    page.goto(address, wait_until="load")
    if last:
        page.wait_for_selector(last)
    took = (time.perf_counter() - began) * 1000
    for response in requests:
        if response.status == 200:
            size = response.request.sizes()
            sizes.append(size["responseBodySize"] + size["responseHeadersSize"])
    context.close()
    if number:
        loads.append((took, len(requests), sum(sizes) / 1024))


# Readers under swaps --------------------------------------------------------------------------------------------------------


def _swapped(published: Path, schools: int) -> dict:
    """Twenty readers go round the pages while snapshots are published: how many requests, how many failed, how long the slowest took."""
    failed, seconds, runs, done = [], [], set(), threading.Event()

    def read(first: int) -> None:
        with httpx2.Client(base_url=f"http://127.0.0.1:{OURS}", timeout=300) as client:
            turn = first
            while not done.is_set():
                began = time.perf_counter()
                try:
                    answer = client.get(ADDRESSES[turn % len(ADDRESSES)])
                    failed.extend([answer.status_code] * (answer.status_code != 200))
                    runs.add(answer.text.partition("<p>Run ")[2].partition(":")[0])
                except httpx2.HTTPError as error:
                    failed.append(type(error).__name__)
                seconds.append(time.perf_counter() - began)
                turn += 1

    readers = [threading.Thread(target=read, args=(number,)) for number in range(READERS)]
    for reader in readers:
        reader.start()
    for number in range(SWAPS):
        publish_made_up(published, schools, run=f"swap {number}")
    done.set()
    for reader in readers:
        reader.join()
    return {
        "readers": READERS, "swaps": SWAPS, "requests": len(seconds), "failed": len(failed), "runs_seen": len(runs),
        "median_ms": round(statistics.median(seconds) * 1000), "slowest_ms": round(max(seconds) * 1000),
    }  # fmt: skip


def _write(found: dict) -> None:
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "dashboard.json").write_text(json.dumps(found, indent=2) + "\n")
    theirs = found["streamlit"]
    swaps = found["swaps"]
    lines = [
        f"Fresh loads of the dashboard on {found['schools']} schools, median of {found['rounds']}{', ' + found['date'] if found['date'] else ''}: {found['machine']}.",
        "", "| page | ms | requests | KiB |", "|---|---|---|---|",
        *(f"| {name} | {one['median_ms']} | {one['requests']} | {one['kib']} |" for name, one in found["pages"].items()),
        f"| Streamlit, the same figures as home | {theirs['median_ms']} | {theirs['requests']} | {theirs['kib']} |" if isinstance(theirs, dict) else f"| Streamlit | {theirs} | | |",
        "", f"{swaps['readers']} readers while {swaps['swaps']} snapshots were swapped: {swaps['requests']} requests, {swaps['failed']} failed, "
        f"of {swaps['runs_seen']} runs; median {swaps['median_ms']} ms, slowest {swaps['slowest_ms']} ms.",
    ]  # fmt: skip
    (RESULTS / "dashboard.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
