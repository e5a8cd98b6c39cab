"""Rows and page of a participant's quality."""

from pathlib import Path

from restpain.presentation.pages import render_page
from restpain.quality import limits as quality_limits
from restpain.quality.limits import CRITERIA
from restpain.quality.participant_page import criterion_rows, fact_rows

TEMPLATES = Path(quality_limits.__file__).parent / "templates"
OFF = {criterion.limit: None for criterion in CRITERIA if criterion.limit}
LIMITS = OFF | {"max_mean_fd_mm": 0.5}
LONG = "sub-" + "x" * 90


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
    assert '<th scope="row">repetition time (TR)</th><td class="num">0.720 s</td>' in page
    assert "folded voxels" not in page
    assert f'href="../../quality.html#{LONG}"' in page
