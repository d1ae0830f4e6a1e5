"""Reasons about the job's schema."""

from entrasync.api.reason_groups import EVENT_ONLY, IN_PROGRESS, NEEDS_A_PERSON, Row

TESTING_SCHEMA = Row(
    "TestingSchema", IN_PROGRESS, "Graph reads the expressions and tests of spec.schema, some in each pass."
)
SCHEMA_PART_UNKNOWN = Row(
    "SchemaPartUnknown",
    NEEDS_A_PERSON,
    "spec.schema names a rule, an object mapping or an attribute that the schema does not have.",
)
SCHEMA_SOURCE_UNREADABLE = Row(
    "SchemaSourceUnreadable", NEEDS_A_PERSON, "The ConfigMap that spec.schema names has no schema of the job."
)
SCHEMA_RULE_NOT_EDITABLE = Row(
    "SchemaRuleNotEditable", NEEDS_A_PERSON, "spec.schema wants to change a rule that Graph marks as not editable."
)
SCHEMA_DIRECTORY_READ_ONLY = Row(
    "SchemaDirectoryReadOnly", NEEDS_A_PERSON, "spec.schema wants to change a directory that Graph marks as read-only."
)
EXPRESSION_REFUSED = Row(
    "ExpressionRefused", NEEDS_A_PERSON, "Graph cannot read an expression of spec.schema. The message quotes Graph."
)
MAPPING_TEST_FAILED = Row(
    "MappingTestFailed", NEEDS_A_PERSON, "A test of spec.schema failed. The message says what came out."
)
APPROVAL_NEEDED = Row("ApprovalNeeded", NEEDS_A_PERSON, "A change of the schema waits until a person has approved it.")
SCHEMA_NOT_TAKEN = Row("SchemaNotTaken", NEEDS_A_PERSON, "Graph accepted a change of the schema but does not show it.")
SCHEMA_BACKUP_FAILED = Row(
    "SchemaBackupFailed", NEEDS_A_PERSON, "The schema is not changed, because it cannot be backed up before."
)
SCHEMA_CONTESTED = Row(
    "SchemaContested", EVENT_ONLY, "Something else changes the schema again and again, and each time it is corrected."
)
SCHEMA_APPLIED = Row("SchemaApplied", EVENT_ONLY, "The job's schema was changed to what spec.schema says.")
