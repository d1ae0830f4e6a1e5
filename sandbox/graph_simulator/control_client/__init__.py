"""Lets tests, demo and benches control a running simulator: `client.SimulatorClient` and the parts it is built from."""
