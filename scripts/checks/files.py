"""Proves the form of the files: size, names, nothing left over, nothing secret."""

import pathlib
import re
import statistics
import subprocess
import sys

LONGEST = 500
MEDIAN = 150
VAGUE = re.compile(r"(Utils?|Helpers?|Common|Misc|Extras)\b")
LEFTOVER = re.compile(r"\b(TODO|FIXME|XXX)\b")


def main() -> int:
    root = pathlib.Path(__file__).resolve().parents[2]
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=root, capture_output=True, check=True
    ).stdout.split(b"\0")
    errors, lengths = [], []
    for name in sorted(filter(None, (name.decode() for name in names))):
        file = root / name
        if not file.is_file() or file.is_symlink():
            continue
        if VAGUE.search(file.stem):
            errors.append(f"{name}: a name without a meaning")
        if "Keys/" not in name and b"PRIVATE KEY-----\n" in file.read_bytes() and "Tests/" not in name:
            errors.append(f"{name}: holds a private key")
        if name.startswith("Keys/") and file.suffix == ".pem" and not file.name.startswith("TEST-ONLY-"):
            errors.append(f"{name}: only TEST-ONLY- keys belong here")
        if file.suffix not in {".swift", ".c", ".h", ".cpp", ".ino", ".py"}:
            continue
        lines = file.read_text().splitlines()
        lengths.append(len(lines))
        if len(lines) > LONGEST:
            errors.append(f"{name}: {len(lines)} lines, more than {LONGEST}")
        for number, line in enumerate(lines, 1):
            if LEFTOVER.search(line) and not name.startswith("scripts/checks/"):
                errors.append(f"{name}:{number}: left over: {line.strip()}")
            if file.suffix == ".swift" and re.search(r"\btry\?", line) and "//" not in line.split("try?", 1)[1]:
                errors.append(f"{name}:{number}: try? without its reason on the line")
            if file.suffix == ".swift" and re.match(r"\s*(public |internal )?import Foundation\b", line):
                if "// " not in line:
                    errors.append(f"{name}:{number}: import FoundationEssentials, or state on the line why it is not enough")
    median = statistics.median(lengths)
    if median >= MEDIAN:
        errors.append(f"the median file has {median} lines")
    for error in errors:
        print(f"check: error: {error}", file=sys.stderr)
    print(f"check: files, {len(lengths)} with a median of {median:.0f} lines, longest {max(lengths)}")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
