package entry

// The forms of private keys that are known: PEM blocks as OpenSSL writes them
// (RFC 7468 and, with "Proc-Type", RFC 1421), OpenSSH's own (PROTOCOL.key), PGP
// (RFC 9580), PuTTY's (appendix C of its manual), age's, and PEM in JSON.

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// privateKeys says which keys lie in a file, by the forms at line starts.
func privateKeys(head []byte) ContentKind {
	var found ContentKind
	rest := bytes.TrimPrefix(head, []byte("\ufeff"))
	found |= puttyKey(rest) | serviceAccount(rest)
	for len(rest) > 0 {
		line, after := cutLine(rest)
		switch {
		case bytes.HasPrefix(line, []byte("-----BEGIN ")):
			found |= block(line, after)
		case bytes.HasPrefix(line, []byte("AGE-SECRET-KEY-")):
			found |= ageKey(line)
		}
		rest = nextMark(after)
	}
	return found
}

// serviceAccount finds a PEM block in a string of a JSON document, which is how
// cloud services hand out the keys of their accounts.
func serviceAccount(head []byte) ContentKind {
	if !bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte("{")) {
		return 0
	}
	_, rest, _ := bytes.Cut(head, []byte(`"-----BEGIN `))
	text, _, _ := bytes.Cut(rest, []byte(`"`))
	line, after := cutLine(bytes.ReplaceAll(text, []byte(`\n`), []byte("\n")))
	return block(append([]byte("-----BEGIN "), line...), after)
}

// nextMark skips to the next line that may begin a key.
func nextMark(b []byte) []byte {
	for len(b) > 0 {
		if b[0] == '-' || b[0] == 'A' {
			return b
		}
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			return nil
		}
		b = b[i+1:]
	}
	return nil
}

// cutLine takes a line off, without the blanks at its end.
func cutLine(b []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(b, []byte{'\n'})
	return bytes.TrimRight(line, "\r \t"), rest
}

// block judges a PEM block by its label and the beginning of its body.
func block(begin, rest []byte) ContentKind {
	label := strings.TrimSuffix(strings.TrimPrefix(string(begin), "-----BEGIN "), "-----")
	if len(label)+len("-----BEGIN -----") != len(begin) {
		return 0
	}
	judge, ok := blocks()[label]
	if !ok {
		return 0
	}
	return judge(bodyOf(rest))
}

func blocks() map[string]func(body) ContentKind {
	return map[string]func(body) ContentKind{
		"PRIVATE KEY":           plainKey,
		"RSA PRIVATE KEY":       plainKey,
		"EC PRIVATE KEY":        plainKey,
		"DSA PRIVATE KEY":       plainKey,
		"ENCRYPTED PRIVATE KEY": encryptedKey,
		"OPENSSH PRIVATE KEY":   opensshKey,
		"PGP PRIVATE KEY BLOCK": pgpKey,
	}
}

// body is the beginning of what a block holds.
type body struct {
	headers string
	bytes   []byte // decoded, as far as it was looked at
}

const (
	bodyLines = 64      // lines that are looked at, headers included
	leastKey  = 32      // bytes; the shortest key of all has 48 around it
	lookedAt  = 2 << 10 // bytes of a body that tell all there is to know
)

// bodyOf collects the headers and the first bytes of a block.
func bodyOf(rest []byte) body {
	var b body
	var text []byte
	for range bodyLines {
		if len(rest) == 0 || len(text) > lookedAt*4/3 {
			break
		}
		var line []byte
		line, rest = cutLine(rest)
		switch {
		case bytes.HasPrefix(line, []byte("-----END")):
			rest = nil
		case bytes.IndexByte(line, ':') >= 0 || len(text) == 0 && bytes.HasPrefix(line, []byte(" ")):
			b.headers += string(line) + "\n"
		case bytes.HasPrefix(line, []byte("=")): // PGP's checksum
		case base64Line(line):
			text = append(text, line...)
		case len(line) > 0:
			return body{}
		}
	}
	b.bytes = decode(text)
	return b
}

func base64Line(line []byte) bool {
	for _, c := range line {
		if !wordByte(c) && c != '+' && c != '/' && c != '=' || c == '_' {
			return false
		}
	}
	return len(line) > 0
}

// decode takes whole groups of four, up to the first that is none.
func decode(text []byte) []byte {
	text = text[:len(text)/4*4]
	out := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
	n, _ := base64.StdEncoding.Decode(out, text)
	return out[:n]
}

// plainKey: SEQUENCE { INTEGER version … } in DER, or ciphertext as the headers say.
func plainKey(b body) ContentKind {
	if len(b.bytes) < leastKey {
		return 0
	}
	if strings.Contains(b.headers, "Proc-Type: 4,ENCRYPTED") {
		return LockedKey
	}
	if inner, ok := sequence(b.bytes); ok && bytes.HasPrefix(inner, []byte{0x02, 0x01}) {
		return PrivateKey
	}
	return 0
}

// encryptedKey: SEQUENCE { SEQUENCE { algorithm … } … } (RFC 5958).
func encryptedKey(b body) ContentKind {
	inner, ok := sequence(b.bytes)
	if ok && len(b.bytes) >= leastKey && inner[0] == 0x30 {
		return LockedKey
	}
	return 0
}

// sequence is the inside of a DER SEQUENCE, not empty.
func sequence(der []byte) (inner []byte, ok bool) {
	if len(der) < 2 || der[0] != 0x30 {
		return nil, false
	}
	header := 2
	if der[1] >= 0x80 {
		header += int(der[1] & 0x7f)
	}
	if header > 6 || header >= len(der) {
		return nil, false
	}
	return der[header:], true
}

// opensshKey: magic, name of the cipher, name of the key derivation, which is
// "none" where there is no passphrase.
func opensshKey(b body) ContentKind {
	rest, ok := bytes.CutPrefix(b.bytes, []byte("openssh-key-v1\x00"))
	if !ok {
		return 0
	}
	_, rest = sshString(rest)
	derivation, _ := sshString(rest)
	switch derivation {
	case "":
		return 0
	case "none":
		return PrivateKey
	default:
		return LockedKey
	}
}

func sshString(b []byte) (s string, rest []byte) {
	if len(b) < 4 {
		return "", nil
	}
	n := int(b[0])<<24 | int(b[1])<<16 | int(b[2])<<8 | int(b[3])
	if n < 0 || n > len(b)-4 {
		return "", nil
	}
	return string(b[4 : 4+n]), b[4+n:]
}

// puttyKey: a file of lines, "PuTTY-User-Key-File-3: …" first, then "Encryption: none"
// or a cipher.
func puttyKey(head []byte) ContentKind {
	line, rest := cutLine(head)
	if !bytes.HasPrefix(line, []byte("PuTTY-User-Key-File-")) {
		return 0
	}
	line, rest = cutLine(rest)
	cipher, ok := bytes.CutPrefix(line, []byte("Encryption: "))
	switch {
	case !ok || !bytes.Contains(rest, []byte("Private-Lines: ")):
		return 0
	case string(cipher) == "none":
		return PrivateKey
	default:
		return LockedKey
	}
}

// ageKey: Bech32 in capitals, of 32 bytes for X25519, and longer for newer kinds.
func ageKey(line []byte) ContentKind {
	const least = len("AGE-SECRET-KEY-1") + 58
	i := bytes.LastIndexByte(line, '1')
	if len(line) < least || i < len("AGE-SECRET-KEY-") {
		return 0
	}
	for _, c := range line[i+1:] {
		if strings.IndexByte("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", c) < 0 {
			return 0
		}
	}
	return PrivateKey
}
