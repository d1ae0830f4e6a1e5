"""The custom resource SynchronizationJob: its spec, its status and the mirror of the job in Graph."""
