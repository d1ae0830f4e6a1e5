obj.metadata.annotations["entrasync.io/hold-until"] = nil
return obj
