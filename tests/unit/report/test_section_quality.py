"""Quality of the participants."""

import xml.etree.ElementTree as ET

import pandas as pd

from restpain.cohort.participants import Comparison
from restpain.report.section_quality import quality_table, strip_plots

INCLUDED = pd.DataFrame({"participant_id": ["<b>1", "2", "3"], "group": ["CP", "HC", "HC"]})
FUNC = [
    {"mean_fd_jenkinson_mm": fd, "tsnr_median": 60, "coverage_of_template": 0.9, "n_volumes": 60}
    for fd in (0.1, 0.2, 0.4)
]


def test_derivatives_without_anatomy_have_no_plot_of_it():
    table = quality_table(INCLUDED, FUNC, [])

    names = [plot["name"] for plot in strip_plots(table, Comparison("CP", "HC"))]

    assert table["dice_gm"].isna().all()
    assert not any("Dice" in name for name in names)


def test_a_strip_has_a_dot_per_participant_whose_name_is_escaped():
    plot = strip_plots(quality_table(INCLUDED, FUNC, []), Comparison("CP", "HC"))[0]

    drawing = ET.fromstring(plot["svg"])
    titles = [element.text for element in drawing.iter() if element.tag == "title"]

    assert titles == ["<b>1: 0.10", "2: 0.20", "3: 0.40"]
    assert plot["words"] == "patients 0.10, controls 0.30 mm"  # one patient, hence no test
