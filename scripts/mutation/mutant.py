"""The lists of changes, and the sources with every change of them.

A list names a file and the tests for it, and after that one change per line: the text around a part in ⟦ ⟧, which must be
in the file exactly once, and what the part becomes.

    @ Sources/Device/AsvinInstaller/Installer.swift | InstallTests InstallRefusalTests | AsvinInstallerTests
    guard ⟦plan.imageSize <= target.capacity⟧ else -> true
    ⟦try write(next)⟧ -> -

An expression becomes another one; a statement that becomes `-` is left out. Where another line refuses the same, so that
no test can notice the change, the line ends with ` ≡ ` and the reason; such a change is counted apart.
"""

import collections
import dataclasses
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
# In the order of danger.
LISTS = ["verifier", "installer", "cryptography", "patches", "host"]


@dataclasses.dataclass
class Mutant:
    number: int
    list: str
    file: str
    likely: list[str]
    targets: list[str]
    line: str
    part: str
    becomes: str
    reason: str
    start: int

    @property
    def name(self) -> str:
        return f"{self.file.removeprefix('Sources/')}: {self.line.strip()} -> {self.becomes}"


def read_lists() -> list[Mutant]:
    mutants, errors = [], []
    suites = {
        name
        for path in (ROOT / "Tests").rglob("*.swift")
        for name in re.findall(r"(?:struct|enum|class|extension) (\w+)", path.read_text())
    }
    for stem in sorted(LISTS):
        path = pathlib.Path(__file__).parent / f"{stem}.txt"
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
                errors += [f"{where}: there is no suite {name}" for name in likely if name not in suites]
                errors += [f"{where}: there is no {name}" for name in targets if not any((ROOT / "Tests").glob(f"*/{name}/"))]
                continue
            found = re.fullmatch(r"(.*)⟦(.+)⟧(.*) -> (.+?)(?: ≡ (.+))?", line)
            if not found:
                errors.append(f"{where}: no ⟦part⟧ -> what it becomes")
                continue
            before, part, behind, becomes, reason = found.groups()
            source = before + part + behind
            if text.count(source) != 1:
                errors.append(f"{where}: {file} has this {text.count(source)} times, not once: {source}")
                continue
            start = text.index(source) + len(before)
            number = len(mutants) + 1
            mutants.append(Mutant(number, stem, file, likely, targets, line.split(" -> ")[0], part, becomes,
                                  reason or "", start))
    errors += overlaps(mutants)
    for error in errors:
        print(f"mutants: error: {error}", file=sys.stderr)
    if errors:
        sys.exit(1)
    return sorted(mutants, key=lambda mutant: LISTS.index(mutant.list))


def overlaps(mutants: list[Mutant]) -> list[str]:
    errors, file, start, end = [], "", 0, 0
    for mutant in sorted(mutants, key=lambda mutant: (mutant.file, mutant.start)):
        place = (mutant.file, mutant.start, mutant.start + len(mutant.part))
        if mutant.file == file and mutant.start < end and place != (file, start, end):
            errors.append(f"overlaps with another: {mutant.name}")
        file, start, end = place
    return errors


def changed_files(mutants: list[Mutant]) -> dict[str, str]:
    """The files with every change selected by its number, from the last place to the first."""
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
