package racf

import (
	"fmt"
	"slices"
	"strings"
)

// Verb is a command for profiles.
type Verb uint8

// The commands.
const (
	AddDataset Verb = iota
	AlterDataset
	DeleteDataset
	DefineResource
	AlterResource
	DeleteResource
	PermitAccess
)

func (v Verb) String() string { return verbs()[v%7] }

func verbs() []string {
	return []string{"ADDSD", "ALTDSD", "DELDSD", "RDEFINE", "RALTER", "RDELETE", "PERMIT"}
}

func shortVerbs() []string { return []string{"AD", "ALD", "DD", "RDEF", "RALT", "RDEL", "PE"} }

// Reset says which access lists PERMIT empties first.
type Reset uint8

// The lists.
const (
	ResetNone Reset = iota
	ResetAll
	ResetStandard
	ResetWhen
)

// Command is one command for profiles. What it does not say stays as it is.
type Command struct {
	Verb    Verb
	Class   string
	Names   []string // fully qualified
	UACC    Level
	SetUACC bool
	Owner   string
	Volume  string
	Generic bool // GENERIC: the profile is generic though its name is not
	// Warning is set by WARNING, NoWarning by NOWARNING.
	Warning, NoWarning bool
	IDs                []string // of PERMIT
	Access             Level    // of PERMIT; READ where the command does not say
	When               Condition
	Delete             bool
	Reset              Reset
	Rest               []string // operands that say nothing of access: DATA('…'), NOTIFY(JOE)
}

// IsWhen reports whether the command is for the conditional access list.
func (c Command) IsWhen() bool { return c.When != Condition{} }

// ParseCommand reads a command as TSO takes it; lines can go on after "-" or "+". Names
// of data sets without quotes get the prefix before them. Keywords may be shortened
// while they stay unique; levels are spelled in full.
func ParseCommand(s, prefix string) (Command, error) {
	p := commandParser{input: s, prefix: prefix}
	ops, err := operands(s)
	if err != nil {
		return Command{}, err
	}
	if len(ops) == 0 || ops[0].hasValue {
		return Command{}, p.fault(0, "there is no command", "known are "+strings.Join(verbs(), ", "))
	}
	verb := max(indexFold(verbs(), ops[0].word), indexFold(shortVerbs(), ops[0].word))
	if verb < 0 {
		return Command{}, p.fault(ops[0].at, fmt.Sprintf("%q is no command for profiles", ops[0].word), "known are "+strings.Join(verbs(), ", "))
	}
	p.command.Verb = Verb(verb)
	ops = ops[1:]
	if ops, err = p.names(ops); err != nil {
		return Command{}, err
	}
	for _, o := range ops {
		if err := p.operand(o); err != nil {
			return Command{}, err
		}
	}
	return p.command, p.complete()
}

// operand is a word, or KEY(VALUE), or (LIST).
type operand struct {
	at       int
	word     string
	value    string
	valueAt  int
	hasValue bool
}

func (o operand) text() string {
	if o.hasValue {
		return o.word + "(" + o.value + ")"
	}
	return o.word
}

// operands cuts a command at blanks and commas that stand in no quotes or parentheses.
func operands(s string) ([]operand, error) {
	var out []operand
	for at := 0; at < len(s); {
		if at = skipBlanks(s, at); at == len(s) {
			break
		}
		o := operand{at: at}
		end, err := wordEnd(s, at)
		if err != nil {
			return nil, err
		}
		o.word = s[at:end]
		if end < len(s) && s[end] == '(' {
			stop, err := closing(s, end)
			if err != nil {
				return nil, err
			}
			o.hasValue, o.valueAt, o.value = true, end+1, s[end+1:stop]
			end = stop + 1
		}
		if end == at {
			return nil, syntaxError(s, at, fmt.Sprintf("%q is not expected", s[at:at+1]), "")
		}
		out = append(out, o)
		at = end
	}
	return out, nil
}

// skipBlanks passes over separators, and over "-" and "+" at the end of a line.
func skipBlanks(s string, at int) int {
	for ; at < len(s); at++ {
		switch {
		case strings.IndexByte(" ,\t\r\n", s[at]) >= 0:
		case (s[at] == '-' || s[at] == '+') && strings.TrimLeft(s[at+1:], " \t\r") != strings.TrimLeft(s[at+1:], " \t\r\n"):
		default:
			return at
		}
	}
	return at
}

func wordEnd(s string, at int) (int, error) {
	quoted := false
	for i := at; i < len(s); i++ {
		switch {
		case s[i] == '\'':
			quoted = !quoted
		case !quoted && strings.IndexByte(" ,\t\r\n()", s[i]) >= 0:
			return i, nil
		}
	}
	if quoted {
		return 0, syntaxError(s, at, "the quote is not closed", "")
	}
	return len(s), nil
}

func closing(s string, open int) (int, error) {
	depth, quoted := 0, false
	for i := open; i < len(s); i++ {
		switch {
		case s[i] == '\'':
			quoted = !quoted
		case quoted:
		case s[i] == '(':
			depth++
		case s[i] == ')':
			if depth--; depth == 0 {
				return i, nil
			}
		}
	}
	return 0, syntaxError(s, open, "the parenthesis is not closed", "")
}

type commandParser struct {
	input, prefix string
	command       Command
}

func (p *commandParser) fault(at int, problem, hint string) error {
	return syntaxError(p.input, at, problem, hint)
}

// names reads the operands that stand by their place: the class of general resources,
// and the profiles.
func (p *commandParser) names(ops []operand) ([]operand, error) {
	c := &p.command
	switch c.Verb {
	case AddDataset, AlterDataset, DeleteDataset:
		c.Class = Dataset
	case PermitAccess:
		c.Class = classOf(ops)
	default:
		if len(ops) == 0 || ops[0].hasValue {
			return nil, p.fault(len(p.input), "the command names no class", "")
		}
		c.Class, ops = strings.ToUpper(ops[0].word), ops[1:]
	}
	if len(ops) == 0 || ops[0].hasValue && ops[0].word != "" {
		return nil, p.fault(len(p.input), "the command names no profile", "")
	}
	list := []operand{ops[0]}
	if ops[0].hasValue {
		inner, err := operands(ops[0].value)
		if err != nil {
			return nil, p.fault(ops[0].valueAt, "the names are not well formed", "")
		}
		list = inner
		for i := range list {
			list[i].at += ops[0].valueAt
		}
	}
	for _, o := range list {
		if err := p.name(o); err != nil {
			return nil, err
		}
	}
	return ops[1:], nil
}

func classOf(ops []operand) string {
	for _, o := range ops {
		if o.hasValue && keyword(o.word) == "CLASS" {
			return strings.ToUpper(strings.TrimSpace(o.value))
		}
	}
	return Dataset
}

func (p *commandParser) name(o operand) error {
	name := strings.ToUpper(o.word)
	inner, quoted := strings.CutPrefix(name, "'")
	if quoted {
		name = strings.TrimSuffix(inner, "'")
	}
	if p.command.Class != Dataset {
		if name == "" || len(name) > longestGeneral || strings.ContainsAny(name, " '") || o.hasValue {
			return p.fault(o.at, fmt.Sprintf("%q is no name of a profile", o.text()), "")
		}
		p.command.Names = append(p.command.Names, name)
		return nil
	}
	if !quoted && p.prefix != "" {
		name = p.prefix + "." + name
	}
	if err := checkDataset(name, true, true); err != nil || o.hasValue {
		return p.fault(o.at, fmt.Sprintf("%q is no name of a data set profile", o.text()), "")
	}
	p.command.Names = append(p.command.Names, name)
	return nil
}

// keyword is the whole word of an operand that may be shortened, or "".
func keyword(s string) string {
	found := ""
	for _, w := range []string{"UACC", "OWNER", "VOLUME", "GENERIC", "WARNING", "NOWARNING", "ID", "ACCESS", "CLASS", "WHEN", "DELETE", "RESET"} {
		if strings.EqualFold(s, w) {
			return w
		}
		if len(s) >= 2 && len(s) < len(w) && strings.EqualFold(s, w[:len(s)]) {
			if found != "" {
				return ""
			}
			found = w
		}
	}
	return found
}

func (p *commandParser) operand(o operand) (err error) {
	c := &p.command
	value := strings.ToUpper(strings.TrimSpace(o.value))
	switch k := keyword(o.word); {
	case k == "UACC" && o.hasValue:
		c.SetUACC = true
		c.UACC, err = p.level(o)
	case k == "ACCESS" && o.hasValue && c.Verb == PermitAccess:
		c.Access, err = p.level(o)
	case k == "OWNER" && o.hasValue:
		c.Owner = value
	case k == "VOLUME" && o.hasValue:
		c.Volume = value
	case k == "CLASS" && c.Verb == PermitAccess && o.hasValue:
	case k == "ID" && o.hasValue && c.Verb == PermitAccess:
		c.IDs, err = p.ids(o)
	case k == "WHEN" && o.hasValue && c.Verb == PermitAccess:
		err = p.when(o)
	case k == "RESET" && c.Verb == PermitAccess:
		err = p.reset(o, value)
	case k == "GENERIC" && !o.hasValue:
		c.Generic = true
	case k == "WARNING" && !o.hasValue:
		c.Warning = true
	case k == "NOWARNING" && !o.hasValue:
		c.NoWarning = true
	case k == "DELETE" && !o.hasValue && c.Verb == PermitAccess:
		c.Delete = true
	case k != "" || o.word == "":
		err = p.fault(o.at, fmt.Sprintf("%q is not expected", o.text()), "")
	default:
		c.Rest = append(c.Rest, o.text())
	}
	return err
}

func (p *commandParser) level(o operand) (Level, error) {
	l, err := ParseLevel(strings.TrimSpace(o.value))
	if err != nil {
		return 0, p.fault(o.valueAt, fmt.Sprintf("%q is no level", o.value), "levels are NONE, EXECUTE, READ, UPDATE, CONTROL and ALTER")
	}
	return l, nil
}

func (p *commandParser) ids(o operand) ([]string, error) {
	ids := strings.FieldsFunc(strings.ToUpper(o.value), func(r rune) bool { return strings.ContainsRune(" ,\t\r\n", r) })
	for _, id := range ids {
		if _, problem, _ := checkQualifier(id, false, false); problem != "" && id != "*" {
			return nil, p.fault(o.valueAt, fmt.Sprintf("%q is neither a user nor a group", id), `"*" stands for every user that is defined`)
		}
	}
	return ids, nil
}

func (p *commandParser) when(o operand) error {
	inner, err := operands(o.value)
	if err != nil || len(inner) != 1 || !inner[0].hasValue || inner[0].word == "" {
		return p.fault(o.valueAt, fmt.Sprintf("%q is no condition", o.value), "write WHEN(PROGRAM(NAME))")
	}
	p.command.When = Condition{Type: strings.ToUpper(inner[0].word), Value: strings.ToUpper(strings.TrimSpace(inner[0].value))}
	return nil
}

func (p *commandParser) reset(o operand, value string) error {
	i := indexFold([]string{"ALL", "STANDARD", "WHEN"}, value)
	if !o.hasValue {
		i = 0
	}
	if i < 0 {
		return p.fault(o.valueAt, fmt.Sprintf("%q is no list", o.value), "lists are ALL, STANDARD and WHEN")
	}
	p.command.Reset = Reset(i + 1)
	return nil
}

// complete checks what the operands make together.
func (p *commandParser) complete() error {
	c := &p.command
	if c.Verb != PermitAccess {
		return nil
	}
	if len(c.IDs) == 0 && c.Reset == ResetNone {
		return p.fault(len(p.input), "the command says neither ID nor RESET", "")
	}
	if len(c.IDs) > 0 && !c.Delete && !p.saysAccess() {
		c.Access = Read // the default of PERMIT
	}
	return nil
}

func (p *commandParser) saysAccess() bool {
	ops, _ := operands(p.input)
	return slices.ContainsFunc(ops, func(o operand) bool { return o.hasValue && keyword(o.word) == "ACCESS" })
}

// String is the command as TSO takes it, keywords in full.
func (c Command) String() string {
	words := []string{c.Verb.String()}
	if c.Verb >= DefineResource && c.Verb <= DeleteResource {
		words = append(words, c.Class)
	}
	words = append(words, c.formatNames())
	add := func(on bool, format string, args ...any) {
		if on {
			words = append(words, fmt.Sprintf(format, args...))
		}
	}
	permit := c.Verb == PermitAccess
	add(permit && c.Class != Dataset, "CLASS(%s)", c.Class)
	add(permit && len(c.IDs) > 0, "ID(%s)", strings.Join(c.IDs, " "))
	add(permit && len(c.IDs) > 0 && !c.Delete, "ACCESS(%s)", c.Access)
	add(permit && c.IsWhen(), "WHEN(%s(%s))", c.When.Type, c.When.Value)
	add(permit && c.Delete, "DELETE")
	add(permit && c.Reset != ResetNone, "RESET%s", [...]string{"", "(ALL)", "(STANDARD)", "(WHEN)"}[c.Reset&3])
	add(c.SetUACC, "UACC(%s)", c.UACC)
	add(c.Owner != "", "OWNER(%s)", c.Owner)
	add(c.Volume != "", "VOLUME(%s)", c.Volume)
	add(c.Generic, "GENERIC")
	add(c.Warning, "WARNING")
	add(c.NoWarning, "NOWARNING")
	return strings.Join(append(words, c.Rest...), " ")
}

func (c Command) formatNames() string {
	names := slices.Clone(c.Names)
	for i := range names {
		if c.Class == Dataset {
			names[i] = "'" + names[i] + "'"
		}
	}
	if len(names) == 1 {
		return names[0]
	}
	return "(" + strings.Join(names, " ") + ")"
}
