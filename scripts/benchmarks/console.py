"""Times of the web pages with a large fleet. See scripts/bench-console."""

import argparse
import http.client
import pathlib
import re
import sqlite3
import statistics
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "attacks"))

from server import Server, publish, release, run

PASSWORD = "TEST-ONLY a long sentence"
LIMIT_MS, LIMIT_BYTES = 200, 100_000
PAGES = [
    "", "/devices", "/devices?placement=lobby", "/devices?search=99", "/devices?sort=-seen", "/devices?version=1.7",
    "/devices?behind=true&group=1", "/devices?verifying=false&sort=label", "/devices/5000", "/groups", "/groups/1",
    "/firmware", "/firmware/groups/1", "/firmware/1", "/rollouts", "/rollouts?phase=running", "/rollouts/new", "/rollouts/500",
    "/rollouts/1000", "/account", "/account/users", "/account/tokens", "/account/audit",
]


class Visitor:
    """A signed-in browser on one connection."""

    def __init__(self, server: Server):
        self.connection, self.cookie = server.connection(60), ""
        link = run("asvin-platform", "user", "create", "ada@example.com", "--data", server.data).stdout.strip()
        body = self.get(link.removeprefix("/console"))[1]
        code = re.search(rb'name="form" value="([0-9a-f]{64})"', body)[1].decode()
        form = {"form": code, "code": link.split("=")[1], "password": PASSWORD, "again": PASSWORD}
        assert self.send("POST", "/welcome", urllib.parse.urlencode(form))[0] == 303

    def get(self, path: str) -> tuple[int, bytes]:
        return self.send("GET", path)

    def send(self, method: str, path: str, body=None) -> tuple[int, bytes]:
        fields = {"Content-Type": "application/x-www-form-urlencoded"}
        if self.cookie:
            fields["Cookie"] = self.cookie
        self.connection.request(method, "/console" + path, body, fields)
        reply = self.connection.getresponse()
        content = reply.read()
        if cookie := reply.headers["Set-Cookie"]:
            self.cookie = cookie.split(";")[0]
        return reply.status, content


def seed(data: pathlib.Path, devices: int, rollouts: int):
    """Adds rows as the platform would have written them. The audit log does not know them."""
    now = int(time.time())
    with sqlite3.connect(data / "platform.sqlite") as base:
        base.executemany(
            "INSERT INTO device_group (id, workspace, name, members) VALUES (?, 1, ?, ?)",
            ((group, f"group {group}", devices // 10 if group <= 10 else 0) for group in range(1, 101)),
        )
        base.executemany(
            "INSERT INTO device (workspace, name, folded, label, version, placement, device_group, registered, seen, newest) "
            "VALUES (1, ?, ?, ?, ?, 1, ?, ?, ?, 0)",
            (
                (f"device-{n}", f"device-{n}", f"label {n % 977}", f"1.{n % 25}", n % 10 + 1, now - n, now - n % 90_000)
                for n in range(1, devices + 1)
            ),
        )
        base.executemany(
            "INSERT INTO population (device_group, class, devices) VALUES (?, x'', ?)",
            ((group, devices // 10) for group in range(1, 11)),
        )
        columns = [row[1] for row in base.execute("PRAGMA table_info(rollout)")]
        usual = {
            "workspace": 1, "firmware": 1, "maintainer": "ada@example.com", "waves": "1 10%", "success_threshold": 100,
            "failure_threshold": 10, "retries": 0, "success": 0, "ends_when_done": 1, "disabled": 0, "place": 0, "wave": 1,
        }
        known = {row[1]: row[3] for row in base.execute("PRAGMA table_info(rollout)")}
        defaults = {row[1] for row in base.execute("PRAGMA table_info(rollout)") if row[4] is not None}
        for number in range(1, rollouts + 1):
            # The last 20 are open; one of them has a record of each device.
            phase = 4 if number <= rollouts - 20 else 1
            row = {
                **usual, "id": number, "name": f"rollout {number}", "phase": phase, "started": now - 86_400,
                "place": number, "confirmed": devices if number == rollouts else 0,
            }
            for column in columns:
                if column not in row and known[column] and column not in defaults:
                    row[column] = 0
            names = ", ".join(row)
            base.execute(f"INSERT INTO rollout ({names}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
            base.execute(
                "INSERT INTO rollout_group (device_group, rollout, ended) VALUES (?, ?, ?)",
                (number % 10 + 1, number, int(phase == 4)),
            )
        base.execute(
            "INSERT INTO record (device, rollout, state, failures, reason, progress, changed) "
            "SELECT id, ?, CASE WHEN id % 50 = 0 THEN 4 ELSE 3 END, 0, CASE WHEN id % 50 = 0 THEN 80 ELSE 0 END, 100, ? "
            "FROM device",
            (rollouts, now),
        )


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--devices", type=int, default=100_000)
    parser.add_argument("--rollouts", type=int, default=1000)
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="asvin-bench-console-"))
    server = Server(folder / "data")
    publish(server, release(folder, "1.0.0", 100_000))
    server.end()
    seed(folder / "data", options.devices, options.rollouts)
    server = Server(folder / "data")
    visitor = Visitor(server)
    slow = 0
    print(f"{options.devices} devices, {options.rollouts} rollouts")
    print(f"{'page':40} {'median ms':>10} {'slowest ms':>11} {'bytes':>8}")
    for page in PAGES:
        times, content = [], b""
        for _ in range(10):
            start = time.perf_counter()
            status, content = visitor.get(page)
            times.append((time.perf_counter() - start) * 1000)
            assert status == 200, (page, status, content[-500:])
        slow += max(times) > LIMIT_MS
        print(f"{'/console' + page:40} {statistics.median(times):10.1f} {max(times):11.1f} {len(content):8}")
    print(f"bench-console: {slow} of {len(PAGES)} pages took more than {LIMIT_MS} ms at least once; {server.resident_mib():.0f} MiB")
    server.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
