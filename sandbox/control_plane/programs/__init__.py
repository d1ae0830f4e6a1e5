"""Finds etcd, kube-apiserver, kubectl and the other programs on this machine, or downloads or builds them."""
