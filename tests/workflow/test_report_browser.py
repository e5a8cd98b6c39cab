"""The report as a reader meets it: in a browser, in any width, by keyboard, without a network."""

import re

import pytest

from browser import LOW_CONTRAST
from restpain.io.tables import read_table

pytestmark = pytest.mark.workflow

WIDTHS = (1300, 420, 320)
PAGES = ("results/report.html", "results/tables/published_vs_recomputed.html")
VIEWER_READY = """new Promise((resolve) => { const wait = () =>
    document.documentElement.dataset.viewer ? resolve(true) : setTimeout(wait, 20); wait(); })"""
QUALITY = "results/quality.html"
LARGE = "document.getElementById('large')"
LARGE_LOADED = """new Promise((resolve) => { const wait = () => {
    const picture = document.getElementById("large-picture");
    picture && picture.complete && picture.naturalWidth && !picture.classList.contains("loading")
      ? resolve(picture.naturalWidth) : setTimeout(wait, 20); }; wait(); })"""
SEEN_GROUPS = "[...document.querySelectorAll('.group')].filter((e) => e.offsetParent).length"
SEEN_IDS = "[...document.querySelectorAll('#tiles li')].map((e) => e.dataset.who)"


@pytest.fixture
def report(browser, finished_run):
    """Open the report of the shared run."""

    def opened(width=1300, page=PAGES[0]):
        browser.open((finished_run[0] / page).as_uri(), width=width)
        if page == PAGES[0]:
            browser.run(VIEWER_READY)
        return browser

    opened.folder = finished_run[0] / "results"
    return opened


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_a_page_opens_without_an_error_or_a_request_and_never_scrolls_sideways(
    report, width, page
):
    browser = report(width, page)

    assert browser.complaints() == []
    assert [address.split("/")[-1] for address in browser.requests()] == [page.split("/")[-1]]
    assert browser.run("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("page", PAGES)
def test_every_anchor_leads_somewhere_and_nothing_leads_out(report, page):
    browser = report(page=page)

    links = browser.run(
        "[...document.querySelectorAll('[href], [src]')]"
        ".map((e) => e.getAttribute('href') || e.getAttribute('src'))"
    )
    out = {link for link in links if not link.startswith(("#", "data:"))}
    files = {link for link in out if link.startswith(("figures/", "tables/"))}
    assert out - files <= {"quality.html#from-report"}
    assert all((report.folder / link).is_file() for link in files)
    ids = browser.run("[...document.querySelectorAll('[id]')].map((e) => e.id)")
    assert len(set(ids)) == len(ids)
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)


def test_the_first_key_shows_a_way_past_the_contents(report):
    browser = report()

    browser.press("Tab", 9)

    assert browser.run("document.activeElement.className") == "skip"
    assert browser.run("document.activeElement.getBoundingClientRect().left >= 0")
    target = browser.run("document.activeElement.getAttribute('href').slice(1)")
    assert browser.run(f"!!document.getElementById('{target}')")


def test_whatever_a_keyboard_reaches_shows_that_it_is_reached(report):
    browser = report(420)
    reached = []
    for _ in range(60):
        browser.press("Tab", 9)
        reached.append(
            browser.run(
                "(() => { const e = document.activeElement, s = getComputedStyle(e);"
                " return [e.tagName, s.outlineStyle, parseFloat(s.outlineWidth)]; })()"
            )
        )

    kinds = {tag for tag, *_ in reached}
    assert {"A", "DIV", "SUMMARY", "SELECT", "INPUT", "BUTTON"} <= kinds
    hidden = [one for one in reached if one[0] != "BODY" and (one[1] == "none" or one[2] < 1)]
    assert hidden == []


def test_pictures_and_tables_say_what_they_are(report):
    browser = report()

    assert browser.run("document.documentElement.lang") == "en"
    assert browser.run("[...document.images].filter((i) => !i.hasAttribute('alt')).length") == 0
    seen = "[...document.querySelectorAll('figure img, .wall img')]"
    assert browser.run(f"{seen}.length") > 3
    assert browser.run(f"{seen}.filter((i) => i.alt.trim().length < 10).length") == 0
    assert browser.run("[...document.querySelectorAll('th:not([scope])')].length") == 0
    unnamed = "[...document.querySelectorAll('svg')].filter((s) => !s.getAttribute('aria-label') "
    assert browser.run(unnamed + "&& !s.querySelector('title')).length") == 0
    levels = browser.run("[...document.querySelectorAll('h1,h2,h3,h4')].map((h) => +h.tagName[1])")
    assert levels[0] == 1
    assert levels.count(1) == 1
    unlabelled = "[...document.querySelectorAll('input, select')].filter((e) => !e.labels.length)"
    assert browser.run(f"{unlabelled}.length") == 0


@pytest.mark.parametrize("page", PAGES)
def test_text_stands_out_from_its_ground(report, page):
    # Web Content Accessibility Guidelines 2.1, criterion 1.4.3: a contrast of 4.5 to 1
    assert report(page=page).run(LOW_CONTRAST) == []


def test_the_viewer_shows_the_peaks_of_table_2(report, finished_run):
    browser = report()
    table = read_table(finished_run[0] / "results/tables/table2_regions.tsv")
    strongest = table[table["measure"] == "ALFF"].iloc[0]

    browser.run("document.querySelector('#viewer-peaks button').click()")

    reading = browser.run("document.getElementById('viewer-reading').textContent")
    numbers = [float(text) for text in re.findall(r"-?[\d.]+", reading.replace("\u2212", "-"))]
    assert numbers[:3] == strongest[["x_mm", "y_mm", "z_mm"]].tolist()
    assert numbers[3] == pytest.approx(strongest["t"], abs=0.11)  # of 254 colours


def test_the_viewer_moves_by_keyboard_and_shows_the_clusters_alone(report):
    browser = report()
    place = "document.getElementById('viewer-reading').textContent"
    browser.run("document.querySelector('#viewer-peaks button').click()")
    before = browser.run(place)

    browser.run("document.getElementById('viewer-x').focus()")
    browser.press("ArrowRight", 39)

    after = browser.run(place)
    x = [float(text[1:].split(",")[0].replace("\u2212", "-")) for text in (before, after)]
    assert x[1] - x[0] == 3
    browser.run("document.getElementById('viewer-significant').click()")
    browser.run("document.getElementById('viewer-overlay').decode()")
    for name in ("x", "y", "z"):  # a corner outside the brain
        browser.run(
            f"(() => {{ const e = document.getElementById('viewer-{name}'); e.value = e.min;"
            " e.dispatchEvent(new Event('input')); })()"
        )
    assert "nothing shown here" in browser.run(place)


def test_a_study_of_46_stays_under_20_megabytes(report, finished_run):
    browser = report()
    pictures = browser.run(
        "[...document.querySelectorAll('#quality ~ * img')].map((i) => i.src.length)"
    )
    whole = (finished_run[0] / PAGES[0]).stat().st_size

    assert len(pictures) >= 16
    assert (whole - sum(pictures)) + sum(pictures) / 16 * 46 < 20e6


def test_the_page_prints(report, tmp_path):
    browser = report()

    browser.print_pages(tmp_path / "report.pdf")

    content = (tmp_path / "report.pdf").read_bytes()
    assert content.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", content)) > 5


@pytest.mark.parametrize("width", WIDTHS)
def test_the_qc_overview_opens_without_an_error_or_a_request(report, width):
    browser = report(width, QUALITY)

    assert browser.complaints() == []
    assert [address.split("/")[-1] for address in browser.requests()] == ["quality.html"]
    assert browser.run("document.documentElement.scrollWidth <= window.innerWidth")
    assert browser.run(LOW_CONTRAST) == []


def test_group_labels_are_hidden_until_the_switch_shows_them_and_stay_while_sorting(report):
    browser = report(page=QUALITY)
    switch = "document.getElementById('groups')"
    ids = browser.run(SEEN_IDS)
    labels = (
        "[...document.querySelectorAll('#tiles .group')].map((e) => getComputedStyle(e).display)"
    )

    assert browser.run(SEEN_GROUPS) == 0
    assert set(browser.run(labels)) == {"none"}
    browser.run("document.querySelector('#numbers [data-key=n0]').click()")
    assert browser.run(SEEN_GROUPS) == 0
    browser.run("document.querySelector('#sort').focus()")
    browser.run(f"{switch}.focus(), {switch}.click()")
    assert browser.run("document.activeElement.getAttribute('aria-pressed')") == "true"
    assert browser.run(labels) == ["inline"] * len(ids)
    browser.run("document.querySelector('#numbers [data-key=group]').click()")
    assert browser.run(labels) == ["inline"] * len(ids)
    groups = browser.run(
        "[...document.querySelectorAll('#numbers tr[data-group]')].map((e) => e.dataset.group)"
    )
    assert groups == sorted(groups)

    browser.run(f"{switch}.click()")  # the order by group is given up, too

    assert browser.run(SEEN_GROUPS) == 0
    assert browser.run(SEEN_IDS) == ids


def test_a_tile_enlarges_the_whole_picture_and_arrow_keys_go_on(report):
    browser = report(page=QUALITY)
    first, second = browser.run(SEEN_IDS)[:2]
    name = "document.getElementById('large-name').textContent"

    browser.run("document.querySelector('#tiles li').focus()")
    browser.press("Enter", 13)

    assert browser.run(f"{LARGE}.open")
    assert browser.run(LARGE_LOADED) == 17.5 * 120  # pixels, of the file beside the page
    assert browser.run(name) == first
    whole = "document.getElementById('large-view').getBoundingClientRect().width"
    assert browser.run("document.querySelector('.cut').getBoundingClientRect().width") > 1200
    assert browser.run(whole) == browser.run("document.documentElement.clientWidth")
    browser.press("ArrowRight", 39)
    assert browser.run(name) == second
    assert browser.run(LARGE_LOADED)
    closed = f"new Promise((resolve) => {LARGE}.addEventListener('close', resolve))"
    browser.run(f"window.closed_now = {closed}, true")
    browser.press("Escape", 27)
    browser.run("window.closed_now.then(() => true)")
    assert not browser.run(f"{LARGE}.open")
    assert browser.run("document.activeElement.dataset.who") == second
    browser.run("document.querySelector('#tiles .picture').click()")
    assert browser.run(name) == first
    assert browser.run(SEEN_GROUPS) == 0
    assert browser.complaints() == []


def test_the_page_of_a_participant_enlarges_and_goes_on_as_the_overview_was_sorted(report):
    browser = report(page=QUALITY)
    first, second = browser.run(SEEN_IDS)[:2]
    leads = "(() => { const link = document.querySelector('#tiles a.page');"
    leads += " link.addEventListener('click', (event) => event.preventDefault());"
    leads += " link.click(); return link.href; })()"
    address = browser.run(leads)

    browser.open(address, width=1300)
    browser.run("document.querySelector('.picture[data-show=traces]').click()")

    assert browser.run(LARGE_LOADED) == 7 * 120
    assert browser.run("document.querySelector('nav').innerText").startswith("All participants")
    browser.events.clear()
    browser.press("ArrowRight", 39)
    browser.wait_until_loaded()
    assert browser.run("location.pathname").endswith(f"{second}_task-rest_desc-qc.html")
    assert browser.run(f"{LARGE}.open")
    assert browser.run("document.getElementById('large-picture').className") == "traces"
    browser.events.clear()
    browser.press("ArrowLeft", 37)
    browser.wait_until_loaded()
    assert browser.run("location.pathname").endswith(f"{first}_task-rest_desc-qc.html")
    browser.press("Escape", 27)
    assert not browser.run(f"{LARGE}.open")
    assert "Done by this workflow" in browser.run("document.getElementById('steps').innerText")
    assert browser.complaints() == []
