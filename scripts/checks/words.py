"""Finds words that the language guide replaces, in comments, messages, Markdown and OpenAPI text.

The guide is in CONTRIBUTING.md. A word is allowed on a line that `words.txt` names, with the reason beside it.
Usage: words.py [PATH…]
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXCEPTIONS = pathlib.Path(__file__).with_name("words.txt")

# What is not written, and what is written in its place.
LIST = [
    (r"behind(?! (?:a |an |the )?(?:prox|NAT|load balancer|firewall|router|TLS|nginx))", "after"),
    (r"stands?(?! (?:for|alone))", "is, is stored, is at"),
    (r"tells?|told", "reports, describes, states"),
    (r"says?|said", "states, reports"),
    (r"gives? (?:out|on)|gave (?:out|on)|given (?:out|on)", "returns, serves, forwards"),
    (r"go(?:es)? on with|gone on with|going on with", "resumes, continues"),
    (r"(?<!as a )whole(?! number)", "complete, intact"),
    (r"no longer good|(?:is|are|stays?) good", "valid, expired"),
    (r"taken? back", "revoked"),
    (r"so many", "n, a number of"),
    (r"laid open", "unpacked"),
    (r"machine codes?", "instruction set"),
    (r"the power went", "power was lost"),
    (r"(?<!here )(?:is|are|was) no (?!longer|more|\w+er than)\w+|has not (?:a|the|got)\b", "is not a, does not have"),
    (r"else(?=[.;:)]|$)", "otherwise"),
    (r"of its parts", "nothing: delete the comment"),
    (r"somebody|whoever", "the operator, the caller, the client"),
    (r"see above", "the reason itself"),
]
PATTERN = re.compile(r"(?<![\w`.-])(?:" + "|".join(f"(?P<w{i}>{p})" for i, (p, _) in enumerate(LIST)) + r")(?![\w`-])", re.I)

PROSE = {".md"}
HASH = {".py", ".sh", ".yaml", ".yml", ""}
SLASH = {".swift", ".c", ".h", ".cpp", ".ino"}


def prose(path: pathlib.Path, text: str):
    """The lines of a file with what a person reads in them: comments and strings, or all of a page."""
    in_text = in_comment = in_code = False
    for number, line in enumerate(text.splitlines(), 1):
        if path.suffix in PROSE:
            if line.lstrip().startswith("```"):
                in_code = not in_code
            elif not in_code:
                yield number, re.sub(r"`[^`]*`|\]\([^)]*\)|<[^>]*>", "`", line)
            continue
        if '"""' in line:
            if line.count('"""') % 2:
                in_text = not in_text
            yield number, line
            continue
        if in_text:
            yield number, line
            continue
        parts = []
        if path.suffix in SLASH:
            if in_comment or line.lstrip().startswith("/*"):
                in_comment = "*/" not in line
                parts.append(line)
            else:
                code, mark, comment = partition_comment(line, "//")
                parts += [*re.findall(r'"((?:[^"\\]|\\.)*)"', code), comment if mark else ""]
                # The title of a test.
                parts += re.findall(r"(?:func |^ *)`([^`]+)`", line)
        else:
            code, mark, comment = partition_comment(line, "#")
            parts += [*re.findall(r'"((?:[^"\\]|\\.)*)"', code), comment if mark else ""]
        for part in parts:
            if " " in part:
                yield number, re.sub(r"`[^`]*`", "`", part)


def partition_comment(line: str, mark: str):
    """A line before and after the mark of a comment that is not inside a string."""
    in_string = False
    for place, character in enumerate(line):
        if character == '"' and (place == 0 or line[place - 1] != "\\"):
            in_string = not in_string
        if not in_string and line.startswith(mark, place) and (place == 0 or line[place - 1] in " \t/("):
            return line[:place], mark, line[place + len(mark):]
    return line, "", ""


def main() -> int:
    names = sys.argv[1:] or subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode().split("\0")
    files = []
    for name in filter(None, names):
        path = ROOT / name
        files += sorted(path.rglob("*")) if path.is_dir() else [path]
    allowed = {}
    if EXCEPTIONS.exists():
        for line in EXCEPTIONS.read_text().splitlines():
            if line.strip() and not line.startswith("#"):
                where, text, reason = (part.strip() for part in line.split("|"))
                allowed[where, text] = reason
    hits, used = 0, set()
    for path in files:
        where = str(path.relative_to(ROOT))
        if path.suffix not in PROSE | HASH | SLASH or not path.is_file() or path.is_symlink():
            continue
        if where.startswith("scripts/checks/words") or "Tests/Vectors/" in where and path.suffix == "":
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        for number, line in prose(path, text):
            for match in PATTERN.finditer(line):
                if (where, match[0]) in allowed:
                    used.add((where, match[0]))
                    continue
                hits += 1
                better = LIST[int(match.lastgroup[1:])][1]
                print(f"check: error: {where}:{number}: '{match[0]}', write: {better}: {line.strip()[:100]}", file=sys.stderr)
    if len(sys.argv) == 1:
        for where, text in allowed.keys() - used:
            hits += 1
            print(f"check: error: words.txt allows '{text}' in {where}, where it is not", file=sys.stderr)
    print(f"check: words, {hits} to replace")
    return 1 if hits else 0


if __name__ == "__main__":
    sys.exit(main())
