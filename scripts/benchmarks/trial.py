"""One tool on one pair: create, apply, compare; and what that took, as the kernel counts it."""

import dataclasses
import filecmp
import os
import pathlib
import shutil
import signal
import subprocess
import sys

from benchmarks.tools import Tool

BLOCK = 4096
SLACK = 64 << 10
LAUNCH = pathlib.Path(__file__).with_name("launch.py")


@dataclasses.dataclass(frozen=True)
class Run:
    """One command: its time, the peak memory of its largest process, and why it failed."""

    seconds: float
    kib: int
    failure: str | None


@dataclasses.dataclass(frozen=True)
class Pair:
    """Two images of the corpus."""

    name: str
    old: pathlib.Path
    new: pathlib.Path
    old_size: int
    new_size: int
    machine: str | None

    @property
    def memory(self) -> int:
        """Bytes of a slot for an update in place: the larger image in full blocks, and room to move."""
        return -(-max(self.old_size, self.new_size) // BLOCK) * BLOCK + SLACK


@dataclasses.dataclass(frozen=True)
class Trial:
    """What a tool did with a pair. Without a failure, the patch was applied and gave the new image."""

    tool: str
    patch: int | None
    create: Run | None
    apply: Run | None
    failure: str | None
    # What the tool printed when it created the patch.
    output: str = ""


def reason(status: int, folder: pathlib.Path) -> str | None:
    """Why a command failed, with the most informative line of its errors."""
    code = os.waitstatus_to_exitcode(status)
    if code == 0:
        return None
    lines = (folder / "stderr").read_text(errors="replace").strip().splitlines()
    telling = next((line for line in lines if "error" in line.lower()), lines[-1] if lines else "no message")
    # A shell gives a program's signal as 128 and its number.
    number = -code if code < 0 else code - 128
    if number in signal.valid_signals():
        return f"{signal.Signals(number).name}: {telling}"
    return f"exit {code}: {telling}"


def run(command: str, folder: pathlib.Path, environment: dict[str, str], timeout: float) -> Run:
    """Runs a line of shell; all its processes are stopped if it takes too long."""
    launch = [sys.executable, "-I", "-S", LAUNCH, command, str(timeout)]
    printed = subprocess.run(launch, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
    status, seconds, kib, has_ended = printed.split()
    failure = reason(int(status), folder) if has_ended == "1" else f"timed out after {timeout:g} s"
    return Run(float(seconds), int(kib), failure)


def attempt(tool: Tool, pair: Pair, folder: pathlib.Path, environment: dict[str, str], timeout: float) -> Trial:
    """Creates, applies and compares in a new folder, which is left to the caller."""
    folder.mkdir()
    # Copies, so that no tool can change the corpus or what the next tool sees.
    shutil.copyfile(pair.old, folder / "old")
    shutil.copyfile(pair.new, folder / "new")
    environment = environment | {"MEMORY": str(pair.memory), "BLOCK": str(BLOCK), "SIZE": str(pair.new_size)}
    patch, made = folder / "patch", folder / "made"

    create = run(tool.create, folder, environment, timeout)
    output = (folder / "stdout").read_text(errors="replace")
    if create.failure:
        return Trial(tool.name, None, create, None, f"creating: {create.failure}")
    if not patch.exists():
        return Trial(tool.name, None, create, None, "creating: it wrote no patch")
    size = patch.stat().st_size
    apply = run(tool.apply, folder, environment, timeout)
    if apply.failure:
        return Trial(tool.name, size, create, apply, f"applying: {apply.failure}")
    if not made.exists() or not filecmp.cmp(made, pair.new, shallow=False):
        return Trial(tool.name, size, create, apply, "applying: the result is not the new image")
    return Trial(tool.name, size, create, apply, None, output)
