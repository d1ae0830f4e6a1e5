{{/*
Gives each value that is missing its default. `helm upgrade --reuse-values` takes all values from the release, and those of an earlier
chart lack what came later. Every template begins with this. files/defaults.yaml is a copy of values.yaml, which no template can read.
*/}}
{{- define "entra-sync-operator.setDefaults" -}}
{{- include "entra-sync-operator.fill" (dict "values" .Values "defaults" (fromYaml (.Files.Get "files/defaults.yaml"))) -}}
{{- if and .Values.simulator.enabled (not .Values.simulator.isConnected) -}}{{- include "entra-sync-operator.connectToSimulator" . -}}{{- end -}}
{{- end -}}

{{/* What Kubernetes reads whole is left as it is: there null means none. `global` belongs to all charts. */}}
{{- define "entra-sync-operator.fill" -}}
{{- $values := .values -}}
{{- range $name, $default := omit .defaults "global" "podSecurityContext" "securityContext" "resources" -}}
{{- $value := get $values $name -}}
{{- if kindIs "invalid" (ternary $value nil (hasKey $values $name)) -}}
{{- $_ := set $values $name $default -}}
{{- else if and (kindIs "map" $default) (kindIs "map" $value) -}}
{{- include "entra-sync-operator.fill" (dict "values" $value "defaults" $default) -}}
{{- end -}}
{{- end -}}
{{- end -}}
