package entry_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ward/entry"
	"ward/internal/requires"
)

func ExampleClassify() {
	fmt.Println(entry.Classify([]byte("#!/bin/sh\nexit 0\n")) == entry.Shebang)
	fmt.Println(entry.Classify([]byte("-----BEGIN PUBLIC KEY-----\n")) == 0)
	// Output:
	// true
	// true
}

// elfHead is the beginning of an ELF file of a type.
func elfHead(order, kind byte) string {
	head := make([]byte, 64)
	copy(head, "\x7fELF\x02")
	head[5] = order
	head[16+order-1] = kind // the low byte comes first in little endian
	return string(head)
}

const repeated = "MIIEpAIBAAKCAQEA7bq9Kj0cTqXk5D6mIYpVx2fN9S2oQwz1kTn5Wm4yq3u8Jd0a\n"

func TestClassify(t *testing.T) {
	body := strings.Repeat(repeated, 4)
	for _, c := range []struct {
		name, head string
		want       entry.ContentKind
	}{
		{"nothing", "", 0},
		{"script", "#!/usr/bin/env python3\n", entry.Shebang},
		{"script with a blank before the interpreter", "#! /bin/sh", entry.Shebang},
		{"script of a relative interpreter", "#!perl -w\n", entry.Shebang},
		{"Rust attribute", "#![allow(dead_code)]\n", 0},
		{"two bytes and no interpreter", "#!\n", 0},
		{"two bytes alone", "#!", 0},
		{"byte order mark before it", "\ufeff#!/bin/sh\n", 0},
		{"program", elfHead(1, 2), entry.ELF},
		{"library", elfHead(1, 3), entry.ELF},
		{"program of a big-endian machine", elfHead(2, 2), entry.ELF},
		{"object file", elfHead(1, 1), 0},
		{"core dump", elfHead(1, 4), 0},
		{"cut off", "\x7fELF\x02\x01", 0},

		{"RSA key", "-----BEGIN RSA PRIVATE KEY-----\n" + body + "-----END RSA PRIVATE KEY-----\n", entry.PrivateKey},
		{"with DOS line ends", strings.ReplaceAll("-----BEGIN RSA PRIVATE KEY-----\n"+body, "\n", "\r\n"), entry.PrivateKey},
		{"behind text", "Bag Attributes\n    localKeyID: 01\nKey Attributes: <No Attributes>\n-----BEGIN RSA PRIVATE KEY-----\n" + body, entry.PrivateKey},
		{"legacy encryption", "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n" + body, entry.LockedKey},
		{"certificate", "-----BEGIN CERTIFICATE-----\n" + body, 0},
		{"public key", "-----BEGIN PUBLIC KEY-----\n" + body, 0},
		{"manual that shows the line", "-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----\n", 0},
		{"manual that shows it shortened", "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n[...]\n-----END RSA PRIVATE KEY-----\n", 0},
		{"words in a sentence", "Keys begin with\n-----BEGIN RSA PRIVATE KEY----- and then comes Base64.\n", 0},
		{"in a string of a program", "var key = \"-----BEGIN RSA PRIVATE KEY-----\\n\"\n" + body, 0},
		{"indented", "  -----BEGIN RSA PRIVATE KEY-----\n  " + body, 0},
		{"no DER inside", "-----BEGIN PRIVATE KEY-----\n" + strings.Repeat("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=\n", 4), 0},
		{"unknown kind of key", "-----BEGIN SECRET PRIVATE KEY-----\n" + body, 0},

		{"age key", "# created: 2024-01-01\n# public key: age1x\nAGE-SECRET-KEY-1" + strings.Repeat("Q", 58) + "\n", entry.PrivateKey},
		{"age key of no length", "AGE-SECRET-KEY-1QQQQ\n", 0},
		{"age key in small letters", "AGE-SECRET-KEY-1" + strings.Repeat("b", 58) + "\n", 0},
		{"service account", "{\n  \"type\": \"service_account\",\n  \"private_key\": \"-----BEGIN RSA PRIVATE KEY-----\\n" + strings.ReplaceAll(body, "\n", `\n`) + `-----END RSA PRIVATE KEY-----\n", "client_id": "1"}`, entry.PrivateKey},
		{"certificate in JSON", `{"cert": "-----BEGIN CERTIFICATE-----\n` + strings.ReplaceAll(body, "\n", `\n`) + `-----END CERTIFICATE-----\n"}`, 0},
		{"PuTTY key", "PuTTY-User-Key-File-3: ssh-ed25519\r\nEncryption: none\r\nComment: x\r\nPublic-Lines: 2\r\nAAA\r\nPrivate-Lines: 1\r\nAAA\r\n", entry.PrivateKey},
		{"PuTTY key under a passphrase", "PuTTY-User-Key-File-2: ssh-rsa\nEncryption: aes256-cbc\nComment: x\nPrivate-Lines: 1\nAAA\n", entry.LockedKey},
		{"PuTTY's words", "PuTTY-User-Key-File-2: is the first line\n", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := entry.Classify([]byte(c.head)); got != c.want {
				t.Errorf("got %b, want %b", got, c.want)
			}
		})
	}
}

// Keys that Go's own packages write.
func TestClassifyStandardKeys(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ecDER, err := x509.MarshalECPrivateKey(ecKey)
	if err != nil {
		t.Fatal(err)
	}
	blocks := map[string][]byte{"RSA PRIVATE KEY": x509.MarshalPKCS1PrivateKey(rsaKey), "EC PRIVATE KEY": ecDER}
	chain := bytes.Repeat(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: make([]byte, 1200)}), 12)
	for label, der := range blocks {
		check(t, label, pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der}), entry.PrivateKey)
	}
	for _, key := range []any{rsaKey, ecKey, edKey} {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		block := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
		check(t, fmt.Sprintf("PKCS #8 of %T", key), block, entry.PrivateKey)
		check(t, fmt.Sprintf("behind certificates, %T", key), append(bytes.Clone(chain), block...), entry.PrivateKey)
	}
}

func check(t *testing.T, name string, head []byte, want entry.ContentKind) {
	t.Helper()
	if got := entry.Classify(head); got != want {
		t.Errorf("%s: got %b, want %b\n%.200s", name, got, want, head)
	}
}

// What the programs themselves write is classified as what they were asked for.
func TestClassifyAgainstPrograms(t *testing.T) {
	requires.Tool(t, "openssl")
	requires.Tool(t, "ssh-keygen")
	for _, c := range []struct {
		command string
		want    entry.ContentKind
	}{
		{"openssl genpkey -algorithm RSA -out F", entry.PrivateKey},
		{"openssl genpkey -algorithm ED25519 -out F", entry.PrivateKey},
		{"openssl genpkey -algorithm ED25519 -aes256 -pass pass:x -out F", entry.LockedKey},
		{"openssl ecparam -name prime256v1 -genkey -out F", entry.PrivateKey},
		{"openssl genrsa -traditional -out F 2048", entry.PrivateKey},
		{"openssl genrsa -traditional -aes128 -passout pass:x -out F 2048", entry.LockedKey},
		{"openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=x -keyout /dev/null -out F", 0},
		{"openssl genrsa 2048 | openssl rsa -pubout -out F", 0},
		{"openssl genrsa 2048 | openssl rsa -traditional -outform DER -out F", entry.PrivateKey},
		{"openssl genrsa 2048 | openssl rsa -pubout -outform DER -out F", 0},
		{"openssl genrsa 4096 | openssl rsa -traditional -outform DER -out F", entry.PrivateKey},
		{"openssl genpkey -algorithm RSA -outform DER -out F", entry.PrivateKey},
		{"openssl genpkey -algorithm ED25519 -outform DER -out F", entry.PrivateKey},
		{"openssl genpkey -algorithm ED25519 | openssl pkcs8 -topk8 -passout pass:x -outform DER -out F", entry.LockedKey},
		{"openssl genpkey -algorithm ED25519 | openssl pkcs8 -topk8 -v1 PBE-SHA1-3DES -passout pass:x -outform DER -out F", entry.LockedKey},
		{"openssl ecparam -name prime256v1 -genkey -noout -outform DER -out F", entry.PrivateKey},
		{"openssl ecparam -name prime256v1 -genkey -noout | openssl ec -pubout -outform DER -out F", 0},
		{"openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=x -keyout /dev/null -outform DER -out F", 0},
		{"openssl req -new -newkey rsa:2048 -nodes -subj /CN=x -keyout /dev/null -outform DER -out F", 0},
		{"openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=x -keyout F.k -out F.c && openssl pkcs12 -export -inkey F.k -in F.c -passout pass:x -out F", entry.LockedKey},
		{"openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=x -keyout F.k -out F.c && openssl pkcs12 -export -inkey F.k -in F.c -keypbe NONE -certpbe NONE -nomac -passout pass: -out F", entry.PrivateKey},
		{"openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=x -keyout F.k -out F.c && openssl pkcs12 -export -nokeys -in F.c -passout pass:x -out F", 0},
		{"ssh-keygen -q -t ed25519 -N '' -f F", entry.PrivateKey},
		{"ssh-keygen -q -t ed25519 -N secret -f F", entry.LockedKey},
		{"ssh-keygen -q -t rsa -N '' -f F", entry.PrivateKey},
		{"ssh-keygen -q -t rsa -m PEM -N '' -f F", entry.PrivateKey},
		{"ssh-keygen -q -t ecdsa -m PEM -N secret -f F", entry.LockedKey},
		{"ssh-keygen -q -t ed25519 -N '' -f F && mv F.pub F", 0},
	} {
		t.Run(c.command, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "key")
			run(t, strings.ReplaceAll(c.command, "F", file))
			classifyFile(t, file, c.want)
		})
	}
}

// Stores that keytool of Java 17 wrote: with a key, and with a certificate only.
func TestClassifyKeyStoresOfJava(t *testing.T) {
	for name, want := range map[string]entry.ContentKind{
		"key.jks": entry.LockedKey, "key.jceks": entry.LockedKey, "key.java.p12": entry.LockedKey,
		"trust.jks": 0, "trust.java.p12": 0,
	} {
		classifyFile(t, filepath.Join("testdata", name), want)
	}
}

// What is cut off, or follows a key, may hide one or be none, but is never misread.
func TestClassifyPartsOfBinaryKeys(t *testing.T) {
	for _, name := range []string{"trust.jks", "trust.java.p12"} {
		head, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		for n := range head {
			check(t, fmt.Sprintf("%d bytes of %s", n, name), head[:n], 0)
		}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	check(t, "a key and a new line", append(bytes.Clone(der), '\n'), entry.PrivateKey)
	check(t, "a key and more", append(bytes.Clone(der), "more"...), 0)
	check(t, "behind something", append([]byte("x"), der...), 0)
}

func TestClassifyAgainstGPG(t *testing.T) {
	requires.Tool(t, "gpg")
	for _, algorithm := range []string{"rsa2048", "dsa1024", "ed25519"} {
		for pass, want := range map[string]entry.ContentKind{"": entry.PrivateKey, "secret": entry.LockedKey} {
			t.Run(algorithm+" "+pass, func(t *testing.T) {
				home, err := os.MkdirTemp("", "gpg") // its sockets want a short path
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() {
					_ = exec.Command("gpgconf", "--homedir", home, "--kill", "all").Run()
					_ = os.RemoveAll(home)
				})
				gpg := "gpg --homedir " + home + " --batch --quiet --pinentry-mode loopback --passphrase '" + pass + "' "
				run(t, gpg+"--quick-generate-key x "+algorithm+" sign never")
				run(t, gpg+"--armor --export-secret-keys >"+home+"/key; "+gpg+"--armor --export >"+home+"/public")
				classifyFile(t, home+"/key", want)
				classifyFile(t, home+"/public", 0)
			})
		}
	}
}

func run(t *testing.T, command string) {
	t.Helper()
	if out, err := exec.Command("sh", "-c", command).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
}

func classifyFile(t *testing.T, file string, want entry.ContentKind) {
	t.Helper()
	head, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	check(t, file, head, want)
}

func FuzzClassify(f *testing.F) {
	f.Add([]byte("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ==\n"))
	f.Add([]byte("-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlFgEZQAAABYJKwYBBAHaRw8BAQdA\n"))
	f.Add([]byte("-----BEGIN RSA PRIVATE KEY-----\n" + repeated))
	f.Add([]byte("AGE-SECRET-KEY-1"))
	f.Add([]byte(elfHead(1, 2)))
	f.Add([]byte("\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20" + strings.Repeat("k", 32)))
	f.Add([]byte("\x30\x80\x02\x01\x03\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01" + strings.Repeat("k", 32)))
	f.Add([]byte("\xfe\xed\xfe\xed\x00\x00\x00\x02\x00\x00\x00\x01\x00\x00\x00\x01" + strings.Repeat("k", 32)))
	f.Fuzz(func(t *testing.T, head []byte) {
		kind := entry.Classify(head)
		if kind&entry.Shebang != 0 && kind&entry.ELF != 0 {
			t.Errorf("both script and program: %q", head)
		}
		if quoted := append([]byte("\""), head...); entry.Classify(quoted)&(entry.Shebang|entry.ELF) != 0 {
			t.Errorf("not at the start: %q", quoted)
		}
	})
}
