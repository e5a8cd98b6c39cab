"""Rest series of one participant: slice timing, motion, registration, nuisance regression."""

from restpain.cohort.derivatives import bids_uri
from restpain.io.job import run_job
from restpain.preprocessing.denoising import denoised, write_denoised
from restpain.preprocessing.normalised import normalised_rest


def preprocess_func(
    *,
    inputs: dict[str, str],
    outputs: dict[str, str],
    drop_volumes: int,
    slice_order: str | list[float] | None,
    motion_estimation: str,
    nuisance: list[str],
    regression_band_hz: tuple[float, float] | None,
) -> None:
    rest = normalised_rest(
        inputs,
        drop_volumes=drop_volumes,
        slice_order=slice_order,
        motion_estimation=motion_estimation,
        with_components="acompcor" in nuisance,
    )
    write_denoised(
        outputs,
        denoised(rest, names=nuisance, band_hz=regression_band_hz),
        rest,
        sources=[bids_uri(inputs["bold"], dataset="raw"), bids_uri(inputs["xfm"])],
    )


if __name__ == "__main__":
    run_job(preprocess_func, snakemake)
