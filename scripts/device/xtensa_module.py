"""Changes a module of LLVM's text, from standard input to standard output, for an Xtensa core.

Usage: xtensa_module.py retarget|esp8266|esp32

retarget: makes a module for a 32-bit RISC-V one for Xtensa. Both have the same sizes and alignments, except that LLVM's
Xtensa knows nothing of Swift's own calling convention: registers for `self` and for an error are ordinary arguments. A trap
is the illegal instruction, as on the other cores, because LLVM would call `abort`.

esp8266, when the module is optimised: places tables in flash, which is read in aligned words only: tables of words, and
tables that are only copied. flash_tables.c copies them by words, as it copies all words that may be in a table. Other
tables stay in .rodata, which an ESP8266 copies to RAM. Products of two words call `__umulsidi3`, which is in the ROM.
esp32: nothing is left to change.
"""

import re
import sys

LAYOUT = "e-m:e-p:32:32-i8:8:32-i16:16:32-i64:64-n32"
GLOBAL = r'@(?:"[^"]*"|[\w.$-]+)'
TABLE = re.compile(rf"^({GLOBAL}) = [^=\n]*\bconstant (.*?)(?:, align \d+)?$", re.MULTILINE)
VALUE = rf"%[\w.]+|(?P<table>{GLOBAL})|getelementptr [^(]*\(i8, ptr (?P<base>{GLOBAL}), i32 (?P<offset>\d+)\)"
COPY = re.compile(
    r"call void @llvm\.memcpy\.p0\.p0\.i(?:32|64)\(ptr (?P<to_flags>[^%@]*)(?P<to>%[\w.]+), "
    rf"ptr (?P<flags>[^%@]*?)(?P<source>{VALUE}), i(?:32|64) (?P<count>\d+), i1 false\)")


def retarget(text: str) -> str:
    text = re.sub(r"^target datalayout = .*$", f'target datalayout = "{LAYOUT}"', text, flags=re.MULTILINE)
    text = re.sub(r"^target triple = .*$", 'target triple = "xtensa-unknown-none-elf"', text, flags=re.MULTILINE)
    text = re.sub(r"\b(?:swiftcc|swifttailcc) ", "", text)
    text = re.sub(r" (?:swiftself|swifterror)\b", "", text)
    text = re.sub(r' "(?:target-cpu|target-features|tune-cpu)"="[^"]*"', "", text)
    text = re.sub(r"call void @llvm\.trap\(\)", 'call void asm sideeffect "ill", ""()', text)
    # What holds code for Swift's own linker alone.
    text = re.sub(r"^@llvm\.(?:compiler\.)?used = .*\n", "", text, flags=re.MULTILINE)
    # An assembler reads no hyphen in a name.
    names = {}
    rename = lambda name: names.setdefault(name[0], f"@text.{len(names)}")
    return re.sub(r'@"\.str\.[^"]*"|@\.str\.[\w.$-]*', rename, text)


def scalars(kind: str, named: dict[str, str]) -> set[str]:
    """The scalar types that a type is made of."""
    for name in re.findall(r'%(?:"[^"]*"|[\w.$-]+)', kind):
        kind = kind.replace(name, " ".join(scalars(named[name], named)), 1)
    return set(re.findall(r"\b(?:i\d+|ptr|float|double)\b", kind))


def type_of(value: str) -> str:
    """The type at the start of a constant."""
    depth = 0
    for place, character in enumerate(value):
        depth += {"<": 1, "{": 1, "[": 1, ">": -1, "}": -1, "]": -1}.get(character, 0)
        if depth == 0 and character in " }]>" and place + 1 < len(value) and (character == " " or value[place + 1] == " "):
            return value[: place + 1]
    return value


def is_aligned(flags: str) -> bool:
    return re.search(r"\balign (?:4|8|16)\b", flags) is not None


def place(text: str) -> str:
    named = dict(re.findall(r'^(%(?:"[^"]*"|[\w.$-]+)) = type (.*)$', text, re.MULTILINE))
    copies = list(COPY.finditer(text))
    in_flash = set()
    for table in TABLE.finditer(text):
        name = table[1]
        uses = len(re.findall(re.escape(name) + r"(?![\w.$-])", text)) - 1
        copied = [copy for copy in copies if name in (copy["table"], copy["base"])]
        if any(int(copy["offset"] or 0) % 4 != 0 for copy in copied):
            continue
        if scalars(type_of(table[2]), named) <= {"i32", "i64"} or uses == len(copied):
            in_flash.add(name)

    def copy(found: re.Match) -> str:
        is_table = (found["table"] or found["base"]) in in_flash
        are_words = is_aligned(found["to_flags"]) and int(found["count"]) % 4 == 0
        if are_words and (is_table or is_aligned(found["flags"])):
            function = "copy_words"
        elif is_table:
            function = "copy_table"
        else:
            return found[0]
        return f"call void @{function}(ptr {found['to']}, ptr {found['source']}, i32 {found['count']})"

    def table(found: re.Match) -> str:
        if found[1] not in in_flash:
            return found[0]
        alignment = 8 if found[0].endswith(", align 8") else 4
        plain = re.sub(r", align \d+$", "", found[0])
        section = found[1][1:].strip('"')
        return f'{plain}, section ".irom0.text.table.{section}", align {alignment}'

    return TABLE.sub(table, COPY.sub(copy, text))


def narrowed(function: str) -> str:
    """A function whose products of 64 bits are of two words where both factors are."""
    words = dict(re.findall(r"^  (%[\w.]+) = zext (?:nneg )?i32 (%[\w.]+) to i64$", function, re.MULTILINE))

    def product(found: re.Match) -> str:
        if found[2] not in words or found[3] not in words:
            return found[0]
        return f"  {found[1]} = call i64 @__umulsidi3(i32 {words[found[2]]}, i32 {words[found[3]]})"

    return re.sub(r"^  (%[\w.]+) = mul (?:nuw |nsw )*i64 (%[\w.]+), (%[\w.]+)$", product, function, flags=re.MULTILINE)


task = sys.argv[1]
source = sys.stdin.read()
if task == "retarget":
    source = retarget(source)
elif task == "esp8266":
    parts = re.split(r"^(?=define )", place(source), flags=re.MULTILINE)
    source = "".join(narrowed(part) for part in parts) + "\ndeclare i64 @__umulsidi3(i32, i32)\n"
sys.stdout.write(source)
