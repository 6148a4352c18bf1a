package entry

// Just enough of RFC 9580 to see whether the first secret key of a block is under
// a passphrase: behind the public part stands one byte, 0 for no protection.

const (
	secretKeyTag    = 5
	secretSubkeyTag = 7
)

func pgpKey(b body) ContentKind {
	tag, packet := pgpPacket(b.bytes)
	if tag != secretKeyTag && tag != secretSubkeyTag || len(packet) < 7 {
		return 0
	}
	rest := packet[6:] // version, time, algorithm
	if packet[0] >= 6 {
		rest = packet[min(10, len(packet)):] // and the length of what follows
	}
	if rest = pgpPublic(packet[5], rest); len(rest) > 0 && rest[0] == 0 {
		return PrivateKey
	}
	return LockedKey
}

// pgpPacket is the tag of the first packet and as much of its body as is there
// (sections 4.2.1 and 4.2.2).
func pgpPacket(b []byte) (tag byte, packet []byte) {
	if len(b) < 6 || b[0]&0x80 == 0 {
		return 0, nil
	}
	if b[0]&0x40 == 0 { // old form: the length has 1, 2 or 4 bytes
		return b[0] >> 2 & 0xf, b[1+[4]int{1, 2, 4, 0}[b[0]&3]:]
	}
	switch n := b[1]; {
	case n < 192:
		return b[0] & 0x3f, b[2:]
	case n == 255:
		return b[0] & 0x3f, b[6:]
	default:
		return b[0] & 0x3f, b[3:]
	}
}

// pgpPublic skips the public part of a key (section 5.5.5); nil if the algorithm
// is not known or the part does not end here.
func pgpPublic(algorithm byte, b []byte) []byte {
	const rsa, rsaE, rsaS, elgamal, dsa, ecdh, ecdsa, eddsa = 1, 2, 3, 16, 17, 18, 19, 22
	fixed := map[byte]int{25: 32, 26: 56, 27: 32, 28: 57} // X25519, X448, Ed25519, Ed448
	switch algorithm {
	case rsa, rsaE, rsaS:
		return pgpIntegers(b, 2)
	case elgamal:
		return pgpIntegers(b, 3)
	case dsa:
		return pgpIntegers(b, 4)
	case ecdsa, eddsa:
		return pgpIntegers(pgpCounted(b), 1)
	case ecdh:
		return pgpCounted(pgpIntegers(pgpCounted(b), 1))
	default:
		if n, ok := fixed[algorithm]; ok && n < len(b) {
			return b[n:]
		}
		return nil
	}
}

// pgpIntegers skips n integers: a length in bits, and the bytes.
func pgpIntegers(b []byte, n int) []byte {
	for range n {
		if len(b) < 2 {
			return nil
		}
		size := 2 + (int(b[0])<<8+int(b[1])+7)/8
		if size > len(b) {
			return nil
		}
		b = b[size:]
	}
	return b
}

// pgpCounted skips a byte and as many more as it says.
func pgpCounted(b []byte) []byte {
	if len(b) == 0 || 1+int(b[0]) > len(b) {
		return nil
	}
	return b[1+int(b[0]):]
}
