"""The parts of `graph_simulator.control_client.client.World`, each about one thing of the simulator."""
