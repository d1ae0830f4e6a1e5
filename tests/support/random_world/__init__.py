"""A world in memory that random tests turn upside down: a replicated Graph, an API server, and one operator process."""
