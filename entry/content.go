package entry

// Classify says what the first bytes of a regular file show it to be.
func Classify(head []byte) ContentKind { return 0 }
