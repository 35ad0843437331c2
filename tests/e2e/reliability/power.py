"""A power cut, replayed: what a process wrote and synced, in its order, and the files that a disk
may hold when the power goes at any moment of it.

strace records the calls. A file's bytes count as safe once fsync or fdatasync of that file returned, and
its name once its folder was synced; what was written after that may be there, be missing, or
be there in part. SQLite's shared memory (`-shm`) is never synced and is rebuilt at each start.
"""

import pathlib
import re
import shutil
import subprocess

SECTOR = 512
CALLS = "openat,pwrite64,ftruncate,fsync,fdatasync,unlink,unlinkat,rename,write,writev,sendto,sendmsg"

_HEX = r"(?:\\x[0-9a-f]{2})*"
_CALL = re.compile(r"(\w+)\((.*)\)\s+= (-?\d+)(?:<(" + _HEX + r")>)?")
_HANDLE = re.compile(r"\d+<(" + _HEX + r")>")
_BYTES = re.compile('"(' + _HEX + ')"')
_LINE = re.compile(r"(\d+)\s+(.*)")
_UNFINISHED = re.compile(r"(.*) <unfinished \.\.\.>")
_RESUMED = re.compile(r"<\.\.\. \w+ resumed>(.*)")


def why_not(folder):
    """Why nothing can be recorded here, or None."""
    strace = shutil.which("strace")
    if not strace:
        return "strace is not there"
    tried = subprocess.run([strace, "-o", folder / "try", "true"], capture_output=True, text=True)
    return None if tried.returncode == 0 else "strace may not trace here"


def recorder(output):
    """The words to put before a command so that its calls are recorded in the file `output`."""
    return ["strace", "-D", "-f", "-y", "-xx", "-s", "4000000", "-e", f"trace={CALLS}", "-o", str(output)]


def _whole_lines(path):
    """The calls of a trace, each where it returned, in one piece; those that a client sees, where they began."""
    begun = {}
    for line in path.read_text().splitlines():
        thread, text = _LINE.fullmatch(line).groups()
        unfinished, resumed = _UNFINISHED.fullmatch(text), _RESUMED.fullmatch(text)
        if unfinished and text.startswith("write("):
            yield unfinished.group(1) + ") = 0"
        elif unfinished:
            begun[thread] = unfinished.group(1)
        elif not resumed:
            yield text
        elif thread in begun:
            yield begun.pop(thread) + resumed.group(1)


def _unhex(text):
    return bytes.fromhex(text.replace("\\x", ""))


def has_ended(trace, process):
    """True once the recorded process is gone and its last call written down."""
    return re.search(rf"^{process}\s+\+\+\+ exited with 0 \+\+\+$", pathlib.Path(trace).read_text(), re.MULTILINE)


class Operation:
    """One call that matters: "write", "truncate", "sync", "create", "remove" of a file, or "send" to a client."""

    def __init__(self, kind, path=None, offset=0, data=b""):
        self.kind, self.path, self.offset, self.data = kind, path, offset, data


def _path_in(folder, text):
    path = _unhex(text or "").decode(errors="replace")
    return path if path.startswith(folder) and not path.endswith("-shm") else None


def _of_name(name, arguments, made, folder):
    if name == "openat":
        path = _path_in(folder, made)
        return Operation("create", path) if path and "O_CREAT" in arguments else None
    path = _path_in(folder, _BYTES.search(arguments).group(1))
    assert name != "rename" or not path, "a rename is not replayed"
    return Operation("remove", path) if path else None


def _of_handle(name, arguments, result, folder):
    found = _HANDLE.match(arguments)
    path = _path_in(folder, found and found.group(1))
    if found and _unhex(found.group(1)).startswith((b"socket:", b"TCP:")):
        return Operation("send", data=b"".join(_unhex(each) for each in _BYTES.findall(arguments)))
    if not path:
        return None
    if name in ("fsync", "fdatasync"):
        return Operation("sync", path)
    if name == "ftruncate":
        return Operation("truncate", path, offset=int(arguments.rsplit(",", 1)[1]))
    assert name == "pwrite64", f"{name} is not replayed"
    data = _unhex(_BYTES.search(arguments).group(1))[:result]
    return Operation("write", path, int(arguments.rsplit(",", 1)[1]), data)


def operations(trace, folder):
    """What the recorded process did to the files of `folder`, and sent over sockets."""
    for line in _whole_lines(pathlib.Path(trace)):
        call = _CALL.fullmatch(line)
        if not call or int(call.group(3)) < 0:
            continue
        name, arguments, result, made = call.groups()
        if name in ("openat", "unlink", "unlinkat", "rename"):
            operation = _of_name(name, arguments, made, str(folder))
        else:
            operation = _of_handle(name, arguments, int(result), str(folder))
        if operation:
            yield operation


def _apply(content, operation, length=None):
    """A write, or its first `length` bytes; or a new size."""
    if operation.kind == "truncate":
        del content[operation.offset:]
        content.extend(bytes(operation.offset - len(content)))
        return
    data = operation.data[:length]
    if data:
        content.extend(bytes(max(0, operation.offset - len(content))))
        content[operation.offset:operation.offset + len(data)] = data


class Disk:
    """A folder as the process sees it, and as it is safe."""

    def __init__(self):
        self.safe, self.pending = {}, {}  # path: bytes that survive; calls since the last sync
        self.names, self.names_pending = set(), []

    def do(self, operation):
        path = operation.path
        if operation.kind in ("create", "remove"):
            if operation.kind == "create" and path not in self.safe:
                self.safe[path], self.pending[path] = bytearray(), []
            self.names_pending.append(operation)
        elif operation.kind == "sync" and path in self.safe:
            for each in self.pending[path]:
                _apply(self.safe[path], each)
            self.pending[path] = []
        elif operation.kind == "sync":  # the folder
            for each in self.names_pending:
                (self.names.add if each.kind == "create" else self.names.discard)(each.path)
            self.names_pending = []
        elif operation.kind in ("write", "truncate"):
            self.pending[path].append(operation)

    def after_power_cut(self, keeps):
        """The files that may be found: keeps(operation) says how much of each call that is not safe came through:
        True, False, or a number of bytes."""
        names = set(self.names)
        for each in self.names_pending:
            if keeps(each):
                (names.add if each.kind == "create" else names.discard)(each.path)
        files = {}
        for path in names:
            content = bytearray(self.safe[path])
            for each in self.pending[path]:
                kept = keeps(each)
                if kept is not False:
                    _apply(content, each, None if kept is True else kept)
            files[path] = bytes(content)
        return files
