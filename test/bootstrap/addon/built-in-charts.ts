/**
 * Charts that take the values which the built-in addons set as the real ones do, each with what the real one would make
 * of them in short. Sources: the charts of the projects, in the versions that the addons name.
 */
export const builtInCharts: Record<string, { values: string; template: string }> = {
  cilium: {
    values:
      'kubeProxyReplacement: "false"\nk8sServiceHost: ""\nk8sServicePort: ""\nipam: { mode: cluster-pool }\nroutingMode: ""\ntunnelProtocol: ""\noperator: { replicas: 2 }\nhubble: { enabled: true }\n',
    template: `apiVersion: apps/v1
kind: DaemonSet
metadata: { name: cilium, namespace: {{ .Release.Namespace }} }
spec:
  template:
    spec:
      containers:
      - name: cilium-agent
        {{- if .Values.k8sServiceHost }}
        env:
        - { name: KUBERNETES_SERVICE_HOST, value: {{ .Values.k8sServiceHost | quote }} }
        - { name: KUBERNETES_SERVICE_PORT, value: {{ .Values.k8sServicePort | quote }} }
        {{- end }}
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: cilium-operator, namespace: {{ .Release.Namespace }} }
spec: { replicas: {{ .Values.operator.replicas }} }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: cilium-config, namespace: {{ .Release.Namespace }} }
data:
  kube-proxy-replacement: {{ .Values.kubeProxyReplacement | quote }}
  ipam: {{ .Values.ipam.mode | quote }}
  routing-mode: {{ .Values.routingMode | quote }}
  tunnel-protocol: {{ .Values.tunnelProtocol | quote }}
{{- if .Values.hubble.enabled }}
---
apiVersion: v1
kind: Secret
metadata: { name: cilium-ca, namespace: {{ .Release.Namespace }} }
data: { ca.crt: {{ (genCA "Cilium CA" 1095).Cert | b64enc }} }
{{- end }}
`,
  },
  'hcloud-cloud-controller-manager': {
    values:
      'env: { HCLOUD_TOKEN: { valueFrom: { secretKeyRef: { name: hcloud, key: token } } } }\nnetworking: { enabled: false, clusterCIDR: 10.1.0.0/16, network: { valueFrom: { secretKeyRef: { name: hcloud, key: network } } } }\n',
    template: `apiVersion: apps/v1
kind: Deployment
metadata: { name: {{ .Release.Name }}, namespace: {{ .Release.Namespace }} }
spec:
  template:
    spec:
      containers:
      - name: hcloud-cloud-controller-manager
        command:
        - /bin/hcloud-cloud-controller-manager
        {{- if .Values.networking.enabled }}
        - "--cluster-cidr={{ .Values.networking.clusterCIDR }}"
        {{- end }}
        env:
        {{- range $key, $value := .Values.env }}
        - name: {{ $key }}
          {{- tpl (toYaml $value) $ | nindent 10 }}
        {{- end }}
        {{- if .Values.networking.enabled }}
        - name: HCLOUD_NETWORK
          {{- tpl (toYaml .Values.networking.network) $ | nindent 10 }}
        {{- end }}
`,
  },
  'hcloud-csi': {
    values:
      'controller: { hcloudToken: { existingSecret: { name: hcloud, key: token } }, volumeExtraLabels: {} }\nnode: {}\n',
    template: `apiVersion: apps/v1
kind: Deployment
metadata: { name: hcloud-csi-controller, namespace: {{ .Release.Namespace }} }
spec:
  template:
    spec:
      containers:
      - name: hcloud-csi-driver
        env:
        - name: HCLOUD_TOKEN
          valueFrom: { secretKeyRef: { name: {{ .Values.controller.hcloudToken.existingSecret.name }}, key: {{ .Values.controller.hcloudToken.existingSecret.key }} } }
        {{- with .Values.controller.volumeExtraLabels }}
        - name: HCLOUD_VOLUME_EXTRA_LABELS
          value: {{ range $key, $value := . }}{{ $key }}={{ $value }},{{ end }}
        {{- end }}
        {{- with .Values.controller.hcloudVolumeDefaultLocation }}
        - name: HCLOUD_VOLUME_DEFAULT_LOCATION
          value: {{ . }}
        {{- end }}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: hcloud-csi-node, namespace: {{ .Release.Namespace }} }
spec:
  template:
    spec:
      {{- if .Values.node.hostNetwork }}
      hostNetwork: true
      {{- end }}
      containers: [{ name: hcloud-csi-driver }]
`,
  },
  metallb: {
    values: 'speaker: { frr: { enabled: true } }\n',
    template: `apiVersion: apps/v1
kind: DaemonSet
metadata: { name: metallb-speaker, namespace: {{ .Release.Namespace }} }
spec:
  template:
    spec:
      containers:
      - name: speaker
      {{- if .Values.speaker.frr.enabled }}
      - name: frr
      {{- end }}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: ipaddresspools.metallb.io }
`,
  },
  'cert-manager': {
    values: 'crds: { enabled: false }\nstartupapicheck: { enabled: true }\n',
    template: `apiVersion: apps/v1
kind: Deployment
metadata: { name: cert-manager, namespace: {{ .Release.Namespace }} }
{{- if .Values.crds.enabled }}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: certificates.cert-manager.io }
{{- end }}
{{- if .Values.startupapicheck.enabled }}
---
apiVersion: batch/v1
kind: Job
metadata: { name: startupapicheck, namespace: {{ .Release.Namespace }}, annotations: { helm.sh/hook: post-install } }
{{- end }}
`,
  },
  'metrics-server': {
    values: 'defaultArgs: [--kubelet-use-node-status-port]\nargs: []\n',
    template: `apiVersion: apps/v1
kind: Deployment
metadata: { name: metrics-server, namespace: {{ .Release.Namespace }} }
spec:
  template:
    spec:
      containers:
      - name: metrics-server
        args:
        {{- range concat .Values.defaultArgs .Values.args }}
        - {{ . }}
        {{- end }}
`,
  },
}
