{{- define "entra-sync-operator.connectionFolder" -}}
/etc/entra-sync-operator/connection
{{- end -}}

{{- define "entra-sync-operator.cloudsFolder" -}}
/etc/entra-sync-operator/clouds
{{- end -}}

{{/* The keys that the connection's Secret must have, by the value that names each; none where no Secret is used. */}}
{{- define "entra-sync-operator.neededKeys" -}}
{{- $connection := .Values.connection -}}
{{- $keys := $connection.keys -}}
{{- $needed := dict -}}
{{- if eq $connection.identity "ClientSecret" -}}
{{- $needed = dict "clientSecret" $keys.clientSecret -}}
{{- if not $connection.tenantId -}}{{- $_ := set $needed "tenantId" $keys.tenantId -}}{{- end -}}
{{- if not $connection.clientId -}}{{- $_ := set $needed "clientId" $keys.clientId -}}{{- end -}}
{{- else if eq $connection.identity "ClientCertificate" -}}
{{- $needed = dict "certificate" $keys.certificate "privateKey" $keys.privateKey -}}
{{- end -}}
{{- toYaml $needed -}}
{{- end -}}

{{/* The value of the chart for each flag that the chart sets, itself or as a variable. */}}
{{- define "entra-sync-operator.ownFlags" -}}
tenant-id: connection.tenantId
client-id: connection.clientId
client-secret: connection.existingSecret
client-secret-file: connection.existingSecret
client-certificate-file: connection.existingSecret
client-key-file: connection.existingSecret
workload-identity: connection.identity
managed-identity: connection.identity
cloud: connection.cloud
own-connection-namespaces: connection.namespaces
clouds-file: clouds
namespaces: watch.namespaces
leader-election: leaderElection.enabled
lease-name: fullnameOverride
lease-namespace: namespaceOverride
lease-duration: leaderElection.leaseDuration
poll-interval: pollInterval
api-server-silence: apiServerSilence
default-management-policy: defaults.managementPolicy
default-deletion-policy: defaults.deletionPolicy
deletion-limit: deletionLimit
unlabelled-secrets: secrets.unlabelled
log-level: logLevel
log-format: logFormat
http-port: httpPort
{{- if .Values.simulator.enabled }}
graph-url: simulator.enabled=false
authority: simulator.enabled=false
{{- end }}
{{- end -}}

{{- define "entra-sync-operator.arguments" -}}
{{- $folder := include "entra-sync-operator.connectionFolder" . -}}
{{- $connection := .Values.connection -}}
- run
{{- if eq $connection.identity "ClientSecret" }}
- --client-secret-file={{ $folder }}/client-secret
{{- else if eq $connection.identity "ClientCertificate" }}
- --client-certificate-file={{ $folder }}/tls.crt
- --client-key-file={{ $folder }}/tls.key
{{- else if eq $connection.identity "WorkloadIdentity" }}
- --workload-identity
{{- else if eq $connection.identity "ManagedIdentity" }}
- --managed-identity
{{- end }}
{{- if ne $connection.identity "None" }}
- --cloud={{ $connection.cloud }}
{{- if ne (join "," $connection.namespaces) "*" }}
- --own-connection-namespaces={{ join "," $connection.namespaces }}
{{- end }}
{{- end }}
{{- if .Values.clouds }}
- --clouds-file={{ include "entra-sync-operator.cloudsFolder" . }}/clouds.yaml
{{- end }}
{{- if eq .Values.watch.scope "Namespaces" }}
- --namespaces={{ join "," .Values.watch.namespaces }}
{{- end }}
{{- if .Values.leaderElection.enabled }}
- --lease-name={{ include "entra-sync-operator.fullname" . }}
- --lease-namespace={{ include "entra-sync-operator.namespace" . }}
- --lease-duration={{ .Values.leaderElection.leaseDuration }}
{{- else }}
- --leader-election=false
{{- end }}
- --poll-interval={{ .Values.pollInterval }}
- --api-server-silence={{ .Values.apiServerSilence }}
- --default-management-policy={{ .Values.defaults.managementPolicy }}
{{- with .Values.defaults.deletionPolicy }}
- --default-deletion-policy={{ . }}
{{- end }}
{{- if not (kindIs "invalid" .Values.deletionLimit) }}
- --deletion-limit={{ int .Values.deletionLimit }}
{{- end }}
{{- if eq .Values.secrets.unlabelled "Allow" }}
- --unlabelled-secrets=Allow
{{- end }}
- --log-level={{ .Values.logLevel }}
{{- if ne .Values.logFormat "json" }}
- --log-format={{ .Values.logFormat }}
{{- end }}
- --http-port={{ int .Values.httpPort }}
{{- with .Values.extraArgs }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "entra-sync-operator.environment" -}}
{{- $connection := .Values.connection -}}
{{- $needed := fromYaml (include "entra-sync-operator.neededKeys" .) -}}
{{- $entries := list -}}
{{- if ne $connection.identity "None" -}}
{{- range $value, $variable := dict "tenantId" "ENTRASYNC_TENANT_ID" "clientId" "ENTRASYNC_CLIENT_ID" -}}
{{- if get $connection $value -}}
{{- $entries = append $entries (dict "name" $variable "value" (get $connection $value)) -}}
{{- else if hasKey $needed $value -}}
{{- $ref := dict "name" $connection.existingSecret "key" (get $needed $value) -}}
{{- $entries = append $entries (dict "name" $variable "valueFrom" (dict "secretKeyRef" $ref)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- with concat $entries .Values.extraEnv -}}
{{- toYaml . -}}
{{- end -}}
{{- end -}}

{{- define "entra-sync-operator.mounts" -}}
{{- $mounts := list -}}
{{- if include "entra-sync-operator.usesSecret" . -}}
{{- $mounts = append $mounts (dict "name" "connection" "mountPath" (include "entra-sync-operator.connectionFolder" .) "readOnly" true) -}}
{{- end -}}
{{- if .Values.clouds -}}
{{- $mounts = append $mounts (dict "name" "clouds" "mountPath" (include "entra-sync-operator.cloudsFolder" .) "readOnly" true) -}}
{{- end -}}
{{- if .Values.simulator.enabled -}}
{{- $mounts = append $mounts (dict "name" "simulator" "mountPath" (include "entra-sync-operator.simulatorFolder" .) "readOnly" true) -}}
{{- end -}}
{{- with concat $mounts .Values.extraVolumeMounts -}}
{{- toYaml . -}}
{{- end -}}
{{- end -}}

{{- define "entra-sync-operator.usesSecret" -}}
{{- if has .Values.connection.identity (list "ClientSecret" "ClientCertificate") -}}true{{- end -}}
{{- end -}}

{{- define "entra-sync-operator.volumes" -}}
{{- $keys := .Values.connection.keys -}}
{{- if include "entra-sync-operator.usesSecret" . }}
- name: connection
  secret:
    secretName: {{ .Values.connection.existingSecret | quote }}
    # Octal 0440: for the group of the pod (fsGroup), and for nobody else.
    defaultMode: 288
    items:
      {{- if eq .Values.connection.identity "ClientSecret" }}
      - key: {{ $keys.clientSecret | quote }}
        path: client-secret
      {{- else }}
      - key: {{ $keys.certificate | quote }}
        path: tls.crt
      - key: {{ $keys.privateKey | quote }}
        path: tls.key
      {{- end }}
{{- end }}
{{- if .Values.clouds }}
- name: clouds
  configMap:
    name: {{ printf "%s-clouds" (include "entra-sync-operator.fullname" .) | quote }}
{{- end }}
{{- if .Values.simulator.enabled }}
- name: simulator
  secret:
    secretName: {{ include "entra-sync-operator.simulatorName" . | quote }}
    items:
      - key: ca.crt
        path: ca.crt
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The nodes that every pod of the chart may run on. */}}
{{- define "entra-sync-operator.nodes" -}}
{{- $nodes := dict -}}
{{- range $name := list "nodeSelector" "tolerations" -}}
{{- with get $.Values $name -}}{{- $_ := set $nodes $name . -}}{{- end -}}
{{- end -}}
{{- with $nodes -}}
{{- toYaml . -}}
{{- end -}}
{{- end -}}

{{/* The topology spread constraints. One without a selector counts the pods of this release; Kubernetes would count none. */}}
{{- define "entra-sync-operator.spread" -}}
{{- $selector := dict "matchLabels" (fromYaml (include "entra-sync-operator.selectorLabels" .)) -}}
{{- $constraints := list -}}
{{- range .Values.topologySpreadConstraints -}}
{{- $constraints = append $constraints (ternary . (set (deepCopy .) "labelSelector" $selector) (hasKey . "labelSelector")) -}}
{{- end -}}
{{- with $constraints -}}
{{- toYaml . -}}
{{- end -}}
{{- end -}}
