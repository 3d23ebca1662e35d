"""Writes the fuzz targets' bases, and what their fuzzing begins with: good patches, made by the program itself.

Usage: seeds.py FOLDER PROGRAM
"""

import pathlib
import subprocess
import sys
import tarfile

import audit
import files
import images
import replies


class Seeds:
    def __init__(self, folder: pathlib.Path, program: str):
        self.folder, self.program = folder, program

    def write(self, target: str, name: str, *parts: bytes) -> None:
        folder = self.folder / "seeds" / target
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"".join(parts))

    def patch(self, pair: tuple[bytes, bytes], code: str, *options: str) -> bytes:
        old, new, patch = (self.folder / f"pair.{part}" for part in ("old", "new", "patch"))
        old.write_bytes(pair[0])
        new.write_bytes(pair[1])
        command = [self.program, "delta", old, new, "--output", patch, "--arch", code, "--force", "--quiet", *options]
        subprocess.run(command, check=True)
        return patch.read_bytes()

    # The first lines of each target describe the bytes before a patch.

    def two_slot(self, number: int, name: str, pair: tuple[bytes, bytes], code: str) -> None:
        for profile, bit in (("tiny", 0), ("standard", 16)):
            patch = self.patch(pair, code, "--profile", profile)
            what = number | bit | (patch[1] & 8) << 3
            self.write("patch-two-slot", f"{name}-{profile}", bytes([what, 0]), patch[10:])
            self.write("patch-two-slot", f"{name}-{profile}-pieces", bytes([what | 32, 7]), patch[10:])
            self.write("patch-two-slot", f"{name}-{profile}-header", bytes([number | 128, 0]), patch)

    def in_place(self, number: int, name: str, pair: tuple[bytes, bytes], code: str) -> None:
        for block, spare, where in ((512, 1, 0), (512, 2, 129), (1024, 1, 1)):
            options = "--profile", "tiny", "--in-place", "--block", str(block), "--spare", str(spare)
            patch = self.patch(pair, code, *options)
            what, patch = number | (patch[1] & 8) << 4, patch[12:]
            # Power is lost at every operation of one of them, because the fuzzer rarely changes only that.
            cuts = range(400) if name == "text" else (160, 333)
            for mode, power in ((0, 0), (96, 200), *((32, cut) for cut in cuts)):
                head = bytes([what | mode, where, mode]) + power.to_bytes(2, "little") + b"\1\x20\3\xff"
                self.write("patch-in-place", f"{name}-{block}-{spare}-{mode}-{power}", head, patch)
            for place in range(0, 400, 8 if block == 512 else 64):
                head = bytes([what, where, 0, 200, 0, 1]) + place.to_bytes(2, "little") + b"\xff"
                self.write("patch-checkpoint", f"{name}-{block}-{spare}-{place}", head, patch)

    def items(self, number: int) -> None:
        # Sizes, instruction set, a map of two covers, their changes, and a gap with a run and an inline cover.
        for code in range(8):
            items = [200, code, 2, 20, 0, 40, 30, 9, 50, 4, 97, 98, 99, 100, 0, 0, 16, 0, 0, 0]
            self.write("patch-items", f"{number}-{code}", bytes([number, *items]))
            region = [200, code | 24, 32, *range(6), *items[2:]]
            self.write("patch-items", f"{number}-{code}-region", bytes([number, *region]))

    def long(self, number: int, name: str, pair: tuple[bytes, bytes], code: str) -> None:
        patch = bytearray(self.patch(pair, code, "--profile", "tiny"))
        patch[2:10] = bytes(8)
        length = len(pair[1])
        part = b"".join(varint(n) for n in (1, 0, len(pair[0]), length, len(patch))) + patch
        for parts in (1, 2):
            self.write("patch-long", f"{name}-{parts}", bytes([number]), varint(parts * length), parts * part)

    def release(self, key: pathlib.Path) -> None:
        """Envelopes of a good release, of which every key id is zeros, as the targets' digests are."""
        image, bundle = self.folder / "release.bin", self.folder / "release.asvin"
        note = self.folder / "release.txt"
        image.write_bytes(bytes(40000))
        note.write_bytes(b"notes")
        command = [self.program, "sign", image, "--key", key, "--vendor", "example.com", "--class", "board"]
        command += ["--name", "firmware", "--fw-version", "1.2.0", "--from", image, "--lowest-base", "1"]
        command += ["--created", "1", "--allow", "format", "--allow", "test-key", "--output", bundle]
        subprocess.run([*command, "--force", "--quiet"], check=True)
        with tarfile.open(bundle) as archive:
            manifest = archive.extractfile("manifest.cbor").read()
            signatures = archive.extractfile("signatures.cbor").read()
        place = signatures.index(b"\x04\x48") + 2
        signatures = signatures[:place] + bytes(8) + signatures[place + 8 :]
        length = b"\x59" + len(manifest).to_bytes(2, "big") if len(manifest) > 255 else b"\x58" + bytes([len(manifest)])
        envelope = b"\xa2\x01" + length + manifest + signatures[1:]
        for what in range(4):
            for kind in range(8):
                self.write("envelope", f"{what}-{kind}", bytes([what, kind, 5, 0]), envelope)
        for operations in (b"", bytes([5]), bytes([9]), bytes([6, 5]), bytes([1, 3, 2])):
            self.write("cbor", f"envelope-{operations.hex()}", operations, b"\xff", envelope)
            self.write("cbor", f"manifest-{operations.hex()}", operations, b"\xff", manifest)
        for file in self.folder.glob("release.*"):
            file.unlink()

    def streams(self) -> None:
        for length in (1, 511, 512, 513, 1024, 2047):
            head = (length - 1).to_bytes(2, "little")
            for what in range(4):
                for pieces in (0, 7):
                    start = head + bytes([what, pieces])
                    self.write("sealed-stream", f"{length}-{what}-{pieces}", start)
                    for place, change in ((0, 1), (511, 128), (545, 255), (length, 2)):
                        step = place.to_bytes(2, "little") + bytes([change])
                        cut = b"\x00\x80\x80" + step
                        self.write("sealed-stream", f"{length}-{what}-{pieces}-{place}", start, step)
                        self.write("sealed-stream", f"{length}-{what}-{pieces}-{place}-cut", start, cut)
            # A progress at each block of the stream, and a state in each phase.
            for position in range(0, length, 512):
                progress = position.to_bytes(8, "little") * 2 + bytes(8) + bytes(range(32)) + bytes(32)
                record = bytes([0, 1, 88]) + progress
                self.write("journal", f"{length}-{position}", bytes([0]), head, record)
                self.write("journal", f"{length}-{position}-plain", bytes([1]), head, record, bytes([2, 2, 88]), progress)
            for phase in (0x3CA5965A, 0x5A69C33C, 0x965A3CA5):
                state = phase.to_bytes(4, "little") + bytes(4) + b"".join(n.to_bytes(8, "little") for n in (7, 0, 7, 9))
                self.write("journal", f"{length}-state-{phase:x}", bytes([0]), head, bytes([1, 5, 72]), state.ljust(72, b"\1"))

    def linux(self, number: int, pair: tuple[bytes, bytes]) -> None:
        container = self.patch(pair, "none", "--profile", "linux")
        self.write("patch-linux", "container", bytes([number | 32]), container[10:])
        recipe = images.recipe()
        opened = tuple(b"".join(parts) for parts in images.PARTS)
        for code in images.CODES:
            patch = self.patch(opened, code, "--profile", "tiny")
            self.write("patch-linux", f"recipe-{code}", bytes([number, len(recipe)]), recipe, patch)
        for name, image in zip(("base", "result", "gzip"), (*pair, images.gzipped())):
            self.write("patch-linux", f"image-{name}", b"\x40", image)


def varint(number: int) -> bytes:
    """A number of seven bits a byte, the lowest first; the highest bit is set where more follow."""
    return bytes([number]) if number < 128 else bytes([number & 127 | 128]) + varint(number >> 7)


def main(folder: pathlib.Path, program: str) -> None:
    pairs = images.pairs()
    digits = "".join(f'  "{base.hex()}",\n' for base, _ in pairs.values())
    (folder / "BaseDigits.swift").write_text(f"let baseDigits: [StaticString] = [\n{digits}]\n")
    seeds = Seeds(folder, program)
    for number, (name, pair) in enumerate(pairs.items()):
        code = name if name in images.CODES else "none"
        seeds.two_slot(number, name, pair, code)
        seeds.in_place(number, name, pair, code)
        seeds.items(number)
        seeds.long(number, name, pair, code)
        if name == "packed":
            seeds.linux(number, pair)
    seeds.release(pathlib.Path("Keys/TEST-ONLY-ed25519.pem"))
    seeds.streams()
    for target, name, content in (*files.seeds(), *replies.seeds(), *audit.seeds()):
        seeds.write(target, name, content)
    for file in folder.glob("pair.*"):
        file.unlink()


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), sys.argv[2])
