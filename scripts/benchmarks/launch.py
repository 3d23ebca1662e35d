"""Runs a line of shell, and prints its wait status, seconds, peak KiB and whether it ended in time.

A program of its own, started without `site`, and with the fewest imports: the kernel counts to a process's peak memory
what it held before `exec`, which is a copy of what forked it. The script itself would hide every smaller peak.
"""

import os
import select
import signal
import sys
import time


def become(command: str) -> None:
    """Turns this process into the shell, in a group of its own, with its output in files of the folder."""
    os.setsid()
    for number, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.execvp("sh", ["sh", "-c", command])


def main() -> None:
    command, timeout = sys.argv[1], float(sys.argv[2])
    start = time.perf_counter()
    process = os.fork()
    if process == 0:
        become(command)
    has_ended = False
    try:
        # Waits without reaping: until wait4, the group's number cannot be another's, and is safe to signal.
        has_ended = bool(select.select([os.pidfd_open(process)], [], [], timeout)[0])
    finally:
        if not has_ended:
            os.killpg(process, signal.SIGKILL)
        _, status, usage = os.wait4(process, 0)
    print(status, time.perf_counter() - start, usage.ru_maxrss, int(has_ended))


main()
