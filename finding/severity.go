package finding

// String is the word of policy files and reports: info, warning, error, critical.
func (s Severity) String() string {
	if s > Critical {
		return "unknown"
	}
	return [...]string{"info", "warning", "error", "critical"}[s]
}

// ParseSeverity reads the word that String writes; false for any other.
func ParseSeverity(s string) (Severity, bool) {
	for v := Info; v <= Critical; v++ {
		if v.String() == s {
			return v, true
		}
	}
	return 0, false
}
