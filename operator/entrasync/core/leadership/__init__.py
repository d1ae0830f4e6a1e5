"""Which replica may act: the Lease that they share, and for how long its holder may rely on it."""
