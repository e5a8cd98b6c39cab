"""QC overview: every text escaped, a tile per participant, exclusions named, ratings kept."""

import html
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from restpain.cohort.participants import Comparison
from restpain.io.tables import write_table
from restpain.quality import limits as quality_limits
from restpain.quality.group_motion import motion_of_groups
from restpain.quality.limits import COLUMNS, CRITERIA, quality_row
from restpain.quality.overview import overview_rows
from scripts.quality.build_quality_overview import build_quality_overview

TEMPLATES = Path(quality_limits.__file__).parent / "templates"
OFF = {criterion.limit: None for criterion in CRITERIA if criterion.limit}
LIMITS = OFF | {"max_mean_fd_mm": 0.5}
NASTY = '<script>alert("x")</script> & <b>ghosts</b>'
LONG = "sub-" + "x" * 90
IDS = ["sub-1", LONG, "sub-3", "sub-4", "sub-5", "sub-6", "sub-7"]


class Shown(HTMLParser):
    """Text of a page outside elements of class group, and elements that hold other text."""

    VOID = ("meta", "link", "img", "br", "input")

    def __init__(self, page):
        super().__init__()
        self.open, self.text = [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        if tag not in self.VOID:
            classes = (dict(attributes).get("class") or "").split()
            self.open.append("hidden" if "group" in classes or tag in ("style", "script") else tag)

    def handle_endtag(self, tag):
        self.open.pop()

    def handle_data(self, data):
        if "hidden" not in self.open:
            self.text.append(data)


@pytest.fixture
def overview(tmp_path):
    """Text of the overview of seven participants: one rated with markup, one beyond a limit."""
    rows = []
    for place, who in enumerate(IDS):
        numbers = {
            "mean_fd_jenkinson_mm": 0.9 if who == "sub-3" else 0.05 * (place + 1),
            "coverage_of_template": 0.99,
            "dice_gm": None if who == "sub-4" else 0.9,
            "repetition_time_s": 100.0 if who == "sub-7" else 2.0,
            "noise_fwhm_mm": 9.25 if who == "sub-3" else 4.5,
            "measured_steps": ["smoothing"] if who == "sub-3" else [],
        }
        rating = {"sub-1": ("exclude", NASTY), LONG: ("pass", 'so-called "artefact"')}
        rows.append(
            quality_row(
                who,
                "<CP>" if place % 2 else "HC",
                numbers,
                np.array([np.nan, 0.1, 0.3 * (place > 3)]),
                *rating.get(who, ("", "")),
                LIMITS,
            )
        )
    quality = pd.DataFrame(rows, columns=list(COLUMNS))
    write_table(tmp_path / "quality.tsv", quality)
    motion = motion_of_groups(quality, Comparison("<CP>", "HC"))
    write_table(tmp_path / "motion.tsv", motion)
    pictures = [tmp_path / f"{who}_desc-qc.png" for who in reversed(IDS)]
    for path in pictures:
        Image.new("RGB", (140, 60), "grey").save(path)
    build_quality_overview(
        template_path=TEMPLATES / "quality_overview.html.j2",
        quality_path=tmp_path / "quality.tsv",
        motion_path=tmp_path / "motion.tsv",
        pictures_paths=pictures,
        overview_path=tmp_path / "quality.html",
        source="bids",
        limits=LIMITS,
    )
    return (tmp_path / "quality.html").read_text(encoding="utf-8")


def test_the_overview_has_a_tile_a_row_and_a_link_of_each_participant(overview):
    for who in IDS:
        assert overview.count(f'<li id="{who}"') == overview.count(f'<tr data-who="{who}"') == 1
        assert f'href="{who}/figures/{who}_task-rest_desc-qc.html"' in overview
    assert overview.count('loading="lazy"') == len(IDS)


def test_the_overview_warns_of_steps_that_were_measured(overview):
    warnings = overview.partition('id="measured"')[2].partition("</ul>")[0]

    assert warnings.count("<li>") == 1
    assert "The series of sub-3 look smoothed: noise 9.2 mm wide" in warnings


def test_texts_of_the_user_are_escaped_everywhere(overview):
    assert NASTY not in overview
    assert "<b>ghosts" not in overview
    assert "<CP>" not in overview
    assert overview.count("<script>") == 1  # its own
    assert str(html.escape(NASTY)).replace("&quot;", "&#34;") in overview


def test_the_overview_needs_nothing_from_elsewhere(overview):
    outside = re.findall(r'(?:src|href)="([^"#]+)', overview)
    assert {text.split(":")[0] if ":" in text else "" for text in outside} == {"data", ""}
    assert "http" not in overview


def test_the_overview_leads_to_pages_of_participants_and_to_no_other_file(overview):
    leads_to = {target for target in re.findall(r'href="([^"#:]+)"', overview)}

    assert leads_to == {f"{who}/figures/{who}_task-rest_desc-qc.html" for who in IDS}


def test_only_a_reader_who_comes_from_the_report_finds_a_link_back(browser, overview, tmp_path):
    links = "[...document.querySelectorAll('a[href^=report]')].map(e => e.getAttribute('href'))"
    page = (tmp_path / "quality.html").as_uri()

    browser.open(page, width=900)
    assert browser.run(links) == []
    browser.open(f"{page}?again#from-report", width=900)

    assert browser.run(links) == ["report.html#quality"]
    assert browser.complaints() == []


def test_the_excluded_are_named_with_the_reason_and_the_value(overview):
    excluded = overview.partition('id="excluded"')[2].partition("</ul>")[0]

    assert sorted(re.findall(r'href="#([^"]+)"', excluded)) == ["sub-1", "sub-3"]
    assert "mean FD above 0.5 mm (mean FD 0.900)" in excluded
    assert "7 preprocessed, 2 of them excluded" in overview
    assert "2 rated" in overview


def test_ratings_of_this_run_are_on_the_tiles(overview):
    tile = overview.partition(f'<li id="{LONG}"')[2].partition("</li>")[0]

    assert 'data-rating="pass" aria-pressed="true"' in tile
    assert tile.count('aria-pressed="true"') == 1
    assert 'value="so-called &#34;artefact&#34;"' in tile


def test_minutes_of_unflagged_data_and_tr_stand_in_the_table_and_minutes_on_the_tile(overview):
    row = overview.partition('<tr data-who="sub-1"')[2].partition("</tr>")[0]
    tile = overview.partition('<li id="sub-1"')[2].partition("</li>")[0]

    assert '<td class="num warning">0.1</td>' in row  # 3 volumes of 2 s
    assert '<td class="num">2.000</td>' in row
    assert '<span class="warning">unflagged 0.1 min</span>' in tile
    enough = overview.partition('<tr data-who="sub-7"')[2].partition("</tr>")[0]
    assert f'data-n3="{2 * 100 / 60}"' in enough
    for name in ("unflagged data, min", "repetition time (TR), s"):
        assert re.search(rf'<button type="button" data-key="\w+">{re.escape(name)}<', overview)
    assert (
        "Less than 4 minutes of unflagged data are a warning (Satterthwaite et al. 2013"
        in overview
    )
    assert "warnings are expected" not in overview


def test_nothing_outside_the_elements_that_are_hidden_tells_a_group(overview):
    shown = " ".join(Shown(overview).text)

    assert "sub-3" in shown
    for told in ("CP", "HC", " patient", " controls"):
        assert told not in shown
        assert told in overview.replace("&lt;", "")
    assert ".group { display: none !important; }" in overview
    assert "<body>" in overview  # without the class that shows them
    assert '<button type="button" id="groups" aria-pressed="false">Show group labels<' in overview
    tile = overview.partition('<li id="sub-3"')[2].partition("</li>")[0]
    assert '<span class="group">HC, </span>' in tile


def test_the_order_at_first_depends_on_the_ids_alone(overview):
    tiles = re.findall(r'<li id="([^"]+)"', overview)
    rows = re.findall(r'<tr data-who="([^"]+)".*?data-place="(\d+)"', overview)

    assert tiles == [who for who, _ in rows] != IDS
    assert [who for who, _ in sorted(rows, key=lambda row: int(row[1]))] == IDS
    quality = pd.DataFrame([{"participant_id": who, "group": "HC"} for who in reversed(IDS)])
    quality = quality.reindex(columns=list(COLUMNS))
    again = overview_rows(quality, dict.fromkeys(IDS, ""), OFF)
    assert [row["name"] for row in again] == tiles


def test_a_tile_enlarges_the_whole_picture_cut_to_its_slices(overview):
    for who in IDS:
        tile = overview.partition(f'<li id="{who}"')[2].partition("</li>")[0]
        assert f'data-full="{who}/figures/{who}_task-rest_desc-qc.png"' in tile
        assert "data:image/webp" in tile  # the thumbnail
    assert '<dialog id="large" aria-labelledby="large-name">' in overview
    assert "width: 166.667%; max-width: none; height: auto; margin-left: -66.667%;" in overview
    assert not re.search(r"<[^>]+\son\w+=", overview)
