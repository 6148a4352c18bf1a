package lint

import (
	"strings"

	"ward/lint/effect"
)

// secretNames are whole names of files that hold secrets and nothing else.
var secretNames = [...]string{
	".netrc", "_netrc", ".pgpass", ".my.cnf", ".git-credentials", ".htpasswd", ".npmrc", ".pypirc", ".vault-token",
	"kubeconfig", "shadow", "gshadow", "terraform.tfstate", "master.key", "rndc.key", "ipsec.secrets", "chap-secrets",
	"id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "privkey.pem", "key.pem", "server.key", "ca.key", "tls.key",
	"credentials", "credentials.json", "secrets.json", "secrets.yml", "secrets.yaml", "token", "keyring", ".env",
}

// secretEnds are what names of secrets end in.
var secretEnds = [...]string{
	".key", "-key.pem", "_key.pem", ".p12", ".pfx", ".keytab", ".jks", ".kdbx", ".agekey", ".ppk", "_rsa", "_ed25519", "_ecdsa",
	".keyring", "_token", "-token", ".token", "_secret", "-secret", ".secret", ".tfstate", "private.pem", "privatekey.pem",
	"_password", "-password", ".password", "passwd.secret",
}

// publicEnds are what names end in that look like the others and hold nothing secret.
var publicEnds = [...]string{".pub", "public.key", "public-key.pem", "public_key.pem", "publickey.pem", "_pub.key", "pubkey.key", "apt.key", "gpg.key", "release.key", "archive.key", "signing.key.pub"}

// secret tells whether a path names a secret: a private key, a password, a token. A
// path of which only part is known is judged by its end, if that is known.
func secret(o effect.Operand) bool {
	if o.Known == "" {
		return secretVariable(o.Name)
	}
	name := strings.ToLower(o.Known[strings.LastIndexByte(o.Known, '/')+1:])
	for _, end := range publicEnds {
		if strings.HasSuffix(name, end) {
			return false
		}
	}
	for _, whole := range secretNames {
		if name == whole {
			return true
		}
	}
	for _, end := range secretEnds {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

// secretVariable tells whether a variable is called as the path of a secret is:
// keyFile, private_key_path, tokenPath.
func secretVariable(name string) bool {
	plain := strings.ToLower(strings.NewReplacer("_", "", "-", "", "$", "", "{", "", "}", "", "\"", "").Replace(name))
	if i := strings.LastIndexByte(plain, '.'); i >= 0 {
		plain = plain[i+1:]
	}
	for _, end := range [...]string{"path", "file", "filename", "name", "location"} {
		if rest, ok := strings.CutSuffix(plain, end); ok {
			plain = rest
			break
		}
	}
	switch plain {
	case "privatekey", "privkey", "secretkey", "hostkey", "serverkey", "clientkey", "tlskey", "cakey", "sslkey", "sshkey",
		"password", "passwd", "authtoken", "accesstoken", "kubeconfig", "netrc", "pgpass", "keytab", "credentials":
		return true
	}
	return false
}
