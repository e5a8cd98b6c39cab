"""Expected cost of the universes, told before the first job."""

from restpain.multiverse.universes import Multiverse
from restpain.presentation.numbers import counted

# CPU seconds with images of the published size and 46 participants, measured (docs/multiverse.md)
PER_PARTICIPANT = 3.0
PREPROCESSING = 12.0  # of a participant, where nuisance regression varies
PER_MAP = 1.5
PER_PERMUTATION = 0.006  # of a fitted map of 46 participants
PER_SIZES = 0.003  # of a permutation for each way to form clusters
PUBLISHED_COHORT = 46
MEGABYTES = 0.3  # of a map of a participant, kept until the groups are compared


def cost_sentence(
    multiverse: Multiverse,
    plans: dict[str, dict],
    *,
    n_participants: int,
    n_permutations: int,
    from_series: bool,
) -> str:
    """Tell the number of universes and jobs, hours and disk space in a sentence.

    Parameters
    ----------
    multiverse : Multiverse
    plans : dict of dict
        By measure, see `measure_plan`.
    n_participants, n_permutations : int
    from_series : bool
        True if nuisance regression varies, so that series are preprocessed again.
    """
    n_maps = sum(len(plan["maps"]) for plan in plans.values())
    seconds = n_participants * (
        PER_PARTICIPANT + PREPROCESSING * from_series + PER_MAP * (n_maps - len(plans))
    )
    for plan in plans.values():
        fits, sizes = set(), set()
        for one in plan["universes"]:
            own = one["settings"]
            fit = (one["map"], str(own["cohort.covariates"]), own["group.mask_coverage"])
            fits.add(fit)
            keys = ("voxel_p", "tails", "connectivity")
            sizes.add((*fit, *(own[f"group.{key}"] for key in keys)))
        per_fit = PER_PERMUTATION * n_participants / PUBLISHED_COHORT
        seconds += n_permutations * (per_fit * len(fits) + PER_SIZES * len(sizes))
    gigabytes = n_participants * n_maps * MEGABYTES / 1000
    all_of = f" of {multiverse.n_combinations}, drawn at random,"
    drawn = all_of if multiverse.n_combinations > len(multiverse.universes) else ""
    return (
        f"multiverse: {len(multiverse.universes)} universes{drawn} of "
        f"{counted(len(multiverse.values), 'choice')}; {n_participants} jobs of participants and "
        f"{n_maps} of the group level; with images of the published size some "
        f"{max(seconds / 60, 1):.0f} CPU minutes, more for each further seed, and "
        f"{max(gigabytes, 0.1):.1f} GB until the end"
    )
