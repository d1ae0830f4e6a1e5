"""Measures the seconds from the start of `python -m demo`, with the interpreter's own start, to its line "Ready after".

The demo prints that line as soon as all three jobs are Ready. The control plane's programs are on this machine already.
"""

import signal
import subprocess
import sys
import time


def measure() -> float:
    """Start the demo without a terminal, read up to that line, and end the demo as Ctrl-C does."""
    began = time.monotonic()
    command = [sys.executable, "-m", "demo"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as demo:
        for line in demo.stdout or ():
            if "Ready after" in line:
                seconds = time.monotonic() - began
                demo.send_signal(signal.SIGINT)
                return seconds
    raise RuntimeError(f"the demo ended with exit code {demo.returncode} before its jobs were Ready")
