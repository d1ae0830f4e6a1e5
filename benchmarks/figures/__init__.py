"""Holds one module per figure, which has the figure's name and says in its docstring what exactly is counted."""
