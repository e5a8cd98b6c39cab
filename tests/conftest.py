"""What the tests share."""

import tarfile
from pathlib import Path

import pytest

REAL_DICOM = Path(__file__).parents[2] / "shared" / "data" / "philips_ingenia" / "dicom.tar.xz"


@pytest.fixture(scope="session")
def real_dicom(tmp_path_factory):
    """Real Philips series, unpacked as the only participant of a data folder; and its table."""
    if not REAL_DICOM.exists():
        pytest.skip("the real DICOM is not here")
    data = tmp_path_factory.mktemp("philips")
    with tarfile.open(REAL_DICOM) as archive:
        archive.extractall(data / "sub-01", filter="data")
    (data / "participants.tsv").write_text("participant_id\tgroup\nsub-01\tpatient\n")
    return data
