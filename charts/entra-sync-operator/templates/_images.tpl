{{- define "entra-sync-operator.image" -}}
{{- printf "%s:%s" (include "entra-sync-operator.pulledFrom" (dict "root" . "repository" .Values.image.repository)) (default .Chart.AppVersion .Values.image.tag) -}}
{{- with .Values.image.digest }}@{{ . }}{{ end -}}
{{- end -}}

{{- define "entra-sync-operator.simulatorImage" -}}
{{- $repository := default (printf "%s-simulator" .Values.image.repository) .Values.simulator.image.repository -}}
{{- printf "%s:%s" (include "entra-sync-operator.pulledFrom" (dict "root" . "repository" $repository)) (coalesce .Values.simulator.image.tag .Values.image.tag .Chart.AppVersion) -}}
{{- with .Values.simulator.image.digest }}@{{ . }}{{ end -}}
{{- end -}}

{{/* The repository of an image, at the registry of all charts if there is one. Takes a dict: root, repository. The first part is a registry if it could be a host's name, as for every container engine. */}}
{{- define "entra-sync-operator.pulledFrom" -}}
{{- $registry := include "entra-sync-operator.commonRegistry" .root -}}
{{- $first := first (splitList "/" .repository) -}}
{{- if not $registry -}}
{{- .repository -}}
{{- else if regexMatch "[.:]|^localhost$" $first -}}
{{- printf "%s%s" $registry (trimPrefix $first .repository) -}}
{{- else -}}
{{- printf "%s/%s" $registry .repository -}}
{{- end -}}
{{- end -}}

{{/* The registry of all charts, with the path of a mirror if it has one; empty if none is given. */}}
{{- define "entra-sync-operator.commonRegistry" -}}
{{- default "" (dig "imageRegistry" "" (default dict .Values.global)) | trimSuffix "/" -}}
{{- end -}}

{{/* Refuses names that no container engine reads: the kubelet would only tell of InvalidImageName. A schema could say no more than a pattern. */}}
{{- define "entra-sync-operator.refuseImages" -}}
{{- $host := `(\[[0-9a-f:]+\]|[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)(:[0-9]+)?` -}}
{{- $part := "[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*" -}}
{{- range $place, $image := dict "image" .Values.image "simulator.image" .Values.simulator.image -}}
{{- if and $image.repository (not (regexMatch (printf "^(%s/)?%s(/%s)*$" $host $part $part) $image.repository)) -}}
{{- fail (printf "%s.repository is %q, which no cluster can pull: give a registry and a path in small letters, such as registry.example.com/contoso/entra-sync-operator, without https://, tag and digest. The tag is in %s.tag." $place $image.repository $place) -}}
{{- end -}}
{{- if and $image.tag (not (regexMatch "^[A-Za-z0-9_][-.A-Za-z0-9_]{0,127}$" $image.tag)) -}}
{{- fail (printf "%s.tag is %q, which is no tag: give at most 128 letters, digits, underscores, dots and hyphens that begin with neither a dot nor a hyphen, without a digest." $place $image.tag) -}}
{{- end -}}
{{- end -}}
{{- $registry := include "entra-sync-operator.commonRegistry" . -}}
{{- if and $registry (not (regexMatch (printf "^%s(/%s)*$" $host $part) $registry)) -}}
{{- fail (printf "global.imageRegistry is %q, which is no registry: give a host, with its port and the path of a mirror if it has them, such as harbor.example.com:5000/proxy, in small letters and without https://." $registry) -}}
{{- end -}}
{{- end -}}
