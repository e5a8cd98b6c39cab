"""Numbers and names for readers; the tables keep their digits."""

import math

MINUS = "\N{MINUS SIGN}"
EN_DASH = "\N{EN DASH}"
PLUS_MINUS = "\N{PLUS-MINUS SIGN}"
MISSING = "n/a"

# of the atlases that table2.atlases may name without files
NAMED_ATLASES = {"harvard_oxford": "Harvard-Oxford"}
# the names behind the labels of the AAL atlas, Tzourio-Mazoyer et al. (2002)
AAL_NAMES = {
    "Precentral": "Precentral gyrus",
    "Frontal_Sup": "Superior frontal gyrus (dorsal)",
    "Frontal_Sup_Orb": "Orbitofrontal cortex (superior)",
    "Frontal_Mid": "Middle frontal gyrus",
    "Frontal_Mid_Orb": "Orbitofrontal cortex (middle)",
    "Frontal_Inf_Oper": "Inferior frontal gyrus (opercular)",
    "Frontal_Inf_Tri": "Inferior frontal gyrus (triangular)",
    "Frontal_Inf_Orb": "Orbitofrontal cortex (inferior)",
    "Rolandic_Oper": "Rolandic operculum",
    "Supp_Motor_Area": "Supplementary motor area",
    "Olfactory": "Olfactory cortex",
    "Frontal_Sup_Medial": "Superior frontal gyrus (medial)",
    "Frontal_Med_Orb": "Orbitofrontal cortex (medial)",
    "Rectus": "Gyrus rectus",
    "Insula": "Insula",
    "Cingulum_Ant": "Anterior cingulate gyrus",
    "Cingulum_Mid": "Middle cingulate gyrus",
    "Cingulum_Post": "Posterior cingulate gyrus",
    "Hippocampus": "Hippocampus",
    "ParaHippocampal": "Parahippocampal gyrus",
    "Amygdala": "Amygdala",
    "Calcarine": "Calcarine cortex",
    "Cuneus": "Cuneus",
    "Lingual": "Lingual gyrus",
    "Occipital_Sup": "Superior occipital gyrus",
    "Occipital_Mid": "Middle occipital gyrus",
    "Occipital_Inf": "Inferior occipital gyrus",
    "Fusiform": "Fusiform gyrus",
    "Postcentral": "Postcentral gyrus",
    "Parietal_Sup": "Superior parietal gyrus",
    "Parietal_Inf": "Inferior parietal gyrus",
    "SupraMarginal": "Supramarginal gyrus",
    "Angular": "Angular gyrus",
    "Precuneus": "Precuneus",
    "Paracentral_Lobule": "Paracentral lobule",
    "Caudate": "Caudate nucleus",
    "Putamen": "Putamen",
    "Pallidum": "Pallidum",
    "Thalamus": "Thalamus",
    "Heschl": "Heschl gyrus",
    "Temporal_Sup": "Superior temporal gyrus",
    "Temporal_Pole_Sup": "Temporal pole (superior)",
    "Temporal_Mid": "Middle temporal gyrus",
    "Temporal_Pole_Mid": "Temporal pole (middle)",
    "Temporal_Inf": "Inferior temporal gyrus",
    # of its second version, Rolls et al. (2015), doi:10.1016/j.neuroimage.2015.07.075
    "OFCmed": "Orbitofrontal cortex (medial)",
    "OFCant": "Orbitofrontal cortex (anterior)",
    "OFCpost": "Orbitofrontal cortex (posterior)",
    "OFClat": "Orbitofrontal cortex (lateral)",
    "Cingulate_Ant": "Anterior cingulate gyrus",
    "Cingulate_Mid": "Middle cingulate gyrus",
    "Cingulate_Post": "Posterior cingulate gyrus",
}


def is_missing(value) -> bool:
    """Check for an empty cell: None, NaN, an empty text or ``n/a``."""
    if value is None or (isinstance(value, str) and value in ("", MISSING)):
        return True
    return isinstance(value, float) and math.isnan(value)


def number(value, digits: int) -> str:
    """Write a number with ``digits`` decimals and a true minus; ``n/a`` if missing."""
    if is_missing(value):
        return MISSING
    text = f"{float(value):.{digits}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def integer(value) -> str:
    """Write a whole number with a thin space between thousands."""
    if is_missing(value):
        return MISSING
    return f"{round(float(value)):,}".replace(",", "\N{NARROW NO-BREAK SPACE}").replace("-", MINUS)


def p_value(value) -> str:
    """Write a p value with three decimals; below 0.001 as that bound."""
    if is_missing(value):
        return MISSING
    return "<0.001" if float(value) < 0.001 else f"{float(value):.3f}"


def permutation_p(value, n_permutations) -> str:
    """Write a p of permutations; ``<=1/(m+1), smallest possible`` at the floor of m of them."""
    if is_missing(value) or is_missing(n_permutations) or not n_permutations:
        return p_value(value)
    n = int(n_permutations) + 1
    # the floor is 1 / n, the next p 2 / n
    return (
        p_value(value) if value > 1.5 / n else f"\N{LESS-THAN OR EQUAL TO}1/{n}, smallest possible"
    )


def permutation_clause(value, n_permutations) -> str:
    """Write a p of permutations within a sentence."""
    text = permutation_p(value, n_permutations)
    return f"p {text[0]} {text[1:]}" if "/" in text and text != MISSING else p_clause(value)


def p_clause(value, symbol: str = "p") -> str:
    """Write a p value within a sentence: ``p = 0.012`` or ``p < 0.001``."""
    text = p_value(value)
    if text == MISSING:
        return f"{symbol} not available"
    return f"{symbol} < 0.001" if text.startswith("<") else f"{symbol} = {text}"


def shortest(value) -> str:
    """Write a number with at most two decimals and no trailing zero."""
    if is_missing(value):
        return MISSING
    text = f"{float(value):.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", MINUS)


def signed_percent(value, digits: int) -> str:
    """Write a change in percent with its sign."""
    plus = "+" if not is_missing(value) and value > 0 else ""
    return f"{plus}{number(value, digits)} %"


def mean_sd_range(mean: float, sd: float, low: float, high: float) -> str:
    """Write ``mean±SD (min–max)``, as the cells of Table 1 are printed."""
    return (
        f"{number(mean, 2)}{PLUS_MINUS}{number(sd, 2)} ({shortest(low)}{EN_DASH}{shortest(high)})"
    )


def median_quartiles(median: float, first: float, third: float) -> str:
    """Write ``median (first to third quartile)``, as cells of skewed columns are printed."""
    return f"{number(median, 2)} ({shortest(first)}{EN_DASH}{shortest(third)})"


def count_percent(count: int, total: int) -> str:
    """Write ``n (%)``; without the share if ``total`` is 0."""
    return f"{count} ({100 * count / total:.2f}%)" if total else f"{count}"


def interval(low, high, digits: int) -> str:
    """Write the ends of an interval, ``low to high``; ``n/a`` if either is missing."""
    if is_missing(low) or is_missing(high):
        return MISSING
    return f"{number(low, digits)} to {number(high, digits)}"


def region_name(label) -> str:
    """Name of an AAL label without its side; an unknown label with its underscores as spaces."""
    if is_missing(label):
        return "no label"
    stem = str(label)
    if stem.endswith(("_L", "_R")):
        stem = stem[:-2]
    for known in (stem, stem.removesuffix("_2")):
        if known in AAL_NAMES:
            return AAL_NAMES[known]
    return stem.replace("Cerebelum", "Cerebellum").replace("_", " ")


def measure_name(measure) -> str:
    """Name of a measure as it is printed."""
    names = {"alff": "ALFF", "falff": "fALFF", "reho": "ReHo", "fc": "FC"}
    return names.get(str(measure).lower(), str(measure))


def atlas_name(atlas: str) -> str:
    """Name of a further atlas of Table 2 as it is printed."""
    return NAMED_ATLASES.get(atlas, atlas)


def arm_name(arm: str) -> str:
    """Name of an arm of the classification as it is printed."""
    names = {
        "A": "A, published protocol",
        "B nested": "B, nested cross-validation",
        "C atlas": "C, atlas regions",
        "D logistic": "D, logistic regression",
        "D demographics": "D, demographics",
        "D motion": "D, motion",
        "D dummy": "D, no features",
    }
    return names.get(arm, arm)


def joined(items: list[str]) -> str:
    """Join items as a sentence does: ``a``, ``a and b``, ``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def counted(n: int, noun: str, plural: str | None = None) -> str:
    """Write a count with its noun: ``no cluster``, ``1 cluster``, ``2 clusters``."""
    if n == 1:
        return f"1 {noun}"
    return f"{n or 'no'} {plural or noun + 's'}"
