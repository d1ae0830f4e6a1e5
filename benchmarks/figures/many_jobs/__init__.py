"""Holds one module per run with many jobs. A run gives several figures, and is made once for all of them."""
