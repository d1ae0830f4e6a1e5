{{- define "entra-sync-operator.connectionFolder" -}}
/etc/entra-sync-operator/connection
{{- end -}}

{{- define "entra-sync-operator.arguments" -}}
- run
- --client-secret-file={{ include "entra-sync-operator.connectionFolder" . }}/client-secret
- --cloud={{ .Values.connection.cloud }}
{{- if eq .Values.watch.scope "Namespaces" }}
- --namespaces={{ join "," .Values.watch.namespaces }}
{{- end }}
- --poll-interval={{ .Values.pollInterval }}
- --default-management-policy={{ .Values.defaults.managementPolicy }}
{{- with .Values.defaults.deletionPolicy }}
- --default-deletion-policy={{ . }}
{{- end }}
- --log-level={{ .Values.logLevel }}
- --http-port={{ int .Values.httpPort }}
{{- with .Values.extraArgs }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "entra-sync-operator.environment" -}}
- name: ENTRASYNC_TENANT_ID
  valueFrom:
    secretKeyRef:
      name: {{ .Values.connection.existingSecret | quote }}
      key: {{ .Values.connection.keys.tenantId | quote }}
- name: ENTRASYNC_CLIENT_ID
  valueFrom:
    secretKeyRef:
      name: {{ .Values.connection.existingSecret | quote }}
      key: {{ .Values.connection.keys.clientId | quote }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "entra-sync-operator.volumes" -}}
- name: connection
  secret:
    secretName: {{ .Values.connection.existingSecret | quote }}
    # Octal 0440: for the group of the pod (fsGroup), and for nobody else.
    defaultMode: 288
    items:
      - key: {{ .Values.connection.keys.clientSecret | quote }}
        path: client-secret
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}
