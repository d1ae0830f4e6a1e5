"""Runs control plane, Graph simulator and operator together on one machine, the operator as a real process."""

from local_stack.cluster import ACCOUNT_USER, QUIET_SECONDS, Cluster, NoChangeError, ObservedJob
from local_stack.operator_process import OperatorLaunch, OperatorProcess
from local_stack.world_time import WorldTime

__all__ = [
    "ACCOUNT_USER",
    "QUIET_SECONDS",
    "Cluster",
    "NoChangeError",
    "ObservedJob",
    "OperatorLaunch",
    "OperatorProcess",
    "WorldTime",
]
