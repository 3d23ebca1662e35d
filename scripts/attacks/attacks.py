"""Attacks the platform with hostile clients, load and failing disks. Each attack prints its measurements, or fails."""

import json
import os
import pathlib
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time

import streams
from routes import Routes
from server import PROGRAMS, Server, publish, release, run
from together import together

CORES = os.cpu_count() or 2


def report(text: str):
    print(f"attack: {text}", flush=True)


def every_route(seconds: float):
    """Sends requests to all routes over many connections: each request is answered within 5 s."""
    server = Server()
    number = 4 * (5 + CORES)
    slowest, count, statuses, lock = [0.0, ""], [0], {}, threading.Lock()
    end = time.monotonic() + seconds

    def client(index):
        routes = Routes(server, index)
        connection = server.connection(10)
        while time.monotonic() < end:
            method, path, body, headers = routes.next()
            start = time.monotonic()
            try:
                connection.request(method, path, body, headers)
                reply = connection.getresponse()
                reply.read()
            except OSError as error:
                raise AssertionError(f"{method} {path} was not answered: {error!r}") from error
            took = time.monotonic() - start
            with lock:
                count[0] += 1
                statuses[reply.status] = statuses.get(reply.status, 0) + 1
                if took > slowest[0]:
                    slowest[:] = [took, f"{method} {path}"]
            if reply.getheader("Connection") == "close":
                connection.close()

    together(number, client)
    assert slowest[0] < 5, f"a request took {slowest[0]:.1f} s: {slowest[1]}"
    assert 500 not in statuses, f"{statuses[500]} replies were 500: {server.log_text()[-800:]}"
    status, _ = server.call("GET", "/healthz")
    assert status == 200, status
    report(f"every route: {number} connections, {count[0]} requests, slowest {slowest[0] * 1000:.0f} ms ({slowest[1]})")
    server.end()


def nested():
    """Sends bodies that are nested deeply or have thousands of values to every route with a body: they cost little CPU time."""
    server = Server()
    chain = b'{"x":' + b"[" * 7000 + b"]" * 7000 + b"}"
    bodies = [
        b'{"x":' + b"[" * depth + b"]" * depth + b"}" for depth in (100, 400, 1000)
    ] + [
        chain, b'{"x":[' + b",".join([b"[" * 490 + b"]" * 490] * 16) + b"]}", b'{"x":[' + b"[]," * 5000 + b"1]}",
        b'{"x":"' + b"\\u0041" * 2700 + b'"}', b'{"x":' + b"9" * 16000 + b"}", b'{"x":1e' + b"9" * 16000 + b"}",
        b'{"x":[' + b'{"a":1},' * 2000 + b"1]}", b"[" * 16000, b'{"a' * 4000,
        b"{" + b",".join(b'"%d":[[[[[[]]]]]]' % n for n in range(900)) + b"}",
    ]
    paths = ["/v2/login", "/auth/login", "/api/device/register", "/firmware/get", "/firmware/download", "/device/get"]
    slowest = 0.0

    def one(index):
        nonlocal slowest
        for path in paths:
            for body in bodies[index::4]:
                start = time.monotonic()
                status, _ = server.call("POST", path, body)
                took = time.monotonic() - start
                assert status in (400, 401, 413), (path, status)
                slowest = max(slowest, took)

    before = server.cpu_seconds()
    together(4, one)
    spent = server.cpu_seconds() - before
    number = len(bodies) * len(paths)
    assert slowest < 1, f"a nested body took {slowest:.2f} s"
    assert spent / number < 0.05, f"{number} nested bodies took {spent:.2f} s of CPU"
    report(f"nested bodies: {number}, slowest {slowest * 1000:.0f} ms, {spent * 1000 / number:.1f} ms of CPU each")
    server.end()


def refused_bodies():
    """Continues the bodies of refused requests: the server does not read them."""
    server = Server()
    cases = [
        ("POST", "/manage/rollouts", "Authorization: Bearer wrong"), ("PATCH", "/manage/uploads/1?offset=0", "X: y"),
        ("POST", "/api/device/register", "x-access-token: wrong"), ("POST", "/v2/login", "X: y"),
        ("POST", "/nothing", "X: y"), ("POST", "/auth/login", "X: y"),
    ]
    most = 0
    for method, path, field in cases:
        for length in ("Content-Length: 20000000000", "Transfer-Encoding: chunked"):
            peer = server.raw(10)
            peer.sendall(f"{method} {path} HTTP/1.1\r\nHost: x\r\n{field}\r\n{length}\r\n\r\n".encode())
            piece = b"10000\r\n" + b"x" * 65536 + b"\r\n" if "chunked" in length else b"x" * 65536
            sent = 0
            end = time.monotonic() + 5
            try:
                while time.monotonic() < end:
                    sent += peer.send(piece)
            except OSError:
                pass
            peer.close()
            assert time.monotonic() < end, f"{path}: {sent} bytes were accepted in 5 s"
            most = max(most, sent)
    assert most < 16 << 20, most
    report(f"refused bodies: {2 * len(cases)} requests, at most {most >> 10} KiB left the sender")
    server.end()


def slow_clients():
    """Reads and writes too slowly: the server closes the connections, and can end in time despite stalled readers."""
    server = Server()
    folder = server.data.parent
    publish(server, release(folder, "1.0.0", 64 << 20))
    size = json.loads(server.call("GET", "/manage/firmware", headers=server.admin)[1])["items"][0]["size"]
    assert size == 64 << 20
    ask = f"GET /manage/firmware/1/bundle HTTP/1.1\r\nHost: x\r\nAuthorization: {server.admin['Authorization']}\r\n\r\n"
    took = {}

    def until_closed(name, peer, step, limit=100):
        start = time.monotonic()
        while time.monotonic() - start < limit:
            try:
                step(peer)
            except OSError:
                took[name] = time.monotonic() - start
                return
            time.sleep(0.5)
        raise AssertionError(f"{name}: the connection was open after {limit} s")

    def is_closed(peer):
        # The state of the TCP connection: 1 is established.
        if peer.getsockopt(socket.IPPROTO_TCP, 11, 1)[0] != 1:
            raise OSError("closed")

    def stalled_reader():
        peer = server.raw()
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.sendall(ask.encode())
        until_closed("reader that stops", peer, is_closed)

    def slow_writer():
        peer = server.raw()
        peer.sendall(b"POST /v2/login HTTP/1.1\r\nHost: x\r\nContent-Length: 16000\r\n\r\n")

        def step(peer):
            peer.send(b"x")
            is_closed(peer)
        until_closed("body byte by byte", peer, step)

    def slow_header():
        peer = server.raw()
        peer.sendall(b"GET /healthz HTTP/1.1\r\n")

        def step(peer):
            peer.send(b"X")
            is_closed(peer)
        until_closed("header byte by byte", peer, step)

    def silent():
        until_closed("silent", server.raw(), is_closed)

    def steady_reader():
        # A slow reader above the minimum rate is still served.
        peer = server.raw()
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.sendall(ask.encode())
        end = time.monotonic() + 45
        while time.monotonic() < end:
            assert peer.recv(2048), "a reader above the minimum rate was disconnected"
            time.sleep(0.5)
        peer.close()

    together(5, lambda index: [stalled_reader, slow_writer, slow_header, silent, steady_reader][index]())
    words = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in sorted(took.items()))
    peers = [server.raw() for _ in range(3)]
    for peer in peers:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.sendall(ask.encode())
    time.sleep(1)
    ended = server.end(within=14)
    assert server.process.returncode == 0, server.process.returncode
    report(f"slow clients: closed after {words}; with three stalled readers the server ended {ended:.1f} s after SIGTERM")


def many_connections():
    """Opens too many connections: the limits of the server and of an address hold, and no CPU time is wasted without descriptors."""
    server = Server(before="ulimit -n 256")
    peers = []
    for _ in range(400):
        try:
            peers.append(server.raw(5))
        except OSError:
            break
    time.sleep(1)
    before = server.cpu_seconds()
    time.sleep(3)
    spent = server.cpu_seconds() - before
    assert spent < 1.5, f"{spent:.2f} s of CPU in 3 s with {len(peers)} connections"
    assert "connections are refused" in server.log_text(), server.log_text()[-500:]
    for peer in peers:
        peer.close()
    time.sleep(0.5)
    status, _ = server.call("GET", "/healthz", timeout=5)
    assert status == 200, status
    report(f"many connections: {len(peers)} with 256 descriptors, {spent:.2f} s of CPU in 3 s, then requests are served again")
    server.end()


def locked():
    """Locks the database from another program: reads are answered, and writes are refused in time."""
    server = Server()
    token = server.login()
    register = {"mac": "aa:bb", "firmware_version": "1.0", "name": "d"}
    assert server.call("POST", "/api/device/register", register, token)[0] == 200
    other = sqlite3.connect(server.data / "platform.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    poll = server.call("POST", "/api/device/next/rollout", {"mac": "aa:bb", "firmware_version": "1.0"}, token)
    assert poll[0] == 200, poll
    start = time.monotonic()
    write = server.call("POST", "/api/device/register", {**register, "mac": "cc:dd"}, token)
    took = time.monotonic() - start
    # The store waits for the lock for 2 s, and once.
    assert write[0] == 503 and took < 3.5, (write, took)
    start = time.monotonic()
    news = server.call("POST", "/api/device/next/rollout", {"mac": "aa:bb", "firmware_version": "2.0"}, token)
    took = max(took, time.monotonic() - start)
    assert news[0] == 503 and took < 3.5, (news, took)
    time.sleep(9)
    health = server.call("GET", "/healthz")
    assert health[0] == 503 and b"locked" in health[1], health
    assert server.call("GET", "/readyz")[0] == 200
    other.execute("ROLLBACK")
    other.close()
    assert server.call("POST", "/api/device/register", {**register, "mac": "cc:dd"}, token)[0] == 200
    report(f"locked database: a poll was answered, writes were refused after {took:.1f} s, and /healthz reported it")
    server.end()


def one_process():
    """Starts a second server on a data folder: it is refused with the name of the first one."""
    server = Server()
    second = subprocess.run(
        [PROGRAMS / "asvin-platform", "serve", "--data", server.data, "--port", "0"], capture_output=True, text=True,
        timeout=20,
    )
    assert second.returncode != 0 and str(server.process.pid) in second.stderr, (second.returncode, second.stderr)
    report(f"two servers: {second.stderr.splitlines()[0]}")
    server.kill()
    again = Server(server.data)
    again.end()


def full_disk():
    """Fills the disk: polls are answered, uploads are refused before they fill it, and space can be freed."""
    if os.getuid() != 0:
        return report("full disk: skipped, because mounting a small file system needs root")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="asvin-attack-"))
    disk = folder / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "none", disk], capture_output=True).returncode != 0:
        return report("full disk: skipped, because this machine refuses to mount")
    try:
        server = Server(disk / "data")
        token = server.login()
        for index in range(20):
            register = {"mac": f"d{index}", "firmware_version": "1.0", "name": "d"}
            assert server.call("POST", "/api/device/register", register, token)[0] == 200
        publish(server, release(folder, "1.0.0", 200_000))
        large = publish(server, release(folder, "2.0.0", 30 << 20), check=False)
        assert large.returncode not in (0, 70) and "space" in large.stderr, (large.returncode, large.stderr)
        request = {"fileGroup": 1, "size": 4_000_000, "digest": "ab" * 32}
        status, body = server.call("POST", "/manage/uploads", request, server.admin)
        assert status == 201, (status, body)
        upload = f"/manage/uploads/{json.loads(body)['upload']}"
        assert server.call("PATCH", upload + "?offset=0", b"x" * 2_000_000, server.admin)[0] == 200
        filler = disk / "filler"
        with open(filler, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(65536))
            except OSError:
                pass
            try:
                while True:
                    file.write(bytes(512))
            except OSError:
                pass
        for index in range(20):
            poll = {"mac": f"d{index}", "firmware_version": "1.0"}
            status, body = server.call("POST", "/api/device/next/rollout", poll, token)
            assert status == 200, (status, body)
        more = server.call("PATCH", upload + "?offset=2000000", b"x" * 1_000_000, server.admin)
        assert more[0] == 507 and b"space" in more[1], more
        new = server.call("POST", "/api/device/register", {"mac": "new", "firmware_version": "1.0"}, token)
        assert new[0] in (200, 507), new
        time.sleep(8)
        health = server.call("GET", "/healthz")
        assert health[0] == 503 and b"full" in health[1], health
        assert server.call("GET", "/readyz")[0] == 200
        assert server.call("DELETE", upload, None, server.admin)[0] == 204
        left = [path for path in (server.data / "objects/uploads").iterdir()]
        assert not left, left
        filler.unlink()
        time.sleep(8)
        assert server.call("GET", "/healthz")[0] == 200
        assert server.call("POST", "/api/device/register", {"mac": "new2", "firmware_version": "1.0"}, token)[0] == 200
        server.end()
        database = sqlite3.connect(server.data / "platform.sqlite")
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        database.close()
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        refused = run("asvin-platform", "serve", "--data", server.data, "--port", "0", check=False)
        assert refused.returncode == 73 and "read-only" in refused.stderr, (refused.returncode, refused.stderr)
        report("full disk: polls answered, uploads refused with 507, space freed; a read-only folder is not served")
    finally:
        subprocess.run(["umount", "-l", disk])
        shutil.rmtree(folder, ignore_errors=True)


def http2():
    """Attacks over HTTP/2."""
    report(f"HTTP/2: {streams.attack()}")


ALL = {
    "nested": nested, "http2": http2, "refused-bodies": refused_bodies, "many-connections": many_connections, "locked": locked,
    "one-process": one_process, "full-disk": full_disk, "slow-clients": slow_clients,
}
