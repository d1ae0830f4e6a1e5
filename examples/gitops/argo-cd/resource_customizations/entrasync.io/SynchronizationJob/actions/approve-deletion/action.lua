obj.metadata.annotations = obj.metadata.annotations or {}
obj.metadata.annotations["entrasync.io/deletion-approved"] = "true"
return obj
