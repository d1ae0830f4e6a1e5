"""The work queue and its workers, which are the same for every kind of object."""
