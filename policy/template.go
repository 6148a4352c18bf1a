package policy

import _ "embed" // the template

//go:embed init.yaml
var template string

// Template is a policy to begin with, full of explanations.
func Template() string { return template }
