"""Preprocessed rest series of one participant: on the grid of the maps, without nuisance."""

from dataclasses import replace

from restpain.io.job import run_job
from restpain.preprocessing.denoising import denoised, write_denoised
from restpain.preprocessing.imported import imported_rest


def import_derivatives(
    *,
    folder: str,
    index_path: str,
    description_path: str | None,
    template_mask_path: str,
    outputs: dict[str, str],
    drop_volumes: int,
    nuisance: list[str],
    regression_band_hz: tuple[float, float] | None,
    band_hz: tuple[float, float],
) -> None:
    paths = (folder, index_path, description_path, template_mask_path)
    rest = imported_rest(*paths, drop_volumes=drop_volumes, band_hz=band_hz)
    result = denoised(rest, names=nuisance, band_hz=regression_band_hz)
    space = {"SpaceOfInput": rest.quality["space_of_input"]}
    write_denoised(outputs, replace(result, sidecar=result.sidecar | space), rest, sources=[])


if __name__ == "__main__":
    run_job(import_derivatives, snakemake)
