"""The pairs of a corpus, and the best known result of other measurements."""

import dataclasses
import pathlib
import re

from benchmarks.trial import Pair


@dataclasses.dataclass(frozen=True)
class Best:
    """The smallest patch of a peer for a pair, and where the figure is from."""

    size: int
    tool: str
    origin: str


def machine_of(folder: pathlib.Path) -> str | None:
    """The machine that SOURCE.txt names."""
    source = folder / "SOURCE.txt"
    found = re.search(r"^architecture:\s*(.+)$", source.read_text(), re.MULTILINE) if source.is_file() else None
    return found[1].lower() if found else None


def pairs(corpus: pathlib.Path) -> list[Pair]:
    """All folders with old.bin and new.bin, the smallest first, so that a mistake shows early."""
    found = []
    for folder in corpus.iterdir():
        old, new = folder / "old.bin", folder / "new.bin"
        if old.is_file() and new.is_file():
            sizes = old.stat().st_size, new.stat().st_size
            found.append(Pair(folder.name, old.resolve(), new.resolve(), *sizes, machine_of(folder)))
    return sorted(found, key=lambda pair: (pair.new_size, pair.name))


def cells(line: str) -> list[str]:
    return [cell.strip(" *") for cell in line.strip().strip("|").split("|")]


def known(table: pathlib.Path, measured: list[Pair]) -> dict[str, Best]:
    """The columns "best peer" and "which", by pair; only where the new image has the size noted there."""
    if not table.is_file():
        return {}
    sizes = {pair.name: pair.new_size for pair in measured}
    found: dict[str, Best] = {}
    heading: list[str] = []
    for line in table.read_text().splitlines():
        if not line.lstrip().startswith("|"):
            heading = []
            continue
        row = cells(line)
        if not heading:
            heading = row
        elif {"pair", "new", "best peer"} <= set(heading) and len(row) == len(heading):
            values = dict(zip(heading, row))
            if str(sizes.get(values["pair"])) == values["new"]:
                which = row[heading.index("which", heading.index("best peer"))]
                found[values["pair"]] = Best(int(values["best peer"]), which, "known")
    return found
