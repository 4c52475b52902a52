"""A real browser walks every page, filter and download, by mouse, by keyboard, with scripts off, at 320 pixels and in print."""

import csv
from pathlib import Path

import pytest

from pipeline.dashboard.pages import PAGES

MENU = [page for page in PAGES.values() if page.menu]
ADDRESSES = [page.address.replace("{urn}", "100001") for page in PAGES.values()]
ADDRESSED = [*ADDRESSES, "/signals?school=school", "/schools?school=nothing", "/sign-in", "/sign-out"]

_AXE = """async () => {
    const found = await axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]});
    return found.violations.map(one => one.id + ": " + one.nodes.map(node => node.target.join(" ")).slice(0, 3).join("; "));
}"""
_WIDEST = "() => [document.documentElement.scrollWidth, ...[...document.querySelectorAll('main *')].map(one => Math.ceil(one.getBoundingClientRect().right))]"


def axe() -> str:
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "width, addresses",
    [
        (320, ADDRESSED[1::2]),
        pytest.param(320, ADDRESSED, marks=pytest.mark.long),
        pytest.param(1280, ADDRESSED[::4], marks=pytest.mark.long),
        pytest.param(1280, ADDRESSED, marks=pytest.mark.long),
    ],
    ids=["320 some", "320", "1280 some", "1280"],
)
def test_axe_finds_nothing_on_any_page(opened, width, addresses):
    """It is put in past the content security policy, which would refuse it; the page itself has no script."""
    page = opened(width, bypass_csp=True)
    found = {}
    for address in addresses:
        page.goto(address)
        for details in page.query_selector_all("details"):
            details.evaluate("one => one.open = true")
        page.evaluate(axe())
        found |= {address: told} if (told := page.evaluate(_AXE)) else {}
    assert found == {}


def test_axe_finds_what_is_wrong(opened):
    page = opened(bypass_csp=True)
    page.goto("/")
    page.evaluate(
        "document.querySelector('#main').insertAdjacentHTML('beforeend', '<img src=\"data:,\"><p style=\"color:#ccc\">pale</p>')"
    )
    page.evaluate(axe())
    assert {one.partition(":")[0] for one in page.evaluate(_AXE)} == {"image-alt", "color-contrast"}


def test_nothing_scrolls_sideways_on_a_phone(opened):
    page = opened(320, 700)
    wide = {}
    for address in ADDRESSES:
        page.goto(address)
        for details in page.query_selector_all("details"):
            details.evaluate("one => one.open = true")
        widest = max(page.evaluate(_WIDEST))
        wide |= {address: widest} if widest > 320 else {}
    assert wide == {}


def test_every_page_is_come_to_by_its_name_in_the_menu(opened):
    page = opened(java_script_enabled=False)
    page.goto("/")
    for one in MENU:
        page.get_by_role("navigation", name="Pages").get_by_role("link", name=one.menu, exact=True).click()
        assert page.url.endswith(one.address)
        assert page.locator("nav [aria-current=page]").inner_text() == one.menu
        assert page.locator("h1").count() == 1 and page.locator("h1").inner_text()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts on", "scripts off"])
def test_filters_are_chosen_and_the_address_can_be_sent(opened, scripts):
    page = opened(java_script_enabled=scripts)
    page.goto("/schools")
    page.get_by_label("Phase").select_option("Secondary")
    page.get_by_label("Area").select_option("Brook")
    page.get_by_label("Order").select_option("absence")
    page.get_by_role("button", name="Show").click()
    assert "phase=Secondary" in page.url and "area=Brook" in page.url and "order=absence" in page.url
    phases = set(page.locator("table.sheet tbody td:nth-child(2)").all_inner_texts())
    shown = page.locator("table.sheet").first.inner_text()
    assert phases == {"Secondary"}
    sent = opened(java_script_enabled=scripts)
    sent.goto(page.url)
    assert sent.locator("table.sheet").first.inner_text() == shown
    page.get_by_role("link", name="Clear").click()
    assert page.url.endswith("/schools")


@pytest.mark.long
def test_every_filter_of_every_page_takes_each_of_its_choices(opened):
    page = opened(java_script_enabled=False)
    for one in (one for one in MENU if one.filters):
        page.goto(one.address)
        for name in [choice.get_attribute("name") for choice in page.locator("form.choices select").all()]:
            values = [option.get_attribute("value") for option in page.locator(f"select[name={name}] option").all()]
            for value in values[1:3] + values[-1:]:
                page.goto(one.address)
                page.locator(f"select[name={name}]").select_option(value)
                page.get_by_role("button", name="Show").click()
                assert page.locator(f"select[name={name}]").input_value() == value
                assert page.locator("h1").inner_text() not in ("Not there", "Not shown")


def test_a_school_is_found_by_typing_part_of_its_name_and_opened(opened):
    page = opened(java_script_enabled=False)
    page.goto("/schools")
    page.get_by_role("searchbox", name="School").fill("o'brien")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="St. O'Brien's & <b>Friends</b>").click()
    assert page.locator("h1").inner_text() == "St. O'Brien's & <b>Friends</b>"


def test_every_download_comes_as_a_table(opened):
    page = opened(java_script_enabled=False)
    taken = set()
    for address in ADDRESSES:
        page.goto(address)
        for link in page.locator("a[href^='/download/']").all():
            where = link.get_attribute("href")
            if where in taken:
                continue
            if not link.is_visible():
                page.locator("summary").first.click()
            with page.expect_download() as waited:
                link.click()
            with Path(waited.value.path()).open(encoding="utf-8-sig", newline="") as file:
                assert len(list(csv.DictReader(file))) > 0, where
            taken.add(where)
    assert len(taken) > 20


# By keyboard ----------------------------------------------------------------------------------------------------------------

_FOCUS = """() => {
    const one = document.activeElement, seen = getComputedStyle(one), box = one.getBoundingClientRect();
    return {words: (one.innerText || one.getAttribute("aria-label") || one.name || "").trim(), tag: one.tagName,
            background: seen.backgroundColor, shadow: seen.boxShadow, outline: seen.outlineStyle + seen.outlineWidth, border: seen.borderColor,
            seen: box.width > 1 && box.height > 1 && box.bottom > 0 && box.top < innerHeight};
}"""


def test_the_first_stop_skips_to_the_main_part(opened):
    page = opened()
    page.goto("/schools")
    page.keyboard.press("Tab")
    first = page.evaluate(_FOCUS)
    assert first["words"] == "Skip to main content" and first["seen"]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate(_FOCUS)["tag"] == "SELECT"


@pytest.mark.parametrize("where", ["/", "/school/100001", "/signals"])
def test_every_stop_of_the_keyboard_can_be_seen_and_none_is_a_trap(opened, where):
    page = opened()
    page.goto(where)
    stops = [
        one
        for one in page.locator("a[href], select, input:not([type=hidden]), button, summary").all()
        if one.is_visible()
    ]
    for _ in stops:
        page.keyboard.press("Tab")
        at = page.evaluate(_FOCUS)
        assert at["seen"], at
        is_marked = "255, 221, 0" in at["background"] + at["shadow"] + at["border"] or not at["outline"].startswith(
            "none"
        )
        assert is_marked, at
    assert page.evaluate("document.activeElement.closest('footer') !== null")


def test_a_table_beside_its_chart_is_opened_by_keyboard(opened):
    page = opened()
    page.goto("/")
    page.locator("summary").focus()
    page.keyboard.press("Enter")
    assert page.locator("details table").is_visible()
    assert page.locator("details table tbody tr").count() > 20


# On paper -------------------------------------------------------------------------------------------------------------------


def test_on_paper_there_is_no_menu_and_folded_tables_are_open(opened):
    page = opened()
    page.goto("/")
    assert page.locator("nav.menu").is_visible() and not page.locator("details table").is_visible()
    page.emulate_media(media="print")
    assert not page.locator("nav.menu").is_visible() and not page.locator("form.choices").is_visible()
    assert page.locator("details table").bounding_box()["height"] > 300
    assert page.locator("h1").is_visible()
