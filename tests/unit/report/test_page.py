"""The page: its settings table, that it escapes what users wrote, and that it stands alone."""

import base64
import io
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from restpain.cohort.sites import site_counts
from restpain.figures.workflow_content import exclusion_flow
from restpain.presentation import pages
from restpain.presentation.pages import render_report
from restpain.report import sentences
from restpain.report.run_times import run_times
from restpain.report.section_classification import classification_rows, classification_section
from restpain.report.section_cohort import cohort_section
from restpain.report.section_methods import methods_section
from restpain.report.section_provenance import provenance_section
from restpain.report.section_published import published_section
from restpain.report.section_quality import QUALITY, quality_section, quality_table
from restpain.report.section_recovery import recovery_section
from restpain.report.section_regions import region_rows, regions_section
from restpain.report.section_run_times import run_times_section
from restpain.report.section_score import score_section
from restpain.report.section_settings import remarks, setting_rows, settings_section
from restpain.report.section_summary import summary_section
from restpain.report.sentences import question
from restpain.tables.demographics import demographics
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
    PUBLISHED,
    REGIONS,
    SCORE_MAP,
    picture,
    recovery_tables,
    settings,
)

TEMPLATES = Path(sentences.__file__).parent / "templates"
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in TEMPLATES.glob("*.j2")}
INPUTS = pd.DataFrame({"stage": ["data", "map"], "file": ["a", "b"], "rule": ["r", "s"]})
INPUTS["sha256"] = "0" * 64
TIMES = pd.DataFrame({"s": [2.0], "cpu_time": [3.0], "max_rss": [100.0]})
EVIL = "<script>alert(1)</script>"


def page(
    *,
    found=True,
    source="simulated",
    participant="sub-1",
    group="CP",
    reason="moved",
    published=None,
    site=None,
):
    chosen = settings()
    chosen["cohort"] |= {"source": source, "patients": group}
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
    included = roster[roster["exclude"] == ""]
    groups = {"patients": group, "controls": "HC"}
    flow = exclusion_flow(roster, groups=[group, "HC"])
    tables = {
        "regions": REGIONS.iloc[keep],
        "classification": classification_table(PUBLISHED.iloc[keep], NESTED),
        "correlation": ASSOCIATION.iloc[keep],
    }
    table_1 = demographics(included, patients=group, controls="HC", columns=[])
    anat = [] if source == "derivatives" else [{"dice_gm": 0.8}] * 4
    quality = quality_table(included, [func] * 4, anat)
    sections = [
        summary_section(
            flow,
            tables,
            quality,
            settings=chosen,
            models={"alff": MODEL},
            corrections={"alff": [], "reho": [], "fc": []},
            error_rates=[ERROR_RATE],
            normality=NORMALITY.iloc[keep],
        ),
        cohort_section(
            flow,
            table_1,
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            site_counts(included, site and "scanner", **groups),
        ),
        regions_section(
            tables["regions"],
            NORMALITY.iloc[keep],
            settings=chosen,
            df=MODEL["df"],
            n_seeds=1,
            group_maps=picture(),
            places=picture(),
        ),
        classification_section(
            tables["classification"],
            ROBUSTNESS.iloc[keep],
            n_repeats=3,
            curves=picture(),
            trust=picture(),
        ),
        score_section(tables["correlation"], {"alff": SCORE_MAP}, "nrs"),
        recovery_section(*recovery_tables()) if source == "simulated" else None,
        published_section(published),
        quality_section(quality, [picture()] * 4, ["Motion <i>differs</i>."], **groups),
        methods_section(chosen, [func] * 4, df=MODEL["df"], n_voxels=65321),
        settings_section(CONFIG.read_text(encoding="utf-8"), chosen),
        provenance_section(
            {"Cohort": pd.DataFrame({"message": [EVIL]})}, [("results/table1.tsv", b"abc")], INPUTS
        ),
        run_times_section(run_times([("rule", TIMES), ("other", TIMES * 2)])),
    ]
    shared = {
        **groups,
        "simulated": source == "simulated",
        "question": question(chosen),
        "score": "nrs",
        "n": {group: 2, "HC": 2},
    }
    return render_report(sections, shared, TEXTS)


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
    beside = {"quality.html"}  # the only other file it leads to
    assert all(link.startswith(("#", "data:")) or link in beside for link in anatomy.links)


def test_what_a_user_wrote_is_text_and_never_markup():
    text = page(participant=EVIL, group=EVIL, reason=EVIL, site=EVIL)

    assert "script" not in Anatomy(text).tags
    assert EVIL not in text
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 5


def test_sites_are_counted_in_a_table_and_one_with_a_single_group_is_warned_of():
    text = page(site="B")

    assert "Analysed participants of each scanner" in text
    assert '<tr><th scope="row">A</th><td class="num">1</td><td class="num">2</td></tr>' in text
    assert '<tr><th scope="row">B</th><td class="num">1</td><td class="num">0</td></tr>' in text
    assert "The scanner B has 1 patient and no controls: nothing tells its effect" in text
    assert "The scanner A" not in text
    assert '<th scope="row">D</th>' not in text  # of the excluded
    assert "Analysed participants of each" not in page()


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


def test_remarks_stand_behind_the_keys_of_nested_mappings():
    text = "seed: 1 # ours\ngroup: # both\n  tails: 2 # DPABI; # is text\n  name: a#b\nlast: 3\n"

    assert remarks(text) == {
        "seed": "ours",
        "group": "both",
        "group.tails": "DPABI; # is text",
    }


def rows_by_key(chosen):
    text = CONFIG.read_text(encoding="utf-8")
    return {row["key"]: row for row in setting_rows(text, chosen)}


def test_a_changed_setting_is_marked_with_its_default():
    chosen = settings()
    chosen["group"]["voxel_p"] = 0.01

    rows = rows_by_key(chosen)

    assert (rows["group.voxel_p"]["changed"], rows["group.voxel_p"]["default"]) == (True, "0.001")
    assert rows["group.voxel_p"]["remark"] == "paper"
    assert not rows["group.cluster_p"]["changed"]


def test_paths_of_the_machine_and_an_unused_simulation_are_not_shown():
    chosen = settings()
    chosen["cohort"] |= {"source": "bids", "data": "/home/somebody/data"}

    rows = rows_by_key(chosen)

    assert "somebody" not in str(rows)
    assert not any(key.startswith("simulation.") for key in rows)


def test_rows_of_one_measure_share_one_tall_cell():
    rows = region_rows(REGIONS)

    assert [row["span"] for row in rows] == [2, 0, 1]
    assert rows[1]["near"] == "4.2 mm away"
    assert [row["fdr"] for row in rows] == ["yes", "no", "no"]


def test_the_published_rows_and_the_other_arms_are_told_apart():
    table = classification_table(PUBLISHED, NESTED)

    published, others = classification_rows(table)

    assert [row["cluster_id"] for row in published] == ["ALFF1", "ALFF2"]
    assert others[0]["interval"] == "0.35 to 0.80"
    assert published[0]["feature_interval"] == "0.70 to 0.99"


def test_a_wide_picture_is_shrunk_and_a_narrow_one_kept():
    def width_of(width):
        uri = pages.embedded_picture(picture(width), width=100, quality=80)
        content = base64.b64decode(uri.removeprefix("data:image/webp;base64,"))
        return Image.open(io.BytesIO(content)).width

    assert width_of(4000) == 100
    assert width_of(40) == 40


def test_every_quality_number_has_a_column_in_the_wall():
    text = page()

    assert all(f">{name}" in text for _, _, name, *_ in QUALITY)


def test_published_tables_are_shown_as_text_and_their_absence_is_said():
    assert "No published tables were named" in page()
    findings = FINDINGS.assign(published=EVIL, verdict="inconsistent")

    text = page(published=(findings, COMPARED))

    assert "No published tables were named" not in text
    assert "This compares a simulation with a paper" in text
    assert "This compares a simulation" not in page(published=(findings, COMPARED), source="bids")
    anatomy = Anatomy(text)
    assert anatomy.open == []
    assert "script" not in anatomy.tags
