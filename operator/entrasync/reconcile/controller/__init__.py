"""Reconciles SynchronizationJobs: it observes, plans, performs and writes status."""
