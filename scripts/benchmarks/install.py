"""Installs the peers that Debian and PyPI have."""

import os
import pathlib
import subprocess
import sys

PACKAGES = ["bsdiff", "xdelta3", "zstd", "xz-utils", "python3-venv"]
DETOOLS = "detools==0.53.0"


def is_installed(package: str) -> bool:
    query = ["dpkg-query", "--show", "--showformat=${db:Status-Abbrev}", package]
    return subprocess.run(query, capture_output=True, text=True).stdout.startswith("ii")


def install(environment: pathlib.Path) -> None:
    """Installs what is missing; detools goes into a virtual environment.

    - Raises: subprocess.CalledProcessError.
    """
    missing = [package for package in PACKAGES if not is_installed(package)]
    if missing:
        print(f"bench-delta: installing {' '.join(missing)}", flush=True)
        as_root = [] if os.geteuid() == 0 else ["sudo"]
        subprocess.run([*as_root, "apt-get", "update", "-qq"], check=True)
        apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-qq", "--no-install-recommends"]
        subprocess.run([*as_root, *apt, *missing], check=True, stdout=subprocess.DEVNULL)
    if not (environment / "bin/detools").exists():
        print("bench-delta: installing detools", flush=True)
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
        pip = [environment / "bin/pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, DETOOLS], check=True)
