"""Puts the parts together on one machine: control plane, Graph simulator, and the operator as a real process."""

from stage.cluster import ACCOUNT_USER, Cluster, SeenJob
from stage.operator_process import OperatorProcess, Post
from stage.world_time import WorldTime

__all__ = ["ACCOUNT_USER", "Cluster", "OperatorProcess", "Post", "SeenJob", "WorldTime"]
