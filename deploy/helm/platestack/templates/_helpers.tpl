{{- define "platestack.name" -}}
{{- if contains "platestack" .Release.Name }}{{ .Release.Name | trunc 50 }}{{ else }}{{ printf "%s-platestack" .Release.Name | trunc 50 }}{{ end }}
{{- end }}

{{- define "platestack.selector" -}}
app.kubernetes.io/name: platestack
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "platestack.labels" -}}
{{ include "platestack.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- /* What all pods have: user, accounts, where they may run, and a /tmp and /data of their own. */ -}}
{{- define "platestack.pod" -}}
securityContext:
  {{- toYaml .Values.podSecurityContext | nindent 2 }}
{{- with .Values.serviceAccount.name }}
serviceAccountName: {{ . }}
{{- end }}
automountServiceAccountToken: {{ .Values.serviceAccount.automount }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumes:
  - name: tmp
    emptyDir: { sizeLimit: 1Gi }
  - name: data
    emptyDir: { sizeLimit: 1Gi }
{{- end }}

{{- /* What all containers have: image, environment, and nothing that they could change. */ -}}
{{- define "platestack.container" -}}
image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
env:
  {{- range $name, $value := .Values.env }}
  - name: {{ $name }}
    value: {{ $value | quote }}
  {{- end }}
  - name: DRAIN_SECONDS
    value: {{ .Values.drainSeconds | quote }}
{{- with .Values.existingSecret }}
envFrom:
  - secretRef:
      name: {{ . }}
{{- end }}
volumeMounts:
  - { name: tmp, mountPath: /tmp }
  - { name: data, mountPath: /data }
resources:
  {{- toYaml .Values.resources | nindent 2 }}
{{- end }}
