"""Writes the vectors: one file for each defect, named after it. CONTRIBUTING.md describes how to run it."""

import pathlib
import sys

import cbor_vectors
import envelope_vectors
import manifest_vectors


def main() -> None:
    folder = pathlib.Path(__file__).parent
    for kind, vectors in (
        ("cbor", cbor_vectors.all()),
        ("manifest", manifest_vectors.all()),
        ("envelope", envelope_vectors.all(folder.parent.parent / "Keys")),
    ):
        (folder / kind).mkdir(exist_ok=True)
        for old in (folder / kind).glob("*.vector"):
            old.unlink()
        for name, expected, content in vectors:
            (folder / kind / f"{name}.vector").write_text(f"{expected}\n{content.hex()}\n")
        print(f"{kind}: {len(vectors)} vectors", file=sys.stderr)


main()
