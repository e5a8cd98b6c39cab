"""T1 and rest series of a participant from DICOM to NIfTI, without identifiers."""

import logging

from restpain.cohort.deidentify import (
    BOLD_SIDECAR_KEYS,
    SIDECAR_KEYS,
    allowed_sidecar,
    without_text,
)
from restpain.cohort.dicom_conversion import checked_conversion
from restpain.cohort.dicom_series import indexed_series, series_by_headers
from restpain.cohort.timing import decided_sidecar
from restpain.io.files import gzipped, write_bytes
from restpain.io.job import run_job
from restpain.io.tables import read_json, write_json

logger = logging.getLogger("convert_dicom")


def convert_dicom(
    *,
    folder: str,
    index_path: str,
    t1w_path: str,
    t1w_sidecar_path: str,
    bold_path: str,
    bold_sidecar_path: str,
) -> None:
    index = read_json(index_path)
    series, _ = series_by_headers(folder)
    for kind, path, sidecar_path, keys in (
        ("t1", t1w_path, t1w_sidecar_path, SIDECAR_KEYS),
        ("rest", bold_path, bold_sidecar_path, BOLD_SIDECAR_KEYS),
    ):
        one = indexed_series(series, index, kind)
        name = f"{index['participant_id']}, {one.facts['label']}"
        content, sidecar = checked_conversion(one.paths, one.facts, name=name)
        sidecar = allowed_sidecar(sidecar, keys)
        if kind == "rest":
            sidecar = {"TaskName": "rest"} | decided_sidecar(sidecar, one.facts)
        logger.info("%s from %s, %d files", kind, one.facts["label"], len(one.paths))
        write_json(sidecar_path, sidecar)
        seconds = one.facts["repetition_time_s"] if kind == "rest" else None
        write_bytes(path, gzipped(without_text(content, repetition_time=seconds)))


if __name__ == "__main__":
    run_job(convert_dicom, snakemake)
