"""Proves that the page of threats and the tests name each other.

Each threat lists a test that exists, each file of tests that names a threat is listed under it, and each number in code is
on the page. With --follow, a sentence that was reworded is replaced with the closest one of its suite: read the diff.
"""

import difflib
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "Sources/Documentation.docc/Threats.md"
HEADING = re.compile(r"## T(\d+): \S")
ENTRY = re.compile(r"- `([\w/.-]+)`: `?([^`]+)`?$")
# A comment names threats: "Threat T7", "T13:", "Threats T1, T2 and T16".
MENTION = re.compile(r"\bT([1-9]\d?)\b")
# A test is the function of a sentence. Only a declaration at the line's start is a suite.
TEST = re.compile(
    r'^(?:@[^\n]*\s)?(?:[a-z]+ )*(?:struct|enum|final class|class|extension) (\w+)|func\s+`([^`]+)`', re.M)


def tests() -> dict[str, dict[str, pathlib.Path]]:
    """The sentences of each suite, and the file of each."""
    suites: dict[str, dict[str, pathlib.Path]] = {}
    for path in sorted((ROOT / "Tests").rglob("*.swift")):
        suite = ""
        for match in TEST.finditer(path.read_text()):
            suite = match[1] or suite
            if match[2] and suite:
                suites.setdefault(suite, {})[match[2]] = path
    return suites


def mentions() -> list[tuple[int, pathlib.Path]]:
    """The threats that comments of code and tests name."""
    found = set()
    for folder in ("Sources", "Tests"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix not in {".swift", ".c", ".h"} or not path.is_file():
                continue
            for line in path.read_text().splitlines():
                comment = line.partition("//")[2]
                if re.search(r"\bthreats? T\d|^/? T\d+:", comment, re.I):
                    found |= {(int(number), path) for number in MENTION.findall(comment)}
    return sorted(found)


def main() -> int:
    suites, errors = tests(), []
    listed: dict[int, set[pathlib.Path]] = {}
    threat, lines = 0, PAGE.read_text().splitlines()
    for index, line in enumerate(lines):
        if heading := HEADING.match(line):
            threat = int(heading[1])
            listed[threat] = set()
        entry = ENTRY.match(line)
        if not entry or not threat:
            continue
        name, sentence = entry.groups()
        if name.startswith("scripts/"):
            listed[threat].add(ROOT / name)
            if not (ROOT / name).is_file():
                errors.append(f"T{threat} names {name}, which does not exist")
            continue
        if sentence in suites.get(name, {}):
            listed[threat].add(suites[name][sentence])
            continue
        known = suites.get(name) or {text: path for suite in suites.values() for text, path in suite.items()}
        closest = difflib.get_close_matches(sentence, known, 1, 0.3)
        if closest and name in suites and "--follow" in sys.argv:
            lines[index] = f"- `{name}`: `{closest[0]}`"
            listed[threat].add(known[closest[0]])
            continue
        where = "" if name in suites else ", a suite that does not exist"
        hint = f"; the closest test is: {closest[0]}" if closest else ""
        errors.append(f"T{threat} names a test that does not exist: {name}{where}: {sentence}{hint}")
    if "--follow" in sys.argv:
        PAGE.write_text("\n".join(lines) + "\n")
    if list(listed) != list(range(1, len(listed) + 1)) or not listed:
        errors.append("the threats are not numbered from T1 without a gap")
    errors += [f"T{threat} names no test" for threat, files in listed.items() if not files]
    for threat, path in mentions():
        where = path.relative_to(ROOT)
        if threat not in listed:
            errors.append(f"{where} names T{threat}, which is not on the page")
        elif where.parts[0] == "Tests" and path not in listed[threat]:
            errors.append(f"{where} names T{threat}, which lists no test of that file")
    for error in errors:
        print(f"check: error: Threats.md: {error}", file=sys.stderr)
    print(f"check: threats, {len(listed)} with {sum(len(files) for files in listed.values())} files of tests")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
