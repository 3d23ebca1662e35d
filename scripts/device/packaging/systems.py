"""Judges an unpacked device package by the build systems of others, as far as they are there.

Usage: systems.py OUTPUT PACKAGE [--tools] [--zephyr FOLDER --cmsis FOLDER] [--idf FOLDER] [--cores FOLDER…]
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import venv

from assemble import arduino_folders

# Boards of QEMU and of others, with the family that Kconfig is to choose.
BOARDS = {
    "qemu_cortex_m3": "armv6m", "mps2_an385": "armv6m", "mps2_an521": "armv8m-main",
    "mps3_an547": "armv8m-main", "qemu_riscv32": "riscv32imac",
}
APPLICATION = {
    "CMakeLists.txt": """cmake_minimum_required(VERSION 3.20.0)
find_package(Zephyr REQUIRED HINTS $ENV{ZEPHYR_BASE})
project(verifies)
target_sources(app PRIVATE firmware.c abi.c)
zephyr_ld_options(-Wl,--fatal-warnings -Wl,--no-warn-execstack -Wl,--no-warn-rwx-segments)
""",
    "prj.conf": "CONFIG_ASVIN_VERIFIER=y\nCONFIG_MAIN_STACK_SIZE=8192\n",
}
# PlatformIO's own packer, with the one license of the package in place of a list that it would fetch.
PACK = """
import sys
from platformio.package.manifest.schema import ManifestSchema
from platformio.package.pack import PackagePacker
ManifestSchema.load_spdx_licenses = staticmethod(lambda: {"licenses": [{"licenseId": "Apache-2.0"}]})
PackagePacker(sys.argv[1]).pack(sys.argv[2])
"""
# The ABI of each target of ESP-IDF, as its toolchain files state it.
IDF_FAMILIES = {
    "esp32": "esp32", "esp32s2": "esp32", "esp32s3": "esp32", "esp32c2": "riscv32imc", "esp32c3": "riscv32imc",
    "esp32c5": "riscv32imac", "esp32c6": "riscv32imac", "esp32c61": "riscv32imac", "esp32h2": "riscv32imac",
    "esp32p4": "riscv32imafc",
}
FAILED = []


def run(command, **options):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)


def judge(what: str, passed: bool, text: str = "") -> None:
    if passed:
        print(f"package-test: {what}")
    else:
        FAILED.append(what)
        print(f"package-test: error: {what}: failed: {text[-1500:]}", file=sys.stderr)


def environment(output: pathlib.Path, *packages: str) -> pathlib.Path:
    folder = output.parent / "package-tools"
    if not (folder / "bin/python").exists():
        venv.create(folder, with_pip=True)
    subprocess.run([folder / "bin/pip", "install", "-q", "--disable-pip-version-check", *packages], check=True)
    return folder / "bin"


def platformio_and_components(output: pathlib.Path, package: pathlib.Path) -> None:
    programs = environment(output, "platformio", "idf-component-manager")
    own = {**os.environ, "PLATFORMIO_CORE_DIR": str(output / "platformio-core"), "PLATFORMIO_SETTING_ENABLE_TELEMETRY": "no"}
    packed = output / "platformio.tar.gz"
    result = run([programs / "python", "-c", PACK, package, packed], env=own)
    names = run(["tar", "-tzf", packed]).stdout.splitlines() if packed.exists() else []
    judge(f"PlatformIO reads library.json and packs {len(names)} files",
          "lib/family.c" in names and "include/asvin_verifier.h" in names
          and any(name.endswith("libasvin_verifier.a") for name in names), result.stdout + result.stderr)
    result = run([programs / "compote", "component", "pack", "--name", "asvin_verifier", "--project-dir", package,
                  "--dest-dir", output / "component"])
    packed = output / "component/asvin_verifier_1.2.3.tgz"
    names = run(["tar", "-tzf", packed]).stdout.splitlines() if packed.exists() else []
    libraries = sorted({name.split("/")[-2] for name in names if name.endswith("libasvin_verifier.a")})
    judge(f"the component manager reads idf_component.yml and packs the families {', '.join(libraries)}",
          libraries == sorted(set(IDF_FAMILIES.values())), result.stdout + result.stderr)


def zephyr(output: pathlib.Path, package: pathlib.Path, source: pathlib.Path, cmsis: pathlib.Path) -> None:
    programs = environment(output, "pykwalify", "pyelftools", "pyyaml", "packaging", "ninja")
    application = output / "zephyr-application"
    application.mkdir()
    for name, text in APPLICATION.items():
        (application / name).write_text(text)
    # Zephyr names a module after its folder.
    (output / "modules").mkdir()
    (output / "modules/cmsis").symlink_to(cmsis)
    for name in ("firmware.c", "firmware.h", "abi.c"):
        shutil.copy(output / "firmware" / name, application)
    described = run([programs / "python", source / "scripts/zephyr_module.py", "--kconfig-out", output / "module.kconfig",
                     "--zephyr-base", source, "--modules", package])
    judge("Zephyr's zephyr_module.py reads module.yml", described.returncode == 0, described.stderr)
    for board, family in BOARDS.items():
        build = output / f"zephyr-{board}"
        own = {**os.environ, "ZEPHYR_BASE": str(source), "PATH": f"{programs}:{os.environ['PATH']}"}
        if family.startswith("riscv"):
            own |= {"ZEPHYR_TOOLCHAIN_VARIANT": "cross-compile", "CROSS_COMPILE": "/usr/bin/riscv64-unknown-elf-"}
        else:
            own |= {"ZEPHYR_TOOLCHAIN_VARIANT": "gnuarmemb", "GNUARMEMB_TOOLCHAIN_PATH": "/usr"}
        result = run(["cmake", "-GNinja", "-B", build, "-S", application, f"-DBOARD={board}",
                      f"-DZEPHYR_MODULES={output}/modules/cmsis;{package}"], env=own)
        # For the extensions that Zephyr names, Debian's compiler for RISC-V finds a libgcc of 64 bits.
        links = not family.startswith("riscv")
        if result.returncode == 0 and links:
            result = run([programs / "ninja", "-C", build], env=own)
        configuration = (build / "zephyr/.config").read_text() if (build / "zephyr/.config").exists() else ""
        linked = (build / "zephyr/zephyr.map").exists() and "asvin_verify" in (build / "zephyr/zephyr.map").read_text()
        judge(f"Zephyr {'builds' if links else 'is configured, not built,'} for {board} with {family}",
              result.returncode == 0 and f'CONFIG_ASVIN_FAMILY="{family}"' in configuration and linked == links,
              result.stdout + result.stderr)


def idf(output: pathlib.Path, package: pathlib.Path, source: pathlib.Path) -> None:
    """Runs the component's file with ESP-IDF's own add_prebuilt_library; its other functions have stand-ins."""
    for target, family in IDF_FAMILIES.items():
        utilities = source / "tools/cmake/utilities.cmake"
        prebuilt = re.search(r"(?m)^function\(add_prebuilt_library.*?^endfunction\(\)", utilities.read_text() +
                             (source / "tools/cmake/component.cmake").read_text(), re.S)
        project = output / f"idf-{target}"
        project.mkdir()
        (project / "prebuilt.cmake").write_text(prebuilt[0] if prebuilt else "")
        (project / "CMakeLists.txt").write_text(f"""cmake_minimum_required(VERSION 3.16)
project(idf LANGUAGES NONE)
set(ESP_PLATFORM 1)
set(COMPONENT_LIB asvin_component)
macro(idf_component_register)
  add_library(${{COMPONENT_LIB}} INTERFACE)
endmacro()
function(idf_build_get_property variable property)
  set(${{variable}} {target} PARENT_SCOPE)
endfunction()
function(idf_component_get_property variable)
  set(${{variable}} asvin_component PARENT_SCOPE)
endfunction()
include(prebuilt.cmake)
include("{package}/CMakeLists.txt")
get_target_property(linked asvin_prebuilt IMPORTED_LOCATION)
message(STATUS "linked ${{linked}}")
""")
        result = run(["cmake", "-S", project, "-B", project / "build"])
        judge(f"ESP-IDF's add_prebuilt_library for {target} imports {family}",
              f"lib/{family}/libasvin_verifier.a" in result.stdout and (source / f"tools/cmake/toolchain-{target}.cmake").exists(),
              result.stdout + result.stderr)


def cores(folders: list[pathlib.Path]) -> None:
    """Each processor of a core has a folder, and its link command names the libraries of precompiled ones."""
    known = set(arduino_folders())
    for folder in folders:
        platform, boards = (folder / name for name in ("platform.txt", "boards.txt"))
        text = platform.read_text() + boards.read_text()
        processors = {name for name in re.findall(r"(?m)build\.mcu=([\w-]+)\s*$", text)}
        floating = set(re.findall(r"-mfpu=([\w-]+)", text))
        combined = {f"{name}/{unit}-hard" for name in processors for unit in floating} & known
        missing = processors - known
        links = "{compiler.libraries.ldflags}" in platform.read_text()
        judge(f"{folder.name}: folders for {', '.join(sorted(processors | combined))}; its link command names the library",
              bool(processors) and not missing and links, f"no folder for {missing}; links: {links}")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("package", type=pathlib.Path)
    parser.add_argument("--tools", action="store_true")
    for name in ("zephyr", "cmsis", "idf"):
        parser.add_argument(f"--{name}", type=pathlib.Path)
    parser.add_argument("--cores", nargs="*", type=pathlib.Path, default=[])
    given = parser.parse_args()
    if given.tools:
        platformio_and_components(given.output, given.package)
    if given.idf:
        idf(given.output, given.package, given.idf)
    cores(given.cores)
    if given.zephyr:
        zephyr(given.output, given.package, given.zephyr, given.cmsis)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
