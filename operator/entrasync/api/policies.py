"""The policies of a spec and the values that each may have."""

from enum import StrEnum


class AdoptionPolicy(StrEnum):
    """What to do about a job that already exists."""

    ADOPT_OR_CREATE = "AdoptOrCreate"
    ADOPT_ONLY = "AdoptOnly"


class OnMissing(StrEnum):
    """What to do when the job is gone."""

    RECREATE = "Recreate"
    REPORT = "Report"


class ScheduleState(StrEnum):
    """Whether the job is to run."""

    ACTIVE = "Active"
    PAUSED = "Paused"


class DeletionPolicy(StrEnum):
    """What happens to the job in Graph when its resource is deleted."""

    DELETE = "Delete"
    PAUSE = "Pause"
    RETAIN = "Retain"


class ManagementPolicy(StrEnum):
    """Whether the operator writes to Graph."""

    MANAGE = "Manage"
    OBSERVE = "Observe"


class Readiness(StrEnum):
    """What the condition Ready asks for."""

    HEALTHY = "Healthy"
    APPLIED = "Applied"


class ProvisioningScope(StrEnum):
    """Which users and groups the app's jobs provision."""

    ASSIGNED_ONLY = "AssignedOnly"
    ALL = "All"


class OutOfScopeDeletions(StrEnum):
    """What happens to an account whose user has left the scope."""

    PERFORM = "Perform"
    SKIP = "Skip"


class CredentialValidation(StrEnum):
    """Whether Graph tests credentials before they are saved."""

    BEFORE_SAVE = "BeforeSave"
    NEVER = "Never"


class OtherKeys(StrEnum):
    """What a save of credentials may do to keys that this resource does not set and whose values Graph masks."""

    PROTECT = "Protect"
    OVERWRITE = "Overwrite"


class OnCredentialDelete(StrEnum):
    """What happens to saved credentials when the resource is deleted."""

    KEEP = "Keep"
    REMOVE = "Remove"


class Ensure(StrEnum):
    """Whether something shall be there."""

    PRESENT = "Present"
    ABSENT = "Absent"


class FlowType(StrEnum):
    """What provisioning does in the target (objectFlowTypes)."""

    ADD = "Add"
    UPDATE = "Update"
    DELETE = "Delete"


class MappingFlow(StrEnum):
    """When the value of an attribute mapping flows (attributeFlowType)."""

    ALWAYS = "Always"
    OBJECT_ADD_ONLY = "ObjectAddOnly"
    MULTI_VALUE_ADD_ONLY = "MultiValueAddOnly"
    VALUE_ADD_ONLY = "ValueAddOnly"
    ATTRIBUTE_ADD_ONLY = "AttributeAddOnly"


class AttributeType(StrEnum):
    """The type of an attribute's values (attributeType)."""

    STRING = "String"
    INTEGER = "Integer"
    REFERENCE = "Reference"
    BINARY = "Binary"
    BOOLEAN = "Boolean"
    DATE_TIME = "DateTime"


class Mutability(StrEnum):
    """Whether an attribute can be read and written (mutability)."""

    READ_WRITE = "ReadWrite"
    READ_ONLY = "ReadOnly"
    IMMUTABLE = "Immutable"
    WRITE_ONLY = "WriteOnly"


class ScopingMode(StrEnum):
    """Which objects of a kind are provisioned."""

    GROUPS = "Groups"
    NONE = "None"


class SchemaPolicy(StrEnum):
    """How much of a schema is decided by spec."""

    MERGE = "Merge"
    REPLACE = "Replace"
    TEMPLATE_DEFAULT = "TemplateDefault"


class SchemaBackup(StrEnum):
    """Whether a schema is kept before it is changed."""

    BEFORE_WRITE = "BeforeWrite"
    NEVER = "Never"


class SchemaApproval(StrEnum):
    """Whether a person approves each change of a schema."""

    NOT_REQUIRED = "NotRequired"
    REQUIRED = "Required"


class RestartScope(StrEnum):
    """What a restart resets (resetScope). Graph documents not to use its `None`."""

    WATERMARK = "Watermark"
    ESCROWS = "Escrows"
    QUARANTINE_STATE = "QuarantineState"
    CONNECTOR_DATA_STORE = "ConnectorDataStore"
    FULL = "Full"
    FORCE_DELETES = "ForceDeletes"


class QuarantineRecovery(StrEnum):
    """What the operator does about a quarantine by itself."""

    NONE = "None"
    START = "Start"


class ProvisioningDetail(StrEnum):
    """How much of what Graph reports of a provisioned object is shown."""

    SUMMARY = "Summary"
    ATTRIBUTES = "Attributes"
