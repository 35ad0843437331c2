"""An issuer of tokens on this machine: an HTTP server, in the clear or over TLS, that says what it is told to."""

import contextlib
import http.server
import json
import ssl
import threading
import time

from harness import PATIENCE, patiently


class Issuer:
    """issuer.at["/path"] is what stands there: an object, bytes, or a function of the request's handler."""

    def __init__(self, certificate=None, port=0, host="127.0.0.1"):
        issuer = self
        self.at, self.asked, self.fields = {}, [], {"Cache-Control": "max-age=600"}
        self.let_go = threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                issuer.asked.append(self.path)
                said = issuer.at.get(self.path)
                if callable(said):
                    said(self)
                else:
                    self.answer(404 if said is None else 200, said)

            def answer(self, status, said=None, **fields):
                content = said if isinstance(said, bytes) else json.dumps(said).encode()
                self.send_response(status)
                for name, value in {**issuer.fields, **fields}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer((host, port), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.url = f"{'https' if certificate else 'http'}://{host}:{self.port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def wait_for(self, count, path="/keys"):
        """Until it was asked so often."""
        for _ in patiently(f"the issuer was not asked {count} times"):
            if self.asked.count(path) >= count:
                return

    def keep_silent(self, _):
        """As something that stands at a path: takes the request, and says nothing until the issuer stops."""
        self.let_go.wait(PATIENCE)

    def stop(self):
        self.let_go.set()
        self.server.shutdown()
        self.server.server_close()


@contextlib.contextmanager
def issuing(*arguments, **more):
    issuer = Issuer(*arguments, **more)
    try:
        yield issuer
    finally:
        issuer.stop()


def redirect(where, status=302):
    return lambda handler: handler.answer(status, b"", Location=where)


def trickle(handler):
    """A byte now and then, for longer than anybody waits."""
    handler.send_response(200)
    handler.end_headers()
    with contextlib.suppress(OSError):
        while True:
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.2)
