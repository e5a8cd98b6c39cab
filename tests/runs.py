"""Whole runs of the workflow in directories of their own."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nibabel as nib
import numpy as np
import yaml

from restpain.cohort.confounds import MOTION
from restpain.io.tables import read_table, write_table

REPOSITORY = Path(__file__).parents[1]
SPACE = "space-MNI152NLin2009aSym"
SMALL = REPOSITORY / "tests" / "workflow" / "small.yaml"
FINAL_PRODUCTS = [
    "tables/table1_demographics.tsv",
    "tables/table2_regions.tsv",
    "tables/one_sample_regions.tsv",
    "tables/table3_classification.tsv",
    "tables/table3_robustness.tsv",
    "tables/table4_correlation.tsv",
    "tables/table1_demographics.docx",
    "tables/table2_regions.docx",
    "tables/table3_classification.tex",
    "tables/table4_correlation.html",
    "tables/audit_published.tsv",
    "tables/published_vs_recomputed.tsv",
    "tables/published_vs_recomputed.html",
    *(
        f"figures/{name}.{kind}"
        for name in (
            *("figure1_workflow", "figure2_group_maps", "figure3_regions", "figure4_roc"),
            *("figure4_robustness", "recovery"),
        )
        for kind in ("png", "svg")
    ),
    "report.html",
    "quality.html",
    "tables/recovery.tsv",
    "tables/recovery_clusters.tsv",
    "tables/recovery_stages.tsv",
    "tables/recovery_participants.tsv",
]
# of the report, what differs from run to run
RUN_TIMES = re.compile(rb'<section aria-labelledby="run_times">.*?</section>', re.DOTALL)


def command(*targets, directory, configfiles=(SMALL,), cores=2, options=()):
    """The command line of a run; the configuration files say what differs from ``config.yaml``."""
    return [
        *(sys.executable, "-m", "snakemake"),
        *("--snakefile", REPOSITORY / "Snakefile", "--directory", directory),
        *("--cores", str(cores)),
        *options,
        *(["--configfile", *configfiles] if configfiles else []),
        *("--", *targets),
    ]


def snakemake(*targets, directory, configfiles=(SMALL,), cores=2, options=()):
    """Run the workflow; returns the finished process with its output as text."""
    return subprocess.run(
        command(
            *targets, directory=directory, configfiles=configfiles, cores=cores, options=options
        ),
        capture_output=True,
        text=True,
        check=False,
    )


def snakemake_killed_after(seconds, *, directory, configfiles=(SMALL,), cores=2, options=()):
    """Start the workflow and kill it with all its jobs (SIGKILL to the process group)."""
    process = subprocess.Popen(
        command(directory=directory, configfiles=configfiles, cores=cores, options=options),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(seconds)
    still_running = process.poll() is None
    if still_running:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return still_running


def copy_run(run, directory, *, ignore=None):
    """Copy a finished run; its images and DICOM, replaced as a whole if at all, are linked."""

    def copied(source, target):
        is_image = source.endswith(".nii.gz") or Path(source).name.startswith("IM_")
        return (os.link if is_image else shutil.copy2)(source, target)

    shutil.copytree(
        run, directory, symlinks=True, ignore=ignore, copy_function=copied, dirs_exist_ok=True
    )


def write_config(directory, **sections):
    """Write a configuration file with the given sections; returns its path."""
    path = directory / "own.yaml"
    path.write_text(yaml.safe_dump(sections))
    return path


def dead_links(results):
    """Links of the HTML pages below a folder that lead to no file or to no anchor of a page."""
    dead = []
    for page in sorted(results.rglob("*.html")):
        for link in re.findall(
            r'<[^>]+\s(?:href|src)="([^"]+)"', page.read_text(encoding="utf-8")
        ):
            name, _, anchor = link.partition("#")
            target = (page.parent / name) if name else page
            if link.startswith("data:"):
                continue
            if not target.exists() or (anchor and f'id="{anchor}"' not in target.read_text()):
                dead.append((page.relative_to(results), link))
    return dead


def analysed(run):
    """Rows of all participants of a finished run who were not excluded."""
    people = read_table(run / "results/cohort/participants.tsv")
    return people[people["exclude"].isna()].drop(columns="exclude")


def working_folder_of_dparsf(run, folder):
    """Cleaned series of a finished run in the layout of DPARSF, a file per volume; the table."""
    people = analysed(run)
    names = people["participant_id"].str.replace("sub-", "Sub_0")
    times = ["Subject ID\tTR\tSlice Number\tTime Points\tVoxel Size"]
    for participant, name in zip(people["participant_id"], names, strict=True):
        func, motion = run / "results" / participant / "func", folder / "RealignParameter" / name
        image = nib.load(func / f"{participant}_task-rest_{SPACE}_desc-denoised_bold.nii.gz")
        place = folder / "FunImgARCW" / name
        for one in (place, motion):
            one.mkdir(parents=True)
        for number, volume in enumerate(nib.four_to_three(image), start=1):
            nib.save(volume, place / f"wCovRegressed_{number}.nii")
        confounds = read_table(func / f"{participant}_task-rest_desc-confounds_timeseries.tsv")
        np.savetxt(motion / f"rp_a{name}.txt", confounds[list(MOTION)])
        times.append(f"{name}\t2\t25\t{image.shape[3] + 10}\t3\t3\t3")
    (folder / "TRInfo.tsv").write_text("\n".join(times) + "\n")
    masks = folder / "Masks"
    masks.mkdir()
    brain = run / "results/tpl-MNI152NLin2009aSym/anat/tpl-MNI152NLin2009aSym_res-func"
    brain = nib.load(f"{brain}_desc-brain_mask.nii.gz")
    nib.save(brain, masks / "AllResampled_BrainMask_05_91x109x91.nii")
    table = folder / "participants.tsv"
    write_table(table, people.assign(participant_id=names))
    return table


def first_of_each_group(run):
    """The rows of one patient and one control of a finished run."""
    participants = read_table(run / "results/cohort/participants.tsv")
    included = participants[participants["exclude"].isna()]
    return included.groupby("group").head(1)


def metric_map(directory, participant, measure, space="MNI152NLin2009aSym"):
    """The standardised map of a participant in a run's directory."""
    prefix = f"{participant}_task-rest_space-{space}"
    name = f"{prefix}_stat-{measure}_desc-standardised_boldmap.nii.gz"
    return nib.load(directory / "results" / participant / "func" / name).get_fdata()


def bids_of(people, run, directory):
    """Some participants of a finished run as a BIDS dataset; returns the file of settings.

    ``people`` are their rows, see `first_of_each_group`. The dataset is written below
    ``directory``, and the file of settings that names it, too.
    """
    data = directory / "bids"
    for participant in people["participant_id"]:
        shutil.copytree(run / "results/rawdata" / participant, data / participant)
    table = data / "participants.tsv"
    write_table(table, people)
    cohort = {"source": "bids", "data": str(data), "participants": str(table)}
    return write_config(directory, cohort=cohort, preprocessing={"slice_order": "interleaved"})
