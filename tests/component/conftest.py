"""Gives every component test the fixtures of the Graph simulator."""

from tests.support.simulator_fixtures import caller, graph, principal, simulator, simulator_process

__all__ = ["caller", "graph", "principal", "simulator", "simulator_process"]
