local hs = { status = "Progressing", message = "The operator has not looked at it yet." }
if obj.status == nil or obj.status.observedGeneration ~= obj.metadata.generation then
  return hs
end
local conditions = {}
for _, condition in ipairs(obj.status.conditions or {}) do
  conditions[condition.type] = condition
end
local function is_true(name)
  return conditions[name] ~= nil and conditions[name].status == "True"
end
if conditions["Ready"] ~= nil then
  hs.message = conditions["Ready"].message
end
if obj.metadata.deletionTimestamp ~= nil then
  return hs
end
if obj.spec.suspend == true then
  hs.status = "Suspended"
elseif is_true("Stalled") then
  hs.status = "Degraded"
elseif is_true("Ready") and not is_true("Reconciling") then
  hs.status = "Healthy"
end
return hs
