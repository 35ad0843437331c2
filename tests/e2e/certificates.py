"""Certificates made for a test, and clients that speak TLS with them."""

import contextlib
import functools
import pathlib
import shutil
import socket
import ssl
import subprocess
import tempfile
import time

import pytest

from harness import PATIENCE, Wire

needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl here")

KINDS = {"ecdsa": ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], "rsa": ["rsa:2048"], "rsa1024": ["rsa:1024"]}


class Certificate:
    """A certificate that signs itself, and its key, as PEM files."""

    def __init__(self, folder, names=("shop.test",), kind="ecdsa", days=365, stem="server"):
        folder = pathlib.Path(folder)
        self.certificate = folder / f"{stem}.crt"
        self.key = folder / f"{stem}.key"
        self.names = names
        listed = ",".join(name if ":" in name else f"DNS:{name}" for name in names)
        alternatives = ["-addext", f"subjectAltName={listed}"] if names else []
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", *KINDS[kind], "-nodes", "-subj", f"/CN={stem} {time.time_ns()}",
             "-days", str(max(days, 1)), "-keyout", self.key, "-out", self.certificate, *alternatives],
            check=True, capture_output=True, timeout=PATIENCE)
        self.key.chmod(0o600)
        if days < 1:
            self._expire()

    def _expire(self):
        """As it will be the day after its end."""
        subprocess.run(["openssl", "x509", "-in", self.certificate, "-signkey", self.key, "-days", "-1",
                        "-out", self.certificate], check=True, capture_output=True, timeout=PATIENCE)

    @property
    def options(self):
        return "--tls-cert", self.certificate, "--tls-key", self.key

    def context(self, protocols=("http/1.1",), low=None, high=None):
        """Of a client that trusts it alone."""
        context = ssl.create_default_context(cafile=self.certificate)
        if low:
            context.minimum_version = low
        if high:
            context.maximum_version = high
        if protocols:
            context.set_alpn_protocols(list(protocols))
        return context


_folders = []  # removed when the process ends


@functools.cache
def made(names=("shop.test", "localhost", "IP:127.0.0.1"), kind="ecdsa", days=365):
    """One for the whole run."""
    folder = tempfile.TemporaryDirectory(prefix="statute-tls-")
    _folders.append(folder)
    return Certificate(folder.name, names, kind, days)


class SecureWire(Wire):
    """A raw client over TLS."""

    def __init__(self, port, certificate=None, context=None, name="shop.test", session=None):
        super().__init__(port)
        context = context or (certificate or made()).context()
        try:
            self.socket = context.wrap_socket(self.socket, server_hostname=name, session=session,
                                              suppress_ragged_eofs=False)
        except Exception:
            self.close()
            raise


class ManualWire(Wire):
    """A raw client over TLS that decides itself when which bytes leave."""

    def __init__(self, port, context=None, name="shop.test"):
        super().__init__(port)
        self.raw, self.socket = self.socket, self
        self.came, self.leaves = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = (context or made().context()).wrap_bio(self.came, self.leaves, server_hostname=name)

    def close(self):
        self.raw.close()

    def push(self, size=None):
        """Sends what is to leave, in pieces of a size."""
        data = self.leaves.read()
        for at in range(0, len(data), size or len(data) or 1):
            self.raw.sendall(data[at:at + size] if size else data)

    def pull(self):
        data = self.raw.recv(65536)
        if data:
            self.came.write(data)
        else:
            self.came.write_eof()

    def shake_hands(self, size=None):
        while True:
            try:
                self.tls.do_handshake()
                return self.push(size)
            except ssl.SSLWantReadError:
                self.push(size)
                self.pull()

    def sendall(self, data, size=None):
        self.tls.write(data)
        self.push(size)

    def recv(self, count):
        while True:
            try:
                return self.tls.read(count)
            except ssl.SSLWantReadError:
                self.push()
                self.pull()
            except ssl.SSLZeroReturnError:
                return b""

    def finish(self):
        """Says that nothing more follows (close_notify); answers can still be read."""
        with contextlib.suppress(ssl.SSLWantReadError):
            self.tls.unwrap()
        self.push()

    def cut(self):
        """Ends the sending side of TCP, without a word of TLS."""
        self.raw.shutdown(socket.SHUT_WR)
