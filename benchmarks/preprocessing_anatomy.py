"""Success rates of T1 and EPI registration: numbers of docs/preprocessing_anatomy.md.

    OPENBLAS_NUM_THREADS=1 PYTHONPATH=scripts:. python benchmarks/preprocessing_anatomy.py starts

runs the named parts and writes a table of each to ``docs/preprocessing_anatomy/``:

- ``starts``: the affine and its gate from perturbed T1s of real heads (``--number``);
- ``chain``: the whole anatomy stage from some of the same starts (``--chain-number``);
- ``tissues``: tissue maps of simulated participants against the labels they were made from;
- ``epi``: the EPI on the T1 from moved headers and from wrong starts, with the gate's cost;
- ``plot``: a figure of ``starts`` and ``epi``.

The real heads are those of a folder ``--data`` with ``philips_ingenia/dicom.tar.xz`` (T1 of 1 mm
and a rest series) and ``pumi_minitest`` (T1 of 2 mm and a rest series). A head is right where the
RMS distance over the brain from where the unperturbed image led is within a bound, refused where
the gate stopped it, and silently wrong else. Times are CPU seconds of one core.
"""

import argparse
import tarfile
import tempfile
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy import ndimage
from scipy.spatial.transform import Rotation

from restpain.cohort.dicom_conversion import checked_conversion
from restpain.cohort.dicom_series import folder_series, indexed_series
from restpain.cohort.index import participant_index
from restpain.io.files import gzipped
from restpain.io.images import read_mask, read_volume, write_volume
from restpain.io.tables import read_json, write_table
from restpain.preprocessing import coregistration
from restpain.preprocessing.affine import fit_affine, reference
from restpain.preprocessing.affine_gate import MIN_OBJECTIVE, check_affine, local_correlation
from restpain.preprocessing.normalisation import dice, on_template
from restpain.preprocessing.points import applied
from restpain.preprocessing.template import voxel_sizes
from restpain.simulation.anatomy import random_anatomy, to_mni
from restpain.simulation.geometry import grid_points, nearest, rotation, translation
from restpain.simulation.head import CSF, GM, WM, head_labels, template_path
from restpain.simulation.t1 import t1_grid, t1_image
from scripts.preprocessing.prepare_template import prepare_template
from scripts.preprocessing.preprocess_anat import preprocess_anat

REPOSITORY = Path(__file__).parents[1]
RESULTS = REPOSITORY / "docs" / "preprocessing_anatomy"
ANGLE_DEG, SHIFT_MM, BIAS, VOXEL_MM = 25.0, 40.0, 0.4, 2.0  # largest perturbations
RIGHT_AFFINE_MM, RIGHT_CHAIN_MM, RIGHT_EPI_MM = 4.0, 2.0, 1.0


def real_heads(data, folder, names):
    """Paths of T1 and rest series of the real heads, converted where they are DICOM."""
    paths = {kind: folder / f"philips_{kind}.nii.gz" for kind in ("t1", "rest")}
    if not paths["rest"].exists():
        with tempfile.TemporaryDirectory() as scratch:
            with tarfile.open(data / "philips_ingenia" / "dicom.tar.xz") as archive:
                archive.extractall(scratch, filter="data")
            index = participant_index(scratch, participant_id="sub-01", source="dicom", select={})
            series, _ = folder_series(scratch)
            for kind, path in paths.items():
                one = indexed_series(series, index, kind)
                content, _ = checked_conversion(one.paths, one.facts, name="philips")
                path.write_bytes(gzipped(content))
    pumi = data / "pumi_minitest" / "sub-001"
    heads = {
        "philips": paths,
        "pumi": {
            "t1": pumi / "anat" / "sub-001_T1w.nii.gz",
            "rest": pumi / "func" / "sub-001_task-rest_bold.nii.gz",
        },
    }
    return {head: heads[head] for head in names}


def template_paths(folder):
    """Files of the template on both grids, made where they are missing."""
    images = ("T1w", "mask", "GM", "WM", "CSF")
    anat, func = (
        {image: str(folder / f"template_{grid}_{image}.nii.gz") for image in images}
        for grid in ("anat", "func")
    )
    anat["reference"] = str(folder / "template_anat_reference.npz")
    if not Path(anat["reference"]).exists():
        outputs = {f"anat_{name}": path for name, path in anat.items()}
        outputs |= {f"func_{name}": path for name, path in func.items()}
        prepare_template(grid_path=None, outputs=outputs, normalisation_mm=2.0, voxel_mm=3.0)
    return anat, func


def turned(angles_deg, shift_mm, centre_mm):
    """Affine that rotates about a centre and then shifts."""
    turn = rotation(np.radians(angles_deg))
    return translation(np.add(centre_mm, shift_mm)) @ turn @ translation(-np.asarray(centre_mm))


def perturbed(t1, affine, to_t1, rng):
    """Perturb a T1 at random.

    Returns the image, its affine, the move of the head that the affine of the template has to
    follow, and what was done.
    """
    low, high = np.sort(applied(affine, np.array([[0, 0, 0], np.array(t1.shape) - 1.0])), axis=0)
    brain_centre = applied(to_t1, np.array([0.0, -20, 8]))
    angles, shift = rng.uniform(-ANGLE_DEG, ANGLE_DEG, 3), rng.uniform(-SHIFT_MM, SHIFT_MM, 3)
    move = turned(angles, shift, brain_centre)
    sizes = np.array([rng.uniform(size, max(size, VOXEL_MM)) for size in voxel_sizes(affine)])
    in_header = rng.random() < 0.5
    if in_header:  # the field of view turns with the head: nothing is lost
        axes, size = affine[:3, :3] / voxel_sizes(affine), np.array(t1.shape) * voxel_sizes(affine)
        centre, axes = (low + high) / 2, axes
        pull = np.eye(4)
    else:  # the head turns in an upright field of view, which may lose a part of it
        axes, size, centre = np.eye(3), np.array([200.0, 256.0, 256.0]), (low + high) / 2
        centre = centre + shift * rng.uniform(0, 1)
        pull = np.linalg.inv(move)
    shape = np.maximum(np.round(size / sizes), 8).astype(int)
    grid = np.eye(4)
    grid[:3, :3] = axes * sizes
    grid[:3, 3] = centre - grid[:3, :3] @ (shape - 1) / 2
    image = resampled(t1, affine, shape, grid, pull)
    position = np.stack(np.meshgrid(*[np.linspace(-1, 1, n) for n in shape], indexing="ij"))
    field = smooth_polynomial(position, rng)
    image *= 1 + BIAS * rng.random() * field
    if in_header:
        grid = move @ grid
    crop = ("none", "neck", "top")[rng.integers(3)]
    if crop != "none":
        image, grid = cropped(image, grid, move @ to_t1, crop, rng)
    return (
        image.astype(np.float32),
        grid,
        move,
        {
            "angle_deg": np.degrees(np.arccos((np.trace(move[:3, :3]) - 1) / 2)),
            "shift_mm": np.linalg.norm(shift),
            "moved": "header" if in_header else "head",
            "voxel_mm": "x".join(f"{size:.2f}" for size in voxel_sizes(grid)),
            "cropped": crop,
        },
    )


def resampled(t1, affine, shape, grid, pull):
    """T1, smoothed to the new voxels, at the points of a grid pulled back to the T1."""
    old, new = voxel_sizes(affine), np.sort(voxel_sizes(grid))[::-1]
    # the largest new voxels lie along no known axis of the T1 once the head turned: use the mean
    fwhm = np.sqrt(np.maximum(new.mean() ** 2 - old**2, 0)) / old
    smooth = ndimage.gaussian_filter(t1, fwhm / np.sqrt(8 * np.log(2)))
    steps = np.linalg.inv(affine) @ pull @ grid
    return ndimage.affine_transform(
        smooth, steps[:3, :3], steps[:3, 3], output_shape=tuple(shape), order=1
    )


def smooth_polynomial(position, rng):
    """Random polynomial of degree 2 between -1 and 1."""
    x, y, z = position
    terms = np.stack([x, y, z, x * y, x * z, y * z, x**2, y**2, z**2])
    field = np.tensordot(rng.standard_normal(9), terms, 1)
    return 2 * (field - field.min()) / np.ptp(field) - 1


def cropped(image, grid, to_t1, part, rng):
    """Without slices below the brain (at most 10 mm of it) or from its top (at most 20 mm)."""
    axis = int(np.abs(grid[2, :3]).argmax())
    upwards = grid[2, axis] > 0
    ends = {"neck": [0, -20, -68], "top": [0, -20, 80]}[part]
    offset = rng.uniform(-30, 10) if part == "neck" else -rng.uniform(0, 20)
    edge = applied(np.linalg.inv(grid), applied(to_t1, np.array(ends, float)))[axis]
    edge += (1 if upwards else -1) * offset / voxel_sizes(grid)[axis]
    edge = int(np.clip(round(edge), 2, image.shape[axis] - 2))
    keeps_high = upwards == (part == "neck")
    first, last = (edge, image.shape[axis]) if keeps_high else (0, edge)
    grid = grid.copy()
    grid[:3, 3] += grid[:3, axis] * first
    return np.take(image, range(first, last), axis=axis), grid


def rms_mm(first, second):
    """Root mean square distance of two sets of points."""
    return float(np.sqrt(((first - second) ** 2).sum(axis=-1).mean()))


def gated(t1, affine, image, mask, grid, points):
    """Affine of a T1 with the two numbers of its gate, and the gate's message or nothing."""
    fit = fit_affine(t1, affine, points)
    aligned = on_template(t1, affine, fit.matrix, shape=image.shape, grid=grid)
    local = local_correlation(image, aligned, mask)
    try:
        check_affine(fit, local, "T1w")
    except ValueError as error:
        return fit, local, str(error)
    return fit, local, ""


def starts(arguments):
    """Fit and check the affine from random starts."""
    anat, _ = template_paths(arguments.folder)
    image, grid = read_volume(anat["T1w"])
    mask, _ = read_mask(anat["mask"])
    points = reference(image, mask, grid)
    brain = applied(grid, np.argwhere(mask)[::7].astype(float))
    rows = []
    for head, paths in real_heads(arguments.data, arguments.folder, arguments.heads).items():
        t1, affine = read_volume(paths["t1"])
        t1 = np.maximum(t1, 0)
        straight, local, message = gated(t1, affine, image, mask, grid, points)
        print(head, f"{straight.objective:.3f} {local:.3f} {straight.determinant:.3f}", message)
        for number in range(arguments.number // len(arguments.heads)):
            rng = np.random.default_rng([number, *head.encode()])
            moved, moved_affine, move, facts = perturbed(t1, affine, straight.matrix, rng)
            begin = time.process_time()
            fit, local, message = gated(moved, moved_affine, image, mask, grid, points)
            seconds = time.process_time() - begin
            error = rms_mm(applied(fit.matrix, brain), applied(move @ straight.matrix, brain))
            right = error < RIGHT_AFFINE_MM
            verdict = "refused" if message else "right" if right else "silently wrong"
            rows.append(
                {
                    "head": head,
                    "start": number,
                    **facts,
                    "objective": fit.objective,
                    "local_correlation": local,
                    "determinant": fit.determinant,
                    "rms_mm": error,
                    "verdict": verdict,
                    "cpu_s": seconds,
                }
            )
            print(
                *(f"{v:.3g}" if isinstance(v, float) else v for v in rows[-1].values()), flush=True
            )
    write(rows, "starts", arguments)


def write(rows, name, arguments):
    """Write a table, numbers to four digits."""
    table = pd.DataFrame(rows)
    for column in table.select_dtypes("float"):
        table[column] = [float(f"{value:.4g}") for value in table[column]]
    write_table(arguments.results / f"{name}.tsv", table)


def chain(arguments):
    """Run the whole anatomy stage from some of the starts."""
    anat, func = template_paths(arguments.folder)
    brain, _ = read_mask(func["mask"])
    image, grid = read_volume(anat["T1w"])
    points = reference(image, read_mask(anat["mask"])[0], grid)
    rows = []
    for head, paths in real_heads(arguments.data, arguments.folder, arguments.heads).items():
        t1, affine = read_volume(paths["t1"])
        t1 = np.maximum(t1, 0)
        to_t1 = fit_affine(t1, affine, points).matrix
        quality, _, straight = anatomy(t1, affine, anat, func, arguments.folder)
        print(head, quality)
        for number in range(arguments.chain_number // len(arguments.heads)):
            rng = np.random.default_rng([number, *head.encode()])
            moved, moved_affine, move, facts = perturbed(t1, affine, to_t1, rng)
            begin = time.process_time()
            row = {"head": head, "start": number, **facts}
            try:
                quality, _, field = anatomy(moved, moved_affine, anat, func, arguments.folder)
            except ValueError as error:
                rows.append(row | {"verdict": "refused"})
                print(error, flush=True)
                continue
            distance = np.linalg.norm(field - applied(move, straight), axis=-1)[brain]
            rms = float(np.sqrt((distance**2).mean()))
            rows.append(
                row
                | {
                    "rms_mm": rms,
                    "median_mm": float(np.median(distance)),
                    "dice_gm": quality["dice_gm"],
                    "dice_wm": quality["dice_wm"],
                    "folded_voxels": quality["folded_voxels"],
                    "verdict": "right" if rms < RIGHT_CHAIN_MM else "silently wrong",
                    "cpu_s": time.process_time() - begin,
                }
            )
            print(rows[-1], flush=True)
    write(rows, "chain", arguments)


def anatomy(t1, affine, anat, func, folder):
    """Quality numbers, images and point field of the anatomy stage."""
    names = ("t1w", "mask", "GM", "WM", "CSF", "normalised", "xfm")
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        place = Path(scratch, "sub-01")
        place.mkdir()
        outputs = {name: str(place / f"{name}.nii.gz") for name in names}
        outputs["qc"] = str(place / "qc.json")
        write_volume(place / "raw.nii.gz", t1, affine)
        inputs = {f"template_{name}": path for name, path in anat.items()}
        inputs |= {"t1w": str(place / "raw.nii.gz"), "grid": func["T1w"]}
        preprocess_anat(inputs=inputs, outputs=outputs)
        maps = {name: read_volume(path)[0] for name, path in outputs.items() if name != "qc"}
        return read_json(outputs["qc"]), maps, maps["xfm"]


def simulated_t1(number, voxel_mm, folder):
    """T1 of a simulated participant with its affine, labels and brain, all on its grid."""
    t1, affine = read_volume(template_path("t1"))
    gm, wm = (read_volume(template_path(tissue))[0] / 255 for tissue in ("gm", "wm"))
    labels, label_affine = head_labels(t1=t1, gm=gm, wm=wm, affine=affine)
    rng = np.random.default_rng(np.random.SeedSequence([20251123, number]))
    person = random_anatomy(rng)
    shape, grid = t1_grid(voxel_mm, rng)
    image, tissue = t1_image(labels, label_affine, person, shape=shape, affine=grid, rng=rng)
    closed, closed_affine = read_mask(folder / "template_anat_mask.nii.gz")
    points = to_mni(person, grid_points(shape, grid))
    inside = nearest(closed.astype(np.uint8), closed_affine, points)
    return image, grid, tissue, inside.reshape(shape) > 0


def tissues(arguments):
    """Compare tissue maps of simulated participants with the labels they were made from."""
    anat, func = template_paths(arguments.folder)
    rows = []
    for voxel_mm in arguments.voxel_mm:
        for number in range(arguments.participants):
            t1, affine, truth, brain = simulated_t1(number, voxel_mm, arguments.folder)
            quality, maps, _ = anatomy(t1, affine, anat, func, arguments.folder)
            found = np.stack([maps[name] for name in ("CSF", "GM", "WM")])
            known = (maps["mask"] > 0) & np.isin(truth, (GM, WM, CSF))
            best = found.argmax(axis=0)
            row = {"voxel_mm": voxel_mm, "participant": number}
            for column, (name, label) in enumerate((("csf", CSF), ("gm", GM), ("wm", WM))):
                row[f"dice_{name}"] = dice(
                    (best == column) & (maps["mask"] > 0), (truth == label) & brain
                )
                row[f"dice_{name}_in_mask"] = dice(
                    (best == column) & known, (truth == label) & known
                )
            # the template's edge runs through the CSF, where no image shows it: what is found
            # beyond the true edge is right if it is CSF
            row["dice_csf_of_head"] = dice(
                (best == 0) & (maps["mask"] > 0), (truth == CSF) & (brain | (maps["mask"] > 0))
            )
            row["dice_brain"] = dice(maps["mask"] > 0, brain)
            row["affine_objective"] = quality["affine_objective"]
            rows.append(row)
            print(rows[-1], flush=True)
    write(rows, "tissues", arguments)


def mean_epi(path):
    """Mean of the first volumes of a rest series, and its affine."""
    series, affine = read_volume(path)
    return series[..., :10].mean(axis=-1), affine


def aligned(epi, epi_affine, t1, start=None):
    """EPI on the T1, from the stage's own starts or from a given one: transform and cost."""
    image, t1_affine, mask, white = t1
    affines = {"epi_affine": epi_affine, "t1_affine": t1_affine}
    if start is None:
        start = coregistration.align_by_information(epi, image, mask, **affines)
    return coregistration.refine_by_boundary(epi, white, **affines, start=start)


EPI_MOVES = [  # kind, shift in mm, angle in degrees
    *(("shift", shift, 0.0) for shift in (5, 10, 20, 40, 60, 80)),
    *(("turn", 0.0, angle) for angle in (5, 10, 15, 20, 30, 45)),
    *(("both", shift, angle) for shift, angle in ((5, 3), (10, 5), (20, 10), (40, 20))),
]
WRONG_MM = (2, 4, 8, 12, 16, 24)  # from where the right place the boundary alone starts
MIRRORS = {"left for right": 0, "front for back": 1, "upside down": 2}


def epi(arguments):
    """Align the EPI with the T1 from moved headers and from wrong starts; all costs."""
    anat, func = template_paths(arguments.folder)
    gate, coregistration.MAX_COST = coregistration.MAX_COST, np.inf  # to see what it would stop
    rows, t1s, epis, right = [], {}, {}, {}
    for head, paths in real_heads(arguments.data, arguments.folder, arguments.heads).items():
        t1s[head] = straight_anatomy(head, paths["t1"], anat, func, arguments.folder)
        epis[head] = mean_epi(paths["rest"])
        right[head], cost = aligned(*epis[head], t1s[head])
        print(head, f"cost {cost:.3f}", flush=True)

    def record(head, kind, size, found, cost, expected, begin):
        error, verdict = np.nan, "flagged" if cost > gate else "not flagged"
        if expected is not None:
            brain = applied(t1s[head][1], np.argwhere(t1s[head][2])[::101].astype(float))
            error = rms_mm(applied(found, brain), applied(expected, brain))
            if error < RIGHT_EPI_MM:
                verdict = "right but flagged" if cost > gate else "right"
            elif cost <= gate:
                verdict = "silently wrong"
        seconds = time.process_time() - begin
        rows.append(
            {"head": head, "start": kind, "size": size, "rms_mm": error, "cost": cost}
            | {"verdict": verdict, "cpu_s": seconds}
        )
        print(*rows[-1].values(), flush=True)

    for head in t1s:
        image, affine = epis[head]
        centre = applied(t1s[head][1], np.argwhere(t1s[head][2])).mean(axis=0)
        for number in range(arguments.draws):
            rng = np.random.default_rng([number, *head.encode()])
            for kind, shift, angle in EPI_MOVES:
                move = random_move(rng, shift, angle, centre)
                begin = time.process_time()
                try:
                    found, cost = aligned(image, move @ affine, t1s[head])
                except ValueError:
                    found, cost = np.eye(4), np.inf
                size = f"{shift:g} mm {angle:g} deg"
                record(head, kind, size, found, cost, move @ right[head], begin)
            for distance in WRONG_MM:
                begin = time.process_time()
                start = random_move(rng, distance, distance, centre) @ right[head]
                found, cost = aligned(image, affine, t1s[head], start)
                record(head, "boundary alone", f"{distance} mm", found, cost, right[head], begin)
        for name, axis in MIRRORS.items():
            begin = time.process_time()
            found, cost = aligned(np.flip(image, axis), affine, t1s[head])
            record(head, name, "", found, cost, None, begin)
        for other in set(epis) - {head}:
            begin = time.process_time()
            found, cost = aligned(*epis[other], t1s[head])
            record(head, "other head", other, found, cost, None, begin)
    write(rows, "epi", arguments)


def straight_anatomy(head, path, anat, func, folder):
    """T1, affine, brain and white matter of a real head; kept, so that a second run has them."""
    files = [folder / f"{head}_{name}.nii.gz" for name in ("t1w", "mask", "WM")]
    if not files[-1].exists():
        t1, affine = read_volume(path)
        _, maps, _ = anatomy(np.maximum(t1, 0), affine, anat, func, folder)
        for file in files:
            write_volume(file, maps[file.name.split("_")[1].removesuffix(".nii.gz")], affine)
    t1, affine = read_volume(files[0])
    return t1, affine, read_mask(files[1])[0], read_volume(files[2])[0]


def random_move(rng, shift_mm, angle_deg, centre_mm):
    """Shift along a random direction and turn about a random axis through a centre."""
    direction, axis = rng.normal(size=3), rng.normal(size=3)
    turn = np.eye(4)
    vector = axis / np.linalg.norm(axis) * np.radians(angle_deg)
    turn[:3, :3] = Rotation.from_rotvec(vector).as_matrix()
    shift = direction / np.linalg.norm(direction) * shift_mm
    return translation(centre_mm + shift) @ turn @ translation(-centre_mm)


def plot(arguments):
    """Draw what separates right from wrong: the gate's numbers of both registrations."""
    starts_table = pd.read_csv(arguments.results / "starts.tsv", sep="\t")
    epi_table = pd.read_csv(arguments.results / "epi.tsv", sep="\t")
    plt.rcParams["svg.hashsalt"] = "restpain"
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3), layout="constrained")
    for head, rows in starts_table.groupby("head"):
        left.plot(rows["objective"], rows["rms_mm"], ".", label=head)
    left.axvline(MIN_OBJECTIVE, color="grey", linestyle=":")
    left.set(xlabel="objective of the affine (gate dotted)", ylabel="RMS distance, mm")
    left.legend()
    kinds = epi_table["verdict"].where(epi_table["rms_mm"].notna(), epi_table["start"])
    names = list(dict.fromkeys(kinds))
    right.plot(epi_table["cost"], [names.index(kind) for kind in kinds], "k.", alpha=0.5)
    right.set_yticks(range(len(names)), names)
    right.axvline(coregistration.MAX_COST, color="grey", linestyle=":")
    right.set(xlabel="boundary-based cost (gate dotted)", xlim=(0, 1.1))
    figure.savefig(arguments.results / "gates.svg", metadata={"Date": None})


PARTS = {"starts": starts, "chain": chain, "tissues": tissues, "epi": epi, "plot": plot}


def main():
    """Run the named parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="+", choices=PARTS)
    parser.add_argument("--data", type=Path, default=REPOSITORY.parent / "shared" / "data")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--heads", nargs="+", default=["philips", "pumi"])
    parser.add_argument("--number", type=int, default=200)
    parser.add_argument("--participants", type=int, default=3)
    parser.add_argument("--voxel-mm", type=float, nargs="+", default=[1.0, 2.0])
    parser.add_argument("--draws", type=int, default=4)
    parser.add_argument("--chain-number", type=int, default=12)
    arguments = parser.parse_args()
    arguments.results.mkdir(parents=True, exist_ok=True)
    for part in arguments.parts:
        PARTS[part](arguments)


if __name__ == "__main__":
    main()
