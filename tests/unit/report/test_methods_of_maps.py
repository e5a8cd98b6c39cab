"""Methods of maps that are given."""

from restpain.report.methods_of_maps import maps_paragraphs
from restpain.report.section_methods import methods_text
from study import settings

GRID = "61x73x61 voxels of 3 mm"


def of_maps(**changes):
    read = settings()
    read["cohort"] |= {"source": "maps", "maps": {"alff": "a", "vmhc": "v"}} | changes
    return read


def test_origin_grid_scale_smoothing_and_mask_are_stated():
    first, second = maps_paragraphs(of_maps(), GRID, lambda key: f"[{key}]")

    assert first.startswith(
        "Maps of ALFF [alff] and vmhc in MNI space, made before by other programs, were taken as "
        "they came, on their own grid of 61x73x61 voxels of 3 mm: nothing was registered"
    )
    assert second == (
        "ALFF and vmhc had been divided by their mean before. Maps were not smoothed here. The "
        "mask of a participant holds the voxels of the MNI152 template brain (2009a, symmetric) "
        "in which no map is zero or NaN."
    )


def test_each_scale_has_its_sentence():
    maps = {"alff": {"files": "a", "scale": "raw"}, "zfc": {"files": "z", "scale": "zscore"}}

    _, second = maps_paragraphs(
        of_maps(maps=maps, smooth_maps=True, map_mask="m.nii"), GRID, lambda key: ""
    )

    assert "zfc had been standardised to z before. ALFF was divided by its mean over the" in second
    assert "Maps were then smoothed with 6 mm (full width at half maximum)." in second
    assert second.endswith("the voxels of the given mask without NaN in any map.")


def test_what_needs_series_is_said_to_be_left_out_once_and_nowhere_described():
    facts = {"grid": GRID, "df": 30, "n_voxels": 60000}

    paragraphs, references = methods_text(of_maps(), facts, {})
    text = " ".join(paragraphs)

    assert text.count("No series was given. Left out are therefore seed connectivity") == 1
    for words in ("band", "Hz", "realigned", "Fisher-transformed", "seeds,", "slice"):
        assert words not in text, words
    assert "group test, GRF correction, features and model recomputed in the training set" in text
    assert [doi for _, doi in references][0] == "10.1016/j.braindev.2006.07.002"
