"""The parts of `graph_simulator.control_client.client.SimulatorClient`, each about one thing of the simulator."""
