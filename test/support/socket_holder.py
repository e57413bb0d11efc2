"""Holds a listening socket as systemd does: starts the program of its arguments with it, and again whenever that ends, until end of input."""

import os
import signal
import socket
import sys
import threading

held = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=128)
command = sys.argv[2:]
if held.fileno() != 3:
    os.dup2(held.fileno(), 3)
current = 0


def start() -> int:
    pid = os.fork()
    if pid == 0:
        os.set_inheritable(3, True)
        os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()), LISTEN_FDNAMES="platestack")
        os.execvp(command[0], command)
    return pid


ending = False


def read() -> None:
    # each line restarts the program
    global ending
    for _ in sys.stdin:
        os.kill(current, signal.SIGTERM)
    ending = True
    os.kill(current, signal.SIGTERM)


current = start()
threading.Thread(target=read, daemon=True).start()
while True:
    _, status = os.waitpid(current, 0)
    print("ended", os.waitstatus_to_exitcode(status), flush=True)
    if ending:
        break
    current = start()
    print("started again", flush=True)
