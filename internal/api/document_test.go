package api

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

// documented is an operation as the OpenAPI document has it.
type documented struct {
	OperationID string                `json:"operationId"`
	Summary     string                `json:"summary"`
	Description string                `json:"description"`
	Security    []map[string][]string `json:"security"`
	Responses   map[string]any        `json:"responses"`

	method, path string
}

func (d documented) scope() string { return d.Security[0][scheme][0] }

// document reads the OpenAPI document of a site and the operations in it,
// in the order of path and method.
func document(t testing.TB, s *site) (raw string, operations []documented) {
	t.Helper()
	w := s.call("", "GET", Document+".json", "")
	if w.Code != 200 || w.Header().Get("Content-Type") != "application/openapi+json" {
		t.Fatalf("the document: %d %s", w.Code, w.Header().Get("Content-Type"))
	}
	var doc struct {
		OpenAPI string                           `json:"openapi"`
		Info    struct{ Title, Version string }  `json:"info"`
		Paths   map[string]map[string]documented `json:"paths"`
	}
	raw = w.Body.String()
	decode(t, w, &doc)
	if !strings.HasPrefix(doc.OpenAPI, "3.1.") || doc.Info.Title == "" || doc.Info.Version != "1.2.3" {
		t.Errorf("OpenAPI %q, %+v", doc.OpenAPI, doc.Info)
	}
	for path, methods := range doc.Paths {
		for method, d := range methods {
			d.method, d.path = strings.ToUpper(method), path
			operations = append(operations, d)
		}
	}
	slices.SortFunc(operations, func(a, b documented) int { return strings.Compare(a.path+" "+a.method, b.path+" "+b.method) })
	return raw, operations
}

func TestDocument(t *testing.T) {
	s := newSite(t)
	raw, operations := document(t, s)
	ids := map[string]bool{}
	for _, d := range operations {
		where := d.method + " " + d.path
		if d.OperationID == "" || ids[d.OperationID] || d.Summary == "" || !strings.HasPrefix(d.Description, "Scope: "+d.scope()) {
			t.Errorf("%s: %+v lacks something, or its id is used twice", where, d)
		}
		if len(d.Security) != 1 || permission(d.scope()) == 0 {
			t.Errorf("%s: security %v", where, d.Security)
		}
		if d.Responses["401"] == nil || d.Responses["403"] == nil || d.Responses["500"] == nil {
			t.Errorf("%s does not say how it fails", where)
		}
		ids[d.OperationID] = true
	}
	for _, ref := range regexp.MustCompile(`"#/components/schemas/(\w+)"`).FindAllStringSubmatch(raw, -1) {
		if !strings.Contains(raw, `"`+ref[1]+`": {`) {
			t.Errorf("%s is not there", ref[0])
		}
	}
	if found := regexp.MustCompile(`https?://\S+`).FindString(raw); found != "" {
		t.Errorf("the document leads outside: %s", found)
	}
	if w := s.call("", "GET", "/api/docs", ""); w.Code != 404 {
		t.Errorf("there is a page of documentation: %d", w.Code)
	}
}

func TestDocumentInYAML(t *testing.T) {
	s := newSite(t)
	w := s.call("", "GET", Document+".yaml", "")
	var y, j any
	if err := yaml.Unmarshal(w.Body.Bytes(), &y); err != nil {
		t.Fatal(err)
	}
	raw, _ := document(t, s)
	if err := json.Unmarshal([]byte(raw), &j); err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal(y)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := json.Marshal(j); string(asJSON) != string(again) {
		t.Error("the documents in YAML and JSON say different things")
	}
}

// TestOperations holds the map of the API: callers rely on it.
func TestOperations(t *testing.T) {
	var b strings.Builder
	_, operations := document(t, newSite(t))
	for _, d := range operations {
		fmt.Fprintf(&b, "%-6s %-70s %-10s %s\n", d.method, d.path, d.scope(), d.OperationID)
	}
	const golden = "testdata/operations.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got := b.String(); got != string(want) {
		t.Errorf("the operations changed; go test -update after looking at\n%s", got)
	}
}

// TestManual wants every operation in the page that tells callers about them.
func TestManual(t *testing.T) {
	page, err := os.ReadFile("../../docs/formats/api.md")
	if err != nil {
		t.Fatal(err)
	}
	_, operations := document(t, newSite(t))
	for _, d := range operations {
		if !strings.Contains(string(page), "`"+d.OperationID+"`") {
			t.Errorf("docs/formats/api.md lacks %s", d.OperationID)
		}
	}
}

// A contract checks answers against what the document promises.
type contract struct {
	t        testing.TB
	compiler *jsonschema.Compiler
	met      map[string]bool // operations that answered as promised, by id
}

func newContract(t testing.TB, s *site) *contract {
	t.Helper()
	raw, _ := document(t, s)
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	if err := c.AddResource("openapi.json", doc); err != nil {
		t.Fatal(err)
	}
	return &contract{t, c, map[string]bool{}}
}

// check fails if an answer is not one that an operation promises.
func (c *contract) check(d documented, w *httptest.ResponseRecorder) {
	c.t.Helper()
	status := fmt.Sprint(w.Code)
	promised, ok := d.Responses[status].(map[string]any)
	if !ok {
		c.t.Errorf("%s does not promise %s", d.OperationID, status)
		return
	}
	c.met[d.OperationID] = true
	contents, _ := promised["content"].(map[string]any)
	typ := w.Header().Get("Content-Type")
	if contents == nil && w.Body.Len() == 0 {
		return
	}
	if contents[typ] == nil {
		c.t.Errorf("%s promises %v, not %q", d.OperationID, contents, typ)
		return
	}
	if !strings.HasSuffix(typ, "json") {
		return
	}
	escape := strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D")
	pointer := fmt.Sprintf("openapi.json#/paths/%s/%s/responses/%s/content/%s/schema", escape.Replace(d.path), strings.ToLower(d.method), status, escape.Replace(typ))
	schema, err := c.compiler.Compile(pointer)
	if err != nil {
		c.t.Fatal(err)
	}
	body, err := jsonschema.UnmarshalJSON(strings.NewReader(w.Body.String()))
	if err != nil {
		c.t.Fatal(err)
	}
	if err := schema.Validate(body); err != nil {
		c.t.Errorf("%s: %v in\n%.2000s", d.OperationID, err, w.Body)
	}
}
