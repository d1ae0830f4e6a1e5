from tests.support.simulator_fixtures import caller, graph, graph_world, principal, simulator

__all__ = ["caller", "graph", "graph_world", "principal", "simulator"]
