"""Methods of maps that are given."""

from restpain.report.methods_of_maps import maps_paragraphs
from restpain.report.section_methods import methods_text
from study import settings

FACTS = {
    "grid": "61x73x61 voxels of 3 mm",
    "volumes": "230 volumes, 2 s apart",
    "before": " By their names, they had undergone filtering.",
    "df": 30,
    "n_voxels": 60000,
    "cross_validation": "leave-one-out",
}


def of_maps(**changes):
    read = settings()
    read["cohort"] |= {"source": "maps", "maps": {"alff": "a", "vmhc": "v"}} | changes
    return read


def test_origin_grid_scale_smoothing_and_mask_are_stated():
    first, second = maps_paragraphs(of_maps(), FACTS, lambda key: f"[{key}]")

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
        of_maps(maps=maps, smooth_maps=True, map_mask="m.nii"), FACTS, lambda key: ""
    )

    assert "zfc had been standardised to z before. ALFF was divided by its mean over the" in second
    assert "Maps were then smoothed with 6 mm (full width at half maximum)." in second
    assert second.endswith("the voxels of the given mask without NaN in any map.")


def test_what_needs_series_is_said_to_be_left_out_once_and_nowhere_described():
    paragraphs, references = methods_text(of_maps(), FACTS, {})
    text = " ".join(paragraphs)

    assert text.count("No series was given. Left out are therefore seed connectivity") == 1
    for words in ("band", "Hz", "realigned", "Fisher-transformed", "seeds,", "slice"):
        assert words not in text, words
    assert "group test, GRF correction, features and model recomputed in the training set" in text
    assert [doi for _, doi in references][0] == "10.1016/j.braindev.2006.07.002"


def test_series_beside_maps_are_said_to_be_cleaned_before_and_what_is_left_out_once():
    paragraphs, references = methods_text(of_maps(series="{x}_bold.nii"), FACTS, {})
    text = " ".join(paragraphs)

    assert (
        "Series on the same grid (230 volumes, 2 s apart), preprocessed before and cleaned of "
        "nuisance by other programs, were taken for seed connectivity alone. By their names, they "
        "had undergone filtering. No volume was dropped and nothing was regressed out of them "
        "here."
    ) in text
    assert text.count("Left out are therefore motion") == text.count("Left out") == 1
    assert "No series was given" not in text
    assert "in which no map is zero or NaN and the series varies." in text
    assert "at 0.01\N{EN DASH}0.1 Hz and smoothed with 6 mm" in text
    assert "GRF correction, seeds, connectivity, features and model" in text
    assert "10.1002/mrm.1910340409" in [doi for _, doi in references]
    for words in ("realigned", "slice", "Regressed out of every voxel"):
        assert words not in text, words
