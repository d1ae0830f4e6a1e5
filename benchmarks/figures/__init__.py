"""Holds one module per figure, which has the figure's name and says in its docstring what exactly is counted.

The figures of a run with many jobs share a module in `many_jobs`.
"""
