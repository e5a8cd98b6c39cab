"""The viewer: where each voxel lies in its pictures, and in which colour."""

import base64
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from restpain.group.cluster_maps import maps_of_measures
from restpain.presentation.pages import report_environment
from restpain.report import section_viewer as report_viewer
from study import REGIONS, settings

AFFINE = np.array([[3.0, 0, 0, -18], [0, 3, 0, -12], [0, 0, 3, -6], [0, 0, 0, 1]])


def decoded(uri):
    return Image.open(io.BytesIO(base64.b64decode(uri.removeprefix("data:image/png;base64,"))))


def test_a_voxel_lies_where_brainsprite_looks_for_it():
    volume = np.arange(12 * 3 * 4).reshape(12, 3, 4)

    mosaic = report_viewer.sprite(volume)

    assert mosaic.shape == (2 * 4, 10 * 3)
    for x, y, z in [(0, 0, 0), (9, 2, 3), (11, 1, 0), (10, 0, 2)]:
        # brainsprite reads column XW * nY + y and row XH * nZ + nZ - z - 1
        assert mosaic[x // 10 * 4 + 4 - z - 1, x % 10 * 3 + y] == volume[x, y, z]


def test_colours_give_the_value_back_to_half_a_step():
    limit = 8.0
    values = np.linspace(-limit, limit, 401)

    index = report_viewer.colour_index(values, limit=limit, shown=np.ones(401, bool))

    steps = report_viewer.N_COLOURS - 1
    read = (index.astype(float) - 1) / steps * 2 * limit - limit
    assert np.abs(read - values).max() <= limit / steps + 1e-12
    assert index.min() == 1
    assert index.max() == report_viewer.N_COLOURS


def test_what_is_not_shown_is_transparent_and_the_rest_is_opaque():
    shown = np.array([[True, False]])
    index = report_viewer.colour_index(np.array([[5.0, 5.0]]), limit=5, shown=shown)
    palette = np.vstack([np.zeros((1, 3)), report_viewer.palette_colours()])

    pixels = np.array(decoded(report_viewer.png_uri(index, palette)).convert("RGBA"))

    assert pixels[0, 0].tolist() == [*report_viewer.palette_colours()[-1].tolist(), 255]
    assert pixels[0, 1, 3] == 0


def viewer(regions):
    shape = (12, 9, 6)
    rng = np.random.default_rng(1)
    local, fc = rng.standard_normal(shape), rng.standard_normal((*shape, 2))
    maps = maps_of_measures(
        ["alff", "reho", "fc"],
        {
            "difference": [local, local, fc],
            "labels": [np.zeros(shape), np.zeros(shape), np.zeros((*shape, 2))],
        },
        [regions[regions["measure"] == name] for name in ("ALFF", "ReHo", "FC")],
        pd.DataFrame({"seed": ["ALFF2", "ALFF1"]}),
    )
    return report_viewer.viewer_section(
        maps, np.ones(shape), AFFINE, settings=settings(), df=18, brainsprite="// </script>"
    )


def test_maps_with_clusters_come_first_and_each_has_its_own_peaks():
    maps = viewer(REGIONS).content["viewer"]["maps"]

    assert [shown["title"] for shown in maps] == [
        "ALFF", "FC, seed ALFF1", "ReHo", "FC, seed ALFF2",
    ]  # fmt: skip
    assert [len(shown["peaks"]) for shown in maps] == [2, 1, 0, 0]
    assert maps[1]["peaks"][0]["mm"] == [42.0, -6.0, 45.0]


def test_without_a_cluster_there_is_still_something_to_look_at():
    content = viewer(REGIONS.iloc[:0]).content

    assert len(content["viewer"]["maps"]) == 4
    assert content["viewer"]["start"] == [0, -18, 0]


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_the_sliders_run_over_the_grid_in_steps_of_a_voxel(axis):
    slider = viewer(REGIONS).content["axes"][axis]

    assert slider["low"] == AFFINE[axis, 3]
    assert slider["high"] == AFFINE[axis, 3] + 3 * ((12, 9, 6)[axis] - 1)
    assert slider["step"] == 3


def test_names_of_regions_cannot_end_the_script():
    evil = pd.DataFrame(REGIONS).assign(region="</script><b>", hemisphere="</script>")
    section = viewer(evil)
    folder = Path(report_viewer.__file__).parent / "templates"
    texts = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*viewer*")}
    template = report_environment(texts).get_template("section_viewer.html.j2")

    page = template.render(section.content)

    assert page.count("</script>") == 3
    assert "<b>" not in page
