"""Random requests to every route with valid and invalid credentials of every kind."""

import json
import random

# The routes of asvin's clients; the other routes are in the OpenAPI document.
LEGACY = [
    ("POST", "/auth/login"), ("POST", "/api/device/register"), ("POST", "/api/device/next/rollout"),
    ("POST", "/api/device/success/rollout"), ("POST", "/device/get"), ("GET", "/device/{id}"),
    ("POST", "/firmware/get"), ("GET", "/firmware/{id}"), ("POST", "/firmware/download"), ("GET", "/api/device"),
    ("GET", "/api/device/{id}"), ("DELETE", "/api/device"), ("GET", "/api/report/{type}"), ("GET", "/fingerprints"),
    ("POST", "/fingerprints"), ("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics"), ("GET", "/openapi.json"),
    ("GET", "/nothing"),
]


class Routes:
    def __init__(self, server, seed: int):
        self.random = random.Random(seed)
        document = json.loads(server.call("GET", "/openapi.json")[1])
        self.all = LEGACY + [
            (method.upper(), path) for path, methods in document["paths"].items() for method in methods
        ]
        self.credentials = [
            {}, {"Authorization": "Bearer invented"}, {"x-access-token": "a.b.c"}, server.admin, server.login(),
            {"Authorization": "Asvin-Device " + "00" * 120}, {"Authorization": "Asvin-Workspace " + "61" * 9000},
        ]
        self.workspace = server.workspace

    def next(self) -> tuple:
        """Returns a random method, path, body and headers."""
        method, path = self.random.choice(self.all)
        while "{" in path:
            before, rest = path.split("{", 1)
            value = self.random.choice(["1", "2", "99999", "self", "xml", "csv", "0" * 64, "%00"])
            path = before + value + rest.split("}", 1)[1]
        headers = {"Content-Type": "application/json", **self.random.choice(self.credentials)}
        # The tokens of this run must not be deleted.
        if method == "DELETE" and "tokens" in path:
            method = "GET"
        body = None
        if method in ("POST", "PUT", "PATCH", "DELETE"):
            body = json.dumps(self.random.choice([
                {}, [], {"mac": f"d{self.random.randrange(50)}", "firmware_version": "1.0", "name": "n"},
                {"email": f"e{self.random.randrange(9)}@example.com", "password": "wrong password"},
                {"device_key": "invented", "timestamp": "1", "device_signature": "00" * 32},
                {"workspace": 1, "device": self.random.randrange(1, 9), "nonce": "AA==", "signature": "AA=="},
                {"id": "1", "customer_key": "x", "device_key": self.workspace["deviceKey"]},
                {"name": f"g{self.random.randrange(30)}"},
            ])).encode()
            if self.random.random() < 0.2:
                headers.update({"Content-Type": "application/cbor", "Accept": "application/cbor"})
                body = self.random.choice([b"", b"\xa0", b"\xbf", b"\x9b" + b"\xff" * 8, b"\x81" * 9000, self.random.randbytes(99)])
        return method, path, body, headers
