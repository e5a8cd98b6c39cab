"""Simulated effects: check of the configuration, changes of a participant, parts of regions.

An effect with ``size_mm`` changes the grey matter of its AAL region within a ball about the
region's centre, one without it the whole region.
"""

from collections import Counter
from difflib import get_close_matches

import numpy as np
import pandas as pd

from restpain.atlas import Atlas
from restpain.preprocessing.points import applied
from restpain.random_seeds import step_seed
from restpain.simulation.geometry import nearest
from restpain.simulation.head import GM
from restpain.simulation.participants import SCORES


def check_effects(effects: list[dict], regions: set[str], *, score: str | None) -> None:
    """Check the configured effects against the names of the AAL regions and of the score.

    An effect can depend on a simulated ``score`` (column of the clinical score) only.

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
    effects: list[dict],
    *,
    is_patient: bool,
    seed: int,
    place: int,
    score: float | None = None,
    mean_score: float = 0.0,
) -> list[dict]:
    """Effects (measure, region, seed of fc) with the ``change`` of a participant.

    Controls have none: a change of 0. In a patient the change is multiplied by
    ``max(0, 1 + spread z)``, z standard normal and of this effect and participant alone, grows
    by ``change_per_point`` for each point of the score above the mean of the analysed patients,
    and is -1 at the least.

    Parameters
    ----------
    seed : int
        Seed of the run.
    place : int
        Row of the participant in the table of participants.
    score, mean_score : float
        Score of the participant (None without) and its mean over the analysed patients.
    """
    above = 0.0 if score is None else score - mean_score
    found = []
    for number, effect in enumerate(effects):
        z = np.random.default_rng(step_seed(seed, "effect", number, place)).standard_normal()
        change = effect["change"] * max(0.0, 1 + effect.get("spread", 0.0) * z)
        change += effect.get("change_per_point", 0.0) * above
        kept = {key: effect[key] for key in ("measure", "region", "seed") if key in effect}
        found.append(kept | {"change": is_patient * max(change, -1.0)})
    return found


def patient_scores(
    table: pd.DataFrame, subject: str, *, score: str | None, patients: str
) -> dict[str, float]:
    """Score of a patient and its mean over the analysed patients; empty without a score.

    ``table`` is that of the participants, indexed by ``participant_id``.
    """
    if score not in table:
        return {}
    analysed = (table["group"] == patients) & table["exclude"].isna()
    mean = table.loc[analysed, score].mean()
    return {"score": table.loc[f"sub-{subject}", score], "mean_score": mean}


def effect_balls(
    effects: list[dict], aal: Atlas, labels: np.ndarray, label_affine: np.ndarray
) -> dict[str, tuple[np.ndarray, float]]:
    """Centre and radius in MNI mm of the ball of each region that has an effect with a size.

    The diameter is ``size_mm``; the centre is the voxel of the atlas, among those of the region in
    grey matter (``labels``), that is nearest to their centre of mass.
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
