package entry

// Private keys that are not text: DER (X.690) as in PKCS #1 (RFC 8017), SEC 1 (RFC
// 5915), PKCS #8 (RFC 5958) and DSA's own form, key stores of PKCS #12 (RFC 7292),
// and those of Java (sun.security.provider.JavaKeyStore, and JCE's with its own mark).
// A store without a key, such as one of certificates that are trusted, is none.

import (
	"bytes"
	"encoding/binary"
)

// The tags that keys begin with.
const (
	tagInteger     = 0x02
	tagOctetString = 0x04
	tagOID         = 0x06
	tagSequence    = 0x30
	tagContext     = 0xa0 // [0], constructed
)

// binaryKeys says which keys lie in a file that is no text.
func binaryKeys(head []byte) ContentKind {
	if len(head) < leastKey {
		return 0
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xfe\xed\xfe\xed")), bytes.HasPrefix(head, []byte("\xce\xce\xce\xce")):
		return javaStore(head)
	case head[0] == tagSequence:
		return derKey(head)
	}
	return 0
}

// derElement is one element of DER. What of it lies behind the end of what was read
// is not there; whole says that nothing is missing.
type derElement struct {
	tag   byte
	inner []byte
	whole bool
}

// element takes the first element off. The indefinite length of BER, which PKCS #12
// may have, is taken for all that follows.
func element(b []byte) (e derElement, rest []byte, ok bool) {
	if len(b) < 2 {
		return e, nil, false
	}
	e.tag = b[0]
	size, b := int(b[1]), b[2:]
	switch {
	case size == 0x80:
		e.inner = b
		return e, nil, true
	case size > 0x80:
		n := size & 0x7f
		if n > 4 || n > len(b) {
			return e, nil, false
		}
		size = 0
		for _, digit := range b[:n] {
			size = size<<8 | int(digit)
		}
		b = b[n:]
	}
	e.whole = size <= len(b)
	e.inner = b[:min(size, len(b))]
	return e, b[len(e.inner):], true
}

// derKey judges the one SEQUENCE that a file consists of.
func derKey(head []byte) ContentKind {
	file, rest, ok := element(head)
	if !ok || file.whole && len(bytes.TrimRight(rest, "\r\n\x00")) > 0 {
		return 0
	}
	first, rest, ok := element(file.inner)
	switch {
	case !ok:
		return 0
	case first.tag == tagSequence && encryptedInfo(first.inner, rest):
		return LockedKey
	case first.tag != tagInteger || len(first.inner) != 1:
		return 0
	}
	second, rest, ok := element(rest)
	switch version := first.inner[0]; {
	case !ok:
		return 0
	case version == 3 && second.tag == tagSequence:
		return keyStore(second.inner, head)
	case version <= 1 && second.tag == tagSequence:
		return privateKeyInfo(second.inner, rest)
	case version == 1 && second.tag == tagOctetString:
		return ellipticKey(second.inner, rest)
	case version <= 1 && second.tag == tagInteger:
		return numbers(second, rest)
	}
	return 0
}

// privateKeyInfo: PKCS #8 names the algorithm, then comes the key.
func privateKeyInfo(algorithm, rest []byte) ContentKind {
	key, _, ok := element(rest)
	if ok && startsWith(algorithm, tagOID) && key.tag == tagOctetString && len(key.inner) >= 16 {
		return PrivateKey
	}
	return 0
}

// encryptedInfo: PKCS #8 under a passphrase names how it is encrypted, by an id of
// PKCS #5 or #12.
func encryptedInfo(algorithm, rest []byte) bool {
	id, _, ok := element(algorithm)
	key, _, more := element(rest)
	return ok && more && id.tag == tagOID && key.tag == tagOctetString && len(key.inner) >= leastKey &&
		(bytes.HasPrefix(id.inner, pkcs5) || bytes.HasPrefix(id.inner, pkcs12Encryption))
}

// ellipticKey: SEC 1 has the number, and then the curve or the public point, if
// anything.
func ellipticKey(number, rest []byte) ContentKind {
	if len(number) >= 20 && len(number) <= 66 && (len(rest) == 0 || rest[0]&^1 == tagContext) {
		return PrivateKey
	}
	return 0
}

// numbers: RSA and DSA keys are long numbers, at least five of them.
func numbers(first derElement, rest []byte) ContentKind {
	const least, count = 64, 5 // bytes of the modulus; numbers, versions left out
	if len(first.inner) < least {
		return 0
	}
	for n := 1; n < count; n++ {
		next, after, ok := element(rest)
		if !ok || next.tag != tagInteger {
			return 0
		}
		if !next.whole {
			break
		}
		rest = after
	}
	return PrivateKey
}

// Object identifiers, without tag and length.
var (
	pkcs5            = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05}
	pkcs7            = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07}
	pkcs12Encryption = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01}
	plainKeyBag      = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x0a, 0x01, 0x01}
	shroudedKeyBag   = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x0a, 0x01, 0x02}
)

// keyStore: the bags of PKCS #12 say what they hold, and those with keys are usually
// not encrypted as a whole, only what is in them.
func keyStore(content, head []byte) ContentKind {
	id, _, ok := element(content)
	switch {
	case !ok || id.tag != tagOID || !bytes.HasPrefix(id.inner, pkcs7):
		return 0
	case bytes.Contains(head, plainKeyBag):
		return PrivateKey
	case bytes.Contains(head, shroudedKeyBag):
		return LockedKey
	}
	return 0
}

func startsWith(b []byte, tag byte) bool { return len(b) > 0 && b[0] == tag }

// javaStore goes through the entries of a key store of Java until one is a key.
func javaStore(head []byte) ContentKind {
	const magicAndVersion = 8
	count, rest, ok := number32(head[magicAndVersion:])
	for ; ok && count > 0; count-- {
		var tag uint32
		if tag, rest, ok = number32(rest); !ok {
			return 0
		}
		if tag == 1 || tag == 3 { // a private key, a secret key
			return LockedKey
		}
		if rest, ok = trustedCertificate(rest); tag != 2 {
			return 0
		}
	}
	return 0
}

// trustedCertificate skips alias, date, type and content of an entry.
func trustedCertificate(b []byte) (rest []byte, ok bool) {
	const date = 8
	if b, ok = counted16(b); !ok || len(b) < date {
		return nil, false
	}
	if b, ok = counted16(b[date:]); !ok {
		return nil, false
	}
	size, b, ok := number32(b)
	if !ok || uint64(size) > uint64(len(b)) {
		return nil, false
	}
	return b[size:], true
}

// counted16 skips a text with its length in two bytes before it.
func counted16(b []byte) (rest []byte, ok bool) {
	if len(b) < 2 || len(b)-2 < int(binary.BigEndian.Uint16(b)) {
		return nil, false
	}
	return b[2+int(binary.BigEndian.Uint16(b)):], true
}

func number32(b []byte) (n uint32, rest []byte, ok bool) {
	if len(b) < 4 {
		return 0, nil, false
	}
	return binary.BigEndian.Uint32(b), b[4:], true
}
