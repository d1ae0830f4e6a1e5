"""The parts of `graph_simulator.control.World`, each about one thing of the simulator."""
