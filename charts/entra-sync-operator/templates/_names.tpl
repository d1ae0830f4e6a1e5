{{/* The chart's part of names and labels. An alias in a chart that includes this one may have capitals, which no name in a cluster may have. */}}
{{- define "entra-sync-operator.name" -}}
{{- $own := ternary (kebabcase .Chart.Name) .Chart.Name (regexMatch "[A-Z_]" .Chart.Name) -}}
{{- default $own .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* The name of everything: the release's, with the chart's in it. */}}
{{- define "entra-sync-operator.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- $name := include "entra-sync-operator.name" . -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- $full | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "entra-sync-operator.metricsName" -}}
{{- include "entra-sync-operator.serviceName" (dict "root" . "part" "metrics") -}}
{{- end -}}

{{/* The name of a Service, which must begin with a letter and have no dots; a release's need not. Takes a dict: root, part. */}}
{{- define "entra-sync-operator.serviceName" -}}
{{- $full := include "entra-sync-operator.fullname" .root | replace "." "-" -}}
{{- $begun := ternary (printf "release-%s" $full) $full (regexMatch "^[0-9]" $full) -}}
{{- printf "%s-%s" ($begun | trunc (int (sub 62 (len .part))) | trimSuffix "-") .part -}}
{{- end -}}

{{/* The namespace of everything. */}}
{{- define "entra-sync-operator.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride -}}
{{- end -}}

{{- define "entra-sync-operator.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "entra-sync-operator.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* The Secrets for a private image registry: this chart's, and those that Helm hands to all charts. */}}
{{- define "entra-sync-operator.pullSecrets" -}}
{{- $secrets := .Values.imagePullSecrets -}}
{{- range default list (dig "imagePullSecrets" list (default dict .Values.global)) -}}
{{- $secrets = append $secrets (ternary (dict "name" .) . (kindIs "string" .)) -}}
{{- end -}}
{{- with uniq $secrets -}}
{{- toYaml . -}}
{{- end -}}
{{- end -}}

{{/* What finds the pod; a Deployment can never change it. */}}
{{- define "entra-sync-operator.selectorLabels" -}}
app.kubernetes.io/name: {{ include "entra-sync-operator.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{/* The labels that the chart sets itself. */}}
{{- define "entra-sync-operator.ownLabels" -}}
{{ include "entra-sync-operator.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{/* The labels of every object. */}}
{{- define "entra-sync-operator.labels" -}}
{{ include "entra-sync-operator.ownLabels" . }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/*
The metadata of an object: its name, its namespace, the labels of every object, and its own labels and annotations.
Takes a dict: root, name, namespace (none for objects of the cluster), labels, annotations.
*/}}
{{- define "entra-sync-operator.metadata" -}}
name: {{ .name | quote }}
{{- with .namespace }}
namespace: {{ . | quote }}
{{- end }}
labels:
  {{- include "entra-sync-operator.ownLabels" .root | nindent 2 }}
  {{- with merge dict (default dict .labels) .root.Values.commonLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
