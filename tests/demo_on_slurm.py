"""The whole workflow through profiles/slurm on a Slurm of this machine, against a local run.

One node is killed in the middle of its work and a job gets too little memory at first; the
products must equal those of the local run all the same. Needs root; installs Debian's slurm-wlm
and munge where they are missing, and stops by process id what it started.

    python tests/demo_on_slurm.py DIRECTORY [--configfile FILE] [--local DIRECTORY_OF_A_RUN]
"""

import argparse
import hashlib
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

import slurm_cluster
from runs import RUN_TIMES, command

PACKAGES = ("slurm-wlm", "munge")
FIRST_MEMORY_MB = 600  # of the job that is killed for it; a retry asks for as much again
DONE_BEFORE_THE_LOSS = 2  # participants
RESTARTED = "Trying to restart"
SUBMITTED = re.compile(r"submitted with SLURM jobid", re.IGNORECASE)
# what differs from run to run, and what the repository keeps there
NO_PRODUCTS = ("benchmarks", "logs", "run_times.tsv", "README.md")


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # and what was started with it
    arguments = parsed_arguments()
    directory = arguments.directory.resolve()
    install_slurm()
    slurm, log = directory / "run", directory / "snakemake.log"
    slurm.mkdir(parents=True)
    configfiles = [path.resolve() for path in arguments.configfile]
    start = time.monotonic()
    with slurm_cluster.running_cluster(directory / "slurm", cpus=arguments.cpus) as cluster:
        code, lost = run_on(cluster, slurm, log, configfiles, arguments.cpus)
        killed_for_memory = "exceeded memory limit" in cluster.log()
    seconds = time.monotonic() - start
    text = log.read_text()
    print(f"Slurm: {seconds:.0f} s, {len(SUBMITTED.findall(text))} jobs submitted; log: {log}")
    print(f"a node was killed at work: {lost}; a job for its memory: {killed_for_memory}")
    print(f"jobs submitted again by Snakemake, Slurm's own not counted: {text.count(RESTARTED)}")
    if code:
        sys.exit(f"the run on Slurm ended with {code}:\n{text[-3000:]}")
    local = arguments.local or local_run(directory / "local", configfiles)
    different = differences(local.resolve() / "results", slurm / "results")
    print("\n".join(different) or "all products equal those of the local run, byte for byte")
    sys.exit(bool(different) or not (lost and killed_for_memory))


def parsed_arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("directory", type=Path, help="new folder for the runs and the cluster")
    parser.add_argument(
        "--configfile", type=Path, nargs="*", default=[], help="over config.yaml, the demo cohort"
    )
    parser.add_argument("--local", type=Path, help="folder of a finished local run; else made")
    parser.add_argument("--cpus", type=int, default=1, help="of each of the two nodes")
    return parser.parse_args()


def install_slurm():
    """Install the daemons where they are missing."""
    if not slurm_cluster.available():
        subprocess.run(["apt-get", "update", "--quiet"], check=True)
        install = ["apt-get", "install", "--quiet", "--yes", "--no-install-recommends"]
        subprocess.run([*install, *PACKAGES], check=True)
    if not slurm_cluster.available():
        sys.exit("no Slurm can be started here: root is needed, and no other cluster beside it")


def run_on(cluster, directory, log, configfiles, cpus):
    """Run the default target and kill a node at work; exit code, and whether one was killed."""
    program = command(
        directory=directory,
        configfiles=configfiles,
        cores=1,
        options=[
            *slurm_cluster.PROFILE,
            *("--set-resources", f"simulate_cohort:mem_mb=attempt*{FIRST_MEMORY_MB}"),
        ],
    )
    lost = False
    with log.open("w") as stream:
        process = subprocess.Popen(
            program, env=cluster.environment, stdout=stream, stderr=subprocess.STDOUT
        )
        try:
            while process.poll() is None:
                done = len(list(directory.glob("results/sub-*/figures/*_desc-qc.png")))
                if not lost and done >= DONE_BEFORE_THE_LOSS and cluster.jobs_on(1):
                    cluster.kill_node(1)
                    lost = True
                elif lost and cluster.nodes("down"):
                    cluster.start_node(1)  # power is back
                time.sleep(1)
        finally:
            process.kill()
            process.wait()
    return process.returncode, lost


def local_run(directory, configfiles):
    """The same on this machine without Slurm."""
    directory.mkdir()
    start = time.monotonic()
    subprocess.run(command(directory=directory, configfiles=configfiles), check=True)
    print(f"local: {time.monotonic() - start:.0f} s")
    return directory


def differences(expected, found):
    """Products of two runs that are not the same, a line each."""
    runs = [checksums(folder) for folder in (expected, found)]
    lines = [
        f"{name}: {'differs' if name in runs[0] and name in runs[1] else 'is in one run only'}"
        for name in sorted(set(runs[0]) | set(runs[1]))
        if runs[0].get(name) != runs[1].get(name)
    ]
    print(f"{len(runs[0])} products compared")
    return lines


def checksums(folder):
    """Digest of each product, the run times in the report left out."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(
            RUN_TIMES.sub(b"", path.read_bytes()) if path.suffix == ".html" else path.read_bytes()
        ).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).parts[0] not in NO_PRODUCTS
    }


if __name__ == "__main__":
    main()
