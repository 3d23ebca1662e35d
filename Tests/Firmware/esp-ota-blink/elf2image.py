"""Makes the image that the ESP8266's ROM boots (version 1) of a linked ELF file."""

import struct
import sys

PT_LOAD = 1
CHECKSUM_SEED = 0xEF
# Quad reads are for some modules only: dual output works on all. 4 MiB of flash, 40 MHz.
FLASH_MODE, FLASH_SIZE_AND_SPEED = 0x03, 0x40


def segments(elf: bytes) -> tuple[int, list[tuple[int, bytes]]]:
    """The entry address, and each loaded segment's address and bytes."""
    assert elf[:6] == b"\x7fELF\x01\x01", "not a 32-bit little-endian ELF file"
    entry, table = struct.unpack_from("<II", elf, 24)
    size, count = struct.unpack_from("<HH", elf, 42)
    found = []
    for index in range(count):
        kind, offset, _, address, length, _, _, _ = struct.unpack_from("<8I", elf, table + index * size)
        if kind == PT_LOAD and length > 0:
            found.append((address, elf[offset : offset + length]))
    return entry, found


def image(elf: bytes) -> bytes:
    entry, loaded = segments(elf)
    result = bytearray(struct.pack("<4BI", 0xE9, len(loaded), FLASH_MODE, FLASH_SIZE_AND_SPEED, entry))
    checksum = CHECKSUM_SEED
    for address, content in loaded:
        # The ROM copies words.
        content += bytes(-len(content) % 4)
        result += struct.pack("<II", address, len(content)) + content
        for byte in content:
            checksum ^= byte
    # The checksum is the last byte of a line of 16.
    result += bytes(15 - len(result) % 16)
    result.append(checksum)
    return bytes(result)


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as source, open(sys.argv[2], "wb") as target:
        target.write(image(source.read()))
