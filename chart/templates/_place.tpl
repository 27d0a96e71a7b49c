{{- /* Places a compiled object: the release takes the place of its tokens, nothing else changes. Through JSON, so that
a release called 123 stays a string. */ -}}
{{- define "vcluster.place" -}}
{{- $object := index . 0 -}}
{{- $release := (index . 1).Release -}}
{{- $object | toJson | replace "@release@" $release.Name | replace "@namespace@" $release.Namespace | fromJson | toYaml -}}
{{- end -}}
