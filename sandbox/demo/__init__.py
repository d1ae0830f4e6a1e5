"""The whole story on one machine: `python -m demo`."""
