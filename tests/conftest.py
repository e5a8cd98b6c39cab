"""What the tests share."""

import os
import tarfile
from pathlib import Path

import pytest

from browser import Browser, find_chromium

# Python 3.11.3 and older have no filters; only our own archive is unpacked.
SAFELY = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
REAL_DICOM = Path(__file__).parents[2] / "shared" / "data" / "philips_ingenia" / "dicom.tar.xz"


@pytest.fixture(scope="session")
def real_dicom(tmp_path_factory):
    """Real Philips series, unpacked as the only participant of a data folder; and its table."""
    if not REAL_DICOM.exists():
        pytest.skip("the real DICOM is not here")
    data = tmp_path_factory.mktemp("philips")
    with tarfile.open(REAL_DICOM) as archive:
        archive.extractall(data / "sub-01", **SAFELY)
    (data / "participants.tsv").write_text("participant_id\tgroup\nsub-01\tpatient\n")
    return data


@pytest.fixture
def study(tmp_path):
    """Files of a small study for the scripts of the group level."""
    from group_study import Study  # here, since it imports those scripts

    return Study(tmp_path)


@pytest.fixture(scope="session")
def browser():
    """Run one headless Chromium for all tests; where changes are checked it must be there."""
    executable = find_chromium()
    if executable is None:
        message = "no Chromium is installed, so no page can be opened"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with Browser(executable) as opened:
        yield opened
