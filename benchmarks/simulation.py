"""Simulated participants: CPU time, memory and disk, and comparison with real ones.

    OPENBLAS_NUM_THREADS=1 PYTHONPATH=scripts:. python benchmarks/simulation.py cost
    PYTHONPATH=scripts:. python benchmarks/simulation.py realism "real=DIR" "simulated=DIR"

``cost`` simulates one participant of each preset in a process of its own. ``realism`` compares
results of the workflow with ``preprocessing: {nuisance: []}``, each given as a name and a
folder; the first participants of each are averaged. Those of the simulation can come from
``simulated_rest.py DIR``. With ``--write`` the table replaces that between the comments
``<!-- part -->`` and ``<!-- end -->`` of docs/simulation.md, and ``realism`` draws
docs/simulation_realism.svg. Times are CPU seconds of one core.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from itertools import combinations
from pathlib import Path

import nibabel as nib
import numpy as np
import pandas as pd
import yaml
from scipy import signal

from pages import markdown, replace_part
from restpain.atlas import aal
from restpain.cohort.participants import Comparison
from restpain.io.images import read_mask, read_masked
from restpain.io.tables import write_table
from restpain.simulation.networks import NETWORKS
from restpain.simulation.participants import COLUMNS, simulated_participants, simulated_roster

REPOSITORY = Path(__file__).parents[1]
PAGE = REPOSITORY / "docs" / "simulation.md"
SPACE = "space-MNI152NLin2009aSym"
HEAD = REPOSITORY / "results" / "sourcedata" / "truth" / f"{SPACE}_desc-head_dseg.nii.gz"
N_PARTICIPANTS = 3
COMMON_HZ = 0.2  # power is compared up to here, which all repetition times reach


def signals(results, subject):
    """Relative series of the voxels of a participant, without line, and what goes with them."""
    folder = results / subject
    func = folder / "func" / f"{subject}_task-rest_{SPACE}"
    mask, affine = read_mask(f"{func}_desc-brain_mask.nii.gz")
    series = read_masked(f"{func}_desc-denoised_bold.nii.gz", mask, affine)
    sidecar = json.loads(Path(f"{func}_desc-denoised_bold.json").read_text())
    if sidecar["NuisanceRegressors"]:
        raise SystemExit(f"{results} was run with nuisance regressors; expected none")
    reference = read_masked(f"{func}_boldref.nii.gz", mask, affine)
    template = "tpl-MNI152NLin2009aSym/anat/tpl-MNI152NLin2009aSym_res-func"
    tissues = {
        name: read_masked(
            results / f"{template}_label-{name}_probseg.nii.gz",
            mask,
            affine,
        )
        for name in ("GM", "WM", "CSF")
    }
    relative = signal.detrend(series.astype(np.float64)) / np.maximum(reference, 1)[:, None]
    bright = reference > 0.3 * np.median(reference[tissues["GM"] > 0.7])
    places = affine[:3] @ np.vstack([np.argwhere(mask).T, np.ones(mask.sum())])
    regions = aal().at(places.T.astype(np.float32))
    return relative, mask, affine, tissues, bright, regions, sidecar["RepetitionTime"]


def smoothness_mm(relative, mask, affine):
    """FWHM in mm from the correlation of neighbours in time (Gaussian autocorrelation)."""
    numbers = np.full(mask.shape, -1)
    numbers[mask] = np.arange(len(relative))
    unit = relative / np.maximum(np.linalg.norm(relative, axis=1, keepdims=True), 1e-12)
    widths = []
    for axis in range(3):
        first = np.take(numbers, range(mask.shape[axis] - 1), axis=axis)
        second = np.take(numbers, range(1, mask.shape[axis]), axis=axis)
        both = (first >= 0) & (second >= 0)
        r = (unit[first[both]] * unit[second[both]]).sum(axis=1).mean()
        step = np.linalg.norm(affine[:3, axis])
        widths.append(step * np.sqrt(-2 * np.log(2) / np.log(r)))
    return float(np.prod(widths) ** (1 / 3))


def region_correlations(relative, tissues, bright, regions):
    """Correlation of the mean series of AAL regions: all pairs, both sides, within networks."""
    names = aal().names
    means = {}
    for number, name in names.items():
        inside = (regions == number) & (tissues["GM"] > 0.4) & bright
        if inside.sum() >= 20:
            means[name] = relative[inside].mean(axis=0)
    matrix = pd.DataFrame(np.corrcoef(list(means.values())), list(means), list(means))
    network = {member: name for name, members in NETWORKS.items() for member in members}
    kinds = {"both sides": [], "within networks": [], "between networks": []}
    for one, other in combinations(means, 2):
        r = matrix.loc[one, other]
        base = [name.removesuffix("_L").removesuffix("_R") for name in (one, other)]
        of = [network.get(name) for name in base]
        if base[0] == base[1]:
            kinds["both sides"].append(r)
        elif None not in of:
            kinds["within networks" if of[0] == of[1] else "between networks"].append(r)
    return {name: float(np.median(values)) for name, values in kinds.items()}, matrix


def spectrum_of(relative, repetition_time):
    """Mean power spectral density of relative signals, in 1/Hz, and its frequencies."""
    n = relative.shape[1]
    frequencies, power = signal.periodogram(relative, fs=1 / repetition_time, detrend="linear")
    return frequencies[1:], power.mean(axis=0)[1:], n


def participant_facts(results, subject):
    """Measure what is compared, of one participant; and the spectrum of its grey matter."""
    relative, mask, affine, tissues, bright, regions, repetition_time = signals(results, subject)
    facts = {}
    for name, share in tissues.items():
        inside = (share > 0.7) & bright
        facts[f"tSNR {name}"] = float(np.median(1 / relative[inside].std(axis=1)))
    grey = relative[(tissues["GM"] > 0.7) & bright]
    frequencies, power, _ = spectrum_of(grey, repetition_time)
    low = frequencies <= 0.1 + 1e-9
    low &= frequencies >= 0.01
    common = (frequencies >= 0.01) & (frequencies <= COMMON_HZ)
    facts["share"] = float(power[low].sum() / power[common].sum())
    facts["slope"] = float(np.polyfit(np.log(frequencies[low]), np.log(power[low]), 1)[0])
    inside = bright & (tissues["GM"] + tissues["WM"] > 0.5)
    in_brain = np.zeros(mask.shape, bool)
    in_brain[mask] = inside
    facts["fwhm"] = smoothness_mm(relative[inside], in_brain, affine)
    global_signal = grey.mean(axis=0)
    facts["global"] = float(global_signal.std() / grey.std(axis=1).mean())
    correlations, matrix = region_correlations(relative, tissues, bright, regions)
    facts |= correlations
    quality = json.loads(
        (results / subject / "func" / f"{subject}_task-rest_desc-qc_metrics.json").read_text()
    )
    facts["fd"] = quality["mean_fd_power_mm"]
    facts["fd_j"] = quality["mean_fd_jenkinson_mm"]
    facts["tr"], facts["n_volumes"] = repetition_time, relative.shape[1]
    raw = results / "rawdata" / subject / "func" / f"{subject}_task-rest_bold.nii.gz"
    sizes = nib.load(raw).header.get_zooms()[:3]
    facts["voxel"] = float(np.prod(sizes))
    return facts, (frequencies, power), matrix


ROWS = {  # key: what, format
    "voxel": ("volume of a voxel, mm3", "{:.0f}"),
    "tr": ("repetition time, s", "{:.2f}"),
    "n_volumes": ("volumes", "{:.0f}"),
    "tSNR GM": ("tSNR, grey matter", "{:.0f}"),
    "tSNR WM": ("tSNR, white matter", "{:.0f}"),
    "tSNR CSF": ("tSNR, CSF", "{:.0f}"),
    "share": (f"power at 0.01-0.1 Hz, share of that at 0.01-{COMMON_HZ} Hz", "{:.2f}"),
    "slope": ("exponent of the power at 0.01-0.1 Hz", "{:.2f}"),
    "fd": ("mean framewise displacement (Power), mm", "{:.3f}"),
    "fd_j": ("mean framewise displacement (Jenkinson), mm", "{:.3f}"),
    "fwhm": ("smoothness of the normalised series, FWHM in mm", "{:.1f}"),
    "global": ("SD of the mean of grey matter over that of its voxels", "{:.2f}"),
    "both sides": ("r of a region and its other side, median", "{:.2f}"),
    "within networks": ("r within networks, median", "{:.2f}"),
    "between networks": ("r between networks, median", "{:.2f}"),
}


def realism(runs, *, draws):
    """Compare simulated rest series with real ones, after the same preprocessing."""
    facts, spectra, matrices = {}, {}, {}
    for run in runs:
        name, folder = run.rsplit("=", 1)
        results = Path(folder)
        subjects = sorted(path.name for path in results.glob("sub-*"))[:N_PARTICIPANTS]
        found = [participant_facts(results, subject) for subject in subjects]
        facts[name] = pd.DataFrame([one[0] for one in found]).mean()
        spectra[name] = found[0][1]
        matrices[name] = found[0][2]
    if draws:
        draw(facts, spectra, matrices)
    rows = [
        [what, *[style.format(facts[name][key]) for name in facts]]
        for key, (what, style) in ROWS.items()
    ]
    return markdown(["", *facts], rows)


def draw(facts, spectra, matrices):
    """Spectra of grey matter and correlation matrices of the AAL regions."""
    import matplotlib.pyplot as plt

    plt.rcParams["svg.hashsalt"] = "simulation"
    figure, axes = plt.subplots(
        1, 1 + len(matrices), figsize=(3.2 + 2.6 * len(matrices), 3.0), layout="constrained"
    )
    for name, (frequencies, power) in spectra.items():
        axes[0].loglog(frequencies, power, label=name, linewidth=1)
    axes[0].axvspan(0.01, 0.1, color="0.92", zorder=0)
    axes[0].set(xlabel="Hz", ylabel="relative power, 1/Hz", title="grey matter")
    axes[0].legend(frameon=False, fontsize=7)
    shared = list(set.intersection(*(set(matrix.index) for matrix in matrices.values())))
    order = {member: number for number, member in enumerate(sum(NETWORKS.values(), ()))}
    bases = {name: name.removesuffix("_L").removesuffix("_R") for name in shared}
    shown = sorted(
        (name for name in shared if bases[name] in order),
        key=lambda name: (order[bases[name]], name),
    )
    for axis, (name, matrix) in zip(axes[1:], matrices.items(), strict=True):
        image = axis.imshow(
            matrix.loc[shown, shown], vmin=-1, vmax=1, cmap="RdBu_r", interpolation="nearest"
        )
        axis.set(title=name, xticks=[], yticks=[], xlabel="AAL regions by network")
    figure.colorbar(image, ax=axes[-1], label="r")
    figure.savefig(PAGE.with_name("simulation_realism.svg"), metadata={"Date": None})
    plt.close(figure)


def cost():
    """CPU time, memory and size of one participant of each preset, in a process of its own."""
    rows = []
    for preset in ("demo", "paper"):
        configuration = yaml.safe_load((REPOSITORY / "config.yaml").read_text())
        simulation = configuration["simulation"]
        simulation |= yaml.safe_load((REPOSITORY / "presets" / f"{preset}.yaml").read_text())[
            "simulation"
        ]
        for dicom in ("classic", "enhanced"):
            with tempfile.TemporaryDirectory() as folder:
                seconds, megabytes = run_participant(
                    simulation | {"dicom": dicom}, configuration["seed"], folder
                )
                files = [path for path in Path(folder, "dicom").rglob("*") if path.is_file()]
                size = sum(path.stat().st_size for path in files) / 2**20
            rows.append(
                [preset, dicom, f"{seconds:.1f}", f"{megabytes:.0f}", len(files), f"{size:.0f}"]
            )
    return markdown(
        ["preset", "DICOM", "CPU s", "peak memory, MB", "files", "their size, MB"], rows
    )


def run_participant(simulation, seed, folder):
    """CPU seconds and peak memory in MB of ``simulate_participant`` for the first patient."""
    roster = simulated_roster(
        Comparison("patient", "control"),
        **{name: simulation[name] for name in ("n_patients", "n_controls", "n_excluded")},
    )
    people = simulated_participants(roster, patients="patient", seed=seed)
    write_table(f"{folder}/participants.tsv", people, COLUMNS)
    names = ["t1_voxel_mm", "bold_matrix", "bold_voxel_mm", "n_volumes", "slice_order"]
    names += ["effects", "patient_motion", "sinus_dropout", "dicom"]
    arguments = {name: simulation[name] for name in names}
    arguments |= {
        "participants_path": f"{folder}/participants.tsv",
        "head_path": str(HEAD),
        "outputs": {
            "dicom": f"{folder}/dicom",
            "truth": f"{folder}/truth.json",
            "transform": f"{folder}/xfm.nii.gz",
        },
        "subject": roster["participant_id"].iloc[0].removeprefix("sub-"),
        "patients": "patient",
        "seed": seed,
        "repetition_time": simulation["repetition_time_s"],
        "score": "nrs",
    }
    program = (
        "from scripts.simulation.simulate_participant import simulate_participant\n"
        f"simulate_participant(**{arguments!r})\n"
        "import re; print(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1])"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONPATH": f"{REPOSITORY / 'scripts'}:{REPOSITORY}"},
        check=True,
        capture_output=True,
        text=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, int(done.stdout) / 1024


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("part", choices=["cost", "realism"])
    parser.add_argument("runs", nargs="*", help="NAME=RESULTS (realism)")
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name}")
    arguments = parser.parse_intermixed_args()
    draws = arguments.write
    text = cost() if arguments.part == "cost" else realism(arguments.runs, draws=draws)
    print(text)
    if arguments.write:
        replace_part(PAGE, arguments.part, text)
