{{/*
What a schema cannot see: values that are missing or contradict each other, and what the cluster lacks. Each is told in one sentence
that says what to do. `lookup` finds nothing at all without a cluster (helm template, --dry-run=client), and there only
the first kind is refused.
*/}}
{{- define "entra-sync-operator.refuse" -}}
{{- include "entra-sync-operator.refuseContradictions" . -}}
{{- if and .Values.connection.checkSecret (include "entra-sync-operator.usesSecret" .) -}}{{- include "entra-sync-operator.refuseSecret" . -}}{{- end -}}
{{- if .Values.crds.enabled -}}{{- include "entra-sync-operator.refuseCrds" . -}}{{- end -}}
{{- if .Values.graphConnections -}}{{- include "entra-sync-operator.refuseConnections" . -}}{{- end -}}
{{- end -}}

{{- define "entra-sync-operator.refuseContradictions" -}}
{{- if not .Values.image.repository -}}
{{- fail "image.repository is empty: leave it as the chart of a release has it, or build an image with the Dockerfile, push it to where the cluster can pull it from, and set image.repository to that." -}}
{{- end -}}
{{- $watch := .Values.watch -}}
{{- if and (eq $watch.scope "Namespaces") (not $watch.namespaces) -}}
{{- fail "watch.scope is Namespaces but watch.namespaces is empty: list the namespaces whose jobs this release is to look after, or set watch.scope=Cluster." -}}
{{- end -}}
{{- if and (eq $watch.scope "Cluster") $watch.namespaces -}}
{{- fail "watch.namespaces is given but watch.scope is Cluster, which means all of them: set watch.scope=Namespaces, or leave watch.namespaces out." -}}
{{- end -}}
{{- if and (not .Values.serviceAccount.create) (not .Values.serviceAccount.name) -}}
{{- fail "serviceAccount.create is false but serviceAccount.name is empty: name the ServiceAccount that the operator is to use." -}}
{{- end -}}
{{- include "entra-sync-operator.refuseLabels" . -}}
{{- include "entra-sync-operator.refuseFlags" . -}}
{{- include "entra-sync-operator.refuseBudget" . -}}
{{- include "entra-sync-operator.refuseDurations" . -}}
{{- if and .Values.strategy (not .Values.leaderElection.enabled) (ne (default "RollingUpdate" .Values.strategy.type) "Recreate") -}}
{{- fail "strategy.type is RollingUpdate but leaderElection.enabled is false, and an old and a new pod would both do everything: leave strategy out, or set leaderElection.enabled=true." -}}
{{- end -}}
{{- $metrics := .Values.metrics -}}
{{- if and $metrics.serviceMonitor.enabled $metrics.podMonitor.enabled -}}
{{- fail "metrics.serviceMonitor.enabled and metrics.podMonitor.enabled are both true, and every pod would be scraped twice: choose one." -}}
{{- end -}}
{{- if and $metrics.serviceMonitor.enabled (not $metrics.service.enabled) -}}
{{- fail "metrics.serviceMonitor.enabled is true but metrics.service.enabled is false, so there is no Service to scrape by: set metrics.podMonitor.enabled=true instead, or metrics.service.enabled=true." -}}
{{- end -}}
{{- if and (gt (int .Values.replicas) 1) (not .Values.leaderElection.enabled) -}}
{{- fail (printf "replicas is %d but leaderElection.enabled is false, and all pods would do everything: set replicas=1, or leaderElection.enabled=true." (int .Values.replicas)) -}}
{{- end -}}
{{- $connection := .Values.connection -}}
{{- if and (eq $connection.identity "ClientCertificate") (not (and $connection.tenantId $connection.clientId)) -}}
{{- fail "connection.identity is ClientCertificate but connection.tenantId or connection.clientId is empty: a certificate's Secret has neither, give both." -}}
{{- end -}}
{{- if and (eq $connection.identity "ManagedIdentity") (not $connection.tenantId) -}}
{{- fail "connection.identity is ManagedIdentity but connection.tenantId is empty: give the id of the tenant that the identity belongs to." -}}
{{- end -}}
{{- if not (or (hasKey .Values.clouds $connection.cloud) (has $connection.cloud (list "Global" "USGovL4" "USGovL5" "China"))) -}}
{{- fail (printf "connection.cloud is %s, which is no cloud of Microsoft's and not in clouds: define it there, or take Global, USGovL4, USGovL5 or China." $connection.cloud) -}}
{{- end -}}
{{- if and (has "*" $connection.namespaces) (ne (join "," $connection.namespaces) "*") -}}
{{- fail "connection.namespaces has * and names: give * alone for all namespaces, or only the names." -}}
{{- end -}}
{{- end -}}

{{/* YAML has no place for a key twice: Helm would take such an object, and Kustomize would not. */}}
{{- define "entra-sync-operator.refuseLabels" -}}
{{- $places := dict "commonLabels" .Values.commonLabels "podLabels" .Values.podLabels "serviceAccount.labels" .Values.serviceAccount.labels -}}
{{- range $part := list "service" "serviceMonitor" "podMonitor" "prometheusRule" "grafanaDashboard" -}}
{{- $_ := set $places (printf "metrics.%s.labels" $part) (get $.Values.metrics $part).labels -}}
{{- end -}}
{{- range $index, $connection := .Values.graphConnections -}}
{{- $_ := set $places (printf "graphConnections[%d].labels" $index) (default dict $connection.labels) -}}
{{- end -}}
{{- range $label, $_ := fromYaml (include "entra-sync-operator.ownLabels" .) -}}
{{- range $place, $labels := $places -}}
{{- if hasKey $labels $label -}}
{{- fail (printf "%s has %s, which the chart sets itself: leave it out." $place $label) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $sidecar := .Values.metrics.grafanaDashboard.sidecarLabel -}}
{{- if hasKey (fromYaml (include "entra-sync-operator.ownLabels" .)) $sidecar -}}
{{- fail (printf "metrics.grafanaDashboard.sidecarLabel is %s, which the chart sets itself: choose another." $sidecar) -}}
{{- end -}}
{{- if and .Values.clouds (hasKey .Values.podAnnotations "entrasync.io/clouds") -}}
{{- fail "podAnnotations has entrasync.io/clouds, which the chart sets itself: leave it out." -}}
{{- end -}}
{{- end -}}

{{/* A budget by which no pod may ever go. Kubernetes rounds a percentage of the replicas up, be it of those that are left or of those that are missing. */}}
{{- define "entra-sync-operator.refuseBudget" -}}
{{- $budget := .Values.podDisruptionBudget -}}
{{- $replicas := int .Values.replicas -}}
{{- $asked := "minAvailable" -}}
{{- $blocks := false -}}
{{- if kindIs "invalid" $budget.minAvailable -}}
{{- $asked = "maxUnavailable" -}}
{{- $blocks = has (toString $budget.maxUnavailable) (list "0" "0%") -}}
{{- else if kindIs "string" $budget.minAvailable -}}
{{- $blocks = gt (mul (trimSuffix "%" $budget.minAvailable | int) $replicas) (mul 100 (sub $replicas 1)) -}}
{{- else -}}
{{- $blocks = ge (int $budget.minAvailable) $replicas -}}
{{- end -}}
{{- if and $blocks $budget.enabled (gt $replicas 1) -}}
{{- $mend := ternary (printf "at most %d" (sub $replicas 1)) "at least 1" (eq $asked "minAvailable") -}}
{{- fail (printf "podDisruptionBudget.%s is %v, which keeps all %d replicas, and no drain of a node would end: set it to %s, or set podDisruptionBudget.enabled=false." $asked (get $budget $asked) $replicas $mend) -}}
{{- end -}}
{{- end -}}

{{/* Such a flag would win over the value, and the rest of the chart would go by the value: two pods without an election. */}}
{{- define "entra-sync-operator.refuseFlags" -}}
{{- $own := fromYaml (include "entra-sync-operator.ownFlags" .) -}}
{{- range .Values.extraArgs -}}
{{- $word := first (splitList "=" .) -}}
{{- with get $own (regexFind "^--.+" $word | trimPrefix "--" | trimPrefix "no-") -}}
{{- fail (printf "extraArgs has %s: set %s instead." $word .) -}}
{{- end -}}
{{- end -}}
{{- range .Values.extraEnv -}}
{{- $variable := .name -}}
{{- if hasPrefix "entrasync_" (lower $variable) -}}
{{- with get $own (lower $variable | trimPrefix "entrasync_" | replace "_" "-") -}}
{{- fail (printf "extraEnv has %s: set %s instead." $variable .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The operator would refuse these durations when it starts. */}}
{{- define "entra-sync-operator.refuseDurations" -}}
{{- $poll := int (include "entra-sync-operator.seconds" .Values.pollInterval) -}}
{{- if or (lt $poll 30) (gt $poll 86400) -}}
{{- fail (printf "pollInterval is %s: it must be at least 30s and at most 24h." .Values.pollInterval) -}}
{{- end -}}
{{- if lt (int (include "entra-sync-operator.seconds" .Values.apiServerSilence)) 5 -}}
{{- fail (printf "apiServerSilence is %s: it must be at least 5s." .Values.apiServerSilence) -}}
{{- end -}}
{{- end -}}

{{/* How many seconds a duration such as 1h30m has. */}}
{{- define "entra-sync-operator.seconds" -}}
{{- $sum := 0 -}}
{{- range $unit, $size := dict "h" 3600 "m" 60 "s" 1 -}}
{{- with regexFind (printf "[0-9]+%s" $unit) $ -}}{{- $sum = add $sum (mul $size (atoi (trimSuffix $unit .))) -}}{{- end -}}
{{- end -}}
{{- $sum -}}
{{- end -}}

{{/*
Helm compares all objects with what the API server knows before it makes the first one, so the kind must be known before.
*/}}
{{- define "entra-sync-operator.refuseConnections" -}}
{{- $isAsked := lookup "v1" "Secret" (include "entra-sync-operator.namespace" .) "" -}}
{{- if and $isAsked (not (.Capabilities.APIVersions.Has "entrasync.io/v1alpha1/GraphConnection")) -}}
{{- fail "graphConnections is given but this cluster does not know the kind GraphConnection yet: install without graphConnections first, then run `helm upgrade` with it." -}}
{{- end -}}
{{- end -}}

{{/*
Whoever installs can list Secrets here, for Helm keeps its releases in them. A list tells "no cluster to ask" (empty)
from "no such Secret" (a list without it); a get could not.
*/}}
{{- define "entra-sync-operator.refuseSecret" -}}
{{- $name := .Values.connection.existingSecret -}}
{{- $namespace := include "entra-sync-operator.namespace" . -}}
{{- $keys := fromYaml (include "entra-sync-operator.neededKeys" .) -}}
{{- $create := printf "kubectl --namespace %s create secret tls %s --cert=FILE --key=FILE" $namespace $name -}}
{{- if eq .Values.connection.identity "ClientSecret" -}}
{{- $create = printf "kubectl --namespace %s create secret generic %s" $namespace $name -}}
{{- if $keys.tenantId -}}{{- $create = printf "%s --from-literal=%s=TENANT_ID" $create $keys.tenantId -}}{{- end -}}
{{- if $keys.clientId -}}{{- $create = printf "%s --from-literal=%s=CLIENT_ID" $create $keys.clientId -}}{{- end -}}
{{- $create = printf "%s --from-file=%s=FILE" $create $keys.clientSecret -}}
{{- end -}}
{{- $all := lookup "v1" "Secret" $namespace "" -}}
{{- if $all -}}
{{- $found := dict -}}
{{- range $all.items -}}{{- if eq .metadata.name $name -}}{{- $found = . -}}{{- end -}}{{- end -}}
{{- if not $found -}}
{{- fail (printf "the Secret %s (connection.existingSecret) is not in namespace %s: make it with `%s`, or set connection.checkSecret=false if something else will." $name $namespace $create) -}}
{{- end -}}
{{- range $value, $key := $keys -}}
{{- if not (hasKey (default dict $found.data) $key) -}}
{{- fail (printf "the Secret %s in namespace %s has no key %s but %s: add the key, or name the right one in connection.keys.%s." $name $namespace $key (keys (default dict $found.data) | sortAlpha | join ", " | default "none") $value) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/*
Helm would take a CRD that is being deleted for one that is there, and would not make it again once it is gone. All CRDs that
are somebody else's are named at once: who handed over one would only be stopped at the next.
*/}}
{{- define "entra-sync-operator.refuseCrds" -}}
{{- $leaving := dict -}}
{{- $foreign := dict -}}
{{- range $path, $_ := .Files.Glob "files/crds/*.yaml" -}}
{{- $name := (fromYaml ($.Files.Get $path)).metadata.name -}}
{{- $found := lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" $name -}}
{{- if $found -}}
{{- $labels := default dict $found.metadata.labels -}}
{{- $annotations := default dict $found.metadata.annotations -}}
{{- $owner := printf "%s/%s" (get $annotations "meta.helm.sh/release-namespace") (get $annotations "meta.helm.sh/release-name") -}}
{{- $isHelms := eq (get $labels "app.kubernetes.io/managed-by") "Helm" -}}
{{- if $found.metadata.deletionTimestamp -}}
{{- $_ := set $leaving $name $found.spec.names.plural -}}
{{- else if not (and $isHelms (eq $owner (printf "%s/%s" $.Release.Namespace $.Release.Name))) -}}
{{- $who := ternary (printf "by Helm's release %s" $owner) "by something other than Helm" $isHelms -}}
{{- $_ := set $foreign $name $who -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if $leaving -}}
{{- $names := keys $leaving | sortAlpha -}}
{{- fail (printf "the CRD %s is being deleted, with all its objects: wait until it is gone (`kubectl wait --for=delete crd %s --timeout=10m`), then run this again. It waits for the finalizers of the objects that `kubectl get %s --all-namespaces` still shows: an operator that runs removes them and leaves their jobs in Graph." (join ", " $names) (join " " $names) (values $leaving | sortAlpha | join ",")) -}}
{{- end -}}
{{- if $foreign -}}
{{- $names := keys $foreign | sortAlpha -}}
{{- $told := list -}}
{{- range $names -}}{{- $told = append $told (printf "the CRD %s was installed %s" . (get $foreign .)) -}}{{- end -}}
{{- $take := printf "kubectl label --overwrite crd %s app.kubernetes.io/managed-by=Helm && kubectl annotate --overwrite crd %s meta.helm.sh/release-name=%s meta.helm.sh/release-namespace=%s" (join " " $names) (join " " $names) .Release.Name .Release.Namespace -}}
{{- fail (printf "%s: set crds.enabled=false to leave it as it is, or hand it over to this release with `%s`." (join ", " $told) $take) -}}
{{- end -}}
{{- end -}}
