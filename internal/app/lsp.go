package app

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"strconv"
)

// ServeLanguage answers an editor in the Language Server Protocol 3.17 on in and out
// until it says exit or in ends: diagnostics, what a mode means, and fixes, for source
// code and policy files. Documents are taken as the editor sends them; nothing is read
// but ward.yaml of the current directory, and nothing is written.
func ServeLanguage(ctx context.Context, in io.Reader, out io.Writer) error {
	l, err := newLinting(ctx, LintRequest{})
	if err != nil {
		return err
	}
	s := &languageServer{linting: l, out: out, open: map[string]*document{}}
	messages, failed := make(chan []byte), make(chan error, 1)
	go func() { failed <- readMessages(ctx, in, messages) }()
	for !s.done {
		select {
		case body := <-messages:
			if err := s.answer(body); err != nil {
				return fmt.Errorf("write to the editor: %w", err)
			}
		case err := <-failed:
			return err
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// readMessages hands on what the editor sends until it ends. A read cannot be called
// off: when ctx is done it is left behind, and the process is about to end.
func readMessages(ctx context.Context, in io.Reader, to chan<- []byte) error {
	r := bufio.NewReader(in)
	for {
		body, err := readMessage(r)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read from the editor: %w", err)
		}
		select {
		case to <- body:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// maxMessage is more than any document that is linted needs.
const maxMessage = 64 << 20

// readMessage reads one message: a header as of HTTP, and its body.
func readMessage(r *bufio.Reader) ([]byte, error) {
	header, err := textproto.NewReader(r).ReadMIMEHeader()
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(header.Get("Content-Length"))
	if err != nil || n < 0 || n > maxMessage {
		return nil, fmt.Errorf("a message of Content-Length %q", header.Get("Content-Length"))
	}
	body := make([]byte, n)
	_, err = io.ReadFull(r, body)
	return body, err
}

// rpcMessage is a request, or a notification where there is no ID.
type rpcMessage struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
}

type rpcError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// The error codes of JSON-RPC 2.0, section 5.1.
const (
	rpcParseError     = -32700
	rpcUnknownMethod  = -32601
	rpcInvalidRequest = -32602
)

type languageServer struct {
	*linting
	out  io.Writer
	open map[string]*document // by address
	done bool
}

func (s *languageServer) send(v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "Content-Length: %d\r\n\r\n%s", len(body), body)
	return err
}

func (s *languageServer) result(id json.RawMessage, v any) error {
	return s.send(map[string]any{"jsonrpc": "2.0", "id": id, "result": v})
}

func (s *languageServer) refuse(id json.RawMessage, code int, message string) error {
	if id == nil {
		id = json.RawMessage("null")
	}
	return s.send(map[string]any{"jsonrpc": "2.0", "id": id, "error": rpcError{code, message}})
}

// answer obeys one message.
func (s *languageServer) answer(body []byte) error {
	var m rpcMessage
	if err := json.Unmarshal(body, &m); err != nil {
		return s.refuse(nil, rpcParseError, "this is no JSON")
	}
	switch m.Method {
	case "exit":
		s.done = true
		return nil
	case "shutdown":
		return s.result(m.ID, nil)
	case "initialize":
		return s.result(m.ID, map[string]any{
			"serverInfo": map[string]string{"name": "ward"},
			"capabilities": map[string]any{
				"textDocumentSync": 1, "hoverProvider": true, // 1: the whole text each time
				"codeActionProvider": map[string]any{"codeActionKinds": []string{"quickfix"}},
			},
		})
	}
	var p lspParams
	if err := json.Unmarshal(m.Params, &p); err != nil && len(m.Params) > 0 {
		return s.refuse(m.ID, rpcInvalidRequest, "these are no parameters of "+m.Method)
	}
	switch m.Method {
	case "textDocument/didOpen":
		return s.publish(p.Document.URI, p.Document.Text)
	case "textDocument/didChange":
		if n := len(p.Changes); n > 0 {
			return s.publish(p.Document.URI, p.Changes[n-1].Text)
		}
	case "textDocument/didClose":
		delete(s.open, p.Document.URI)
		return s.diagnostics(p.Document.URI, []lspDiagnostic{})
	case "textDocument/hover":
		return s.result(m.ID, s.hover(&p))
	case "textDocument/codeAction":
		return s.result(m.ID, s.actions(&p))
	default:
		if m.ID != nil {
			return s.refuse(m.ID, rpcUnknownMethod, "ward does not know "+m.Method)
		}
	}
	return nil
}
