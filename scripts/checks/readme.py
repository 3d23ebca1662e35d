"""Runs the console blocks of a page, in one folder, and compares what each command prints: a line of a block must be the
command's next line, and a line that is only an ellipsis stands for any number of lines. ASVIN is the folder of the project.
Usage: readme.py PAGE FOLDER PROGRAMS
"""

import os
import pathlib
import re
import subprocess
import sys


def matches(expected: list[str], printed: list[str]) -> bool:
    if not expected:
        return not printed
    if expected[0] == "…":
        return any(matches(expected[1:], printed[place:]) for place in range(len(printed) + 1))
    return bool(printed) and printed[0].rstrip() == expected[0].rstrip() and matches(expected[1:], printed[1:])


def main() -> int:
    page, folder, programs = sys.argv[1:]
    blocks = re.findall(r"^```console\n(.*?)^```$", pathlib.Path(page).read_text(), re.M | re.S)
    if not blocks:
        sys.exit(f"readme: error: {page} has no console block")
    project = str(pathlib.Path(__file__).resolve().parents[2])
    environment = {**os.environ, "ASVIN": project, "PATH": f"{programs}:{os.environ['PATH']}"}
    commands = [command for block in blocks for command in re.split(r"^\$ ", block, flags=re.M)[1:]]
    for text in commands:
        command, *expected = text.splitlines()
        done = subprocess.run(command, shell=True, cwd=folder, env=environment, capture_output=True, text=True)
        if done.returncode != 0 or not matches(expected, done.stdout.splitlines()):
            print(f"readme: error: '{command}' exited with {done.returncode} and printed:\n{done.stdout}{done.stderr}", file=sys.stderr)
            return 1
    print(f"readme: {len(commands)} commands print what {page} shows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
