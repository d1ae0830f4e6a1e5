"""The control surface under /_world: how tests, demo and benches see and move the world."""
