"""Chooses the library for a PlatformIO project, by asking the compiler with the flags of the board.

Options of an environment in platformio.ini: `custom_asvin_family` names the family, `custom_asvin_library = in_place` chooses
the library for devices that install in place.
"""

import pathlib
import re
import subprocess
import sys

Import("env")  # noqa: F821: PlatformIO declares it

# PlatformIO runs this in the folder of the library.
library_folder = pathlib.Path.cwd() / "lib"


def refuse(reason):
    families = sorted(path.parent.name for path in library_folder.glob("*/libasvin_verifier.a"))
    sys.stderr.write(f"AsvinVerifier: {reason}\nSet custom_asvin_family to one of {', '.join(families)}.\n")
    env.Exit(1)  # noqa: F821


def ask(env):
    command = [*env.subst("$CC $CFLAGS $CCFLAGS").split(), "-E", "-x", "c", str(library_folder / "family.c")]
    result = subprocess.run(command, env=env["ENV"], capture_output=True, text=True)
    if match := re.search(r'ASVIN_FAMILY "([^"]*)"', result.stdout):
        return match[1]
    refused = re.search(r'ASVIN_REFUSED "([^"]*)"', result.stdout)
    return refuse(f"no library fits the board: {refused[1] if refused else result.stderr.strip()}")


family = env.GetProjectOption("custom_asvin_family", "") or ask(env)  # noqa: F821
library = env.GetProjectOption("custom_asvin_library", "verifier")  # noqa: F821
if library not in ("verifier", "in_place"):
    refuse(f"'{library}' is not a library: custom_asvin_library is verifier or in_place.")
if not (library_folder / family / f"libasvin_{library}.a").exists():
    refuse(f"'{family}' is not a family of this package.")
env.Append(LIBPATH=[str(library_folder / family)], LIBS=[f"asvin_{library}"])  # noqa: F821
