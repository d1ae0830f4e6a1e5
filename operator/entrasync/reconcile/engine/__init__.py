"""The work queue and its workers, which know no kind of object."""
