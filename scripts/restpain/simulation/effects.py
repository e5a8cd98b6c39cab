"""Simulated effects: check of the configuration, changes of a participant, parts of regions.

An effect with ``size_mm`` changes the grey matter of its AAL region within a ball about the
region's centre, one without it the whole region.
"""

from collections import Counter
from difflib import get_close_matches

import numpy as np

from restpain.atlas import Atlas
from restpain.preprocessing.trilinear import applied
from restpain.simulation.geometry import nearest
from restpain.simulation.head import GM
from restpain.simulation.participants import SCORES


def check_effects(effects: list[dict], regions: set[str], *, score: str | None) -> None:
    """Check the simulated effects against the names of the AAL regions and of the score.

    Parameters
    ----------
    effects : list of dict
        As configured.
    regions : set of str
        Names of the AAL regions.
    score : str or None
        Column of the clinical score; an effect can depend on a simulated one only.

    Raises
    ------
    ValueError
        With one line per problem.
    """
    problems = []
    for number, effect in enumerate(effects, start=1):
        where = f"simulation.effects: effect {number}"
        region, seed = effect["region"], effect.get("seed")
        for name in dict.fromkeys([region, seed or region]):
            if name not in regions:
                close = ", ".join(get_close_matches(name, sorted(regions))) or "none similar"
                problems.append(f"{where} names {name}, which is no AAL region ({close})")
        if (effect["measure"] == "fc") != (seed is not None):
            problems.append(f"{where} needs a seed if its measure is fc and only then")
        if seed == region:
            problems.append(f"{where} has the same region and seed, {region}")
        if "change_per_point" in effect and score not in SCORES:
            problems.append(
                f"{where} has change_per_point, but cohort.score is {score or 'null'}; expected "
                f"one of {', '.join(SCORES)}"
            )
    places = Counter((effect["measure"], effect["region"]) for effect in effects)
    problems += [
        f"simulation.effects: {count} effects on {measure} in {region}, expected one"
        for (measure, region), count in places.items()
        if count > 1
    ]
    sizes = {(effect["region"], effect.get("size_mm")) for effect in effects}
    problems += [
        f"simulation.effects: the effects in {region} differ in size_mm; expected one size"
        for region, count in sorted(Counter(region for region, _ in sizes).items())
        if count > 1
    ]
    links = [(effect["region"], effect.get("seed")) for effect in effects]
    links = [(region, seed) for region, seed in links if seed not in (None, region)]
    problems += [
        f"simulation.effects: {name} is the region of one fc effect and the seed of another"
        for name in sorted({region for region, _ in links} & {seed for _, seed in links})
    ]
    if problems:
        raise ValueError("\n".join(problems))


def participant_effects(
    effects: list[dict], *, is_patient: bool, score: float | None = None, mean_score: float = 0.0
) -> list[dict]:
    """Effects with the changes that one participant has.

    Controls have none: a change of 0. In a patient the change grows by ``change_per_point`` for
    each point of the score above the mean of the patients, and is -1 at the least.

    Parameters
    ----------
    effects : list of dict
        As configured.
    is_patient : bool
        True for a patient.
    score, mean_score : float
        The participant's score and the mean of the analysed patients; None for no score.

    Returns
    -------
    list of dict
        The effects with ``measure``, ``region``, ``seed`` (fc only) and ``change``.
    """
    above = 0.0 if score is None else score - mean_score
    return [
        {key: effect[key] for key in ("measure", "region", "seed") if key in effect}
        | {
            "change": is_patient
            * max(effect["change"] + effect.get("change_per_point", 0.0) * above, -1.0)
        }
        for effect in effects
    ]


def effect_balls(
    effects: list[dict], aal: Atlas, labels: np.ndarray, label_affine: np.ndarray
) -> dict[str, tuple[np.ndarray, float]]:
    """Centre and radius in MNI mm of the ball of each region that has an effect with a size.

    Parameters
    ----------
    effects : list of dict
        As configured; ``size_mm`` is the diameter of the ball.
    aal : Atlas
        The regions.
    labels, label_affine
        Labels of the head in MNI space and their affine.

    Returns
    -------
    dict of str to (ndarray of shape (3,), float)
        The centre is the voxel of the atlas, among those of the region in grey matter, that is
        nearest to their centre of mass.
    """
    numbers = {name: number for number, name in aal.names.items()}
    balls = {}
    for effect in effects:
        if "size_mm" in effect:
            region = effect["region"]
            points = applied(aal.affine, np.argwhere(aal.labels == numbers[region]))
            grey = points[nearest(labels, label_affine, points) == GM]
            distance = np.linalg.norm(grey - grey.mean(axis=0), axis=1)
            balls[region] = grey[distance.argmin()], effect["size_mm"] / 2
    return balls


def in_ball(points: np.ndarray, ball: tuple[np.ndarray, float]) -> np.ndarray:
    """Points ``(n, 3)`` in MNI mm that lie in a ball, its surface included, as booleans."""
    centre, radius_mm = ball
    return np.linalg.norm(points - centre, axis=1) <= radius_mm
