"""The two BIDS datasets that a run writes, against the validator of BIDS."""

import re

import pytest

from bids_validator import errors_and_warnings, validator_issues
from restpain.io.images import sidecar_path
from restpain.io.tables import read_json

pytestmark = pytest.mark.workflow

# recommended keys that are not there: of persons and places, or of a task that was not described
NOT_WRITTEN = {
    *("DeviceSerialNumber", "StationName", "SoftwareVersions", "ManufacturersModelName"),
    *("InstitutionName", "InstitutionAddress", "InstitutionalDepartmentName"),
    *("TaskDescription", "Instructions", "CogAtlasID", "CogPOID"),
}
# nor those that a scanner may not tell
NOT_TOLD = {
    *("CoilCombinationMethod", "MatrixCoilMode", "ReceiveCoilName", "ReceiveCoilActiveElements"),
    *("PulseSequenceType", "PulseSequenceDetails", "ScanningSequence", "SequenceName"),
    *("SequenceVariant", "NonlinearGradientCorrection", "DwellTime", "TotalReadoutTime"),
    *("PhaseEncodingDirection", "SliceTiming"),
}
NO_AUTHORS = {("NO_AUTHORS", "Authors"), ("TOO_FEW_AUTHORS", None)}


def test_the_raw_dataset_is_valid(finished_run, tmp_path):
    issues = validator_issues(finished_run[0] / "results" / "rawdata", tmp_path)
    errors, warnings = errors_and_warnings(issues)

    assert errors == []
    unwritten = {("SIDECAR_KEY_RECOMMENDED", key) for key in NOT_WRITTEN | NOT_TOLD}
    description = {("JSON_KEY_RECOMMENDED", key) for key in ("HEDVersion", "SourceDatasets")}
    assert warnings - unwritten <= NO_AUTHORS | description


def test_the_results_are_a_valid_dataset_of_derivatives(finished_run, tmp_path):
    issues = validator_issues(finished_run[0] / "results", tmp_path)
    errors, warnings = errors_and_warnings(issues)

    assert errors == []
    of_the_template = {("SIDECAR_KEY_RECOMMENDED", "Sources")}  # it comes with nilearn
    readme = {("README_FILE_MISSING", None)}  # of the folder results, which the clone has
    assert warnings <= NO_AUTHORS | of_the_template | readme


def test_a_name_that_is_not_ignored_is_an_error(finished_run, tmp_path):
    """The validator looks at the files of participants, which the ignored names leave over."""
    results = tmp_path / "results"
    image = "sub-01/anat/sub-01_desc-preproc_T1w"
    (results / image).parent.mkdir(parents=True)
    for name in (".bidsignore", "dataset_description.json", f"{image}.nii.gz", f"{image}.json"):
        (results / name).write_bytes((finished_run[0] / "results" / name).read_bytes())
    sidecar = (results / f"{image}.json").read_text()
    (results / f"{image}.json").write_text(sidecar.replace("SkullStripped", "skullstripped"))
    (results / image).with_name("sub-01_corrected.nii.gz").touch()

    errors, _ = errors_and_warnings(validator_issues(results, tmp_path / "cache"))

    assert {(code, key) for code, key, _ in errors} >= {
        ("SIDECAR_KEY_REQUIRED", "SkullStripped"),
        ("NOT_INCLUDED", None),
    }


def test_every_image_says_what_bids_requires_of_derivatives_also_where_it_is_ignored(finished_run):
    results = finished_run[0] / "results"
    images = [path for name in ("sub-*", "tpl-*") for path in results.glob(f"{name}/**/*.nii.gz")]

    assert images
    for path in images:
        sidecar = read_json(sidecar_path(path))
        required = {"Description"} | ({"Resolution"} if "_res-" in path.name else set())
        required |= {"Sources"} if path.name.startswith("sub-") else set()
        if not re.search(r"_(mask|dseg|probseg|xfm)\.nii\.gz$", path.name):
            required |= {"SkullStripped", "Units"}
        if path.name.endswith("_bold.nii.gz"):
            required |= {"TaskName", "RepetitionTime"}
        assert required - sidecar.keys() == set(), path.name
