import re

import yaml

from restpain import version
from restpain.cohort.datasets import RESULTS
from restpain.report.section_provenance import versions


def test_the_version_is_that_of_the_citation_and_of_the_last_release():
    citation = yaml.safe_load(version.CITATION.read_text())
    changelog = (version.CITATION.parent / "CHANGELOG.md").read_text()

    assert version.version() == str(citation["version"])
    assert re.findall(r"^## (\d\S+) - ", changelog, re.MULTILINE)[0] == version.version()


def test_report_and_derivatives_name_the_version():
    assert versions()[0] == ("restpain", version.version())
    assert RESULTS["GeneratedBy"][0]["Version"] == version.version()


def test_the_address_of_the_code_is_that_of_the_citation_or_absent(tmp_path, monkeypatch):
    assert "CodeURL" not in version.generated_by()

    citation = tmp_path / "CITATION.cff"
    citation.write_text("version: 2.1\nlicense: MIT\nrepository-code: https://example.org/code\n")
    monkeypatch.setattr(version, "CITATION", citation)

    assert version.generated_by() == {
        "Name": "restpain",
        "Version": "2.1",
        "Description": "Snakemake workflow, licence MIT",
        "CodeURL": "https://example.org/code",
    }
