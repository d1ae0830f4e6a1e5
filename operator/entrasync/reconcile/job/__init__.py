"""The handlers of the actions that change a job in Graph."""
