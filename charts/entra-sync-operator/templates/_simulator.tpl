{{- define "entra-sync-operator.simulatorName" -}}
{{- include "entra-sync-operator.serviceName" (dict "root" . "part" "simulator") -}}
{{- end -}}

{{- define "entra-sync-operator.simulatorHost" -}}
{{- printf "%s.%s.svc" (include "entra-sync-operator.simulatorName" .) (include "entra-sync-operator.namespace" .) -}}
{{- end -}}

{{- define "entra-sync-operator.simulatorFolder" -}}
/etc/entra-sync-operator/simulator
{{- end -}}

{{/* The simulator's one app registration, as its source has it. */}}
{{- define "entra-sync-operator.simulatedApp" -}}
tenantId: ff8bf889-5f5c-4f0e-9d4e-5d3f2a9c7b10
clientId: 6a8f7f3e-2b5c-4a0e-8c56-0f6f6d4f1c11
clientSecret: toy~secret-of-the-simulator
{{- end -}}

{{/* The object id of the application that `helm test` makes a job of. */}}
{{- define "entra-sync-operator.testedApp" -}}
7e57ab1e-4c0d-4e5f-8a6b-9c8d7e6f5a40
{{- end -}}

{{/* A trial has no connection to anything but the simulator. */}}
{{- define "entra-sync-operator.refuseRealClouds" -}}
{{- if hasKey .Values.clouds "Simulator" -}}
{{- fail "simulator.enabled is true, but clouds has Simulator, the name of the simulator's own cloud: name yours otherwise, or set simulator.enabled=false." -}}
{{- end -}}
{{- range $index, $connection := .Values.graphConnections -}}
{{- $cloud := default "Global" $connection.spec.cloud -}}
{{- if ne $cloud "Simulator" -}}
{{- fail (printf "simulator.enabled is true, but graphConnections[%d].spec.cloud is %s: set it to Simulator, or set simulator.enabled=false." $index $cloud) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/*
Has the install's own connection lead to the simulator, in place of what the values say of it. All templates have the same values, and
each begins with the defaults: simulator.isConnected, which the schema lets nobody set, says that it is done.
*/}}
{{- define "entra-sync-operator.connectToSimulator" -}}
{{- $connection := .Values.connection -}}
{{- if or (ne $connection.identity "ClientSecret") $connection.tenantId $connection.clientId (ne $connection.cloud "Global") -}}
{{- fail "simulator.enabled is true, but connection names a real tenant, a login or a cloud, which nobody would use: leave connection out for a trial, or set simulator.enabled=false." -}}
{{- end -}}
{{- include "entra-sync-operator.refuseRealClouds" . -}}
{{- $namespace := include "entra-sync-operator.namespace" . -}}
{{- if lookup "v1" "Secret" $namespace $connection.existingSecret -}}
{{- fail (printf "simulator.enabled is true, but namespace %s has the Secret %s (connection.existingSecret), by which a real tenant may be served, and nobody would serve it: install the trial in another namespace, or set simulator.enabled=false." $namespace $connection.existingSecret) -}}
{{- end -}}
{{- $app := fromYaml (include "entra-sync-operator.simulatedApp" .) -}}
{{- $url := printf "https://%s" (include "entra-sync-operator.simulatorHost" .) -}}
{{- $mine := dict "cloud" "Simulator" "tenantId" $app.tenantId "clientId" $app.clientId "checkSecret" false -}}
{{- $_ := set $mine "existingSecret" (include "entra-sync-operator.simulatorName" .) -}}
{{- $_ := set $mine "keys" (merge (dict "clientSecret" "client-secret") $connection.keys) -}}
{{- range $name, $value := $mine -}}{{- $_ := set $connection $name $value -}}{{- end -}}
{{- $cloud := dict "graphUrl" $url "authority" $url "caFile" (printf "%s/ca.crt" (include "entra-sync-operator.simulatorFolder" .)) -}}
{{- $_ := set .Values "clouds" (merge (dict "Simulator" $cloud) .Values.clouds) -}}
{{- $_ := set .Values.simulator "isConnected" true -}}
{{- end -}}

{{- define "entra-sync-operator.simulatorSelector" -}}
app.kubernetes.io/name: {{ printf "%s-simulator" (include "entra-sync-operator.name" . | trunc 53 | trimSuffix "-") | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "entra-sync-operator.simulatorLabels" -}}
{{ include "entra-sync-operator.simulatorSelector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}
