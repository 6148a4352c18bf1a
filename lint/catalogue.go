package lint

import "slices"

// Catalogue is every rule, in the order of their ids' families: base, open, use,
// logic, race, shell, configuration, image.
func Catalogue() []*Rule {
	return slices.Concat(baseRules())
}

// byDefault is the rules that speak unasked.
func byDefault() []*Rule {
	return slices.DeleteFunc(Catalogue(), func(r *Rule) bool { return r.OptIn })
}
