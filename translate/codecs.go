package translate

func parseAs(id, text string, c Context) (any, error) { return nil, unknownNotation(id) }

func formatAs(id string, o Object, c Context) (string, error) { return "", unknownNotation(id) }
