package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"ward/internal/app"
)

// conversation sends messages to a server and returns what it says, one message each.
func conversation(t *testing.T, messages ...string) []string {
	t.Helper()
	t.Chdir(t.TempDir())
	var in, out bytes.Buffer
	for _, m := range messages {
		fmt.Fprintf(&in, "Content-Length: %d\r\n\r\n%s", len(m), m)
	}
	if err := app.ServeLanguage(context.Background(), &in, &out); err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, part := range strings.Split(out.String(), "Content-Length: ")[1:] {
		_, body, _ := strings.Cut(part, "\r\n\r\n")
		if !json.Valid([]byte(body)) {
			t.Errorf("no JSON: %s", body)
		}
		said = append(said, body)
	}
	return said
}

func notify(method string, params any) string {
	body, _ := json.Marshal(map[string]any{"jsonrpc": "2.0", "method": method, "params": params})
	return string(body)
}

func request(id int, method string, params any) string {
	body, _ := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": id, "method": method, "params": params})
	return string(body)
}

func opened(uri, text string) string {
	return notify("textDocument/didOpen", map[string]any{"textDocument": map[string]string{"uri": uri, "text": text}})
}

const decimal = "package a\n\nimport \"os\"\n\n// é𝄞\nvar _ = /*é𝄞*/ os.Mkdir(\"d\", 755)\n"

func TestLanguageServer(t *testing.T) {
	document := map[string]string{"uri": "file:///x/a.go"}
	place := map[string]int{"line": 5, "character": 31}
	said := conversation(t,
		request(1, "initialize", map[string]any{}),
		opened("file:///x/a.go", decimal),
		request(2, "textDocument/hover", map[string]any{"textDocument": document, "position": place}),
		request(3, "textDocument/codeAction", map[string]any{"textDocument": document, "range": map[string]any{"start": place, "end": place}}),
		notify("textDocument/didChange", map[string]any{"textDocument": document, "contentChanges": []any{map[string]string{"text": strings.Replace(decimal, "755", "0o755", 1)}}}),
		request(4, "textDocument/hover", map[string]any{"textDocument": document, "position": map[string]int{"line": 0, "character": 99}}),
		notify("textDocument/didClose", map[string]any{"textDocument": document}),
		request(5, "workspace/symbol", map[string]any{}),
		request(6, "shutdown", nil),
		notify("exit", nil),
		request(7, "shutdown", nil),
	)
	for i, want := range []string{
		`"hoverProvider":true`,
		`{"range":{"start":{"line":5,"character":30},"end":{"line":5,"character":33}},"severity":1,"code":"lint/decimal-mode"`,
		`**0363**`,
		`"newText":"0o755"`,
		`"diagnostics":[]`,
		`"result":null`,
		`"diagnostics":[]`,
		`"code":-32601`,
		`"result":null`,
	} {
		if i >= len(said) || !strings.Contains(said[i], want) {
			t.Errorf("answer %d: %q, want %s", i, said[min(i, len(said)-1)], want)
		}
	}
	if len(said) != 9 {
		t.Errorf("%d answers", len(said))
	}
}

func TestLanguageServerChecksPolicies(t *testing.T) {
	said := conversation(t, opened("file:///x/ward.yaml", "version: 1\nrules:\n  - nam: x\n"), "no json")
	if len(said) != 2 || !strings.Contains(said[0], `"start":{"line":2,"character":4}`) || !strings.Contains(said[1], "-32700") {
		t.Errorf("%q", said)
	}
}
