package notation

import (
	"fmt"
	"strings"
)

// Words longer than longestWord are cut in messages: no screen has room for them, and
// a hostile file may be one word of a megabyte.
const (
	longestWord = 400
	keptOfWord  = 60
)

// Brief is a message whose words are no longer than a screen can hold: what is longer
// keeps its beginning and says how long it was. Any bytes may stand in it.
func Brief(message string) string {
	if len(message) <= longestWord {
		return message
	}
	words := strings.Split(message, " ")
	for i, w := range words {
		if len(w) > longestWord {
			words[i] = fmt.Sprintf("%s… (%d bytes)", strings.ToValidUTF8(w[:keptOfWord], ""), len(w))
		}
	}
	return strings.Join(words, " ")
}
