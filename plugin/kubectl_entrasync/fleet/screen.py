"""The fleet on a terminal that has fewer lines than it needs."""

from collections.abc import Callable

from rich.console import Console, RenderableType


def fit_screen(console: Console, draw: Callable[[int], RenderableType]) -> RenderableType:
    """Draw as many jobs as the terminal has lines for, at least one.

    Args:
        console: The terminal.
        draw: Draws the jobs, in so many lines if it folds none of them.
    """
    most = console.height
    drawn = draw(most)
    while most > 1 and (lines := len(console.render_lines(drawn, pad=False))) > console.height:
        most = max(most * console.height // lines, 1)
        drawn = draw(most)
    return drawn
