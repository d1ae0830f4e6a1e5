"""HTTP: Graph's paths, its answers, the faults that tests ask for, and the control surface under /_world."""
