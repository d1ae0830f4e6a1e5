"""The SynchronizationJob as the operator reads it: metadata, spec, and the record in its status."""
