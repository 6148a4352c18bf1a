package meaning

import (
	"cmp"
	"slices"
	"strings"

	"ward/lint/source"
)

// Index is the APIs by the last component of their callees, those with whole names
// before those that are methods of anything.
func Index(apis ...API) map[string][]API {
	index := map[string][]API{}
	for _, a := range apis {
		index[method(a.Callee)] = append(index[method(a.Callee)], a)
	}
	for _, same := range index {
		slices.SortStableFunc(same, func(a, b API) int {
			return cmp.Compare(strings.Count(b.Callee, ".")-anyones(b.Callee), strings.Count(a.Callee, ".")-anyones(a.Callee))
		})
	}
	return index
}

// anyones is 1 for a method of anything, whose dot stands for no name.
func anyones(callee string) int {
	if strings.HasPrefix(callee, ".") {
		return 1
	}
	return 0
}

// fits tells whether a call whose last component agrees can be that API.
func (a *API) fits(c *source.Call) bool {
	if strings.HasPrefix(a.Callee, ".") {
		return c.Receiver != nil || strings.Contains(c.Callee, ".")
	}
	return a.Callee == c.Callee
}
