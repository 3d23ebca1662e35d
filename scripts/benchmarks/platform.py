"""Measures polls a second, p50, p99 and memory of asvin-platform and of gooseBit: one process each, both on SQLite. Also
measures how much an idle fleet that polls at its interval makes the platform write."""

import argparse
import contextlib
import csv
import hashlib
import hmac
import json
import os
import pathlib
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = ROOT / ".build/release"


# As PlatformLimit.contactSeconds.
CONTACT_SECONDS = 14_400


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def call(method: str, url: str, body=None, headers=None) -> dict:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **(headers or {})}, method=method)
    with urllib.request.urlopen(request, timeout=30) as reply:
        text = reply.read()
        return json.loads(text) if text else {}


@contextlib.contextmanager
def running(command: list, url: str, **options):
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(url, timeout=1).read()
                break
            except urllib.error.HTTPError:
                break
            except OSError:
                time.sleep(0.1)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def memory(pid: int) -> float:
    """Returns the resident memory in MiB."""
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) / 1024


def wrk(folder: pathlib.Path, script: str, url: str, options) -> dict:
    (folder / "poll.lua").write_text(script)
    command = ["wrk", "-t", "1", "-c", str(options.connections), "-d", f"{options.seconds}s", "--timeout", "10s", "--latency"]
    text = subprocess.run([*command, "-s", str(folder / "poll.lua"), url], capture_output=True, text=True, check=True).stdout

    def milliseconds(name: str) -> float:
        number, unit = re.search(rf"{name}%\s+([\d.]+)(us|ms|s)", text).groups()
        return float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]

    errors = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    return {
        "polls/s": float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]),
        "p50 ms": milliseconds("50"),
        "p99 ms": milliseconds("99"),
        "errors": int(errors[1]) if errors else 0,
    }


POLL = """
math.randomseed(7)
request = function()
  local body = string.format('{"mac":"bench-%%d","firmware_version":"1.0"}', math.random(1, %d))
  return wrk.format("POST", "/api/device/next/rollout", {["Content-Type"] = "application/json", ["x-access-token"] = "%s"}, body)
end
"""

DDI = """
math.randomseed(7)
request = function()
  return wrk.format("GET", string.format("/DEFAULT/controller/v1/bench-%%d", math.random(1, %d)))
end
"""


# Creates gooseBit's tables from its own models.
GOOSEBIT_TABLES = """
import asyncio
from tortoise import Tortoise
from goosebit.db.config import TORTOISE_CONF

async def main():
    await Tortoise.init(config=TORTOISE_CONF)
    await Tortoise.generate_schemas()
    await Tortoise.close_connections()

asyncio.run(main())
"""


class Platform:
    def __init__(self, folder: pathlib.Path, devices: int):
        self.folder, self.devices = folder, devices
        data = str(folder / "data")
        made = subprocess.run([BIN / "asvin-platform", "workspace", "create", "bench", "--data", data, "--json"], capture_output=True, check=True)
        self.workspace = json.loads(made.stdout)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.command = [str(BIN / "asvin-platform"), "serve", "--data", data, "--port", str(self.port), "--logins-per-minute", "100000"]
        self.admin = {"Authorization": f"Bearer {self.workspace['token']}"}
        self.group = None

    def run(self):
        return running(self.command, self.url + "/healthz")

    def token(self) -> str:
        key, now = self.workspace["deviceKey"], int(time.time())
        code = hmac.new(self.workspace["customerKey"].encode(), f"{now}{key}".encode(), hashlib.sha256).hexdigest()
        return call("POST", self.url + "/auth/login", {"device_key": key, "timestamp": now, "device_signature": code})["token"]

    def seed(self):
        with self.run():
            self.group = call("POST", self.url + "/manage/device-groups", {"name": "bench"}, self.admin)["id"]
        now = int(time.time())
        with sqlite3.connect(self.folder / "data/platform.sqlite") as base:
            base.executemany(
                "INSERT INTO device (workspace, name, folded, label, version, placement, device_group, registered, seen, newest) "
                "VALUES (1, ?, ?, 'bench', '1.0', 1, ?, ?, ?, 0)",
                ((f"bench-{number}", f"bench-{number}", self.group, now, now) for number in range(1, self.devices + 1)),
            )
            base.execute("UPDATE device_group SET members = ? WHERE id = ?", (self.devices, self.group))
            # A class of no bytes counts devices without a key, which is how asvin's clients register. Every bundle suits them.
            base.execute("INSERT INTO population (device_group, class, devices) VALUES (?, x'', ?)", (self.group, self.devices))

    def roll_out(self):
        environment = {**os.environ, "ASVIN_PACK_TOKEN": self.workspace["token"]}

        def pack(*arguments):
            subprocess.run([str(BIN / "asvin-pack"), *arguments], cwd=self.folder, env=environment, check=True, capture_output=True)

        (self.folder / "f.bin").write_bytes(os.urandom(10_000))
        pack("keygen", "-o", "key.pem")
        pack("sign", "f.bin", "--name", "f", "--fw-version", "2.0.0", "--vendor", "example.com", "--class", "bench", "--key", "key.pem")
        pack("publish", "f-2.0.0.asvin", "--group", "bench", "--trust", "key.pub.pem", "--create-group", "--to", self.url)
        pack("rollout", "create", "bench", "--file-group", "bench", "--group", "bench", "--keep-open", "--no-failure-limit", "--yes", "--to", self.url)


def measure_platform(devices: int, options) -> list:
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        platform = Platform(folder, devices)
        platform.seed()
        with platform.run() as process:

            def one(what: str):
                script = POLL % (devices, platform.token())
                rows.append({"platform": "asvin-platform", "devices": devices, "what": what, **wrk(folder, script, platform.url, options), "MiB": memory(process.pid)})

            one("nothing to do")
            platform.roll_out()
            one("rollout, first offer to each device, which is recorded")
            with sqlite3.connect(folder / "data/platform.sqlite") as base:
                base.execute(
                    "INSERT OR IGNORE INTO record (device, rollout, state, failures, reason, progress, changed) "
                    "SELECT id, 1, 0, 0, 0, 0, 0 FROM device"
                )
                base.execute("UPDATE rollout SET offered = (SELECT count(*) FROM record)")
            one("rollout, offered before")
    return rows


def written(pid: int) -> int:
    """Returns the bytes that a process has made the system write to the disk."""
    return int(re.search(r"^write_bytes: (\d+)", pathlib.Path(f"/proc/{pid}/io").read_text(), re.M)[1])


IDLE = """
local next = 0
request = function()
  next = next %% %d + 1
  local body = string.format('{"mac":"bench-%%d","firmware_version":"1.0"}', next)
  return wrk.format("POST", "/api/device/next/rollout", {["Content-Type"] = "application/json", ["x-access-token"] = "%s"}, body)
end

"""


def measure_idle_fleet(devices: int, options) -> dict:
    """Lets every device poll, most of them several times, and ends the platform, which writes the last
    contacts, as it does every four hours. Without a device that is new or changes, nothing else is written."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        platform = Platform(folder, devices)
        platform.seed()
        with sqlite3.connect(folder / "data/platform.sqlite") as base:
            base.execute("UPDATE device SET seen = seen - 20000 - id % 3600")
        with platform.run() as process:
            before = written(process.pid)
            connections = options.connections
            (folder / "poll.lua").write_text(IDLE % (devices, platform.token()))
            seconds = max(5, devices // 4000)
            command = ["wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds}s", "--timeout", "10s", "-s", str(folder / "poll.lua")]
            text = subprocess.run([*command, platform.url], capture_output=True, text=True, check=True).stdout
            polls = int(re.search(r"(\d+) requests in", text)[1])
            during = written(process.pid) - before
            process.send_signal(signal.SIGTERM)
            last = before + during
            while process.poll() is None:
                with contextlib.suppress(OSError, TypeError):
                    last = max(last, written(process.pid))
                time.sleep(0.002)
        with sqlite3.connect(folder / "data/platform.sqlite") as base:
            saved = base.execute("SELECT count(*) FROM device WHERE seen > strftime('%s', 'now') - 300").fetchone()[0]
        return {"devices": devices, "polls": polls, "saved": saved, "polling": during, "saving": last - before - during}


def measure_goosebit(devices: int, options) -> list:
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        environment = {**os.environ, "GOOSEBIT_DB_URI": f"sqlite:///{folder}/db.sqlite3", "GOOSEBIT_PORT": str(port), "GOOSEBIT_ARTIFACTS_DIR": str(folder / "artifacts")}
        command = [sys.executable, "-m", "goosebit"]
        subprocess.run([sys.executable, "-c", GOOSEBIT_TABLES], cwd=folder, env=environment, check=True, capture_output=True)
        with running(command, url, cwd=folder, env=environment):
            call("GET", url + "/DEFAULT/controller/v1/bench-0")
        with sqlite3.connect(folder / "db.sqlite3") as base:
            columns = {row[1] for row in base.execute("PRAGMA table_info(device)")}
            known = base.execute("SELECT * FROM device WHERE id = 'bench-0'")
            names = [column[0] for column in known.description]
            row = dict(zip(names, known.fetchone()))
            row["last_state"], row["update_mode"] = 2, 3
            assert columns >= set(row)
            marks = ", ".join("?" * len(names))
            base.executemany(f"INSERT INTO device ({', '.join(names)}) VALUES ({marks})", ([f"bench-{number}" if column == "id" else row[column] for column in names] for number in range(1, devices + 1)))
        with running(command, url, cwd=folder, env=environment) as process:
            script = DDI % devices
            rows.append({"platform": "gooseBit 0.2.12", "devices": devices, "what": "nothing to do", **wrk(folder, script, url, options), "MiB": memory(process.pid)})
            with sqlite3.connect(folder / "db.sqlite3", timeout=30) as base:
                goosebit_rollout(base)
            rows.append({"platform": "gooseBit 0.2.12", "devices": devices, "what": "rollout", **wrk(folder, script, url, options), "MiB": memory(process.pid)})
    return rows


def goosebit_rollout(base: sqlite3.Connection):
    """Adds software for the hardware of all devices, and a rollout of it to their feed."""

    def insert(table: str, **values):
        info = list(base.execute(f"PRAGMA table_info({table})"))
        for _, name, kind, required, default, key in info:
            if name not in values and required and default is None and not key:
                values[name] = 0 if "INT" in kind else "x"
        names = ", ".join(values)
        return base.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(values))})", list(values.values())).lastrowid

    hardware = base.execute("SELECT hardware_id FROM device LIMIT 1").fetchone()[0]
    software = insert("software", uri="file:///tmp/x.swu", size=1, hash="x", version="2.0.0", image_format=0)
    insert("software_compatibility", software_id=software, hardware_id=hardware)
    insert("rollout", name="bench", feed="default", software_id=software, created_at="2026-01-01 00:00:00", paused=0, success_count=0, failure_count=0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--only-peer", action="store_true")
    parser.add_argument("--csv")
    options = parser.parse_args()
    rows = []
    for devices in sorted({1000, options.devices}) if not options.only_peer else []:
        rows += measure_platform(devices, options)
    if not options.no_peer:
        for devices in sorted({1000, options.devices}):
            rows += measure_goosebit(devices, options)
    print(f"{'':16} {'devices':>8} {'polls/s':>9} {'p50 ms':>8} {'p99 ms':>8} {'MiB':>6} {'errors':>6}")
    for row in rows:
        print(f"{row['platform']:16} {row['devices']:8} {row['polls/s']:9.0f} {row['p50 ms']:8.2f} {row['p99 ms']:8.2f} {row['MiB']:6.0f} {row['errors']:6}  {row['what']}")
    if not options.no_peer and not options.only_peer:
        for devices in sorted({1000, options.devices}):
            polls = {(row["platform"], row["what"]): row["polls/s"] for row in rows if row["devices"] == devices}
            for (name, what), number in polls.items():
                if name == "asvin-platform":
                    peer = polls["gooseBit 0.2.12", "nothing to do" if what == "nothing to do" else "rollout"]
                    print(f"{devices} devices, {what}: {number / peer:.0f} times the polls of gooseBit")
    if not options.only_peer:
        idle = measure_idle_fleet(options.devices, options)
        hours = CONTACT_SECONDS / 3600
        print(
            f"an idle fleet of {idle['devices']} devices: {idle['polls']} polls wrote {idle['polling']} bytes, and "
            f"{idle['saved']} last contacts {idle['saving']}: {idle['saving'] / CONTACT_SECONDS / 1000:.1f} KB/s, written every {hours:.0f} hours"
        )
    if options.csv:
        with open(options.csv, "w", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)
    return 1 if any(row["errors"] for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
