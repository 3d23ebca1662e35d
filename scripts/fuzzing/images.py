"""Small pairs of images for the fuzzer, the same on every machine: a program and its next version in each instruction set.

The bases are built into the fuzz targets, so that an input is only a patch.
"""

import random
import zlib

ADDRESS = 0x0800_0000
# Few, so that an execution is short: each byte of a result takes a third of a microsecond.
FUNCTIONS = 12
# Xtensa's NOP and NOP.N, which fill three bytes up to eight.
PADDING = b"\xf0\x20\0\x3d\xf0"


def word(value: int, count: int = 4) -> bytes:
    return (value & (1 << 8 * count) - 1).to_bytes(count, "little")


def thumb(site: int, target: int) -> bytes:
    distance = target - site - 4
    sign = distance >> 24 & 1
    first, second = (~(distance >> place ^ sign) & 1 for place in (23, 22))
    half = 0xD000 | first << 13 | second << 11 | distance >> 1 & 0x7FF
    return word(0xF000 | sign << 10 | distance >> 12 & 0x3FF, 2) + word(half, 2)


def aarch64(site: int, target: int) -> bytes:
    page = (target >> 12) - (site >> 12)
    return word(0x9000_0003 | (page & 3) << 29) + word(0x9100_0063 | (target & 0xFFF) << 10)


def jump(site: int, target: int) -> bytes:
    """RISC-V's JAL."""
    distance = target - site
    fields = distance >> 20 & 1, distance >> 1 & 0x3FF, distance >> 11 & 1, distance >> 12 & 0xFF
    return word(fields[0] << 31 | fields[1] << 21 | fields[2] << 20 | fields[3] << 12 | 0xEF)


def riscv(site: int, target: int) -> bytes:
    distance = target - site
    upper = distance + 0x800 & ~0xFFF
    return word(upper | 0x297) + word((distance - upper & 0xFFF) << 20 | 0x2_8293)


# How each instruction set encodes a reference: two ways each, so that more than one form occurs.
CODES = {
    "none": [lambda site, target: word(ADDRESS + target), lambda site, target: word(0x2000_0000 + 4 * target)],
    "thumb": [thumb, lambda site, target: word(ADDRESS + target)],
    "a32": [
        lambda site, target: word(0xEB00_0000 | target - site - 8 >> 2 & 0xFF_FFFF),
        lambda site, target: word(0xE51F_1000 | (target > site + 8) << 23 | abs(target - site - 8) & 0xFFF),
    ],
    "aarch64": [lambda site, target: word(0x9400_0000 | target - site >> 2 & 0x3FF_FFFF), aarch64],
    "riscv": [jump, riscv],
    "xtensa": [
        lambda site, target: word((target - (site & ~3) - 4 >> 2 & 0x3_FFFF) << 6 | 5, 3) + PADDING,
        lambda site, target: word((target - (site + 3 & ~3) >> 2 & 0xFFFF) << 8 | 0x21, 3) + PADDING,
    ],
    "avr": [
        lambda site, target: word(0xD000 | target - site - 2 >> 1 & 0xFFF, 2) + b"\0\0",
        lambda site, target: word(0x940E, 2) + word(target >> 1, 2),
    ],
    "x86": [
        lambda site, target: b"\xe8" + word(target - site - 5) + b"\x90" * 3,
        lambda site, target: b"\x0f\x84" + word(target - site - 6) + b"\x90\x90",
    ],
}


def program(code: str, numbers: random.Random, added: bool) -> bytes:
    """Functions that refer to each other; the next version has some more, and some that have changed."""
    functions = []
    for index in range(FUNCTIONS):
        calls = [(numbers.choice(CODES[code]), numbers.randrange(FUNCTIONS)) for _ in range(4)]
        functions.append((numbers.randbytes(4 * numbers.randrange(1, 8)), calls))
    more = [(numbers.randbytes(24), functions[index][1]) for index in range(2)]
    if added:
        # At their end, so that all the others still refer to the same ones.
        functions[9] = (more[0][0] + functions[9][0][8:], functions[9][1][:2])
        functions[4] = (functions[4][0][:2] + more[1][0], more[1][1] + functions[4][1])
    starts, image = [], b""
    for is_placed in (False, True):
        image = b""
        for body, calls in functions:
            starts += [] if is_placed else [len(image)]
            image += body
            for call, target in calls:
                image += call(len(image), starts[target] if is_placed else 0)
    return image


TEXT = b"".join(b"line %d of a text that repeats itself\n" % (line * 7919 % 100) for line in range(16))
CHANGED = TEXT[:300] + b"what is new\n" + TEXT[100:200] + TEXT[300:]
# Base and result of which each second part is packed.
PARTS = (b"head", TEXT, b"between", TEXT[100:], b"tail"), (b"header", CHANGED, b"there", TEXT[200:] + b"more", b"end")


def pairs() -> dict[str, tuple[bytes, bytes]]:
    """Base and result by what they are."""
    found = {code: tuple(program(code, random.Random(code), added) for added in (False, True)) for code in CODES}
    found["text"] = TEXT, CHANGED
    found["nothing"] = b"\0", TEXT[:90]
    found["packed"] = tuple(
        b"".join(zlib.compress(part, 9) if place % 2 else part for place, part in enumerate(parts)) for parts in PARTS
    )
    return found


def gzipped() -> bytes:
    """An image with a gzip member whose header has all that it can have (RFC 1952, 2.3)."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    stream = packer.compress(TEXT) + packer.flush()
    return b"head\x1f\x8b\x08\x1e" + bytes(6) + b"\2\0xxname\0remark\0\0\0" + stream + bytes(8) + b"tail"


def number(value: int) -> bytes:
    """As a recipe has it, seven bits a byte."""
    return bytes([value & 127 | 128]) + number(value >> 7) if value > 127 else bytes([value])


def recipe() -> bytes:
    """Where the streams of `PARTS` are: zlib's format, level 9, memory level 8."""
    old = b"".join(number(len(plain)) + b"\1" for plain in PARTS[0][:-1:2])
    new = b"".join(
        number(len(plain)) + number(len(packed)) + number(1 | 9 << 1 | 8 << 5)
        for plain, packed in zip(PARTS[1][::2], PARTS[1][1::2])
    )
    return b"\2" + old + b"\2" + new
