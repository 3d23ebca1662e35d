"""Devices beside the pages: asvin's client of 2021, as its documentation describes it."""

import contextlib
import json
import os
import pathlib
import subprocess

from server import PROGRAMS, Server


class Client:
    """A board that registers, polls, fetches and reports success."""

    def __init__(self, server: Server, mac: str, version: str = "1.0.0"):
        self.server, self.mac, self.version = server, mac, version

    def call(self, path: str, body: dict) -> tuple[int, bytes]:
        return self.server.call("POST", path, {"mac": self.mac, **body}, self.server.login())

    def register(self, name: str = "board"):
        status, body = self.call("/api/device/register", {"firmware_version": self.version, "name": name})
        assert status == 200, (status, body)

    def update(self) -> bool:
        """Polls, and installs what the platform offers."""
        status, body = self.call("/api/device/next/rollout", {"firmware_version": self.version})
        assert status == 200, (status, body)
        offer = json.loads(body)
        if not offer.get("rollout_id"):
            return False
        token = self.server.login()
        status, body = self.server.call("POST", "/firmware/get", {"id": offer["firmware_id"]}, token)
        assert status == 200, (status, body)
        status, image = self.server.call("POST", "/firmware/download", {"cid": json.loads(body)["cid"]}, {**token, "x-ESP8266-STA-MAC": self.mac})
        assert status == 200, status
        self.version = offer.get("version", self.version)
        status, body = self.call(
            "/api/device/success/rollout", {"firmware_version": self.version, "rollout_id": offer["rollout_id"]}
        )
        assert status == 200, (status, body)
        return True


@contextlib.contextmanager
def simulating(server: Server, folder: pathlib.Path, *arguments: str):
    """Runs verifying devices of the class `gw` in one process while the block runs, and to its end with `--enrol-only`."""
    process = subprocess.Popen(
        [
            PROGRAMS / "asvin-device", "simulate", folder / "fleet", "--count", "6", "--to", server.url, "--name", "sim",
            "--vendor", "example.com", "--class", "gw", "--image", folder / "esp-ota-blink-1.1.0.bin", "--fw-version", "1.0.0",
            "--sequence", "1", "--trust", folder / "TEST-ONLY-key.pub.pem", *arguments,
        ],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        env={
            **os.environ, "ASVIN_CUSTOMER_KEY": server.workspace["customerKey"],
            "ASVIN_DEVICE_KEY": server.workspace["deviceKey"],
        },
    )
    try:
        if "--enrol-only" in arguments:
            _, errors = process.communicate(timeout=120)
            assert process.returncode == 0, (process.returncode, errors[-1000:])
        yield
    finally:
        if process.poll() is None:
            process.terminate()
            process.communicate(timeout=60)
