-- The time names this one quarantine, so the approval lets no later deletions through.
local quarantine = obj.status.synchronizationStatus.quarantine
obj.spec.application.accidentalDeletions.approve = quarantine.seriesBegan
return obj
