"""Table of the participants of the simulated cohort, after the paper's Table 1.

Snakemake imports this module each time it reads the workflow, so it needs no more than numpy
and pandas.
"""

import numpy as np
import pandas as pd

from restpain.cohort.participants import Comparison

EXCLUSION = "brain metastases"

# Table 1 of the paper: (mean, SD, smallest, largest) of each group.
MOMENTS = {
    "patients": {
        "age": (61.95, 7.95, 52, 80),
        "education": (7.05, 3.58, 0, 16),
        "phq9": (10.57, 6.27, 2, 25),
        "cancer_days": (678.57, 812.80, 30, 3690),
        "pain_days": (271.29, 427.04, 9, 1628),
        "ome_mg": (120.95, 87.97, 40, 380),
    },
    "controls": {
        "age": (63.16, 5.51, 56, 75),
        "education": (9.64, 3.84, 0, 16),
        "phq9": (1.04, 0.98, 0, 3),
    },
}
SEX = {"patients": {"M": 16, "F": 5}, "controls": {"M": 15, "F": 10}}
BREAKTHROUGH = {"yes": 13, "no": 8}
# Counts that give Table 1's mean 3.62, SD 1.60, range 2 to 8 and its 13, 7 and 1 patients with
# mild, moderate and severe pain.
NRS = {2: 5, 3: 8, 4: 3, 5: 2, 6: 2, 8: 1}

SCORES = ("nrs", "phq9", "cancer_days", "pain_days", "ome_mg")  # what an effect can depend on


def _column(name: str, description: str, units: str | None = None, levels: dict | None = None):
    """Entry of a column in participants.json, as BIDS writes it."""
    entry = {"LongName": name, "Description": description, "Units": units, "Levels": levels}
    return {key: value for key, value in entry.items() if value}


COLUMNS = {
    "participant_id": _column("Participant", "Label of the participant."),
    "group": _column("Group", "Group of the participant."),
    "exclude": _column(
        "Exclusion", "Reason why the participant is not analysed, n/a if analysed."
    ),
    "age": _column("Age", "Age in years.", "years"),
    "sex": _column("Sex", "M male, F female.", levels={"M": "male", "F": "female"}),
    "education": _column("Education", "Education in years.", "years"),
    "phq9": _column(
        "Depression Patient Health Questionnaire-9",
        "Sum of the Patient Health Questionnaire-9, 0 to 27.",
    ),
    "nrs": _column(
        "Numeric Rating Scale", "Pain on the Numeric Rating Scale, 0 to 10; patients only."
    ),
    "cancer_days": _column(
        "Duration of cancer", "Days since the diagnosis of cancer; patients only.", "days"
    ),
    "pain_days": _column(
        "Duration of cancer pain", "Days since the onset of cancer pain; patients only.", "days"
    ),
    "ome_mg": _column(
        "Oral Morphine Equivalent daily dose",
        "Oral morphine equivalent in mg per day; patients only.",
        "mg",
    ),
    "breakthrough": _column(
        "Breakthrough cancer pain",
        "Breakthrough cancer pain, yes or no; patients only.",
        levels={"yes": "present", "no": "absent"},
    ),
}


def simulated_roster(
    comparison: Comparison, *, n_patients: int, n_controls: int, n_excluded: int
) -> pd.DataFrame:
    """All recruited participants: analysed patients, controls, then excluded patients.

    Parameters
    ----------
    comparison : Comparison
        Labels of the groups.
    n_patients, n_controls : int
        Analysed patients and controls.
    n_excluded : int
        Patients recruited and then excluded.

    Returns
    -------
    DataFrame
        Columns participant_id, group and exclude (the reason, empty for the analysed).
    """
    n_all = n_patients + n_controls + n_excluded
    width = max(2, len(str(n_all)))
    patients, controls = comparison.groups
    return pd.DataFrame(
        {
            "participant_id": [f"sub-{number:0{width}d}" for number in range(1, n_all + 1)],
            "group": [patients] * n_patients + [controls] * n_controls + [patients] * n_excluded,
            "exclude": [""] * (n_patients + n_controls) + [EXCLUSION] * n_excluded,
        },
        dtype=object,
    )


def simulated_participants(roster: pd.DataFrame, *, patients: str, seed: int) -> pd.DataFrame:
    """Complete the roster with columns that follow the paper's Table 1.

    Measures are integers from beta distributions with the published mean, SD and range, one from
    each of n equally likely strata, so that small groups come close to the moments. Counts of
    categories are the published ones scaled to the group. Nobody has pain for longer than cancer.

    Parameters
    ----------
    roster : DataFrame
        As made by `simulated_roster`.
    patients : str
        Label of the patients.
    seed : int
        Seed of the cohort.

    Returns
    -------
    DataFrame
        The columns of `COLUMNS` in their order; missing values are NaN or NA.
    """
    rng = np.random.default_rng(np.random.SeedSequence([seed, len(roster)]))
    is_patient = roster["group"] == patients
    is_analysed = roster["exclude"] == ""
    blocks = [
        _patients(roster[is_patient & is_analysed], rng),
        _controls(roster[~is_patient], rng),
        _patients(roster[is_patient & ~is_analysed], rng),
    ]
    table = pd.concat([block for block in blocks if len(block)]).sort_index()
    table["exclude"] = table["exclude"].where(table["exclude"] != "", np.nan)
    clinical = ["nrs", "cancer_days", "pain_days", "ome_mg"]
    return table[list(COLUMNS)].astype(dict.fromkeys(clinical, "Int64"))


def scaled_counts(counts: dict, n: int) -> dict:
    """Scale ``counts`` to the sum ``n``, by largest remainder."""
    total = sum(counts.values())
    shares = {key: n * count / total for key, count in counts.items()}
    scaled = {key: int(share) for key, share in shares.items()}
    by_remainder = sorted(shares, key=lambda key: scaled[key] - shares[key])
    for key in by_remainder[: n - sum(scaled.values())]:
        scaled[key] += 1
    return scaled


def beta_shape(mean: float, sd: float, smallest: float, largest: float) -> tuple[float, float]:
    """Shape parameters of the beta distribution with this mean, SD and range.

    Raises
    ------
    ValueError
        If no distribution on the range has this mean and SD.
    """
    if not (smallest < mean < largest and 0 < sd**2 < (mean - smallest) * (largest - mean)):
        raise ValueError(
            f"no beta distribution between {smallest} and {largest} has mean {mean} and SD {sd}"
        )
    width = largest - smallest
    share = (mean - smallest) / width
    concentration = share * (1 - share) / (sd / width) ** 2 - 1
    return share * concentration, (1 - share) * concentration


def _stratified(moments: tuple, n: int, rng: np.random.Generator) -> np.ndarray:
    """``n`` integers, one of each of ``n`` equally likely strata, in random order."""
    _, _, smallest, largest = moments
    population = rng.beta(*beta_shape(*moments), size=20_000)
    strata = (rng.permutation(n) + rng.uniform(size=n)) / n
    values = smallest + (largest - smallest) * np.quantile(population, strata)
    return np.rint(values).astype(int)


def _shuffled(counts: dict, n: int, rng: np.random.Generator) -> list:
    """Categories in the proportions of ``counts``, in random order."""
    scaled = scaled_counts(counts, n)
    values = [key for key, count in scaled.items() for _ in range(count)]
    return [values[position] for position in rng.permutation(n)]


def _pain_within_cancer(
    cancer_days: np.ndarray, pain_days: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Order the durations of pain so that none exceeds that of the cancer.

    The longest pain goes to any patient whose cancer is as old, and so on; pain longer than
    every cancer is cut to the longest left.
    """
    ordered = np.empty_like(pain_days)
    free = list(range(len(cancer_days)))
    for days in np.sort(pain_days)[::-1]:
        allowed = [patient for patient in free if cancer_days[patient] >= days]
        patient = rng.choice(allowed) if allowed else max(free, key=cancer_days.__getitem__)
        ordered[patient] = min(days, cancer_days[patient])
        free.remove(patient)
    return ordered


def _demographics(rows: pd.DataFrame, group: str, rng: np.random.Generator) -> pd.DataFrame:
    moments = MOMENTS[group]
    measures = {name: _stratified(moments[name], len(rows), rng) for name in moments}
    return rows.assign(sex=_shuffled(SEX[group], len(rows), rng), **measures)


def _patients(rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    table = _demographics(rows, "patients", rng)
    pain_days = _pain_within_cancer(
        table["cancer_days"].to_numpy(), table["pain_days"].to_numpy(), rng
    )
    return table.assign(
        pain_days=pain_days,
        nrs=_shuffled(NRS, len(rows), rng),
        breakthrough=_shuffled(BREAKTHROUGH, len(rows), rng),
    )


def _controls(rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return _demographics(rows, "controls", rng)
