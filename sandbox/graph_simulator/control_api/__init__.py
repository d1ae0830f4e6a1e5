"""Serves the control API under /_world, by which tests, demo and benches read and change the simulator's state."""
