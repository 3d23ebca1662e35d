"""Tables as text and as CSV."""

import csv
import dataclasses
import json
import pathlib
import statistics

from benchmarks.corpus import Best
from benchmarks.tools import OURS
from benchmarks.trial import Pair, Run, Trial

COLUMNS = (
    "pair tool old_bytes new_bytes patch_bytes create_seconds create_kib apply_seconds apply_kib"
    " best_bytes best_tool best_from ratio failure"
).split()


@dataclasses.dataclass(frozen=True)
class Outcome:
    """A pair, what each tool did with it, ours first, and the best of the peers, measured or known."""

    pair: Pair
    trials: list[Trial]
    best: Best | None

    def ratio(self, trial: Trial) -> float | None:
        """Its patch beside the best peer's; nothing for one that failed."""
        return None if trial.failure or not self.best else trial.patch / self.best.size

    @property
    def ours(self) -> Trial:
        return self.trials[0]


def best_of(trials: list[Trial], known: Best | None) -> Best | None:
    """The smallest proven patch of a peer; where a known figure is as small, both are named as its origin."""
    proven = [trial for trial in trials if trial.tool != OURS and not trial.failure]
    smallest = min(proven, key=lambda trial: trial.patch, default=None)
    if smallest is None or (known and known.size < smallest.patch):
        return known
    origin = "measured, known" if known and known.size == smallest.patch else "measured"
    return Best(smallest.patch, smallest.tool, origin)


def number(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


def cost(run: Run | None) -> str:
    return f"{'-':>9} {'-':>8}" if run is None else f"{run.seconds:9.3f} {run.kib / 1024:8.1f}"


def details(output: str) -> str:
    """The remark of our program about its patch."""
    try:
        report = json.loads(output)
        return f"{report['instructionSet']}, {report['profile']}, {report['memory']} bytes of RAM"
    except (ValueError, KeyError, TypeError):
        return ""


def print_pair(outcome: Outcome) -> None:
    """The rows of one pair."""
    pair, best = outcome.pair, outcome.best
    print(f"\n{pair.name}: {pair.old_size} -> {pair.new_size} bytes")
    print(f"  {'':18} {'patch':>9} {'/ best':>8} {'create s':>9} {'MiB':>8} {'apply s':>9} {'MiB':>8}")
    for trial in outcome.trials:
        figures = f"{number(trial.patch, 'd'):>9} {number(outcome.ratio(trial), '.3f'):>8}"
        remark = f"FAILED {trial.failure}" if trial.failure else details(trial.output) if trial is outcome.ours else ""
        print(f"  {trial.tool:18} {figures} {cost(trial.create)} {cost(trial.apply)}  {remark}".rstrip())
    peer = f"{best.size}, {best.tool} ({best.origin})" if best else "none"
    print(f"  best peer: {peer}; ours / best: {number(outcome.ratio(outcome.ours), '.3f')}", flush=True)


def print_pairs(outcomes: list[Outcome]) -> None:
    """One line for each pair."""
    print(f"\n{'pair':36} {'old':>9} {'new':>9} {'ours':>9} {'best':>9} {'ratio':>7}  best peer")
    for outcome in outcomes:
        pair, best = outcome.pair, outcome.best
        ours = "FAILED" if outcome.ours.failure else outcome.ours.patch
        print(
            f"{pair.name:36} {pair.old_size:9} {pair.new_size:9} {ours:>9} {best.size if best else '-':>9}"
            f" {number(outcome.ratio(outcome.ours), '.3f'):>7}  {f'{best.tool} ({best.origin})' if best else '-'}"
        )


def mean_of(outcomes: list[Outcome], tool: str) -> float | None:
    """Geometric mean of the tool's patch ÷ the best peer's."""
    ratios = [outcome.ratio(trial) for outcome in outcomes for trial in outcome.trials if trial.tool == tool]
    ratios = [ratio for ratio in ratios if ratio is not None]
    return statistics.geometric_mean(ratios) if ratios else None


def costs(runs: list[Run]) -> str:
    return f"{statistics.median(run.seconds for run in runs):9.3f} {max(run.kib for run in runs) / 1024:8.1f}"


def tool_line(outcomes: list[Outcome], tool: str) -> str:
    """A tool over all pairs: how many it did, and what they gave and took."""
    done = [(outcome, trial) for outcome in outcomes for trial in outcome.trials if trial.tool == tool]
    good = [(outcome, trial) for outcome, trial in done if not trial.failure]
    failed = f"  {len(done) - len(good)} FAILED" if len(good) < len(done) else ""
    if not good:
        return f"{tool:18} {0:5}{failed}"
    figures = f"{costs([trial.create for _, trial in good])} {costs([trial.apply for _, trial in good])}"
    outcome, trial = max(good, key=lambda item: item[0].ratio(item[1]) or 0)
    worst = f"{number(outcome.ratio(trial), '.3f')} {outcome.pair.name}"
    return f"{tool:18} {len(good):5} {number(mean_of(outcomes, tool), '.3f'):>7} {figures}  {worst}{failed}"


def print_tools(outcomes: list[Outcome], tools: list[str], floor: int) -> None:
    """One line for each tool."""
    print(f"\n{'tool':18} {'pairs':>5} {'mean':>7} {'create s':>9} {'MiB':>8} {'apply s':>9} {'MiB':>8}  worst pair")
    for tool in tools:
        print(tool_line(outcomes, tool))
    print("mean: geometric, of patch / best peer, over the pairs that it did; s: median; MiB: the largest peak")
    print(f"the least that can be measured: {floor / 1024:.1f} MiB, of a command that does nothing", flush=True)


class Rows:
    """Rows of a CSV file, written pair by pair, so that a run that is stopped leaves what it measured."""

    def __init__(self, path: pathlib.Path):
        self.file = open(path, "w", newline="")
        self.writer = csv.writer(self.file)
        self.writer.writerow(COLUMNS)

    def write(self, outcome: Outcome) -> None:
        pair, best = outcome.pair, outcome.best
        for trial in outcome.trials:
            row = [pair.name, trial.tool, pair.old_size, pair.new_size, trial.patch]
            for run in (trial.create, trial.apply):
                row += [f"{run.seconds:.6f}", run.kib] if run else [None, None]
            row += [best.size, best.tool, best.origin] if best else [None] * 3
            self.writer.writerow([*row, outcome.ratio(trial), trial.failure])
        self.file.flush()
