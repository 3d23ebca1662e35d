"""Runs tests with a change, and stops them at the first issue."""

import os
import pathlib
import re
import signal
import subprocess
import threading
import time

# Suites that take minutes: they run only where no other test has noticed the change.
HEAVY = [
    "PowerCutTests", "CPowerCutTests", "LongPatchTests", "InPlaceTests", "RoundTripTests", "CorpusTests", "GlitchTests",
]


def stages(likely: list[str], targets: list[str]) -> list[tuple[str, str]]:
    """What is run one after another, until a test notices: patterns of tests to run, and of tests to leave out."""
    heavy = "|".join(HEAVY)
    return [
        (f"^({'|'.join(targets)})[./]({'|'.join(likely)})([./]|$)", ""),
        (f"^({'|'.join(targets)})[./]", f"[./]({heavy})([./]|$)"),
        (f"^({'|'.join(targets)})[./]({heavy})([./]|$)", ""),
    ]


class Suite:
    """The built tests, and which of them pass without a change."""

    def __init__(self, folder: pathlib.Path, shared: pathlib.Path):
        self.program = next((folder / ".build").glob("*/release/*PackageTests.xctest"))
        self.shared = shared
        self.seconds: dict[tuple[str, str], float] = {}
        self.lock = threading.Lock()

    def notices(self, number: int, stage: tuple[str, str]) -> bool:
        """Whether tests fail with a change, which pass without one."""
        if stage not in self.seconds:
            with self.lock:
                if stage not in self.seconds:
                    self.seconds[stage] = self.measure(stage)
        if self.seconds[stage] < 0:
            return False
        # A change that makes the tests hang is noticed too.
        return not self.run(number, stage, limit=60 + 5 * self.seconds[stage])[0]

    def measure(self, stage: tuple[str, str]) -> float:
        """How long the tests of a stage take without a change; less than 0 where there are none."""
        begun = time.monotonic()
        passed, ran = self.run(0, stage, limit=1200)
        if not passed and ran != 0:
            raise SystemExit(f"mutants: error: tests fail without a change: {stage[0]}")
        return time.monotonic() - begun if ran else -1

    def run(self, number: int, stage: tuple[str, str], limit: float) -> tuple[bool, int | None]:
        """Whether tests pass, and how many ran: nothing where they were stopped."""
        environment = os.environ | {"ASVIN_MUTANT": str(number), "ASVIN_PACK_SHARED": str(self.shared)}
        command = [str(self.program), "--testing-library", "swift-testing", "--filter", stage[0]]
        if stage[1]:
            command += ["--skip", stage[1]]
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", start_new_session=True)
        timer = threading.Timer(limit, lambda: os.killpg(process.pid, signal.SIGKILL))
        timer.start()
        ran = None
        try:
            for line in process.stdout:
                if " recorded an issue" in line:
                    if number == 0:
                        print(line.rstrip(), flush=True)
                    os.killpg(process.pid, signal.SIGKILL)
                    break
                if found := re.search(r"Test run with (\d+) tests?", line):
                    ran = int(found[1])
            passed = process.wait() == 0 and ran != 0
        finally:
            timer.cancel()
        return passed, ran
