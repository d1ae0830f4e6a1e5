"""How a synchronization job lives: its cycles and how they end, its quarantines and its restarts."""
