local annotations = obj.metadata.annotations or {}
local status = obj.status or {}
local conditions = {}
for _, condition in ipairs(status.conditions or {}) do
  conditions[condition.type] = condition
end

local is_deleting = obj.metadata.deletionTimestamp ~= nil
local is_left_alone = is_deleting or obj.spec.suspend == true
local is_only_observed = status.effective ~= nil and status.effective.managementPolicy == "Observe"

local held = conditions["DeletionsHeld"]
local quarantine = (status.synchronizationStatus or {}).quarantine or {}
local protection = (obj.spec.application or {}).accidentalDeletions or {}
local is_approved = annotations["entrasync.io/held-deletions-approved"] == quarantine.seriesBegan
  or protection.approve == quarantine.seriesBegan
local can_approve = held ~= nil and held.status == "True" and quarantine.seriesBegan ~= nil and not is_approved

local ready = conditions["Ready"]
local is_deletion_held = is_deleting and ready ~= nil and ready.reason == "DeletionHeld"

local actions = {}
actions["reconcile"] = { ["disabled"] = is_left_alone, ["iconClass"] = "fa fa-fw fa-redo" }
actions["restart"] = { ["disabled"] = is_left_alone or is_only_observed, ["iconClass"] = "fa fa-fw fa-sync" }
actions["hold"] = {
  ["disabled"] = is_left_alone or is_only_observed,
  ["iconClass"] = "fa fa-fw fa-pause-circle",
  ["params"] = { { ["name"] = "hours" } },
}
actions["resume"] = {
  ["disabled"] = annotations["entrasync.io/hold-until"] == nil,
  ["iconClass"] = "fa fa-fw fa-play-circle",
}
actions["approve-held-deletions"] = {
  ["disabled"] = is_left_alone or is_only_observed or not can_approve,
  ["iconClass"] = "fa fa-fw fa-user-check",
}
actions["approve-deletion"] = { ["disabled"] = not is_deletion_held, ["iconClass"] = "fa fa-fw fa-trash" }
return actions
