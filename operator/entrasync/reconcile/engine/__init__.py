"""The work queue and the passes over what it hands out, which are the same for every kind of object."""
