package lint

import "slices"

// Catalogue is every rule, in the order in which they look at an effect: what
// says that the mode is not the one that was meant comes first.
func Catalogue() []*Rule {
	return withHelp(slices.Concat(imageRules(), configRules(), unitRules(), commandRules(), logicRules(), numberRules(), baseRules(), useRules(), secretRules(), orderRules(), openRules()))
}

// byDefault is the rules that speak unasked.
func byDefault() []*Rule {
	return slices.DeleteFunc(Catalogue(), func(r *Rule) bool { return r.OptIn })
}
