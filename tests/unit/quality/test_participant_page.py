"""Rows and page of a participant's quality."""

from pathlib import Path

from restpain.presentation.pages import render_page
from restpain.quality import limits as quality_limits
from restpain.quality.limits import CRITERIA
from restpain.quality.participant_page import criterion_rows, fact_rows, processing_steps

TEMPLATES = Path(quality_limits.__file__).parent / "templates"
OFF = {criterion.limit: None for criterion in CRITERIA if criterion.limit}
LIMITS = OFF | {"max_mean_fd_mm": 0.5}
LONG = "sub-" + "x" * 90
OWN = {
    "dropped_volumes": 1,
    "slice_timing": "off, as configured",
    "regressors": ["trend", "friston24_01", "friston24_02", "csf"],
    "mean_fd_jenkinson_mm": 0.1,
}
PREPARED = OWN | {
    "slice_timing": "as preprocessed before",
    "mask": "voxels that vary",
    "space_of_input": "MNI152NLin6Asym",
    "resampled": True,
}


def test_the_participants_page_says_each_status_in_words_with_the_limits_in_use():
    rows = criterion_rows(
        {
            "participant_id": "sub-1",
            "mean_fd_jenkinson_mm": 0.6,
            "flagged_share": 0.3,
            "minutes_unflagged": 76 / 60,
        },
        LIMITS,
    )
    by_name = {row["name"]: row for row in rows}

    assert by_name["mean FD"]["words"] == "exclude: beyond the limit of this run"
    assert by_name["mean FD"]["limit"] == "exclude above 0.5; warning above 0.25"
    assert by_name["share of flagged volumes"]["words"] == "warning"
    assert by_name["template coverage"]["words"] == "not known"
    assert by_name["volumes not flagged"]["limit"] == "no limit set"
    minutes = by_name["unflagged data"]
    assert (minutes["value"], minutes["words"]) == ("1.3 min", "warning")
    assert minutes["limit"] == "warning below 4"
    page = render_page(
        (TEMPLATES / "participant_quality.html.j2").read_text(encoding="utf-8"),
        {
            "participant": LONG,
            "simulated": True,
            "criteria": rows,
            "facts": fact_rows(
                {
                    "slice_timing": "<i>",
                    "n_volumes": 230,
                    "unsettled_volumes": None,
                    "repetition_time_s": 0.72,
                }
            ),
            "steps": processing_steps(PREPARED | {"preprocessed_by": "<u>fMRIPrep</u> 23.2.1"}),
            "traces": "data:,",
            "slices": "data:,",
            "pictures": ["<b>"],
        },
    )
    assert "SIMULATED" in page
    assert "<h3>Preprocessed before, by: &lt;u&gt;fMRIPrep&lt;/u&gt; 23.2.1</h3>" in page
    assert "<i>" not in page
    assert "&lt;b&gt;" in page
    assert '<td class="num">230</td>' in page
    assert '<th scope="row">repetition time (TR)</th><td class="num">0.720 s</td>' in page
    assert "folded voxels" not in page
    assert f'href="../../quality.html#{LONG}"' in page
    assert page.count("data:,") == 3  # the icon and each picture once
    for name in ("traces", "slices"):
        assert f'data-show="{name}" aria-haspopup="dialog"' in page
    assert '<dialog id="large" aria-labelledby="large-name">' in page
    assert f'const who = "{LONG}";' in page


def test_steps_that_were_measured_are_a_warning_beside_those_of_the_dataset():
    numbers = PREPARED | {"preprocessed_by": None, "measured_steps": ["smoothing"]}

    before, _ = processing_steps(numbers)

    assert "warning: smoothing by measurement (numbers above), not by name" in before["steps"]


def test_steps_before_this_workflow_name_the_programs_of_the_dataset():
    before, own = processing_steps(PREPARED | {"preprocessed_by": "fMRIPrep 23.2.1"})

    assert before["by"] == "Preprocessed before, by: fMRIPrep 23.2.1"
    assert before["steps"][1] == "motion parameters, from the dataset"
    assert own["by"] == "Done by this workflow"
    assert own["steps"] == [
        "1 volume dropped at the start",
        "resampling to the grid of the maps",
        "mask: voxels that vary",
        "nuisance regression: trend, friston24 (2 columns), csf",
        "framewise displacement, from these motion parameters",
    ]


def test_steps_that_a_name_states_and_volumes_dropped_before_are_listed():
    stated = {"steps_before": ["realignment", "filtering"], "dropped_before": 10}

    before, _ = processing_steps(PREPARED | {"preprocessed_by": "DPARSF, FunImgRWF"} | stated)

    assert before["steps"][0].endswith("; its name states realignment and filtering")
    assert before["steps"][1] == "10 volumes dropped"


def test_unknown_programs_are_not_stated_and_unknown_motion_is_no_step():
    unknown = {"preprocessed_by": None, "mean_fd_jenkinson_mm": None, "regressors": []}
    before, own = processing_steps(PREPARED | unknown)

    assert before["by"] == "Preprocessed before, by: not stated"
    assert len(before["steps"]) == 1
    assert own["steps"][-1] == "nuisance regression: none"


def test_all_steps_of_raw_data_are_done_by_this_workflow():
    (own,) = processing_steps(OWN)

    assert own["by"] == "Done by this workflow"
    assert "slice timing: off, as configured" in own["steps"]
