"""Where the checkout is that is measured."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
