"""The tools that are measured: what each runs to create a patch and to apply it.

A command is a line for `sh` in a folder of its own that holds `old` and `new`. Creating writes `patch`; applying reads
`old` and `patch` and writes `made`. ASVIN_PACK, MEMORY, BLOCK and SIZE (bytes of the new image) are in its environment.
"""

import dataclasses
import re
import shutil

DETOOLS = "detools create_patch --compression lzma"
# Tools without compression get the strongest one, because otherwise their packaging would be judged and not their format.
PACK = "xz -9e <raw >patch"
UNPACK = "xz -dc <patch >raw"


@dataclasses.dataclass(frozen=True)
class Tool:
    """One row of the table."""

    name: str
    create: str
    apply: str
    needs: tuple[str, ...]
    # A tool for one instruction set is not measured on images for another.
    machine: str | None = None
    is_in_place: bool = False
    # Whether Debian or PyPI has it, so that --install brings it.
    is_installable: bool = False

    def fits(self, machine: str | None) -> bool:
        """Whether it is meant for such images; it is tried if the machine is unknown."""
        return self.machine is None or machine is None or re.search(self.machine, machine) is not None

    def missing(self, path: str) -> list[str]:
        """The programs that it lacks."""
        return [program for program in self.needs if shutil.which(program, path=path) is None]


def installable(name: str, create: str, apply: str, *needs: str, **rest) -> Tool:
    return Tool(name, create, apply, needs, is_installable=True, **rest)


def of_format(name: str, data_format: str, machine: str) -> Tool:
    create = f"{DETOOLS} --data-format {data_format} old new patch"
    return installable(name, create, "detools apply_patch old patch made", "detools", machine=machine)


PEERS = [
    installable("xz-full", "xz -9e <new >patch", "xz -dc <patch >made", "xz"),
    installable("bsdiff", "bsdiff old new patch", "bspatch old made patch", "bsdiff", "bspatch"),
    installable("xdelta3-lzma", "xdelta3 -e -9 -S lzma -s old new patch", "xdelta3 -d -s old patch made", "xdelta3"),
    installable("xdelta3-djw", "xdelta3 -e -9 -S djw -s old new patch", "xdelta3 -d -s old patch made", "xdelta3"),
    installable(
        "zstd",
        "zstd -q --ultra -22 --single-thread --long=31 --patch-from=old new -o patch",
        "zstd -q -d --long=31 --patch-from=old patch -o made",
        "zstd",
    ),
    installable("detools", f"{DETOOLS} old new patch", "detools apply_patch old patch made", "detools"),
    installable(
        "detools-hdiff",
        f"{DETOOLS} --patch-type hdiffpatch --algorithm hdiffpatch old new patch",
        "detools apply_patch old patch made",
        "detools",
    ),
    of_format("detools-cortex-m4", "arm-cortex-m4", "thumb"),
    of_format("detools-aarch64", "aarch64", "^aarch64"),
    of_format("detools-xtensa", "xtensa-lx106", "xtensa"),
    installable(
        "detools-in-place",
        "detools create_patch_in_place --compression lzma --memory-size $MEMORY --segment-size $BLOCK old new patch",
        "cp old made && truncate -s $MEMORY made && detools apply_patch_in_place made patch && truncate -s $SIZE made",
        "detools",
        is_in_place=True,
    ),
    Tool("hdiffz", "hdiffz -m-1 -SD -c-lzma old new patch", "hpatchz old patch made", ("hdiffz", "hpatchz")),
    Tool(
        "minibsdiff",
        f"minibsdiff gen old new raw && {PACK}",
        f"{UNPACK} && minibsdiff app old raw made",
        ("minibsdiff", "xz"),
    ),
    Tool(
        "ddelta",
        f"ddelta_generate old new raw && {PACK}",
        f"{UNPACK} && ddelta_apply old made raw",
        ("ddelta_generate", "ddelta_apply", "xz"),
    ),
    Tool(
        "rdiff",
        f"rdiff -b 256 signature old blocks && rdiff delta blocks new raw && {PACK}",
        f"{UNPACK} && rdiff patch old raw made",
        ("rdiff", "xz"),
    ),
    # It exits with 1 where the images are the same. Later versions apply with jdiff itself, earlier ones with jptch.
    Tool(
        "jdiff",
        f"{{ jdiff -bb old new raw || [ $? -eq 1 ]; }} && {PACK}",
        f"{UNPACK} && if command -v jptch >/dev/null; then jptch old raw made; else jdiff -u old raw made; fi",
        ("jdiff", "xz"),
    ),
]

OURS = "asvin-pack"
APPLY = '"$ASVIN_PACK" apply old patch -o made --json'


def ours(profile: str, effort: str, is_in_place: bool) -> Tool:
    """Our own program with these options."""
    options = f"--profile {profile} --effort {effort}"
    if is_in_place:
        options += " --in-place --memory $MEMORY --block $BLOCK"
    return Tool(OURS, f'"$ASVIN_PACK" delta old new {options} -o patch --json', APPLY, ())


def ours_in_full(profile: str, effort: str) -> Tool:
    """Our own program, from the empty base: the compressed image."""
    make = f'"$ASVIN_PACK" delta old new --profile {profile} --effort {effort} -o patch --quiet'
    return Tool(f"{OURS}-full", f": >old && {make}", APPLY, ())


def chosen(names: list[str] | None, is_in_place: bool) -> list[Tool]:
    """The peers with these names; without names all, those that work in place only beside ours in place.

    - Raises: KeyError for a name that no peer has.
    """
    if names is None:
        return [tool for tool in PEERS if is_in_place or not tool.is_in_place]
    by_name = {tool.name: tool for tool in PEERS}
    return [by_name[name] for name in names]
