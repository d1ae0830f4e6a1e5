"""What the examples do at a time of their own, minutes after they were applied.

Whoever compares what is written waits for it first: it happens on the operator's clock, also while Graph's is stopped.
"""

from tests.cluster.examples.example import Example


def wait_until_the_hold_is_over(example: Example) -> None:
    """Wait until the operator has started the job of `emergency-hold`."""
    example.environment.wait(
        example.name_of_job, lambda found: found["status"]["job"]["schedule"]["state"] == "Active", "the job runs"
    )


def wait_until_the_week_is_over(example: Example) -> None:
    """Wait until the operator has restarted the job of `weekly-restart`. The next time is a week later."""
    example.environment.wait(
        example.name_of_job,
        lambda found: found["status"]["restarts"]["periodic"].get("outcome") == "Restarted",
        "the job was restarted",
    )
