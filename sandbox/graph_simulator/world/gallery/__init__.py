"""Schemas of real shape and size, made from compact descriptions. All of it is written for the simulator."""
