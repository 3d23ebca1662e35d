"""Skips an instruction of the device library, one per run, where a call must refuse: nothing may be accepted.

Usage: skip.py IMAGE.elf MAP [--every N] [--only CASE]. The image is skip.c with the library. Each instruction that a case
reaches is skipped the first, the second and the last time. Instructions of IT blocks are skipped within their block: the
state of the block continues after it.
"""

import argparse
import collections
import hashlib
import pathlib
import re
import struct
import subprocess
import sys
import time

import unicorn
from unicorn import arm_const as arm

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "Tests/Vectors"))
from encoding import CLASS, VENDOR, Pairs, encode  # noqa: E402

IMAGE = bytes(range(256)) * 2 + b"the end of an image"
POINT = bytes(range(32))
DATA, DATA_BYTES = 0x20000000, 1 << 16
# The state of the processor first, because it selects the stack pointer.
REGISTERS = [arm.UC_ARM_REG_CPSR, *(getattr(arm, f"UC_ARM_REG_R{number}") for number in range(13)),
             arm.UC_ARM_REG_SP, arm.UC_ARM_REG_LR]
# Milliseconds of a run after a skip. Most take a few; a run that does not end has hung.
SHORT, LONG = 150, 1000


def sealed(payload: bytes, bits: int) -> tuple[bytes, bytes]:
    """Blocks of a chunk and the digest of the next block, and the first link."""
    blocks, link = [], b""
    for start in reversed(range(0, len(payload), 1 << bits)):
        blocks.append(payload[start : start + (1 << bits)] + link)
        link = hashlib.sha256(blocks[-1]).digest()
    return b"".join(reversed(blocks)), link


def key_id(point: bytes) -> bytes:
    return hashlib.sha256(bytes.fromhex("302a300506032b6570032100") + point).digest()[:8]


def release(sequence=8, vendor=VENDOR, device_class=CLASS, point=POINT, is_signed=True) -> tuple[bytes, bytes]:
    """An envelope, and the stream of its image."""
    stream, link = sealed(IMAGE, 9)
    digest = hashlib.sha256(IMAGE).digest()
    payload = Pairs((1, 0), (2, len(IMAGE)), (3, digest), (4, 9), (5, link))
    component = Pairs((1, 0), (2, len(IMAGE)), (3, digest), (4, [payload]))
    manifest = encode(Pairs(
        (1, 1), (2, "blink"), (3, vendor.bytes), (4, device_class.bytes), (5, sequence), (6, "1.2.3"), (7, [component])))
    header = encode(Pairs((1, -19), (4, key_id(point)), (16, "asvin-manifest")))
    # Within the strict profile, so that the check is asked: its answer is the case's.
    signature = encode([header, Pairs(), None, bytes([9] + [1] * 31 + [3] * 31 + [0])])
    return encode(Pairs((1, manifest), (2, [signature] if is_signed else []))), stream


Case = collections.namedtuple("Case", "name entry reason envelope answer floor")


def cases(yes: int) -> list[Case]:
    """Each with the reason for which it must be refused: that shows that it is refused where it is meant to be."""

    def case(name, entry, reason, envelope=release(), answer=yes, floor=7):
        return Case(name, entry, reason, envelope, answer, floor)

    return [
        case("forged signature", "verify_case", 24, answer=0),
        case("forged signature, an error as answer", "verify_case", 24, answer=-1),
        case("forged signature, after a valid one", "verify_again_case", 24, answer=0),
        case("no signature", "verify_case", 20, release(is_signed=False)),
        case("key id of no trusted key", "verify_case", 21, release(point=hashlib.sha256(b"another key").digest())),
        case("sequence not above the floor", "verify_case", 42, floor=8),
        case("sequence far below the floor", "verify_case", 42, floor=1 << 40),
        case("wrong vendor", "verify_case", 40, release(vendor=CLASS)),
        case("wrong class", "verify_case", 41, release(device_class=VENDOR)),
        case("forged signature, installed", "install_case", 24, answer=0),
        case("sequence not above the floor, installed", "install_case", 42, floor=8),
        case("another image read back", "read_back_case", 53),
        case("another block in the stream", "stream_case", 55),
        case("activation below the floor", "activate_case", 42),
        case("nothing pending at a start", "boot_case", 0),
        case("an update given up, at a start", "boot_reverted_case", 0),
        case("confirmed by the old image, pending", "confirm_pending_case", 1),
        case("confirmed by the old image, on trial", "confirm_trial_case", 1),
        case("confirmed with nothing on trial", "confirm_nothing_case", 1),
    ]


def good_case(yes: int) -> Case:
    return Case("a release as it should be", "good_case", None, release(), yes, 7)


class Machine:
    """The image in Unicorn, with RAM and the registers as a case needs them."""

    def __init__(self, image: bytes, segments):
        self.engine = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_THUMB)
        self.engine.ctl_set_cpu_model(arm.UC_CPU_ARM_CORTEX_A15)
        self.engine.mem_map(0, 1 << 17, unicorn.UC_PROT_READ | unicorn.UC_PROT_EXEC)
        self.engine.mem_map(DATA, DATA_BYTES, unicorn.UC_PROT_READ | unicorn.UC_PROT_WRITE)
        for address, offset, size in segments:
            if size:
                self.engine.mem_write(address, image[offset : offset + size])

    def restore(self, registers, ram: bytes):
        self.engine.mem_write(DATA, ram)
        for register, value in zip(REGISTERS, registers):
            self.engine.reg_write(register, value)

    def registers(self):
        return [self.engine.reg_read(register) for register in REGISTERS]

    def ram(self) -> bytes:
        return bytes(self.engine.mem_read(DATA, DATA_BYTES))

    def word(self, address: int) -> int:
        return struct.unpack("<I", self.engine.mem_read(address, 4))[0]


class Image:
    """The content of the ELF: its symbols, its segments, and the instructions of the library."""

    def __init__(self, path: str, map_path: str, tools: str):
        self.bytes = pathlib.Path(path).read_bytes()
        start, = struct.unpack_from("<I", self.bytes, 28)
        size, count = struct.unpack_from("<HH", self.bytes, 42)
        headers = [struct.unpack_from("<8I", self.bytes, start + index * size) for index in range(count)]
        self.segments = [(header[2], header[1], header[4]) for header in headers if header[0] == 1]
        self.symbols = {}
        for line in subprocess.run([f"{tools}/llvm-nm", path], capture_output=True, text=True, check=True).stdout.splitlines():
            value, _, name = line.split(" ", 2)
            self.symbols[name] = int(value, 16) & ~1
        ranges = []
        for line in pathlib.Path(map_path).read_text().splitlines():
            part = line.split()
            if len(part) >= 5 and "asvin_verifier.o):(.text" in line:
                ranges.append((int(part[0], 16), int(part[0], 16) + int(part[2], 16)))
        self.instructions, self.blocks, self.owner = {}, {}, {}
        text = subprocess.run(
            [f"{tools}/llvm-objdump", "-d", "--no-show-raw-insn", path], capture_output=True, text=True, check=True).stdout
        places, function = [], ""
        for line in text.splitlines():
            if found := re.match(r"[0-9a-f]+ <(.*)>:", line):
                function = found.group(1)
            if found := re.match(r"\s*([0-9a-f]+):\s+(\S+)", line):
                places.append((int(found.group(1), 16), found.group(2), function, line.strip()))
        inside = lambda address: any(low <= address < high for low, high in ranges)
        for (address, mnemonic, function, line), following in zip(places, places[1:] + [(0, "", "", "")]):
            if inside(address) and not mnemonic.startswith("."):
                self.instructions[address] = (following[0] - address, mnemonic, line)
                self.owner[address] = function
        self.low, self.high = min(self.instructions), max(self.instructions)
        self.find_blocks()

    def find_blocks(self):
        """For each instruction of an IT block, the state of the block after it."""
        for address, (_, mnemonic, _) in self.instructions.items():
            if not re.fullmatch(r"it[te]{0,3}", mnemonic):
                continue
            half, = struct.unpack_from("<H", self.code(address), 0)
            state, place = half & 0xFF, address + 2
            while state & 0xF:
                state = 0 if state & 7 == 0 else state & 0xE0 | state << 1 & 0x1F
                self.blocks[place] = state
                place += self.instructions[place][0]

    def code(self, address: int) -> bytes:
        for start, offset, size in self.segments:
            if start <= address < start + size:
                return self.bytes[offset + address - start : offset + address - start + 4]
        raise ValueError(address)


class Campaign:
    def __init__(self, image: Image, every: int):
        self.image, self.every = image, every
        # One is watched, the other one runs on from where the first one is.
        self.watched, self.faulty = (Machine(image.bytes, image.segments) for _ in range(2))
        self.is_attacked = False
        self.end = image.symbols["attack_ends"]
        self.faults = self.hung = self.crashed = 0
        self.accepts = []

    def start(self, case: Case) -> int:
        envelope, stream = case.envelope
        # The stack at the end of RAM; Thumb, in user mode.
        self.watched.restore([0x30] + [0] * 13 + [DATA + DATA_BYTES - 16, 0], bytes(DATA_BYTES))
        for address, offset, size in self.image.segments:
            if size and address >= DATA:
                self.watched.engine.mem_write(address, self.image.bytes[offset : offset + size])
        data = struct.pack("<II512s1088s16s16s64sQi", len(envelope), len(stream), envelope, stream, VENDOR.bytes,
                           CLASS.bytes, POINT, case.floor, case.answer)
        self.watched.engine.mem_write(self.image.symbols["input"], data)
        return self.image.symbols[case.entry] | 1

    def trace(self, case: Case) -> collections.Counter:
        """How often the case reaches each instruction."""
        counts = collections.Counter()
        self.watch(case, lambda address: counts.update((address,)))
        return counts

    def watch(self, case: Case, see):
        """Runs a case without a fault, and calls back for each instruction of the library while it is attacked."""
        self.is_attacked = False
        engine, start, end = self.watched.engine, self.image.symbols["attack_begins"], self.end

        def step(engine, address, size, _):
            if address == start:
                self.is_attacked = True
            elif address == end:
                self.is_attacked = False
            elif self.is_attacked and address in self.image.instructions:
                see(address)

        entry = self.start(case)
        hook = engine.hook_add(unicorn.UC_HOOK_CODE, step)
        engine.emu_start(entry, self.image.symbols["case_ends"])
        engine.hook_del(hook)

    def run(self, case: Case):
        counts = self.trace(case)
        answer = self.watched.word(self.image.symbols["answered"])
        if self.watched.word(self.image.symbols["accepted"]) or answer != case.reason:
            raise SystemExit(f"skip: error: {case.name}: without a fault the answer is {answer}, not {case.reason}")
        self.faults, self.hung, self.crashed, self.accepts = 0, 0, 0, []
        seen, number = collections.Counter(), 0

        def see(address):
            nonlocal number
            seen[address] += 1
            if seen[address] not in (1, 2, counts[address]):
                return
            number += 1
            if number % self.every == 0:
                self.skip(address)

        self.watch(case, see)
        return sum(counts.values())

    def skip(self, address: int):
        """Resumes after an instruction that the watched machine is about to execute."""
        size, _, line = self.image.instructions[address]
        registers = self.watched.registers()
        state = self.image.blocks.get(address, 0)
        registers[0] = registers[0] & ~0x0600FC00 | (state & 3) << 25 | (state >> 2) << 10
        self.faulty.restore(registers, self.watched.ram())
        self.faults += 1
        engine, stop = self.faulty.engine, self.image.symbols["case_ends"]
        place = address + size | 1
        for milliseconds in (SHORT, LONG):
            try:
                engine.emu_start(place, stop, timeout=milliseconds * 1000)
            except unicorn.UcError:
                self.crashed += 1
                return
            place = engine.reg_read(arm.UC_ARM_REG_PC)
            if place == stop:
                break
            place |= 1
        else:
            self.hung += 1
            return
        if self.faulty.word(self.image.symbols["accepted"]):
            answer = self.faulty.word(self.image.symbols["answered"])
            self.accepts.append((self.image.owner[address], f"{line.split(' @')[0]}; answered {answer:#x}"))


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("image")
    parser.add_argument("map")
    parser.add_argument("--tools", required=True)
    parser.add_argument("--yes", type=lambda text: int(text, 0), default=0x5687C966)
    parser.add_argument("--every", type=int, default=1, help="tries one of N skips")
    parser.add_argument("--only", default="", help="tries the cases whose names contain this")
    arguments = parser.parse_args()
    image = Image(arguments.image, arguments.map, arguments.tools)
    campaign = Campaign(image, arguments.every)
    print(f"skip: {len(image.instructions)} instructions of the library, {len(image.blocks)} of them in IT blocks")
    print(f"skip: {'case':42} {'executed':>9} {'skips':>7} {'accepted':>9} {'crashed':>8} {'hung':>6} {'s':>6}")
    campaign.trace(good_case(arguments.yes))
    if not campaign.watched.word(image.symbols["accepted"]):
        raise SystemExit("skip: error: a release as it should be is refused")
    total, accepted = 0, 0
    for case in cases(arguments.yes):
        if arguments.only not in case.name:
            continue
        begun = time.monotonic()
        executed = campaign.run(case)
        total += campaign.faults
        accepted += len(campaign.accepts)
        print(f"skip: {case.name:42} {executed:9} {campaign.faults:7} {len(campaign.accepts):9} {campaign.crashed:8}"
              f" {campaign.hung:6} {time.monotonic() - begun:6.1f}", flush=True)
        for function, line in campaign.accepts:
            print(f"skip:   accepted: {function[:70]}: {line}")
    print(f"skip: {accepted} of {total} skips accept")
    return 1 if accepted else 0


if __name__ == "__main__":
    sys.exit(main())
