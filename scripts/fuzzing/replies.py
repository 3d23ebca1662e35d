"""The replies of the worked example in the page Device protocol, as the fuzzing of the C client begins with them."""

import pathlib
import re

PAGE = pathlib.Path("Sources/Documentation.docc/Formats/DeviceProtocol.md")


def seeds():
    """Targets, names and contents."""
    rows = dict(re.findall(r"^\| (offer|refusal) \| `([0-9a-f]+)` \|$", PAGE.read_text(), re.M))
    offer, refusal = bytes.fromhex(rows["offer"]), bytes.fromhex(rows["refusal"])
    yield "client-offer", "example", offer
    for fresh in (0, 1):
        for status in (200, 201, 204, 206, 401, 403, 409, 410, 429, 503):
            for expected in range(1, 5):
                head = bytes([expected, fresh]) + status.to_bytes(2, "little")
                yield "client-refusal", f"{status}-{expected}-{fresh}", head + refusal
