from tests.support.operator_fixtures import (
    own_workplace,
    shared_swift_workplace,
    shared_workplace,
    swift_workplace,
    workplace,
)

__all__ = ["own_workplace", "shared_swift_workplace", "shared_workplace", "swift_workplace", "workplace"]
