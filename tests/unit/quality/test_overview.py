"""The pages of quality: every text escaped, lights with words, ratings kept, motion in words."""

import html
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from restpain.cohort.participants import Comparison
from restpain.cohort.ratings import read_ratings
from restpain.io.tables import write_table
from restpain.presentation.pages import render_page
from restpain.quality import limits as quality_limits
from restpain.quality.group_motion import motion_of_groups
from restpain.quality.limits import COLUMNS, JUDGED, quality_row
from restpain.quality.overview import motion_differs, motion_sentences
from restpain.quality.participant_page import fact_rows, judged_rows
from scripts.quality.build_wall import build_wall

TEMPLATES = Path(quality_limits.__file__).parent / "templates"
OFF = dict.fromkeys([judged.limit for judged in JUDGED])
LIMITS = OFF | {"max_mean_fd_mm": 0.5}
NASTY = '<script>alert("x")</script> & <b>ghosts</b>'
LONG = "sub-" + "x" * 90
IDS = ["sub-1", LONG, "sub-3", "sub-4", "sub-5", "sub-6", "sub-7"]


@pytest.fixture
def wall(tmp_path):
    """Text of the wall of seven participants: one rated with markup, one beyond a limit."""
    rows = []
    for place, who in enumerate(IDS):
        numbers = {
            "mean_fd_jenkinson_mm": 0.9 if who == "sub-3" else 0.05 * (place + 1),
            "coverage_of_template": 0.99,
            "dice_gm": None if who == "sub-4" else 0.9,
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
    build_wall(
        template_path=TEMPLATES / "quality_wall.html.j2",
        quality_path=tmp_path / "quality.tsv",
        motion_path=tmp_path / "motion.tsv",
        pictures_paths=pictures,
        wall_path=tmp_path / "quality.html",
        source="bids",
        limits=LIMITS,
    )
    return (tmp_path / "quality.html").read_text(encoding="utf-8")


def test_the_wall_has_a_tile_a_row_and_a_link_of_everybody(wall):
    for who in IDS:
        assert wall.count(f'<li id="{who}"') == wall.count(f'<tr data-who="{who}"') == 1
        assert f'href="{who}/figures/{who}_task-rest_desc-qc.html"' in wall
    assert wall.count('loading="lazy"') == len(IDS)


def test_texts_of_the_user_are_escaped_everywhere(wall):
    assert NASTY not in wall
    assert "<b>ghosts" not in wall
    assert "<CP>" not in wall
    assert wall.count("<script>") == 1  # its own
    assert str(html.escape(NASTY)).replace("&quot;", "&#34;") in wall


def test_the_wall_needs_nothing_from_elsewhere(wall):
    outside = re.findall(r'(?:src|href)="([^"#]+)', wall)
    assert {text.split(":")[0] if ":" in text else "" for text in outside} == {"data", ""}
    assert "http" not in wall


def test_the_wall_leads_to_pages_of_participants_and_to_no_other_file(wall):
    leads_to = {target for target in re.findall(r'href="([^"#:]+)"', wall)}

    assert leads_to == {f"{who}/figures/{who}_task-rest_desc-qc.html" for who in IDS}


def test_only_a_reader_who_comes_from_the_report_finds_a_link_back(browser, wall, tmp_path):
    links = "[...document.querySelectorAll('a[href^=report]')].map(e => e.getAttribute('href'))"
    page = (tmp_path / "quality.html").as_uri()

    browser.open(page, width=900)
    assert browser.run(links) == []
    browser.open(f"{page}?again#from-report", width=900)

    assert browser.run(links) == ["report.html#quality"]
    assert browser.complaints() == []


def test_who_is_left_out_is_named_with_the_reason_and_the_value(wall):
    left_out = wall.partition('id="leftout"')[2].partition("</ul>")[0]

    assert re.findall(r'href="#([^"]+)"', left_out) == ["sub-1", "sub-3"]
    assert "mean FD above 0.5 mm (mean FD 0.900)" in left_out
    assert "7 preprocessed, 2 of them left out" in wall
    assert "2 rated" in wall


def test_ratings_of_this_run_are_on_the_tiles(wall):
    tile = wall.partition(f'<li id="{LONG}"')[2].partition("</li>")[0]

    assert 'data-rating="pass" aria-pressed="true"' in tile
    assert tile.count('aria-pressed="true"') == 1
    assert 'value="so-called &#34;artefact&#34;"' in tile


def test_the_participants_page_says_each_light_in_words_with_the_limits_in_use():
    rows = judged_rows(
        {"participant_id": "sub-1", "mean_fd_jenkinson_mm": 0.6, "flagged_share": 0.3}, LIMITS
    )
    by_name = {row["name"]: row for row in rows}

    assert by_name["mean FD"]["words"] == "beyond the limit of this run"
    assert by_name["mean FD"]["limit"] == "left out above 0.5; worth a look above 0.25"
    assert by_name["share of flagged volumes"]["words"] == "worth a look"
    assert by_name["template covered"]["words"] == "not known"
    assert by_name["volumes not flagged"]["limit"] == "no limit set"
    page = render_page(
        (TEMPLATES / "participant_quality.html.j2").read_text(encoding="utf-8"),
        {
            "participant": LONG,
            "simulated": True,
            "judged": rows,
            "facts": fact_rows(
                {"slice_timing": "<i>", "n_volumes": 230, "unsettled_volumes": None}
            ),
            "regressors": [],
            "traces": "data:,",
            "slices": "data:,",
            "pictures": ["<b>"],
        },
    )
    assert "SIMULATED" in page
    assert "<i>" not in page
    assert "&lt;b&gt;" in page
    assert '<td class="num">230</td>' in page
    assert "folded voxels" not in page
    assert f'href="../../quality.html#{LONG}"' in page


def groups(patients, controls):
    quality = pd.DataFrame(
        {
            "group": ["CP"] * len(patients) + ["HC"] * len(controls),
            "mean_fd_jenkinson_mm": [*patients, *controls],
            "n_flagged": [0] * (len(patients) + len(controls)),
            "exclude": None,
        }
    )
    return motion_of_groups(quality, Comparison("CP", "HC"))


def test_motion_is_told_with_all_tests_and_a_difference_is_told():
    apart = groups([0.3, 0.35, 0.4, 0.45], [0.1, 0.12, 0.11, 0.15])

    displacement, flagged = motion_sentences(apart)
    assert displacement.startswith(
        "Of the analysed participants, mean FD (Jenkinson), mm: 0.375 ± 0.065 in 4 patients and "
        "0.120 ± 0.022 in 4 controls; t = 7.49, p < 0.001; Welch p = 0.002; Mann-Whitney p = 0.029"
    )
    assert flagged.endswith("it varies too little to be tested.")
    assert motion_differs(apart)
    assert not motion_differs(groups([0.1, 0.2, 0.3], [0.2, 0.1, 0.3]))


def test_motion_that_is_not_known_is_said_so():
    assert "is not known in both groups" in motion_sentences(groups([np.nan] * 3, [np.nan] * 3))[0]


def test_a_template_of_ratings_with_quotes_comes_back(tmp_path):
    path = tmp_path / "qc_ratings.tsv"
    # as the script of the wall writes a reason with quotes
    path.write_text(
        'participant_id\trating\treason\nsub-1\tpass\t"""odd"" one"\nsub-3\tn/a\tn/a\n'
    )

    assert read_ratings(path, IDS).loc["sub-1", "reason"] == '"odd" one'
