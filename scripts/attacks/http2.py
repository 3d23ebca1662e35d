"""A client for HTTP/2 that may break every rule of it."""

import socket
import ssl
import struct

DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
END_STREAM, ACK, END_HEADERS = 1, 1, 4


def number(value: int, bits: int, first: int = 0) -> bytes:
    """An integer of HPACK (RFC 7541 §5.1)."""
    most = (1 << bits) - 1
    if value < most:
        return bytes([first | value])
    out, value = bytearray([first | most]), value - most
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out + bytes([value]))


def field(name: str, value: str, first: int = 0) -> bytes:
    """A literal field with a new name, which is not indexed unless `first` is 0x40 (RFC 7541 §6.2)."""
    return bytes([first]) + number(len(name), 7) + name.encode() + number(len(value), 7) + value.encode()


def request(method: str, path: str, *fields: tuple) -> bytes:
    pseudo = [(":method", method), (":scheme", "https"), (":authority", "localhost"), (":path", path)]
    return b"".join(field(*pair) for pair in [*pseudo, *fields])


class HTTP2:
    """A connection after the handshake and the preface."""

    def __init__(self, port: int, settings: bytes = b"", timeout: float = 60, buffer: int = 0):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_alpn_protocols(["h2"])
        plain = socket.socket()
        if buffer:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        plain.settimeout(timeout)
        plain.connect(("127.0.0.1", port))
        self.socket = context.wrap_socket(plain)
        assert self.socket.selected_alpn_protocol() == "h2"
        self.socket.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + self.frame(SETTINGS, 0, 0, settings))
        self.pending = b""

    @staticmethod
    def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
        return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload

    def send(self, *frame) -> None:
        self.socket.sendall(self.frame(*frame))

    def open(self, stream: int, *arguments, ends: bool = True) -> None:
        self.send(HEADERS, END_HEADERS | (END_STREAM if ends else 0), stream, request(*arguments))

    def read(self, timeout: float = 10) -> tuple | None:
        """Returns kind, flags, stream and payload of the next frame; `None` if the connection has ended."""
        self.socket.settimeout(timeout)
        try:
            head = self.take(9)
            if head is None:
                return None
            payload = self.take(int.from_bytes(head[:3]))
            return None if payload is None else (head[3], head[4], int.from_bytes(head[5:]) & 0x7FFFFFFF, payload)
        except (ConnectionError, ssl.SSLError):
            return None

    def take(self, count: int) -> bytes | None:
        while len(self.pending) < count:
            more = self.socket.recv(65536)
            if not more:
                return None
            self.pending += more
        taken, self.pending = self.pending[:count], self.pending[count:]
        return taken

    def until(self, wanted, timeout: float = 60) -> tuple | None:
        """Reads to the first frame that is wanted; `None` if the connection ends before."""
        while (frame := self.read(timeout)) is not None:
            if frame[0] == SETTINGS and not frame[1] & ACK:
                self.send(SETTINGS, ACK, 0)
            if wanted(*frame):
                return frame
        return None

    def close(self) -> None:
        self.socket.close()
