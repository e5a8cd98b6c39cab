"""Simulated scanning session of one participant: a folder of DICOM files and the ground truth."""

import logging
from pathlib import Path

import numpy as np

from restpain.atlas import aal
from restpain.io.images import read_volume, write_volume
from restpain.io.job import run_job
from restpain.io.tables import read_table, write_json
from restpain.preprocessing.slice_timing import ordered_times
from restpain.simulation.anatomy import deformation_summary, random_anatomy, true_transform
from restpain.simulation.bold import rest_series, voxel_contents
from restpain.simulation.dicom_classic import write_series
from restpain.simulation.dicom_enhanced import write_enhanced_series
from restpain.simulation.effects import participant_effects, patient_scores
from restpain.simulation.motion import head_motion, moved_since, rest_grid
from restpain.simulation.protocol import (
    rest_sequence,
    session_start,
    simulated_person,
    t1_sequence,
)
from restpain.simulation.t1 import t1_grid, t1_image, tissue_volumes_ml

logger = logging.getLogger("simulate_participant")


def simulate_participant(
    *,
    participants_path: str,
    head_path: str,
    outputs: dict[str, str],
    subject: str,
    patients: str,
    seed: int,
    t1_voxel_mm: float,
    bold_matrix: list[int],
    bold_voxel_mm: list[float],
    n_volumes: int,
    repetition_time: float,
    slice_order: str,
    effects: list[dict],
    score: str | None,
    patient_motion: float,
    sinus_dropout: bool,
    dicom: str,
) -> None:
    table = read_table(participants_path).set_index("participant_id")
    row = table.loc[f"sub-{subject}"]
    entropy = [seed, table.index.get_loc(f"sub-{subject}")]
    rng = np.random.default_rng(np.random.SeedSequence(entropy))
    labels, label_affine = read_volume(head_path)
    labels = labels.astype(np.uint8)
    is_patient = row["group"] == patients
    write = {"classic": write_series, "enhanced": write_enhanced_series}[dicom]
    start = session_start(entropy[1])

    anatomy = random_anatomy(rng)
    shape, t1_affine = t1_grid(t1_voxel_mm, rng)
    t1, tissue = t1_image(labels, label_affine, anatomy, shape=shape, affine=t1_affine, rng=rng)
    person = simulated_person(subject, age=row["age"], sex=row["sex"])
    session = {"person": person, "seed": entropy}
    folder = Path(outputs["dicom"])
    n_files = write(folder / "T1", t1, t1_affine, sequence=t1_sequence(start), **session)

    settled, rest_from_t1 = moved_since(anatomy, rng)
    shape, rest_affine = rest_grid(bold_matrix, bold_voxel_mm, settled, rng)
    times = ordered_times(slice_order, n_slices=shape[2], repetition_time=repetition_time)
    motion = head_motion(n_volumes, rng, ratio=patient_motion if is_patient else 1.0)
    centre_mm = (rest_affine @ [*(np.array(shape) - 1) / 2, 1])[:3]
    scores = patient_scores(table, subject, score=score, patients=patients) if is_patient else {}
    who = {"is_patient": is_patient, "seed": seed, "place": entropy[1]}
    own_effects = participant_effects(effects, **who, **scores)
    contents = voxel_contents(
        *(labels, label_affine, aal(), settled),
        shape=shape,
        affine=rest_affine,
        effects=effects,
        dropout=sinus_dropout,
    )
    series = rest_series(
        contents,
        effects=own_effects,
        affine=rest_affine,
        repetition_time=repetition_time,
        slice_times=times,
        motion=motion,
        centre_mm=centre_mm,
        rng=rng,
    )
    sequence = rest_sequence(start, repetition_time=repetition_time)
    n_files += write(folder / "rest", series, rest_affine, sequence=sequence, **session)
    logger.info("%d DICOM files, %d volumes every %g s", n_files, n_volumes, repetition_time)

    write_volume(outputs["transform"], *true_transform(anatomy))
    write_json(
        outputs["truth"],
        {
            "participant_id": f"sub-{subject}",
            "group": row["group"],
            "volumes": tissue_volumes_ml(tissue, t1_affine),
            "deformation": deformation_summary(anatomy, labels, label_affine),
            "mni_to_t1_affine": anatomy.pose,
            "t1_to_rest": rest_from_t1,
            "t1_affine": t1_affine,
            "rest_affine": rest_affine,
            "slice_times_s": times,
            "rotation_centre_mm": centre_mm,
            "motion_mm_rad": motion.round(6),
            "changes": [effect["change"] for effect in own_effects],
        },
    )


if __name__ == "__main__":
    run_job(simulate_participant, snakemake)
