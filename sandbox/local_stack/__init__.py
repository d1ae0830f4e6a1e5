"""Puts the parts together on one machine: control plane, Graph simulator, and the operator as a real process."""

from local_stack.cluster import ACCOUNT_USER, Cluster, SeenJob
from local_stack.operator_process import OperatorLaunch, OperatorProcess
from local_stack.world_time import WorldTime

__all__ = ["ACCOUNT_USER", "Cluster", "OperatorLaunch", "OperatorProcess", "SeenJob", "WorldTime"]
