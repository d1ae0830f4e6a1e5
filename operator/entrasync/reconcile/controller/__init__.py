"""Reconciles SynchronizationJobs in this order: entry, observe, plan, perform, report."""
