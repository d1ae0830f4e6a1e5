"""How a job is: Ready, its quarantine, and whether a run has succeeded lately."""
