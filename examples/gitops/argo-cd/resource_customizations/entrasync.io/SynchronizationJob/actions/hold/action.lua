local os = require("os")
local hours = tonumber((actionParams or {})["hours"] or "") or 8
if hours <= 0 then
  error("A hold lasts more than 0 hours.", 0)
end
-- With a second argument Argo CD's os.date writes local time, so the zone of its container is taken off first.
local now = os.time()
local zone = now - os.time(os.date("!*t"))
obj.metadata.annotations = obj.metadata.annotations or {}
obj.metadata.annotations["entrasync.io/hold-until"] = os.date("%Y-%m-%dT%H:%M:%SZ", now - zone + hours * 3600)
return obj
