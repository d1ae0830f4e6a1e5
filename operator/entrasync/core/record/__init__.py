"""What the status of a SynchronizationJob remembers, a module for each part of it."""
