"""Version, licence and repository of the workflow, read from ``CITATION.cff``."""

import re
from pathlib import Path

CITATION = Path(__file__).parents[2] / "CITATION.cff"


def citation_field(key: str) -> str | None:
    """Value of a key at the top level of ``CITATION.cff``; None if the file does not have it."""
    found = re.search(rf"^{key}: *(.+)$", CITATION.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1].strip() if found else None


def version() -> str:
    """Version of the workflow, such as ``1.0.0``."""
    return citation_field("version")


def generated_by() -> dict[str, str]:
    """Entry of the workflow under ``GeneratedBy`` of a BIDS ``dataset_description.json``.

    ``CodeURL`` is the key ``repository-code`` of ``CITATION.cff`` and absent without it.
    """
    entry = {
        "Name": "restpain",
        "Version": version(),
        "Description": f"Snakemake workflow, licence {citation_field('license')}",
    }
    url = citation_field("repository-code")
    return entry | ({"CodeURL": url} if url else {})
