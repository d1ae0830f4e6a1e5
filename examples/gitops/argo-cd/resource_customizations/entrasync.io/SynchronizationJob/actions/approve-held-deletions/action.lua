-- The time names this one quarantine, so the approval lets no later deletions through.
local quarantine = obj.status.synchronizationStatus.quarantine
obj.metadata.annotations = obj.metadata.annotations or {}
obj.metadata.annotations["entrasync.io/held-deletions-approved"] = quarantine.seriesBegan
return obj
