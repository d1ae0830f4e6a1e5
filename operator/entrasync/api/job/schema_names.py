"""Names in a synchronization schema, which are Graph's own."""

from typing import Annotated

from entrasync.api.constraints import Text

SchemaName = Annotated[
    str,
    Text(at_least=1, at_most=256, words="A name in a schema is Graph's own. It has from 1 to 256 characters."),
]
