"""The schema of a job: as it is in Graph, how spec differs from it, and the tests of its mappings."""
