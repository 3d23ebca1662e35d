"""Puts in order the assembly that LLVM writes for an Xtensa core, for llvm-mc; the result goes to standard output.

Usage: xtensa_assembly.py esp8266|esp32|esp32-qemu NAME FILE

LLVM 22 leaves this to an assembler, or does it so that a linker cannot use it:
- Literals are written into the section of the function before theirs. Here they are in a section before their function's,
  so that a linker resolves `l32r`: llvm-mc does not round an address up where a fragment of its own is not aligned.
- Each call loads the address of its function. Here a call within the object is direct, and one to another object goes
  through a jump that the object has once, because it may be further away than a direct call reaches.
- No instruction has its short form.

esp8266: each function has a section of its own, so that a linker leaves out those that are not used. Their names begin with
.irom0.text, which goes to flash by the linker scripts of the ESP8266's SDKs.
esp32: all functions are in one section and share literals, because Debian's linker knows no core with register windows:
calls are resolved here.
esp32-qemu: as esp32, for a core of QEMU that lacks one instruction, `muluh`. A jump of the same length leads to others that do
the same, so that all other code is at the same place.
"""

import re
import sys

REGISTER = re.compile(r"a(?:\d|1[0-5])$")
CALLS = ("callx0", "callx8")
# They write to their first operand, and read no more than the others.
WRITES = set(
    "or and xor add addi addmi sub movi l32r l32i l8ui l16ui l16si slli srli srai sll srl sra src extui addx2 addx4 addx8 "
    "subx2 subx4 subx8 mull muluh mulsh mul16u mul16s quou quos remu rems neg abs nsau nsa min max minu maxu sext clamps".split())
STORES = ("s32i", "s16i", "s8i")
# What a return leaves undefined.
SCRATCH = ("a8", "a9", "a10", "a11")


class Function:
    def __init__(self, name: str):
        self.name, self.lines, self.tables = name, [], []


class Module:
    """What LLVM has written, by functions and constants."""

    def __init__(self, lines: list[str]):
        self.functions, self.constants, self.literals, self.public = [], [], {}, set()
        kinds = dict(re.findall(r"^\t\.type\t(\S+),@(\w+)", "\n".join(lines), re.MULTILINE))
        at = []
        section, alignment = "", ""
        for line in lines:
            label = re.match(r"([^\s:]+):", line)
            if literal := re.match(r"\s*\.literal (\S+), (.*)", line):
                self.literals[literal[1]] = literal[2]
            elif public := re.match(r"\t\.globa?l\t(\S+)", line):
                self.public.add(public[1])
            elif line.startswith(("\t.section", "\t.text")):
                section, alignment = line, "\t.p2align\t2"
            elif line.startswith("\t.p2align"):
                alignment = line
            elif re.match(r"\s*\.(literal_position|file|type|size|protected|hidden)\b", line):
                continue
            elif label and kinds.get(label[1]) == "function":
                self.functions.append(Function(label[1]))
                at = self.functions[-1].lines
            elif label and kinds.get(label[1]) == "object":
                at = [line]
                self.constants.append((section, alignment, at))
                alignment = "\t.p2align\t2"
            elif label and label[1].startswith(".LJTI"):
                at = self.functions[-1].tables
                at.append(line)
            elif line.startswith(".Lfunc_end"):
                at = None
            else:
                at.append(line)


def instruction(line: str) -> list[str]:
    """An operation and its operands; a label or a directive has none."""
    found = re.match(r"\t([a-z][\w.]*)(?:\t(.*))?$", line)
    return [found[1], *(found[2] or "").split(", ")] if found else [line]


def text(parts: list[str]) -> str:
    return "\t" + parts[0] + "\t" + ", ".join(parts[1:]) if len(parts) > 1 else parts[0]


def is_dead(register: str, after: list[list[str]]) -> bool:
    """Whether a scratch register is written to before it is read, as far as the code is straight."""
    for parts in after:
        operation, operands = parts[0], parts[1:]
        if operation in STORES and register in operands:
            return False
        if operation in WRITES:
            if register in operands[1:]:
                return False
            if operands[0] == register:
                return True
        elif operation not in STORES:
            return operation in ("ret", "retw.n")
    return False


def without_muluh(name: str, code: list[list[str]]) -> list[list[str]]:
    """Code whose products' upper halves are made of products of 16 bits."""
    result, appended = [], []
    for parts in code:
        if parts[0] != "muluh":
            result.append(parts)
            continue
        to, left, right = parts[1:]
        a, b, c, d = [register for register in ("a2", "a3", "a4", "a5", "a6", "a7", "a8") if register not in parts][:4]
        product, back = f'".Lproduct_{len(appended)}_{name}"', f'".Lback_{len(appended)}_{name}"'
        result += [["j", product], [back + ":"]]
        kept = list(zip((a, b, c, d), ("excsave2", "excsave3", "excsave4", "excsave5")))
        appended.append([
            [product + ":"], *(["wsr", *pair] for pair in kept),
            ["extui", a, left, "0", "16"], ["extui", b, right, "0", "16"],
            ["mull", c, a, b], ["extui", c, c, "16", "16"],
            ["extui", d, left, "16", "16"], ["mull", b, d, b], ["add", c, c, b],
            ["extui", b, right, "16", "16"], ["mull", a, a, b], ["mull", d, d, b],
            ["extui", b, c, "16", "16"], ["add", d, d, b],
            ["extui", c, c, "0", "16"], ["add", a, a, c], ["extui", a, a, "16", "16"], ["add", to, d, a],
            *(["rsr", *pair] for pair in kept), ["j", back],
        ])
    return result + [parts for block in appended for parts in block]


class Writer:
    def __init__(self, family: str, module: Module):
        self.module = module
        self.is_windowed = family != "esp8266"
        self.multiplies = family != "esp32-qemu"
        self.defined = {function.name for function in module.functions}
        self.jumps = {}

    def direct(self, code: list[list[str]]) -> list[list[str]]:
        """Calls without an address in a register, where one instruction loads it for one call."""
        result = []
        for parts in code:
            place = self.load(result, parts[1]) if parts[0] in CALLS else None
            if place is not None:
                callee = self.module.literals[result.pop(place)[2]]
                if callee not in self.defined:
                    callee = self.jumps.setdefault(callee, f".Ljump_{callee}")
                parts = [parts[0].replace("x", ""), callee]
            result.append(parts)
        return result

    def load(self, code: list[list[str]], register: str) -> int | None:
        """Where the address of the function is loaded that only a call at the end of the code calls."""
        # Neither an argument nor kept by what is called: nothing can use the address after the call.
        if register not in ("a8", "a9"):
            return None
        for place in range(len(code) - 1, -1, -1):
            operation, operands = code[place][0], code[place][1:]
            if operation == "l32r" and operands[0] == register:
                literal = self.module.literals[operands[1]]
                is_function = re.match(r"[A-Za-z_$]", literal)
                return place if is_function else None
            if register in operands or operation not in WRITES and operation not in STORES:
                return None
        return None

    def joined(self, code: list[list[str]]) -> list[list[str]]:
        """A result that only goes to another register, without the move."""
        result = []
        for place, parts in enumerate(code):
            if parts[0] == "addi" and parts[3] == "0":
                parts = ["or", parts[1], parts[2], parts[2]]
            if parts[0] == "or" and parts[2] == parts[3]:
                to, source = parts[1], parts[2]
                if to == source:
                    continue
                last = result[-1] if result else [""]
                if (last[0] in WRITES and last[1] == source and source in SCRATCH
                        and is_dead(source, code[place + 1 :])):
                    result[-1] = [last[0], to, *last[2:]]
                    continue
            result.append(parts)
        return result

    def short(self, parts: list[str]) -> list[str]:
        operation, operands = parts[0], parts[1:]
        match operation:
            case "l32i" | "s32i" if int(operands[2]) in range(0, 64, 4):
                return [operation + ".n", *operands]
            case "or" if operands[1] == operands[2]:
                return ["mov.n", *operands[:2]]
            case "add" | "ret":
                return [operation + ".n", *operands]
            case "addi" if int(operands[2]) == -1 or 1 <= int(operands[2]) <= 15:
                return ["addi.n", *operands]
            case "movi" if -32 <= int(operands[1]) <= 95:
                return ["movi.n", *operands]
        return parts

    def code(self, function: Function) -> list[list[str]]:
        code = [instruction(line) for line in function.lines]
        code = [self.short(parts) for parts in self.joined(self.direct(code))]
        return code if self.multiplies else without_muluh(function.name, code)


def write(family: str, name: str, module: Module) -> None:
    writer = Writer(family, module)
    bodies = [(function, writer.code(function)) for function in module.functions]
    # In the registers of a caller, the stack pointer of a callee is free until its first instruction sets it.
    scratch = "a9" if writer.is_windowed else "a8"
    for callee, jump in writer.jumps.items():
        stub = Function(jump)
        module.literals[f".L{jump[1:]}_to"] = callee
        bodies.append((stub, [["l32r", scratch, f".L{jump[1:]}_to"], ["jx", scratch]]))

    shared = {}
    if writer.is_windowed:
        print(f'\t.section\t.literal.{name},"ax",@progbits\n\t.p2align\t2')
        for _, body in bodies:
            for parts in body:
                if parts[0] == "l32r":
                    parts[2] = shared.setdefault(module.literals[parts[2]], f".Lshared_{len(shared)}")
        for value, label in shared.items():
            print(f"{label}:\n\t.long\t{value}")
        print(f'\t.section\t.text.{name},"ax",@progbits')
    for function, body in bodies:
        if not writer.is_windowed:
            own = {}
            for parts in body:
                if parts[0] == "l32r":
                    parts[2] = own.setdefault(module.literals[parts[2]], parts[2])
            if own:
                print(f'\t.section\t".irom0.text.literal.{function.name}","ax",@progbits\n\t.p2align\t2')
            for value, label in own.items():
                print(f"{label}:\n\t.long\t{value}")
            print(f'\t.section\t".irom0.text.{function.name}","ax",@progbits')
        print("\t.p2align\t2")
        print("\n".join(function.tables))
        if function.name in module.public:
            print(f"\t.globl\t{function.name}")
        print(f"\t.type\t{function.name},@function\n{function.name}:")
        print("\n".join(text(parts) for parts in body))
        print(f"\t.size\t{function.name}, .-{function.name}")
    for parts in module.constants:
        print("\n".join([*parts[:2], *parts[2]]))
    # A note by which GNU's linker finds that functions are called in another way than those of other objects.
    print('\t.section\t.xtensa.info,"",@note\n\t.long\t12, 32, 1\n\t.asciz\t"Xtensa_Info"')
    print(f'\t.ascii\t"USE_ABSOLUTE_LITERALS=0\\nABI={int(not writer.is_windowed)}\\n\\000\\000"')


family, name, path = sys.argv[1:]
with open(path, encoding="utf-8") as file:
    stripped = (re.sub(r"\s*(?<!\S)# .*$", "", line.rstrip("\n")) for line in file)
    write(family, name, Module([line for line in stripped if line.strip() and not line.startswith("#")]))
