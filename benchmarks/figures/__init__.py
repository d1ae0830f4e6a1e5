"""One module per figure, named like it; its docstring says what exactly is counted."""
