"""A Slurm cluster of one machine: a controller and node daemons with a configuration of their own.

Needs root and Debian's packages slurm-wlm and munge; nothing of an installed cluster is touched.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path

CONFIGURATION = """\
ClusterName=restpain
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CryptoType=crypto/munge
SlurmctldPort={port}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/none
MpiDefault=none
MinJobAge=300
ReturnToService=2
SlurmdTimeout=10
SlurmctldTimeout=10
KillWait=2
SchedulerParameters=sched_interval=1,batch_sched_delay=0
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SlurmdParameters=config_overrides
JobRequeue=1
NodeName=DEFAULT State=UNKNOWN
{nodes}
PartitionName=main Nodes=node[1-{n_nodes}] Default=YES MaxTime=INFINITE State=UP
"""
NODE = (
    "NodeName=node{i} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} "
    "CPUs={cpus} RealMemory={memory}"
)


# options of snakemake for the profile on a cluster of this machine, which answers at once
PROFILE = (
    *("--profile", str(Path(__file__).parents[1] / "profiles" / "slurm")),
    *("--slurm-status-command", "squeue"),
    *("--slurm-init-seconds-before-status-checks", "2"),
    *("--latency-wait", "10"),
)
# where Slurm looks by itself: the jobs' environment is cleared of SLURM_CONF
DEFAULT_CONFIGURATION = Path("/etc/slurm/slurm.conf")


def available() -> bool:
    """Whether the daemons are installed and may be started here, beside no other cluster."""
    needed = ("munged", "mungekey", "slurmctld", "slurmd", "sbatch")
    free = os.geteuid() == 0 and not DEFAULT_CONFIGURATION.exists()
    return free and all(
        shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") for name in needed
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Cluster:
    """A running cluster; its daemons are stopped by the process ids that they wrote."""

    def __init__(self, folder: Path, *, n_nodes: int = 2, cpus: int = 4, memory_mb: int = 8000):
        self.folder = Path(folder)
        self.configuration = self.folder / "slurm.conf"
        self.n_nodes, self.cpus, self.memory_mb = n_nodes, cpus, memory_mb
        self.environment = os.environ | {
            "SLURM_CONF": str(self.configuration),
            "PATH": f"{os.environ['PATH']}:/usr/sbin",
        }

    def start(self) -> None:
        """Start munge, the controller and the nodes; return when all nodes are idle."""
        host = socket.gethostname().split(".")[0]
        for name in ("state", *(f"spool-node{i}" for i in self._nodes())):
            (self.folder / name).mkdir(parents=True)
        nodes = [
            NODE.format(i=i, host=host, port=_free_port(), cpus=self.cpus, memory=self.memory_mb)
            for i in self._nodes()
        ]
        self.configuration.write_text(
            CONFIGURATION.format(
                host=host,
                folder=self.folder,
                port=_free_port(),
                nodes="\n".join(nodes),
                n_nodes=self.n_nodes,
            )
        )
        key, munge = self.folder / "munge.key", self.folder / "munge"
        self._run("mungekey", "--create", f"--keyfile={key}")
        self._run(
            "munged",
            "--force",
            f"--key-file={key}",
            f"--socket={munge}.socket",
            f"--pid-file={munge}.pid",
            f"--log-file={munge}.log",
            f"--seed-file={munge}.seed",
        )
        if DEFAULT_CONFIGURATION.exists():
            raise RuntimeError(f"{DEFAULT_CONFIGURATION} belongs to another cluster")
        DEFAULT_CONFIGURATION.symlink_to(self.configuration)
        self._run("slurmctld", "-f", self.configuration)
        for i in self._nodes():
            self.start_node(i)
        self._wait(lambda: len(self.nodes("idle")) == self.n_nodes, "the nodes did not start")

    def start_node(self, i: int) -> None:
        self._run("slurmd", "-N", f"node{i}", "-f", self.configuration)

    def kill_node(self, i: int) -> None:
        """SIGKILL to a node's daemon and to the jobs on it, as when its power fails."""
        jobs = self.jobs_on(i)
        self._kill(f"slurmd-node{i}", signal.SIGKILL)
        for line in self._run("ps", "-eo", "pid,args").splitlines():
            pid, command = line.split(maxsplit=1)
            if command.startswith(tuple(f"slurmstepd: [{job}." for job in jobs)):
                _kill_with_descendants(int(pid))

    def jobs_on(self, i: int) -> list[str]:
        """The jobs that run on a node."""
        return self._run("squeue", "-h", "-t", "running", "-w", f"node{i}", "-o", "%A").split()

    def log(self) -> str:
        """What all node daemons have reported."""
        return "".join(path.read_text() for path in self.folder.glob("slurmd-*.log"))

    def nodes(self, state: str) -> list[str]:
        return self._run("sinfo", "-h", "-N", "-t", state, "-o", "%N").split()

    def stop(self) -> None:
        """Cancel what still runs, then stop every daemon that was started."""
        subprocess.run(["scancel", "--user=root"], env=self.environment, check=False)
        for name in (*(f"slurmd-node{i}" for i in self._nodes()), "slurmctld", "munge"):
            self._kill(name, signal.SIGTERM)
        if DEFAULT_CONFIGURATION.resolve() == self.configuration.resolve():
            DEFAULT_CONFIGURATION.unlink()

    def _nodes(self) -> range:
        return range(1, self.n_nodes + 1)

    def _run(self, *arguments) -> str:
        finished = subprocess.run(
            arguments, env=self.environment, capture_output=True, text=True, check=False
        )
        if finished.returncode:
            raise RuntimeError(f"{arguments[0]}: {finished.stderr}{finished.stdout}")
        return finished.stdout

    def _kill(self, name: str, how: signal.Signals) -> None:
        path = self.folder / f"{name}.pid"
        if not path.exists():
            return
        pid = int(path.read_text())
        try:
            os.kill(pid, how)
        except ProcessLookupError:
            return
        for _ in range(100):
            if not Path(f"/proc/{pid}").exists():
                return
            time.sleep(0.1)
        os.kill(pid, signal.SIGKILL)

    @staticmethod
    def _wait(condition, complaint: str, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise RuntimeError(complaint)
            time.sleep(0.5)


def _kill_with_descendants(pid: int) -> None:
    """SIGKILL to a process and to all that it started, whatever sessions they are in."""
    children = subprocess.run(
        ["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False
    ).stdout.split()
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    for child in children:
        _kill_with_descendants(int(child))


@contextmanager
def running_cluster(folder: Path, **size):
    """Start a cluster for a block, and stop it whatever happens in it."""
    cluster = Cluster(folder, **size)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
