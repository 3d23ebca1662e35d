"""Small files of each kind for the fuzz targets that read them, in the form that each target describes."""

import struct
from collections.abc import Iterator


def segment(order: str, wide: bool, kind: int, offset: int, address: int, size: int) -> bytes:
    if wide:
        return struct.pack(order + "2I6Q", kind, 5, offset, address, address, size, size, 4)
    return struct.pack(order + "8I", kind, offset, address, address, size, size, 5, 4)


def elf(order: str, wide: bool, kind: int, machine: int) -> bytes:
    """The bytes after the first six: two segments and a section with a name."""
    head, entry, table = (64, 56, 64) if wide else (52, 32, 40)
    data = b"\0.text\0\0code"
    start = head + 2 * entry
    numbers = struct.pack(
        order + "HHI" + ("3Q" if wide else "3I") + "I6H",
        kind, machine, 1, 0, head, start + len(data), 0, head, entry, 2, table, 1, 0,
    )
    segments = segment(order, wide, 1, start + 8, 0x8000000, 4) + segment(order, wide, 4, start, 0x20000000, 8)
    fields = (1, 1, 2, 0, start, len(data), 0, 0, 1, 0)
    section = struct.pack(order + ("2I4Q2I2Q" if wide else "10I"), *fields)
    return (b"\1" + bytes(9) + numbers + segments + data + section)


def seeds() -> Iterator[tuple[str, str, bytes]]:
    board = b"\x0a\0\0\4\x99\3\xc0\xde\x0d\0\0\2\1\2\x0e\0\0\1\1"
    for name, records in {"linear": b"\4\0\0\2\x08\0\0\0\0\4abcd\0\0\x10\2ef", "segment": b"\2\0\0\2\x10\0\0\xff\xfe\2ab"}.items():
        yield "image-hex", name, b"\1" + records
        yield "image-hex", name + "-boards", b"\1" + board + records
    yield "image-hex", "text", b"\0:0400000001020304F2\r\n \n:00000001FF\n\x1a"
    yield "image-srecord", "widths", b"\1" + b"\0\5\0\0app\1\4\0\0ab\2\5\0\x10\0ab\3\6\0\0\x20\0ab\5\2\0\3"
    yield "image-srecord", "text", b"\0S1070000AABBCCDDEA\r\nS9030000FC\n"
    yield "image-ti-txt", "sections", b"00 03\r\n@fffe\n00 F0\nq\n"
    block = struct.Struct("<6I")
    for name, blocks in {
        "two": [(0x2000, 0x10000000, 256, 0, 2, 1), (0x2000, 0x10000100, 256, 1, 2, 1)],
        "chips": [(0x2000, 0x10000000, 256, 0, 1, 0xE48BFF56), (0x2000, 0x10000000, 256, 0, 1, 0xE48BFF59)],
        "file": [(0x2000, 0, 4, 0, 2, 1), (0x2000, 0x8000000, 4, 1, 2, 2)],
    }.items():
        yield "image-uf2", name, b"".join(block.pack(*fields) for fields in blocks)
    for kind, order, wide in ((0, "<", False), (1, "<", True), (2, ">", False), (3, ">", True)):
        for machine in (40, 83):
            for form in (1, 2, 3, 4):
                yield "image-elf", f"{kind}-{machine}-{form}", bytes([kind]) + elf(order, wide, form, machine)
    yield "image-dfu", "plain", b"\0" + bytes(range(40))
    yield "image-dfu", "settings", b"\1\0\2\0\0\0\x08\4\x00\1\0\x08\4\1\1\0\0\0\0\3"
    yield "image-dfu", "missing", b"\3\0\1\0\0\0\x08\4"
    texts = ("#!/bin/sh\nexit\n", "{}", "a: 1\nb: 2\n", "<html>", "-----BEGIN X", "one\ntwo\nthree\n", "\ufeff\u00e4\n2\n3\n")
    for number, text in enumerate(texts):
        yield "image-kinds", f"text-{number}", b"\0\0\0" + text.encode()
    starts = (b"\x1f\x8b\x08\0\0\0\0\0\0\3", b"hsqs", b"MZ", b"\x27\5\x19\x56", b"\xd0\x0d\xfe\xed\0\0\1\0", b"\x3d\xb8\xf3\x96\0\0\0\0 \0")
    for number, start in enumerate(starts):
        yield "image-kinds", f"start-{number}", b"\0\0\0" + start.ljust(64, b"\0")
    piece = lambda offset, data: struct.pack("<HB", offset // 16, len(data)) + data
    header = b"\xe9\1\2\x20" + struct.pack("<I", 0x40380000) + b"\xee\0\0\0\5\0" + bytes(10) + struct.pack("<II", 0x403CE000, 4) + b"code"
    entry = b"\xaa\x50\0\x10" + struct.pack("<II", 0x10000, 0x10000) + b"app0".ljust(20, b"\0")
    yield "image-kinds", "flash", b"\3\0\0" + piece(0, header) + piece(0x8000, entry) + piece(0x10000, header)
    yield "image-kinds", "table", b"\3\0\6" + piece(0, entry) + piece(32, entry)
    mark = lambda blocks: struct.pack("<H", 0x0529 ^ 0x100 ^ blocks)
    spiffs = b"".join(piece(0x1000 * n + 0xF0, b"\xff" * 12 + mark(20 - n)) for n in range(16))
    yield "image-kinds", "spiffs", b"\3\0\0" + spiffs
    mcuboot = struct.pack("<IIHHIIBBHII", 0x96F3B83D, 0, 32, 0, 4, 0, 1, 2, 3, 0, 0) + b"code" + struct.pack("<HHHH", 0x6907, 40, 0x10, 32) + bytes(32)
    yield "image-kinds", "mcuboot", b"\2\0\0" + piece(0, mcuboot) + piece(0x800, mcuboot)
    yield "image-kinds", "disk", b"\2\0\0" + piece(432, bytes(14) + b"\x80\0\2\0\x0c\0\0\0\0\x08\0\0\0\x20\0\0") + piece(496, bytes(14) + b"\x55\xaa")
    yield "image-kinds", "ext", b"\2\0\0" + piece(1024, struct.pack("<II", 16, 4) + bytes(48) + b"\x53\xef")
    yield "image-kinds", "littlefs", b"\3\0\0" + piece(0, b"\1\0\0\0\xf0\x0f\xff\xf7littlefs")
    yield "image-kinds", "nvs", b"\3\0\x08" + piece(0, b"\xfe\xff\xff\xff\0\0\0\0\xfe" + b"\xff" * 19)
