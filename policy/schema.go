package policy

import _ "embed" // the schema

//go:embed ward.schema.json
var schema string

// Schema is the JSON Schema (draft 2020-12) of policy files, for editors. It knows
// the structure; what modes, patterns and lists mean only Parse knows.
func Schema() string { return schema }
