"""Report page: closed elements, escaped texts of users, no link outside, empty results."""

import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from restpain.cohort.participants import Comparison, included
from restpain.group.cluster_maps import NO_SEEDS
from restpain.presentation.labels import PAPER_ROWS
from restpain.report import sentences
from restpain.report.page import report_page
from restpain.report.run_times import run_times
from restpain.report.section_quality import QUALITY
from restpain.tables.demographics import demographics
from scripts.report.build_report import BRAINSPRITE
from scripts.tables.tabulate_classification import classification_table
from study import (
    ASSOCIATION,
    COMPARED,
    CONFIG,
    ERROR_RATE,
    FINDINGS,
    MODEL,
    NESTED,
    NORMALITY,
    ONE_SAMPLE,
    PUBLISHED,
    REGIONS,
    SCORE_MAP,
    picture,
    recovery_tables,
    settings,
)

TEMPLATES = Path(sentences.__file__).parent / "templates"
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in TEMPLATES.glob("*.j2")}
MOTION = pd.DataFrame(
    {
        "participants": ["analysed"],
        "number": ["mean_fd_jenkinson_mm"],
        "n_patients": [0],
        "n_controls": [2],
    }
)
INPUTS = pd.DataFrame({"stage": ["data", "map"], "file": ["a", "b"], "rule": ["r", "s"]})
INPUTS["sha256"] = "0" * 64
TIMES = pd.DataFrame({"s": [2.0], "cpu_time": [3.0], "max_rss": [100.0]})
EVIL = "<script>alert(1)</script>"


def results(
    *,
    found=True,
    source="simulated",
    participant="sub-1",
    group="CP",
    reason="moved",
    published=(),
    site=None,
):
    """Results of a small study and its settings, as the script reads them."""
    chosen = settings()
    chosen["cohort"] |= {"source": source, "patients": group, "site": site and "scanner"}
    roster = pd.DataFrame(
        {
            "participant_id": [participant, "sub-2", "sub-3", "sub-4", "sub-5"],
            "group": [group, group, "HC", "HC", group],
            "age": ["60", "61", "62", "63", "64"],
            "exclude": ["", "", "", "", reason],
            "scanner": ["A", site, "A", "A", "D"],
        }
    )
    func = {"mean_fd_jenkinson_mm": 0.1, "tsnr_median": 60.0, "coverage_of_template": 0.95}
    func |= {"n_volumes": 60, "slice_timing": EVIL, "residual_degrees_of_freedom": 30}
    keep = slice(None) if found else slice(0)
    groups = {"patients": group, "controls": "HC"}
    recovered, recovery_figure = recovery_tables() if source == "simulated" else ([], None)
    volume = np.ones((4, 4, 4))
    figures = dict.fromkeys(("workflow", "group_maps", "regions", "roc", "robustness"), picture())
    return {
        "described": {"nrs": {"LongName": "Numeric Rating Scale"}},
        "roster": roster,
        "tables": {
            "demographics": demographics(
                included(roster), Comparison(**groups), columns=list(PAPER_ROWS), seed=1
            ),
            "regions": REGIONS.iloc[keep],
            "classification": classification_table(PUBLISHED.iloc[keep], NESTED),
            "correlation": ASSOCIATION.iloc[keep],
        },
        "figures": figures,
        "func_qc": [func] * 4,
        "anat_qc": [] if source == "derivatives" else [{"dice_gm": 0.8}] * 4,
        "pictures": [picture()] * 4,
        "models": {"alff": MODEL},
        "searched": {},
        "corrections": {measure: {"volumes": []} for measure in ("alff", "reho", "fc")},
        "score_maps": {"alff": SCORE_MAP},
        "error_rates": [ERROR_RATE],
        "normality": NORMALITY.iloc[keep],
        "one_sample": ONE_SAMPLE.iloc[keep],
        "robustness": ROBUSTNESS.iloc[keep],
        "seeds": pd.DataFrame({"seed": ["ALFF1"]}),
        "motion": MOTION,
        "warnings": pd.DataFrame({"warning": [f"the groups differ in {EVIL}"]}),
        "mask": {"n_voxels": 65321},
        "recovery": recovered,
        "recovery_figure": recovery_figure,
        "published": published,
        "maps": [
            {"measure": "alff", "seed": None, "difference": 3 * volume, "labels": volume,
             "clusters": REGIONS.iloc[:1]}
        ],
        "brain": (volume, np.diag([3.0, 3, 3, 1])),
        "brainsprite": BRAINSPRITE.read_text(encoding="utf-8"),
        "config": CONFIG.read_text(encoding="utf-8"),
        "checks": {"Cohort": pd.DataFrame({"message": [EVIL]})},
        "files": [("results/table1.tsv", b"abc")],
        "inputs": INPUTS,
        "run_times": run_times([("rule", TIMES), ("other", TIMES * 2)]),
    }, chosen  # fmt: skip


def page(**changes):
    return report_page(*results(**changes), TEXTS)


def without_viewer(**changes):
    """Page without the section that has scripts of its own."""
    templates = TEXTS | {"section_viewer.html.j2": ""}
    return report_page(*results(**changes), templates)


ROBUSTNESS = pd.DataFrame(
    [
        ("optimism", "AUC of A minus AUC of B", 0.31, 0.1, 0.5, "95 %", 46.0, None, EVIL),
        ("stability", "Dice", None, None, None, None, 0.0, 0.025, None),
    ],
    columns=["topic", "quantity", "value", "low", "high", "interval", "n", "p", "note"],
)


class Anatomy(HTMLParser):
    """What a browser would see: tags, ids, links and sources, and unclosed elements."""

    VOID = {"meta", "link", "br", "img", "hr", "input", "circle", "line", "rect", "path"}

    def __init__(self, text):
        super().__init__()
        self.tags, self.ids, self.links, self.open = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        values = dict(attributes)
        self.ids += [values["id"]] if "id" in values else []
        self.links += [values[key] for key in ("href", "src") if key in values]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag


@pytest.mark.parametrize("found", [True, False])
@pytest.mark.parametrize("source", ["simulated", "derivatives"])
def test_every_element_is_closed_every_anchor_resolves_and_nothing_is_fetched(found, source):
    anatomy = Anatomy(page(found=found, source=source))

    assert anatomy.open == []
    assert len(set(anatomy.ids)) == len(anatomy.ids)
    anchors = [link[1:] for link in anatomy.links if link.startswith("#")]
    assert set(anchors) <= set(anatomy.ids)
    drawn = ["figure1_workflow", "figure2_group_maps", "figure3_regions", "figure4_roc"]
    drawn += ["figure4_robustness", *(["recovery"] if source == "simulated" else [])]
    beside = [f"figures/{name}.svg" for name in drawn] + ["tables/one_sample_regions.tsv"]
    beside += ["quality.html#from-report"]
    assert {link for link in anatomy.links if link.startswith("figures/")} == set(beside[:-2])
    assert all(link.startswith(("#", "data:")) or link in beside for link in anatomy.links)


def test_steps_of_given_series_that_were_measured_are_warned_of():
    found, chosen = results(source="derivatives")
    smooth = {"noise_fwhm_mm": 9.0, "power_above_band": 0.3, "measured_steps": ["smoothing"]}
    found["func_qc"] = [found["func_qc"][0] | smooth, *found["func_qc"][1:]]

    text = report_page(found, chosen, TEXTS)

    who = found["roster"]["participant_id"].iloc[0]
    sentence = f"<strong>Warning.</strong> The series of {who} look smoothed: noise 9.0 mm wide"
    assert text.count(sentence) == 1
    assert text.index('id="cohort"') < text.index(sentence) < text.index('id="regions"')


def test_maps_have_a_report_without_the_sections_of_series():
    found, chosen = results(source="maps")
    chosen["cohort"]["maps"] = {"alff": "{participant_id}.nii"}
    found |= {"pictures": [], "anat_qc": [], "func_qc": [{"coverage_of_template": 0.9}] * 4}
    found |= {"seeds": NO_SEEDS, "one_sample": found["one_sample"].iloc[:2]}

    text = report_page(found, chosen, TEXTS)

    anatomy = Anatomy(text)
    assert anatomy.open == []
    assert {link[1:] for link in anatomy.links if link.startswith("#")} <= set(anatomy.ids)
    assert "quality.html" not in text
    assert "quality" not in anatomy.ids
    assert text.count("No series was given. Left out are therefore") == 1
    assert "set by the user (a path)" in text
    assert "{participant_id}.nii" not in text
    assert "become the seeds" not in text


def test_maps_with_series_have_connectivity_and_still_no_quality_section():
    found, chosen = results(source="maps")
    chosen["cohort"] |= {"maps": {"alff": "{participant_id}.nii"}, "series": "{x}_secret.nii"}
    measured = {"noise_fwhm_mm": 9.0, "power_above_band": 0.3, "measured_steps": ["smoothing"]}
    series = {"coverage_of_template": 0.9, "n_volumes": 230, "repetition_time_s": 2.0} | measured
    found |= {"pictures": [], "anat_qc": [], "func_qc": [series] * 4}

    text = report_page(found, chosen, TEXTS)

    assert Anatomy(text).open == []
    assert "quality" not in Anatomy(text).ids
    assert "quality.html" not in text
    assert "Series on the same grid (230 volumes, 2 s apart)" in text
    assert "look smoothed: noise 9.0 mm wide" in text
    assert "No series was given" not in text
    assert "become the seeds" in text
    assert "secret" not in text


def test_what_a_user_wrote_is_text_and_never_markup():
    text = without_viewer(participant=EVIL, group=EVIL, reason=EVIL, site=EVIL)

    assert "script" not in Anatomy(text).tags
    assert EVIL not in text
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 5


def test_sites_are_counted_in_a_table_and_one_with_a_single_group_is_warned_of():
    text = page(site="B")

    assert "Analysed participants of each scanner" in text
    assert '<tr><th scope="row">A</th><td class="num">1</td><td class="num">2</td></tr>' in text
    assert '<tr><th scope="row">B</th><td class="num">1</td><td class="num">0</td></tr>' in text
    assert "The scanner B has 1 patient and no controls: its effect cannot be separated" in text
    assert "The scanner A" not in text
    assert '<th scope="row">D</th>' not in text  # of the excluded
    assert "Analysed participants of each" not in page()


def test_labels_of_levels_are_shown_for_sites_groups_and_reasons():
    found, chosen = results(site="1", reason="left_early_7")
    found["described"] |= {
        "scanner": {"LongName": "Hospital", "Levels": {"A": "University", "1": "City"}},
        "group": {"Levels": {"CP": "With pain", "HC": "Without pain"}},
        "exclude": {"Levels": {"left_early_7": "Withdrew consent"}},
    }
    found["normality"] = NORMALITY.assign(group=["CP", "HC"] * (len(NORMALITY) // 2))

    text = report_page(found, chosen, TEXTS)

    assert "Analysed participants of each Hospital" in text
    assert '<tr><th scope="row">University</th>' in text
    assert "The Hospital City has 1 patient and no controls" in text
    for label in ("<td>With pain</td>", "<td>Without pain</td>", "Withdrew consent"):
        assert label in text
    assert "<td>CP</td>" not in text
    assert "left_early_7" not in text


def test_nothing_a_user_wrote_runs_in_a_browser(browser, tmp_path):
    attack = '<img src=http://localhost/x onerror="window.run=1"><b id=planted>'
    path = tmp_path / "page.html"
    path.write_text(page(participant=attack, group=attack, reason=attack), encoding="utf-8")

    browser.open(path.as_uri(), width=800)

    assert browser.run("typeof window.run") == "undefined"
    assert browser.run("document.getElementById('planted')") is None
    assert browser.run("document.body.innerText.includes('onerror')")
    assert [address.split("/")[-1] for address in browser.requests()] == ["page.html"]
    assert browser.complaints() == []


OVERFLOWING = """
    document.querySelectorAll('details').forEach(one => one.open = true);
    [...document.querySelectorAll('.scroll')].filter(one => one.scrollWidth > one.clientWidth)
        .map(one => one.getAttribute('aria-label'))"""


def test_all_tables_fit_a_window_of_1300_pixels_with_long_names_too(browser, tmp_path):
    found, chosen = results()
    regions = pd.concat([REGIONS] * 2).assign(
        region="Frontal_Sup_Medial_R", region_distance_mm=14.2, hemisphere="midline",
        x_mm=-100.0, y_mm=-100.0, z_mm=-100.0, t=-112.35, n_voxels=14586,
        p_permutation=1 / 501, hedges_g=-13.87, hedges_g_low=-15.36, hedges_g_high=-12.34,
        cluster_id="fALFF12", seed="anterior_insula_left", seed_share=0.3,
    )  # fmt: skip
    found["tables"]["regions"] = regions
    path = tmp_path / "page.html"
    path.write_text(report_page(found, chosen, TEXTS), encoding="utf-8")

    browser.open(path.as_uri(), width=1300)

    assert browser.run(OVERFLOWING) == []


def test_table_1_explains_the_tests_that_it_has():
    text = page()

    marks = sorted(
        set(re.findall(r"</?\w[^>]*>?<sup>([a-d])</sup>|[0-9]<sup>([a-d])</sup>", text))
    )
    used = {mark for pair in marks for mark in pair if mark}
    note = text[text.index("All two-sided") - 800 : text.index("All two-sided")]
    for mark, words in (("a", "Two-sample t-test"), ("c", "Mann-Whitney"), ("d", "Freeman")):
        assert (words in note) is (mark in used), mark
    assert "a" in used
    assert "d" not in used


def test_the_same_results_give_the_same_bytes():
    assert page() == page()


def test_a_page_of_simulated_data_says_so_on_top_and_another_does_not():
    assert page().index("SIMULATED DATA") < page().index("<main>")
    real = page(source="bids")
    assert "SIMULATED" not in real
    assert "imulated data" not in real
    assert 'id="recovery"' not in real


def test_an_empty_result_is_said_in_words():
    text = page(found=False)

    assert "Table 2 has no row." in text
    assert "Table 4 has no row." in text
    assert "No significant region, hence no feature to classify with." in text
    assert "connectivity has no seed" not in text

    found, chosen = results(found=False)
    found["seeds"] = NO_SEEDS
    text = report_page(found, chosen, TEXTS)
    assert "in any measure, so that connectivity has no seed and was not tested." in text
    assert "Dashed: significant clusters become the seeds" not in text
    assert "pass through the strongest clusters (here none)." in text


def test_every_quality_number_has_a_column():
    text = page()

    assert all(f">{name}" in text for _, _, name, *_ in QUALITY)


def test_published_tables_are_shown_as_text_and_their_absence_is_said():
    assert "No published tables were given" in page()
    published = (FINDINGS.assign(published=EVIL, verdict="inconsistent"), COMPARED)

    text = without_viewer(published=published)

    assert "No published tables were given" not in text
    assert "This compares simulated with published data" in text
    assert "This compares simulated" not in page(published=published, source="bids")
    anatomy = Anatomy(text)
    assert anatomy.open == []
    assert "script" not in anatomy.tags
