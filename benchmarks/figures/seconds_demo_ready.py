"""Seconds from the start of `python -m demo`, the interpreter's own included, to its line "Ready after".

It says so as soon as it sees all three jobs Ready. The control plane's programs are there already.
"""

import signal
import subprocess
import sys
import time


def measure() -> float:
    """Start the demo without a terminal, read until the line comes, and end it as Ctrl-C does."""
    began = time.monotonic()
    command = [sys.executable, "-m", "demo"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as demo:
        for line in demo.stdout or ():
            if "Ready after" in line:
                seconds = time.monotonic() - began
                demo.send_signal(signal.SIGINT)
                return seconds
    raise RuntimeError(f"the demo ended with exit code {demo.returncode} before its jobs were Ready")
