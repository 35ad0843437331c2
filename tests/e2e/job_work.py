#!/usr/bin/python3
"""The command of the jobs in test_jobs.py: does what its input says, a word and what goes with it."""

import json
import os
import signal
import subprocess
import sys
import time


def say(text):
    print(text, file=sys.stderr, flush=True)


def wait_for(path):
    while not os.path.exists(path):
        time.sleep(0.01)


def main():
    work = json.load(sys.stdin)
    do, more = work.get("do"), work.get("with")
    if do == "echo":
        json.dump({"id": "a b/c", "work": work, "arguments": sys.argv[1:], "folder": os.getcwd()}, sys.stdout)
    elif do == "environment":
        json.dump(dict(os.environ), sys.stdout)
    elif do == "descriptors":
        json.dump(sorted(int(name) for name in os.listdir("/proc/self/fd"))[:-1], sys.stdout)
    elif do == "wait":  # until a file is there; another one says that it began
        with open(more + ".begun", "a") as begun:
            begun.write(f"{os.getpid()} {os.environ['STATUTE_ATTEMPT']}\n")
        wait_for(more)
        json.dump({"attempt": int(os.environ["STATUTE_ATTEMPT"])}, sys.stdout)
    elif do == "progress":  # a line, then as "wait"
        say("progress: 40 counting rows")
        say("a word for the log")
        wait_for(more)
        json.dump(None, sys.stdout)
    elif do == "fail":
        say("no such customer")
        sys.exit(3)
    elif do == "problem":
        json.dump({"title": "Out of stock", "status": 409, "detail": "No tea is left."}, sys.stdout)
        sys.exit(1)
    elif do == "text":
        sys.stdout.write(more)
    elif do == "memory":
        room = bytearray(more)
        room[::4096] = b"x" * len(room[::4096])
        json.dump(len(room), sys.stdout)
    elif do == "output":
        try:
            sys.stdout.write("[" + "1," * more)
            sys.stdout.flush()
        except BrokenPipeError:
            pass
        time.sleep(60)
    elif do == "deaf":  # it and a child that heed no SIGTERM
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        with open(more + ".begun", "w") as begun:
            begun.write(f"{os.getpid()} {child.pid}\n")
        time.sleep(600)


main()
