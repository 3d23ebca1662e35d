"""Runs the mutation suite: see scripts/mutants.

A list names a file and the tests for it, and behind that one change a line: the text around a part in ⟦ ⟧, which must be
in the file exactly once, and what the part becomes.

    @ Sources/AsvinInstaller/Installer.swift | InstallTests InstallRefusalTests | AsvinInstallerTests
    guard ⟦plan.imageSize <= target.capacity⟧ else -> true
    ⟦try write(next)⟧ -> -

An expression becomes another one; a statement that becomes `-` is left out. All changes are compiled in at once, behind a
number that the environment gives. First the tests run that are likely to notice, then all of the targets behind the
second bar.
"""

import argparse
import collections
import concurrent.futures
import dataclasses
import os
import pathlib
import re
import subprocess
import sys
import time

import package

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".build/mutants"
FLAGS = ["-c", "release", "-Xswiftc", "-enable-testing", "-Xswiftc", "-cross-module-optimization"]
WANTED = 95
# Seconds; a change that makes the tests hang is noticed too.
LIMIT = 300


@dataclasses.dataclass
class Mutant:
    number: int
    file: str
    likely: list[str]
    targets: list[str]
    line: str
    part: str
    becomes: str
    start: int
    is_killed: bool = False

    @property
    def name(self) -> str:
        return f"{self.file.removeprefix('Sources/')}: {self.line.strip()} -> {self.becomes}"


def read_lists() -> list[Mutant]:
    mutants, errors = [], []
    for path in sorted(pathlib.Path(__file__).parent.glob("*.txt")):
        file, likely, targets, text = "", [], [], ""
        for number, line in enumerate(path.read_text().splitlines(), 1):
            where = f"{path.relative_to(ROOT)}:{number}"
            if not line.strip() or line.startswith("#"):
                continue
            if line.startswith("@ "):
                file, tests, all_tests = (part.strip() for part in line[2:].split("|"))
                likely, targets = tests.split(), all_tests.split()
                text = (ROOT / file).read_text() if (ROOT / file).is_file() else ""
                if not text:
                    errors.append(f"{where}: there is no {file}")
                continue
            found = re.fullmatch(r"(.*)⟦(.+)⟧(.*) -> (.+)", line)
            if not found:
                errors.append(f"{where}: no ⟦part⟧ -> what it becomes")
                continue
            before, part, behind, becomes = found.groups()
            if text.count(before + part + behind) != 1:
                count = text.count(before + part + behind)
                errors.append(f"{where}: {file} has this {count} times, not once: {before}{part}{behind}")
                continue
            whole = before + part + behind
            start = text.index(whole) + len(before)
            mutants.append(Mutant(len(mutants) + 1, file, likely, targets, whole, part, becomes, start))
    for error in errors:
        print(f"mutants: error: {error}", file=sys.stderr)
    if errors:
        sys.exit(1)
    return mutants


def changed_files(mutants: list[Mutant]) -> dict[str, str]:
    """The files with every change behind its number, from the last place to the first."""
    places, changed = collections.defaultdict(list), {}
    for mutant in mutants:
        places[mutant.file, mutant.start, mutant.part].append(mutant)
    for (file, start, part), there in sorted(places.items(), reverse=True):
        text = changed.get(file) or (ROOT / file).read_text()
        inserted = part
        for mutant in there:
            if mutant.becomes == "-":
                inserted = f"if !Mutant.is({mutant.number}) {{ {inserted} }}"
            else:
                inserted = f"(Mutant.is({mutant.number}) ? ({mutant.becomes}) : ({inserted}))"
        changed[file] = text[:start] + inserted + text[start + len(part) :]
    return changed


def overlaps(mutants: list[Mutant]) -> list[str]:
    errors, file, start, end = [], "", 0, 0
    for mutant in sorted(mutants, key=lambda mutant: (mutant.file, mutant.start)):
        place = (mutant.file, mutant.start, mutant.start + len(mutant.part))
        if mutant.file == file and mutant.start < end and place != (file, start, end):
            errors.append(f"overlaps with another: {mutant.name}")
        file, start, end = place
    return errors


def passes(number: int, names: list[str]) -> bool:
    """Whether the tests of these suites or targets pass with a change."""
    environment = os.environ | {"ASVIN_MUTANT": str(number), "ASVIN_PACK_SHARED": str(ROOT.parent / "shared")}
    program = next((FOLDER / ".build").glob("*/release/*PackageTests.xctest"))
    pattern = "(^|[./])(" + "|".join(names) + ")([./]|$)"
    try:
        done = subprocess.run(
            ["swift", "test", *FLAGS, "--package-path", str(FOLDER), "--skip-build", "--ignore-lock", "--filter", pattern],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LIMIT, start_new_session=True)
    except subprocess.TimeoutExpired:
        return False
    if b"0 tests in 0 suites" in done.stdout and b"Test run with 0 tests" in done.stdout:
        raise SystemExit(f"mutants: error: no test matches {' '.join(names)}")
    return done.returncode == 0


def judge(mutant: Mutant) -> Mutant:
    mutant.is_killed = not passes(mutant.number, mutant.likely) or not passes(mutant.number, mutant.targets)
    return mutant


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sample", type=int, default=0, help="only so many, evenly from the list")
    parser.add_argument("--only", default="", help="only those whose file or line holds this")
    parser.add_argument("--list", action="store_true", help="print the list, and check it")
    arguments = parser.parse_args()
    mutants = read_lists()
    errors = overlaps(mutants)
    for error in errors:
        print(f"mutants: error: {error}", file=sys.stderr)
    if errors:
        return 1
    chosen = [mutant for mutant in mutants if arguments.only in mutant.name]
    if 0 < arguments.sample < len(chosen):
        step = len(chosen) / arguments.sample
        chosen = [chosen[int(step * index + step / 2)] for index in range(arguments.sample)]
    if arguments.list:
        for mutant in chosen:
            print(f"{mutant.number:4} {mutant.name}")
        print(f"mutants: {len(chosen)} in the list")
        return 0
    begun = time.monotonic()
    tests = {target for mutant in mutants for target in mutant.targets}
    package.make(ROOT, FOLDER, changed_files(mutants), tests)
    built = subprocess.run(
        ["swift", "build", *FLAGS, "--package-path", str(FOLDER), "--build-tests"], capture_output=True, text=True)
    if built.returncode != 0:
        lines = (built.stdout + built.stderr).splitlines()
        print("\n".join(line for line in lines if "error" in line)[:4000], file=sys.stderr)
        return 1
    print(f"mutants: {len(mutants)} compiled in at once, in {time.monotonic() - begun:.0f} s", flush=True)
    suites = sorted({name for mutant in chosen for name in mutant.likely})
    if not passes(0, suites):
        print("mutants: error: the tests fail without a change", file=sys.stderr)
        return 1
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for mutant in pool.map(judge, chosen):
            if not mutant.is_killed:
                print(f"mutants: survived: {mutant.name}", flush=True)
    killed = sum(mutant.is_killed for mutant in chosen)
    share = 100 * killed / len(chosen)
    print(f"mutants: {killed} of {len(chosen)} killed, {share:.1f} %, in {time.monotonic() - begun:.0f} s")
    return 0 if share >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
