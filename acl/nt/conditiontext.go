package nt

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxConditionDepth bounds how deeply parentheses may be nested.
const maxConditionDepth = 256

// words are the operators that are words (MS-DTYP, section 2.5.1.1). Case does not
// matter in reading.
func words() map[Code]string {
	return map[Code]string{
		codeContains: "Contains", codeExists: "Exists", codeAnyOf: "Any_of",
		0x89: "Member_of", 0x8a: "Device_Member_of", 0x8b: "Member_of_any", 0x8c: "Device_Member_of_any",
		codeNotExists: "Not_Exists", codeNotContains: "Not_Contains", codeNotAnyOf: "Not_Any_of",
		0x90: "Not_Member_of", 0x91: "Not_Device_Member_of", 0x92: "Not_Member_of_any", 0x93: "Not_Device_Member_of_any",
	}
}

// signs are the operators that are signs. Longer ones come first.
func signs() []struct {
	text string
	code Code
} {
	return []struct {
		text string
		code Code
	}{
		{"==", codeEqual},
		{"!=", codeNotEqual},
		{"<=", codeAtMost},
		{">=", codeAtLeast},
		{"<", codeLess},
		{">", codeGreater},
	}
}

func wordCode(word string) (Code, bool) {
	for c, w := range words() {
		if strings.EqualFold(w, word) {
			return c, true
		}
	}
	return 0, false
}

func prefixes() map[string]Code {
	return map[string]Code{"@user.": codeUser, "@device.": codeDevice, "@resource.": codeResource}
}

// ParseCondition reads a condition in its parentheses, as the last field of a
// conditional entry has it: `(@User.Title == "PM" && Member_of {SID(BA)})`.
func ParseCondition(text string, opts SDDLOptions) (Condition, error) {
	p := sddlParser{text: text, notation: "condition", opts: opts}
	c, err := p.condition()
	if err == nil && p.at < len(text) {
		err = p.errorf("there is something after the condition")
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

func (p *sddlParser) condition() (Condition, error) {
	p.spaces()
	c, err := p.parenthesis(0)
	if err != nil {
		return nil, err
	}
	p.spaces()
	if problem := c.problem(); problem != "" {
		return nil, p.errorf("%s", problem)
	}
	return c, nil
}

func (p *sddlParser) parenthesis(depth int) (Condition, error) {
	if depth > maxConditionDepth {
		return nil, p.errorf("parentheses are nested too deeply")
	}
	if !p.accept("(") {
		return nil, p.errorf("a parenthesis is expected")
	}
	c, err := p.either(depth + 1)
	if err != nil {
		return nil, err
	}
	if p.spaces(); !p.accept(")") {
		return nil, p.errorf("a closing parenthesis or an operator is expected")
	}
	return c, nil
}

// either reads terms that || joins; both those that && joins, which binds closer.
func (p *sddlParser) either(depth int) (Condition, error) {
	return p.joined("||", codeOr, func() (Condition, error) {
		return p.joined("&&", codeAnd, func() (Condition, error) { return p.term(depth) })
	})
}

func (p *sddlParser) joined(sign string, code Code, next func() (Condition, error)) (Condition, error) {
	c, err := next()
	for err == nil && p.acceptSpaced(sign) {
		var right Condition
		right, err = next()
		c = append(append(c, right...), Token{Code: code})
	}
	return c, err
}

func (p *sddlParser) acceptSpaced(s string) bool {
	p.spaces()
	return p.accept(s)
}

func (p *sddlParser) term(depth int) (Condition, error) {
	p.spaces()
	switch {
	case strings.HasPrefix(p.rest(), "("):
		return p.parenthesis(depth)
	case p.accept("!"):
		p.spaces()
		c, err := p.parenthesis(depth)
		return append(c, Token{Code: codeNot}), err
	}
	start := p.at
	if code, ok := wordCode(p.word()); ok && code.arity() == 1 {
		return p.unary(code)
	}
	p.at = start
	return p.relation()
}

func (p *sddlParser) word() string {
	start := p.at
	for p.at < len(p.text) && (isLetter(p.text[p.at]) || p.text[p.at] == '_') {
		p.at++
	}
	return p.text[start:p.at]
}

func (p *sddlParser) unary(code Code) (Condition, error) {
	p.spaces()
	var t Token
	var err error
	switch {
	case !code.member():
		t, err = p.attribute(true)
	case p.accept("("):
		t, err = p.literal()
		if err == nil && !p.acceptSpaced(")") {
			err = p.errorf("a closing parenthesis is expected")
		}
	default:
		t, err = p.literal()
	}
	return Condition{t, {Code: code}}, err
}

// relation reads an attribute, alone or compared with something. An attribute
// without a prefix may not stand on the right.
func (p *sddlParser) relation() (Condition, error) {
	left, err := p.attribute(true)
	if err != nil {
		return nil, err
	}
	p.spaces()
	code, ok := p.operator()
	if !ok {
		return Condition{left}, nil
	}
	p.spaces()
	var right Token
	if strings.HasPrefix(p.rest(), "@") {
		right, err = p.attribute(false)
	} else {
		right, err = p.literal()
	}
	return Condition{left, right, {Code: code}}, err
}

func (p *sddlParser) operator() (Code, bool) {
	for _, s := range signs() {
		if p.accept(s.text) {
			return s.code, true
		}
	}
	start := p.at
	if code, ok := wordCode(p.word()); ok && code.arity() == 2 {
		return code, true
	}
	p.at = start
	return 0, false
}

func (p *sddlParser) attribute(local bool) (Token, error) {
	t := Token{Code: codeLocal}
	more := ""
	for prefix, code := range prefixes() {
		if rest := p.rest(); len(rest) >= len(prefix) && strings.EqualFold(rest[:len(prefix)], prefix) {
			p.at += len(prefix)
			t.Code, more = code, "#$'*+-;?@[]\\^`{}~"
			break
		}
	}
	if t.Code == codeLocal && !local {
		return t, p.errorf("the prefix @User., @Device. or @Resource. is expected")
	}
	start := p.at
	for p.at < len(p.text) && (isNameByte(p.text[p.at]) || p.text[p.at] == '%' || strings.IndexByte(more, p.text[p.at]) >= 0) {
		p.at++
	}
	name, ok := unescape(p.text[start:p.at])
	switch {
	case name == "":
		return t, p.errorf("the name of an attribute is expected")
	case !ok:
		p.at = start
		return t, p.errorf("the name of the attribute has characters that are none")
	}
	t.Name = name
	return t, nil
}

// isNameByte reports whether a byte stands for itself in an attribute's name
// (attr-char1).
func isNameByte(c byte) bool {
	return isLetter(c) || c >= '0' && c <= '9' || c == ':' || c == '.' || c == '/' || c == '_' || c >= 0x80
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func (p *sddlParser) literal() (Token, error) {
	switch rest := p.rest(); {
	case rest == "":
		return Token{}, p.errorf("a value is expected")
	case rest[0] == '{':
		return p.list()
	case rest[0] == '"':
		s, err := p.quoted()
		return Token{Code: codeText, Value: Value{Kind: Text, Text: s}}, err
	case rest[0] == '#':
		b, err := p.octets()
		return Token{Code: codeOctets, Value: Value{Kind: Octets, Text: b}}, err
	case len(rest) > 4 && strings.EqualFold(rest[:4], "SID("):
		s, err := p.sidInParentheses()
		return Token{Code: codeSID, Value: Value{Kind: Account, SID: s}}, err
	}
	return p.integer()
}

func (p *sddlParser) list() (Token, error) {
	t := Token{Code: codeList}
	p.at++
	if p.acceptSpaced("}") {
		return t, nil
	}
	for {
		p.spaces()
		if strings.HasPrefix(p.rest(), "{") {
			return t, p.errorf("a list may not have lists in it")
		}
		e, err := p.literal()
		if err != nil {
			return t, err
		}
		t.List = append(t.List, e)
		if p.acceptSpaced("}") {
			return t, nil
		}
		if !p.accept(",") {
			return t, p.errorf("a comma or a closing brace is expected")
		}
	}
}

func (p *sddlParser) quoted() (string, error) {
	start := p.at + 1
	end := strings.IndexByte(p.text[min(start, len(p.text)):], '"')
	if end < 0 {
		return "", p.errorf("the closing quotation mark is missing")
	}
	s, ok := unescape(p.text[start : start+end])
	if !ok {
		return "", p.errorf("the text has characters that are none")
	}
	p.at = start + end + 1
	return s, nil
}

// octets reads hexadecimal digits, of which # is another 0.
func (p *sddlParser) octets() (string, error) {
	start := p.at + 1
	end := start
	for end < len(p.text) && strings.IndexByte("#0123456789abcdefABCDEF", p.text[end]) >= 0 {
		end++
	}
	b, err := hex.DecodeString(strings.ReplaceAll(p.text[start:end], "#", "0"))
	if err != nil {
		return "", p.errorf("the octets have an odd number of digits")
	}
	p.at = end
	return string(b), nil
}

func (p *sddlParser) sidInParentheses() (SID, error) {
	p.at += len("SID(")
	p.spaces()
	s, err := p.sid()
	if err != nil {
		return SID{}, err
	}
	if p.spaces(); !p.accept(")") {
		return SID{}, p.errorf("a closing parenthesis is expected after the SID")
	}
	return s, nil
}

func (p *sddlParser) integer() (Token, error) {
	start := p.at
	t := Token{Code: codeInt64, Sign: signNone, Base: base10}
	switch {
	case p.accept("+"):
		t.Sign = signPlus
	case p.accept("-"):
		t.Sign = signMinus
	}
	digits := p.at
	for p.at < len(p.text) && (isLetter(p.text[p.at]) || p.text[p.at] >= '0' && p.text[p.at] <= '9') {
		p.at++
	}
	word := strings.ToLower(p.text[digits:p.at])
	switch {
	case strings.HasPrefix(word, "0x"):
		t.Base = base16
	case len(word) > 1 && word[0] == '0':
		t.Base = base8
	}
	v, err := strconv.ParseInt(strings.TrimPrefix(p.text[start:digits], "+")+word, 0, 64)
	if err != nil || strings.ContainsAny(word, "ob") && t.Base != base16 {
		p.at = start
		return t, p.errorf("a value is expected: a number of 64 bits, \"text\", #octets, SID(…) or {…}")
	}
	t.Value = Value{Kind: Integer, Int: v}
	return t, nil
}

// unescape replaces %XXXX by the UTF-16 unit; ok is false for half pairs and for
// bytes that are no UTF-8.
func unescape(s string) (string, bool) {
	var units []uint16
	for i := 0; i < len(s); {
		if u, ok := escapedUnit(s[i:]); ok {
			units, i = append(units, u), i+5
			continue
		}
		next := len(s)
		if j := strings.IndexByte(s[i+1:], '%'); j >= 0 {
			next = i + 1 + j
		}
		units, i = append(units, utf16.Encode([]rune(s[i:next]))...), next
	}
	text := string(utf16.Decode(units))
	return text, utf8.ValidString(s) && slices.Equal(utf16.Encode([]rune(text)), units)
}

func escapedUnit(s string) (uint16, bool) {
	if len(s) < 5 || s[0] != '%' {
		return 0, false
	}
	v, err := strconv.ParseUint(s[1:5], 16, 16)
	return uint16(v), err == nil && s[1] != '+' && s[1] != '-' && s[1] != '_'
}

// escape writes as %XXXX what keep does not keep.
func escape(s string, keep func(r rune) bool) string {
	var b strings.Builder
	for _, r := range s {
		if keep(r) {
			b.WriteRune(r)
			continue
		}
		for _, u := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, "%%%04x", u)
		}
	}
	return b.String()
}

func keepInName(r rune) bool { return r < 0x80 && isNameByte(byte(r)) }
func keepInText(r rune) bool { return r != '"' && r != '%' && r >= 0x20 && r != 0x7f }

// Format is the condition in SDDL, in its parentheses. Numbers are of 64 bits when
// they are read again.
func (c Condition) Format(opts SDDLOptions) string {
	if c.problem() != "" {
		return ""
	}
	var stack []string
	for _, t := range c {
		n := len(stack) - t.Code.arity()
		s := t.format(stack[n:], opts)
		stack = append(stack[:n], s)
	}
	return stack[0]
}

// unparenthesized is an attribute as it stands beside an operator; alone it stands in
// parentheses.
func unparenthesized(s string) string {
	if strings.HasPrefix(s, "(") {
		return s[1 : len(s)-1]
	}
	return s
}

func (t Token) format(operands []string, opts SDDLOptions) string {
	switch c := t.Code; {
	case c.attribute():
		return "(" + t.attributeText() + ")"
	case c.literal():
		return t.literalText(opts)
	case c == codeAnd:
		return "(" + operands[0] + " && " + operands[1] + ")"
	case c == codeOr:
		return "(" + operands[0] + " || " + operands[1] + ")"
	case c == codeNot:
		return "(!" + operands[0] + ")"
	case c.arity() == 1:
		return "(" + words()[c] + " " + unparenthesized(operands[0]) + ")"
	}
	return "(" + unparenthesized(operands[0]) + " " + t.Code.operatorText() + " " + unparenthesized(operands[1]) + ")"
}

func (c Code) operatorText() string {
	for _, s := range signs() {
		if s.code == c {
			return s.text
		}
	}
	return words()[c]
}

func (t Token) attributeText() string {
	prefix := map[Code]string{codeUser: "@USER.", codeDevice: "@DEVICE.", codeResource: "@RESOURCE."}[t.Code]
	return prefix + escape(t.Name, keepInName)
}

func (t Token) literalText(opts SDDLOptions) string {
	switch t.Code {
	case codeText:
		return `"` + escape(t.Value.Text, keepInText) + `"`
	case codeOctets:
		return "#" + hex.EncodeToString([]byte(t.Value.Text))
	case codeSID:
		return "SID(" + opts.formatSID(t.Value.SID) + ")"
	case codeList:
		parts := make([]string, len(t.List))
		for i, e := range t.List {
			parts[i] = e.literalText(opts)
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return t.integerText()
}

func (t Token) integerText() string {
	s, magnitude := "", uint64(t.Value.Int)
	switch {
	case t.Value.Int < 0:
		s, magnitude = "-", -magnitude
	case t.Sign == signMinus && magnitude == 0:
		s = "-"
	case t.Sign == signPlus:
		s = "+"
	}
	switch t.Base {
	case base8:
		return s + "0" + strconv.FormatUint(magnitude, 8)
	case base16:
		return s + "0x" + strconv.FormatUint(magnitude, 16)
	}
	return s + strconv.FormatUint(magnitude, 10)
}
