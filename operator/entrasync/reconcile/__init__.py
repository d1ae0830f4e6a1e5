"""The passes: they observe Graph, plan, perform one action after another, and write the status."""
