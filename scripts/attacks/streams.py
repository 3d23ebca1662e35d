"""Attacks over HTTP/2: requests that are reset at once, endless headers, requests without an end, silent clients."""

import socket
import ssl
import struct
import threading
import time

import http2
from http2 import HTTP2
from server import ROOT, Server, publish, release
from together import together

CERTIFICATES = ROOT / "Tests/Programs/AsvinProgramsTests/Certificates"


def secure_server(before: str = "") -> Server:
    return Server(
        before=before, certificate=CERTIFICATES / "TEST-ONLY-valid.pem", key=CERTIFICATES / "TEST-ONLY-key.pem")


def answers(server: Server) -> float:
    """Returns the seconds in which a request on a new connection is answered."""
    start = time.monotonic()
    connection = HTTP2(server.port, timeout=10)
    connection.open(1, "GET", "/healthz")
    assert connection.until(lambda kind, flags, stream, payload: kind == http2.HEADERS, 10), "no answer"
    connection.close()
    return time.monotonic() - start


def metric(server: Server, name: str) -> int:
    connection = HTTP2(server.port, timeout=10)
    connection.open(1, "GET", "/metrics")
    text = b""
    while not text.endswith(b"\n") or name.encode() not in text:
        frame = connection.until(lambda kind, flags, stream, payload: kind == http2.DATA, 10)
        assert frame, "no metrics"
        text += frame[3]
    connection.close()
    return next(int(line.split()[1]) for line in text.decode().splitlines() if line.startswith(name + " "))


def refused_and_unread(server: Server) -> str:
    """Lets one connection read nothing, and opens requests on it beyond the limit: they do not stay counted."""
    stalled = HTTP2(server.port, struct.pack(">HI", 4, 0x7FFFFFFF), buffer=4096)
    stalled.send(http2.WINDOW_UPDATE, 0, 0, struct.pack(">I", 0x3FFFFFFF))
    for stream in range(1, 101, 2):
        stalled.open(stream, "GET", "/openapi.json")
    time.sleep(1)
    for stream in range(1, 101, 2):
        stalled.send(http2.RST_STREAM, 0, stream, b"\0\0\0\x08")
    full = HTTP2(server.port)
    for stream in range(1, 181, 2):
        full.open(stream, "POST", "/v2/login", ends=False)
    time.sleep(0.5)
    for stream in range(201, 391, 2):
        stalled.open(stream, "POST", "/v2/login", ends=False)
    time.sleep(0.5)
    full.close()
    start = time.monotonic()
    while stalled.socket.getsockopt(socket.IPPROTO_TCP, 11, 1)[0] == 1:
        assert time.monotonic() - start < 60, "a connection that reads nothing is open after 60 s"
        time.sleep(0.5)
    seconds = time.monotonic() - start
    answers(server)
    return f"a connection that reads nothing was closed after {seconds:.0f} s, with 95 refused requests"


def errors_of_streams(server: Server) -> str:
    """Makes an error in one request: another request of the connection is answered."""
    connection = HTTP2(server.port)
    connection.open(1, "POST", "/v2/login", ("content-length", "2"), ends=False)
    connection.send(http2.HEADERS, http2.END_STREAM | http2.END_HEADERS, 3, http2.request("GET", "/healthz", ("X-UPPER", "1")))
    assert connection.until(lambda kind, flags, stream, payload: kind == http2.RST_STREAM and stream == 3, 10)
    connection.send(http2.DATA, http2.END_STREAM, 1, b"{}")
    assert connection.until(lambda kind, flags, stream, payload: kind == http2.HEADERS and stream == 1, 10)
    # An error of the connection: a frame of data for no request.
    connection.send(http2.DATA, 0, 0, b"x")
    assert connection.until(lambda kind, flags, stream, payload: kind == http2.GOAWAY, 10)
    assert connection.until(lambda *frame: False, 5) is None
    connection.close()
    return "an error of one request left another one alone, and one of the connection ended it"


def reset_at_once(server: Server) -> str:
    """Opens requests and resets them (CVE-2023-44487)."""
    before, sent, start = server.cpu_seconds(), 0, time.monotonic()
    for _ in range(5):
        connection = HTTP2(server.port)
        try:
            for stream in range(1, 40_000, 2):
                frame = HTTP2.frame(http2.HEADERS, http2.END_STREAM | http2.END_HEADERS, stream, http2.request("GET", "/healthz"))
                connection.socket.sendall(frame + HTTP2.frame(http2.RST_STREAM, 0, stream, b"\0\0\0\x08"))
                sent += 1
        except OSError:
            pass
        connection.close()
    spent = server.cpu_seconds() - before
    # The server permits 200 resets in half a minute; the buffers of TCP have some more.
    assert 1000 <= sent < 20_000, f"{sent} requests that were reset at once were accepted"
    assert spent < 3, f"they took {spent:.1f} s of CPU"
    return f"5 connections with resets were closed after {sent} requests and {time.monotonic() - start:.1f} s"


def endless_header(server: Server) -> str:
    """Continues a header without an end (CVE-2024-27316), and refers to one long field many times."""
    before = server.resident_mib()
    fair = HTTP2(server.port)
    fair.open(1, "GET", "/healthz", ("x", "y" * 8000))
    assert fair.until(lambda kind, flags, stream, payload: kind == http2.HEADERS, 10), "a field of 8 KB is refused"
    fair.close()
    connection = HTTP2(server.port)
    sent = 0
    try:
        connection.send(http2.HEADERS, http2.END_STREAM, 1, http2.request("GET", "/healthz"))
        for _ in range(10_000):
            connection.send(http2.CONTINUATION, 0, 1, http2.field("x", "y" * 1000))
            sent += 1
    except OSError:
        pass
    assert sent < 10_000, "the server accepted 10 MB of one header"
    connection.close()
    bomb = HTTP2(server.port)
    # Entry 62 of the table is the first that the client adds.
    long = http2.field("x", "y" * 4000, 0x40) + http2.number(62, 7, 0x80) * 12_000
    bomb.send(http2.HEADERS, http2.END_STREAM | http2.END_HEADERS, 1, http2.request("GET", "/healthz") + long)
    end = bomb.until(lambda kind, flags, stream, payload: kind in (http2.GOAWAY, http2.RST_STREAM, http2.HEADERS))
    assert end and end[0] != http2.HEADERS, f"a header of 48 MB: {end}"
    bomb.close()
    grown = server.resident_mib() - before
    assert grown < 64, f"the memory grew by {grown:.0f} MiB"
    return f"an endless header was refused after {sent} KB, and one of 48 MB after it had grown by {max(grown, 0):.0f} MiB"


def without_end(server: Server) -> str:
    """Opens more requests without an end than there are descriptors for: a stream counts as a connection. When they end,
    others are served, although the connections stay open."""
    connections = [HTTP2(server.port, timeout=5) for _ in range(2)]
    for connection in connections:
        for stream in range(1, 181, 2):
            connection.open(stream, "POST", "/v2/login", ends=False)
    time.sleep(1)
    refused = []
    for connection in connections:
        refused.append(set())
        try:
            while (frame := connection.read(0.5)) is not None:
                if frame[0] == http2.RST_STREAM:
                    assert frame[3] == b"\0\0\0\x07", f"not REFUSED_STREAM: {frame}"
                    refused[-1].add(frame[2])
        except TimeoutError:
            pass
    number = sum(map(len, refused))
    # 256 descriptors are 96 connections.
    assert 180 - 96 <= number < 180, f"{number} of 180 requests were refused"
    assert "connections are refused" in server.log_text(), server.log_text()[-500:]
    # A complete request that is refused has no effect, and a client that repeats it is disconnected.
    first = connections[0]
    answered = 0
    try:
        for stream in range(201, 601, 2):
            first.open(stream, "GET", "/healthz")
        while (frame := first.read(5)) is not None:
            answered += frame[0] == http2.HEADERS
    except (ConnectionError, ssl.SSLError):
        pass
    assert answered == 0, f"{answered} refused requests were answered"
    # The other connection stays open, and the end of its requests makes room.
    for stream in set(range(1, 181, 2)) - refused[1]:
        connections[1].send(http2.RST_STREAM, 0, stream, b"\0\0\0\x08")
    time.sleep(0.5)
    slowest = max(answers(server) for _ in range(20))
    connections[1].open(601, "GET", "/healthz")
    assert connections[1].until(lambda kind, flags, stream, payload: kind == http2.HEADERS and stream == 601, 10)
    # A client that ends TLS and keeps the connection of TCP does not keep its place.
    gone = [HTTP2(server.port, timeout=5) for _ in range(20)]
    for connection in gone:
        connection.socket.settimeout(2)
        try:
            connection.socket.unwrap()
        except (OSError, ssl.SSLError):
            pass
    time.sleep(2)
    open_now = metric(server, "asvin_connections_open")
    assert open_now <= 4, f"{open_now} connections are open"
    for connection in [*gone, *connections]:
        connection.close()
    return f"180 requests without an end on 2 connections: {number} refused; then others were answered in {slowest * 1000:.0f} ms"


def slow(server: Server) -> str:
    """Reads nothing, sends nothing, or sends byte by byte: the connection or the request is closed."""
    publish(server, release(server.data.parent, "1.0.0", 8 << 20))
    admin = ("authorization", server.admin["Authorization"])
    took = {}

    def until_closed(name: str, body):
        start = time.monotonic()
        assert body(), f"{name}: was answered"
        took[name] = time.monotonic() - start
        assert took[name] < 100, f"{name}: was open for {took[name]:.0f} s"

    def is_reset(kind, flags, number, payload):
        return kind == http2.RST_STREAM and number == 1

    def reader():
        # The client never opens its window, which ends the transfer after 65535 bytes.
        connection = HTTP2(server.port, timeout=100)
        connection.open(1, "GET", "/manage/firmware/1/bundle", admin)
        sent = [0]

        def note(kind, flags, number, payload):
            sent[0] += len(payload) if kind == http2.DATA else 0
            return is_reset(kind, flags, number, payload)
        return connection.until(note, 100) and sent[0] == 65_535

    def stalled():
        # The window is as large as it can be, and the client does not read from TCP.
        connection = HTTP2(server.port, struct.pack(">HI", 4, 0x7FFFFFFF), timeout=100, buffer=4096)
        connection.send(http2.WINDOW_UPDATE, 0, 0, struct.pack(">I", 0x3FFFFFFF))
        for stream in range(1, 33, 2):
            connection.open(stream, "GET", "/manage/firmware/1/bundle", admin)
        # The state of the TCP connection: 1 is established.
        end = time.monotonic() + 100
        while time.monotonic() < end and connection.socket.getsockopt(socket.IPPROTO_TCP, 11, 1)[0] == 1:
            time.sleep(0.5)
        return True

    def writer():
        connection = HTTP2(server.port, timeout=100)
        connection.open(1, "POST", "/v2/login", ("content-length", "16000"), ends=False)
        ended = []
        thread = threading.Thread(target=lambda: ended.append(connection.until(is_reset, 100)))
        thread.start()
        while thread.is_alive():
            try:
                connection.send(http2.DATA, 0, 1, b"x")
            except OSError:
                break
            time.sleep(0.5)
        thread.join()
        return ended[0]

    def silent():
        connection = HTTP2(server.port, timeout=100)
        seen = []
        connection.until(lambda kind, *rest: seen.append(kind), 100)
        return http2.GOAWAY in seen

    def handshake():
        peer = socket.create_connection(("127.0.0.1", server.port), timeout=100)
        return peer.recv(1) == b""

    tests = {"reader of no more than the window": reader, "reader that stops": stalled, "body byte by byte": writer, "silent": silent, "no handshake": handshake}
    together(len(tests), lambda index: until_closed(*list(tests.items())[index]))
    return "closed after " + ", ".join(f"{name} {seconds:.0f} s" for name, seconds in sorted(took.items()))


def ending(server: Server) -> str:
    """Ends the server while a client does not complete its handshake and another one is idle."""
    peer = socket.create_connection(("127.0.0.1", server.port), timeout=20)
    idle = HTTP2(server.port)
    time.sleep(0.5)
    seconds = server.end(within=12)
    peer.close()
    idle.close()
    assert server.process.returncode == 0, server.process.returncode
    return f"the server ended {seconds:.1f} s after SIGTERM"


def attack() -> str:
    server = secure_server()
    lines = [reset_at_once(server), endless_header(server)]
    slowest = answers(server)
    assert slowest < 1, f"the next request took {slowest:.1f} s"
    lines += [errors_of_streams(server), slow(server), ending(server)]
    small = secure_server("ulimit -n 256")
    lines += [without_end(small), refused_and_unread(small)]
    small.end()
    return "; ".join(lines)
