"""Checksums, versions and tables of the checks."""

import hashlib
from importlib import metadata

import numpy as np
import pandas as pd

from restpain.report.section_provenance import provenance_section, versions

INPUTS = pd.DataFrame(
    {"stage": ["data", "map"], "file": ["a.nii.gz", "b.nii.gz"], "rule": "link_bids"}
).assign(sha256="0123456789abcdef" * 4)


def test_files_have_the_first_digits_of_their_checksum_and_maps_are_not_listed():
    content = provenance_section({}, [("table.tsv", b"abc")], INPUTS).content

    assert content["files"] == [("table.tsv", hashlib.sha256(b"abc").hexdigest()[:16])]
    assert content["inputs"] == [("a.nii.gz", "link_bids", "0123456789abcdef")]


def test_any_table_of_a_check_becomes_text():
    table = pd.DataFrame({"who_is": ["sub-01", None], "value": [1.0, np.nan], "n": [3, 4]})

    ((title, shown),) = provenance_section({"Check": table}, [], INPUTS).content["checks"]

    assert title == "Check"
    assert shown["head"] == ["who is", "value", "n"]
    assert shown["rows"] == [["sub-01", "1", "3"], ["–", "–", "4"]]


def test_versions_are_those_of_the_installed_packages():
    assert dict(versions())["numpy"] == metadata.version("numpy")
