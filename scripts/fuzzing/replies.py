"""The messages of the worked examples in the page Device protocol, and JSON, as the fuzzing begins with them."""

import pathlib
import re

PAGE = pathlib.Path("Sources/Documentation.docc/Formats/DeviceProtocol.md")


def seeds():
    """Targets, names and contents."""
    rows = re.findall(r"^\| (offer|refusal|report|body|Authorization) \| `(.+)` \|$", PAGE.read_text(), re.M)
    offer, refusal, report = (bytes.fromhex(dict(rows)[name]) for name in ("offer", "refusal", "report"))
    query, enrolment = (bytes.fromhex(text) for name, text in rows if name == "body")
    for kind, message in enumerate((query, enrolment, report)):
        yield "device-message", f"example-{kind}", bytes([kind]) + message
    for number, field in enumerate(text for name, text in rows if name == "Authorization"):
        yield "device-message", f"field-{number}", b"\3" + field.encode()
    poll = b'{"mac": "AC:12", "firmware_version": "1.0", "name": "d\\u00e9\\n", "customer_key": null,}'
    yield "json", "poll", poll
    yield "json", "values", b'[1, -2.5e3, 1E+2, true, false, {"a": [[]], "a": "\\ud83d\\ude00"}, 18446744073709551615, ]'
    yield "client-offer", "example", offer
    for fresh in (0, 1):
        for status in (200, 201, 204, 206, 401, 403, 409, 410, 429, 503):
            for expected in range(1, 5):
                head = bytes([expected, fresh]) + status.to_bytes(2, "little")
                yield "client-refusal", f"{status}-{expected}-{fresh}", head + refusal
