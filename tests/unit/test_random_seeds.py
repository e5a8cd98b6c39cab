"""Checks of"""

from restpain.random_seeds import step_seed


def test_seeds_of_steps_differ_and_fit_into_31_bits():
    seeds = [step_seed(7, "fit", repeat) for repeat in range(50)]
    seeds += [step_seed(7, "split", repeat) for repeat in range(50)] + [step_seed(8, "fit", 0)]

    assert len(set(seeds)) == len(seeds)
    assert max(seeds) < 2**31
    assert step_seed(7, "fit", 3) == seeds[3]
