"""Labels of columns, from the sidecar ``participants.json`` (BIDS), and remarks on seeds."""

from restpain.presentation.numbers import is_missing, number

# columns that the workflow adds
ADDED = {"mean_fd": {"LongName": "Mean framewise displacement", "Units": "mm"}}


def column_label(name: str, described: dict, *, unit: bool = False) -> str:
    """LongName of a column, or its name where the sidecar has none; ``unit`` appends (Units)."""
    entry = ADDED.get(name, {}) | described.get(name, {})
    label, units = entry.get("LongName") or name, entry.get("Units")
    return f"{label} ({units})" if unit and units else label


def column_labels(names: list[str], described: dict) -> list[str]:
    """Labels of several columns as they stand within a sentence."""
    return [within_sentence(column_label(name, described)) for name in names]


def within_sentence(label: str) -> str:
    """Label with a small first letter, but for abbreviations and names of persons."""
    kept = label[:2].isupper() or label.startswith("Heschl")
    return label if kept else label[:1].lower() + label[1:]


def score_label(score: str | None, described: dict) -> str | None:
    """Clinical score within a sentence; None without one."""
    return f"the clinical score ({column_label(score, described)})" if score else None


def own_seed(row) -> str:
    """Remark on a row of Table 2 whose cluster reaches into its own seed; nothing on others."""
    if is_missing(row.seed_share) or row.seed_share == 0:
        return ""
    return f", {number(100 * row.seed_share, 0)} % of the cluster in or at the seed itself"
