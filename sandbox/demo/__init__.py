"""Shows the operator at work on one machine: `python -m demo`."""
