local actions = {}
actions["reconcile"] = { ["disabled"] = obj.metadata.deletionTimestamp ~= nil, ["iconClass"] = "fa fa-fw fa-redo" }
return actions
