"""Cost of the universes in a sentence."""

from restpain.multiverse.cost import cost_sentence
from restpain.multiverse.universes import Multiverse


def plan(n_maps, covariates=((),)):
    settings = {
        "group.mask_coverage": 1.0,
        "group.voxel_p": 0.001,
        "group.tails": 2,
        "group.connectivity": 26,
    }
    universes = [
        {"map": number, "settings": settings | {"cohort.covariates": names}}
        for number in range(n_maps)
        for names in covariates
    ]
    return {"maps": [{}] * n_maps, "universes": universes}


def sentence(multiverse, plans, **changes):
    options = {"n_participants": 46, "n_permutations": 1000, "from_series": False}
    return cost_sentence(multiverse, plans, **options | changes)


def test_jobs_time_and_space_are_told():
    universes = Multiverse({"a": [1, 2]}, [(0,), (1,)], [], 2)

    # 46 (3 + 1.5) s of participants and 2 fits of 1000 (6 + 3) ms
    assert sentence(universes, {"alff": plan(2)}) == (
        "multiverse: 2 universes of 1 choice; 46 jobs of participants and 2 of the group level; "
        "with images of the published size some 4 CPU minutes, more for each further seed, and "
        "0.1 GB until the end"
    )


def test_series_that_are_preprocessed_again_and_more_fits_cost_more():
    universes = Multiverse({"a": [1, 2]}, [(0,), (1,)], [], 2)

    assert "some 13 CPU minutes" in sentence(
        universes, {"alff": plan(2, [(), ("age",)])}, from_series=True
    )


def test_a_draw_is_told():
    universes = Multiverse({"a": [1, 2]}, [(0,), (1,)], [], 90)

    assert "2 universes of 90, drawn at random, of 1 choice" in sentence(
        universes, {"alff": plan(1)}
    )
