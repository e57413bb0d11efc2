"""An HTTP relay before an archive, which goes wrong when it is told to."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable, Optional
from urllib.parse import urlsplit

PIECE = 64 * 1024


@dataclass(frozen=True)
class Answer:
    """What the relay answers itself."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Cut:
    """The connection is cut after so many bytes of the answer's body; 0: before the request is passed on."""

    after: int = 0


@dataclass(frozen=True)
class Hold:
    """After so many bytes of the answer's body no more comes."""

    after: int


@dataclass(frozen=True)
class Asked:
    """A request that came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Fate = Optional[object]


class Relay:
    """Relays to `target` what `fate` does not say otherwise of; without a target everything has to have a fate."""

    def __init__(self, target: str = "http://127.0.0.1:9/") -> None:
        self.target = urlsplit(target).netloc
        self.asked: list[Asked] = []
        self.fate: Callable[[Asked], Fate] = lambda asked: None
        self.closing = threading.Event()
        relay = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                pass

            def handle_any(self) -> None:
                relay.handle(self)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})

    def paths(self, method: str) -> list[str]:
        """What was asked by this method."""
        return [asked.path for asked in self.asked if asked.method == method]

    def handle(self, handler: BaseHTTPRequestHandler) -> None:
        """One request."""
        body = handler.rfile.read(int(handler.headers.get("content-length", 0)))
        asked = Asked(handler.command, handler.path, {k.lower(): v for k, v in handler.headers.items()}, body)
        fate = self.fate(asked)
        self.asked.append(asked)
        if isinstance(fate, Answer):
            send(handler, fate.status, {**fate.headers, "content-length": str(len(fate.body))}, iter([fate.body]))
            return
        if isinstance(fate, Cut) and fate.after == 0:
            handler.close_connection = True
            handler.connection.close()
            return
        upstream = http.client.HTTPConnection(self.target)
        upstream.request(asked.method, asked.path, body or None, asked.headers)
        answer = upstream.getresponse()
        pieces = iter(lambda: answer.read(PIECE), b"")
        headers = {k: v for k, v in answer.getheaders() if k.lower() not in ("connection", "transfer-encoding")}
        if answer.getheader("content-length") is None:
            body = b"".join(pieces)
            pieces, headers = iter([body]), {**headers, "content-length": str(len(body))}
        if isinstance(fate, (Cut, Hold)):
            pieces = self.broken(pieces, fate)
        try:
            send(handler, answer.status, headers, pieces)
        except (BrokenPipeError, ConnectionResetError, StopHere):
            handler.close_connection = True
        finally:
            upstream.close()

    def broken(self, pieces: Iterator[bytes], fate: Any) -> Iterator[bytes]:
        """The beginning of a body."""
        left = fate.after
        for piece in pieces:
            yield piece[:left]
            left -= len(piece)
            if left <= 0:
                break
        if isinstance(fate, Hold):
            self.closing.wait()
        raise StopHere

    def __enter__(self) -> Relay:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class StopHere(Exception):
    """The connection ends in the middle of a body."""


def send(handler: BaseHTTPRequestHandler, status: int, headers: dict[str, str], pieces: Iterator[bytes]) -> None:
    """An answer."""
    handler.send_response_only(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    for piece in pieces:
        handler.wfile.write(piece)
