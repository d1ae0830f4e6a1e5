"""`spec.schema` of a SynchronizationJob: what of the synchronization schema of its job is the resource's."""
