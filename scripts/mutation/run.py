"""Runs the mutation suite: see scripts/mutants, and mutant.py for the lists.

All changes are compiled in at once; a number in the environment selects one. First the tests run that are likely to notice it,
then the targets after the second bar, and last the suites that take minutes.
"""

import argparse
import collections
import concurrent.futures
import datetime
import hashlib
import json
import os
import pathlib
import random
import subprocess
import sys
import time

import mutant as lists
import package
import suite

ROOT = lists.ROOT
FOLDER = ROOT / ".build/mutants"
FLAGS = ["-c", "release", "-Xswiftc", "-enable-testing", "-Xswiftc", "-cross-module-optimization"]
WANTED = 95


def digests(folder: str) -> dict[str, str]:
    """The SHA-256 of each file."""
    paths = sorted(path for path in (ROOT / folder).rglob("*") if path.is_file())
    return {str(path.relative_to(ROOT)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


class Results:
    """What earlier runs found of each change: a text with the stage that noticed it, or how many stages it survived.

    All of it is kept where sources and tests are the same. Where tests only came up, what was noticed is still noticed.
    """

    def __init__(self):
        self.path = FOLDER / "results.json"
        self.sources, self.tests = digests("Sources"), digests("Tests")
        stored = json.loads(self.path.read_text()) if self.path.is_file() else {}
        self.stages = {}
        if stored.get("sources") == self.sources and stored["tests"].items() <= self.tests.items():
            is_same = stored["tests"] == self.tests
            self.stages = {name: found for name, found in stored["stages"].items() if is_same or isinstance(found, str)}

    def add(self, name: str, found: int | str):
        self.stages[name] = found
        new = self.path.with_suffix(".new")
        content = {"stages": self.stages, "sources": self.sources, "tests": self.tests}
        new.write_text(json.dumps(content, indent=1, ensure_ascii=False))
        new.replace(self.path)


def build(mutants: list[lists.Mutant]) -> bool:
    begun = time.monotonic()
    tests = {target for mutant in mutants for target in mutant.targets}
    package.make(ROOT, FOLDER, lists.changed_files(mutants), tests)
    built = subprocess.run(
        ["swift", "build", *FLAGS, "--package-path", str(FOLDER), "--build-tests"], capture_output=True, text=True)
    if built.returncode != 0:
        lines = (built.stdout + built.stderr).splitlines()
        print("\n".join(line for line in lines if "error" in line)[:4000], file=sys.stderr)
        return False
    print(f"mutants: {len(mutants)} compiled in at once, in {time.monotonic() - begun:.0f} s", flush=True)
    return True


def judge(chosen: list[lists.Mutant], tests: suite.Suite, results: Results, deadline: float):
    """Finds for each change the first stage that notices it: lighter stages of all before heavier ones of any."""
    for stage in range(3):
        # A change that is listed as equivalent only runs through the tests that are likely to prove the opposite.
        todo = [
            mutant for mutant in chosen if results.stages.get(mutant.name, 0) == stage and not (mutant.reason and stage)
        ]

        def judge_one(mutant: lists.Mutant) -> tuple[lists.Mutant, bool | None]:
            if time.monotonic() > deadline:
                return mutant, None
            return mutant, tests.notices(mutant.number, suite.stages(mutant.likely, mutant.targets)[stage])

        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for judged in concurrent.futures.as_completed([pool.submit(judge_one, mutant) for mutant in todo]):
                mutant, is_noticed = judged.result()
                if is_noticed is not None:
                    results.add(mutant.name, f"killed by stage {stage + 1}" if is_noticed else stage + 1)


def report(chosen: list[lists.Mutant], results: Results) -> bool:
    """Prints what was found. Whether it is enough."""
    counts, is_enough = collections.Counter(), True
    for mutant in chosen:
        found = results.stages.get(mutant.name, 0)
        is_killed = isinstance(found, str)
        if mutant.reason and is_killed:
            print(f"mutants: noticed, so it is not equivalent: {mutant.name}")
            is_enough = False
        elif mutant.reason:
            print(f"mutants: equivalent: {mutant.name}: {mutant.reason}")
            counts[mutant.list, "equivalent"] += 1
            continue
        counts[mutant.list, "all"] += 1
        counts[mutant.list, "killed"] += is_killed
        if not is_killed and found == 3:
            print(f"mutants: survived: {mutant.name}")
        elif not is_killed:
            print(f"mutants: not judged to the end (survived {found} of 3 stages): {mutant.name}")
            is_enough = False
    for name in lists.LISTS:
        if counts[name, "all"]:
            print(f"mutants: {name}: {counts[name, 'killed']} of {counts[name, 'all']} killed, "
                  f"{counts[name, 'equivalent']} equivalent")
    total, killed = (sum(count for key, count in counts.items() if key[1] == kind) for kind in ("all", "killed"))
    share = 100 * killed / max(1, total)
    print(f"mutants: {killed} of {total} killed, {share:.1f} %")
    return is_enough and share >= WANTED


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sample", type=int, default=0, help="only N changes, drawn by the seed")
    parser.add_argument("--seed", default=datetime.date.today().isoformat(), help="default: the date of today")
    parser.add_argument("--only", default="", help="only those whose list, file or line holds this text")
    parser.add_argument("--minutes", type=float, default=1e6, help="begin no further change after N minutes")
    parser.add_argument("--resume", action="store_true", help="keep what earlier runs found for the same sources")
    parser.add_argument("--list", action="store_true", help="print the list, and check it")
    arguments = parser.parse_args()
    begun = time.monotonic()
    mutants = lists.read_lists()
    chosen = [mutant for mutant in mutants if arguments.only in f"{mutant.list} {mutant.name}"]
    if arguments.sample:
        draw = random.Random(arguments.seed)
        judged = [mutant for mutant in chosen if not mutant.reason]
        chosen = sorted(draw.sample(judged, min(arguments.sample, len(judged))), key=lambda mutant: mutant.number)
        print(f"mutants: a sample of {len(chosen)} by --seed {arguments.seed}")
    if arguments.list:
        for mutant in chosen:
            print(f"{mutant.number:4} {mutant.name}")
        print(f"mutants: {len(chosen)} in the list")
        return 0
    if not chosen:
        print("mutants: error: there is no such change", file=sys.stderr)
        return 2
    if not build(mutants):
        return 1
    results = Results()
    if not arguments.resume:
        for mutant in chosen:
            results.stages.pop(mutant.name, None)
    shared = pathlib.Path(os.environ.get("ASVIN_PACK_SHARED", ROOT.parent / "shared"))
    judge(chosen, suite.Suite(FOLDER, shared), results, begun + 60 * arguments.minutes)
    is_enough = report(chosen, results)
    print(f"mutants: {time.monotonic() - begun:.0f} s")
    return 0 if is_enough else 1


if __name__ == "__main__":
    sys.exit(main())
