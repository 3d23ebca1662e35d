"""Reads from the map of GNU's linker where the library for an ESP8266 is, and prints its bytes: all, and those in RAM.

Usage: xtensa_map.py MAP

An ESP8266 reads flash in aligned words only. Code and its literals, and tables that are read by words, are to be in flash;
constants that are read by bytes are in .rodata, which is copied to RAM. Anything else is an error.
"""

import re
import sys

FLASH, RAM = range(0x40200000, 0x40300000), range(0x3FFE8000, 0x3FFFC000)
ENTRY = re.compile(r"^ (\.[^\s]+)\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) \S*libasvin_(?:verifier|in_place)\.a\(", re.MULTILINE)

with open(sys.argv[1], encoding="utf-8") as file:
    placed = file.read().split("Linker script and memory map", 1)[1]
sizes = {"code": 0, "table": 0, "constant": 0}
for section, address, size in ENTRY.findall(placed):
    place, size = int(address, 16), int(size, 16)
    if size == 0 or section == ".comment":
        continue
    kind = "code"
    if section.startswith(".irom0.text.table."):
        kind = "table"
    elif section.startswith(".rodata"):
        kind = "constant"
    # The C client's code has no section of its own kind: the core's linker script places it by the name of its object.
    elif not section.startswith((".irom0.text.", ".text.")):
        sys.exit(f"device: error: '{section}' is neither code, a table nor a constant")
    if place not in (RAM if kind == "constant" else FLASH) or kind != "constant" and place % 4 != 0:
        sys.exit(f"device: error: '{section}' is at 0x{place:08X}, where an ESP8266 cannot read it")
    sizes[kind] += size
print(sum(sizes.values()), sizes["table"], sizes["constant"])
