package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// The types of bodies that are no JSON.
const (
	yamlType = "application/yaml"
	rawType  = "application/octet-stream" // what huma says of a body that is read as it is
	textType = "text/plain; charset=utf-8"
)

// fileBody describes an organization file as the body of a request.
func fileBody() *huma.RequestBody {
	text := "An organization file: docs/formats/organization.md. guanji schema organization prints its JSON Schema."
	return &huma.RequestBody{Description: text, Required: true, Content: map[string]*huma.MediaType{
		yamlType: {Schema: &huma.Schema{Type: huma.TypeString, Description: "YAML"}},
		jsonType: {Schema: &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}},
	}}
}

// chunkBody describes a part of a file as the body of a request.
func chunkBody() *huma.RequestBody {
	return &huma.RequestBody{Description: "The next bytes of the file, at most 64 MiB.", Required: true, Content: map[string]*huma.MediaType{
		chunkType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
	}}
}

// alertBody describes what a machine sends.
func alertBody() *huma.RequestBody {
	text := "One alert in the form of docs/formats/incidents.md, the webhook of Alertmanager, or any other JSON object with the parameters; at most 256 KiB."
	return &huma.RequestBody{Description: text, Required: true, Content: map[string]*huma.MediaType{
		jsonType: {Schema: &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}},
	}}
}

// answerOf describes an answer that is no JSON.
func answerOf(typ, about string) map[string]*huma.Response {
	return map[string]*huma.Response{"200": {Description: http.StatusText(http.StatusOK), Content: map[string]*huma.MediaType{
		typ: {Schema: &huma.Schema{Type: huma.TypeString, Description: about}},
	}}}
}
