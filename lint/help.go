package lint

import "strings"

// An example is what a rule finds and what to write instead, in a line or a few.
type example struct{ id, wrong, right, more string }

// examples are the parts of the rules' help.
func examples() []example {
	return []example{
		{"decimal-mode", `os.MkdirAll(dir, 755)`, `os.MkdirAll(dir, 0o755)`, "755 is 01363 in octal. Go drops the sticky bit and sets 0363, -wx-rw--wx; C, Python and Node set 01363. 420, 493 and 511 are right as they are: 0644, 0755, 0777."},
		{"go-raw-special-bits", `os.Chmod(dir, 0o1777)`, `os.Chmod(dir, fs.ModeSticky|0o777)`, "Package os keeps setuid, setgid and sticky in bits of their own and sends no others to the system. unix.Chmod and syscall.Chmod take the numbers."},
		{"octal-of-decimal", `os.WriteFile(path, text, 0420)`, `os.WriteFile(path, text, 0o644)`, "Somebody who copies 420 from JSON, where it is 0644, and puts a 0 before it gets r---w----."},
		{"hex-digits", `setFileMode(0x755)`, `setFileMode(0o755)`, ""},
		{"right-in-decimal", `os.Chmod(path, 420)`, `os.Chmod(path, 0o644)`, "The value is right, so that --fix writes it in octal without asking. Beware of tools that put a 0 before it."},
		{"octal-text-to-int", `n, _ := strconv.Atoi(text); os.Chmod(path, os.FileMode(n))`, `n, err := strconv.ParseUint(text, 8, 12)`, "PHP and Perl do the same with a string that is used as a number."},
		{"mode-printed-decimal", `fmt.Sprintf("chmod %d %s", mode, path)`, `fmt.Sprintf("chmod %04o %s", mode, path)`, ""},
		{"go-filemode-as-raw", `hdr.Mode = int64(info.Mode())`, `hdr.Mode = int64(info.Mode().Perm())`, "A setuid program has 04000 in st_mode and in tar; in fs.FileMode it has 1<<23."},
		{"old-constants", `chmod(path, S_IREAD | S_IWRITE)`, `chmod(path, S_IRUSR | S_IWUSR)`, ""},
		{"chmod-replaces-bits", `os.chmod(path, stat.S_IXUSR)`, `os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)`, "chmod sets all bits: what is not named is taken away."},
		{"and-instead-of-or", `S_IRUSR & S_IWUSR`, `S_IRUSR | S_IWUSR`, ""},
		{"arithmetic-mode", `0666 - mask`, `0666 &^ mask`, "0666 - 0027 is 0637: others get rwx."},
		{"xor-toggle", `os.Chmod(path, mode^0o111)`, `os.Chmod(path, mode|0o111), or mode&^0o111`, ""},
		{"umask-mode-mixup", `umask(0644)`, `umask(022)`, "A mask names what is taken away: 022 takes w from group and others."},
		{"dir-without-x", `os.MkdirAll(dir, 0o600)`, `os.MkdirAll(dir, 0o700)`, "r of a directory lists names, w and x together make and remove them, x opens what is in it. Only root does without. Tools that want 0600 of everything cause this."},
		{"dir-read-without-search", `os.Mkdir(dir, 0o744)`, `os.Mkdir(dir, 0o755), or 0o711`, ""},
		{"implausible-order", `chmod 0646 file`, `chmod 0664 file`, "The owner falls under the owner's bits alone, whatever others may."},
		{"script-without-x", `os.WriteFile(hook, []byte("#!/bin/sh\n..."), 0o644)`, `os.WriteFile(hook, []byte("#!/bin/sh\n..."), 0o755)`, "Nothing is found where the file gets x afterwards."},
		{"closed-then-used", `os.Chmod(path, 0o400); os.WriteFile(path, text, 0o400)`, `os.WriteFile(path, text, 0o600); os.Chmod(path, 0o400)`, ""},
		{"world-writable", `chmod 777 /opt/app`, `chmod 755 /opt/app`, "The umask does not count in chmod, install -m and mkdir -m. Directories for everybody have the sticky bit as well: 1777. Requests that the umask narrows (mkdir(p, 0777) in C and Go) are not found, nor are sockets, devices, lock files and trees that are removed afterwards."},
		{"umask-cleared", `umask(0)`, `umask(022)`, "The idiom that asks for the mask by setting it and puts it back is not found."},
		{"open-without-umask", `umask(0); open(path, O_CREAT, 0666)`, `open(path, O_CREAT, 0644)`, ""},
		{"setuid-introduced", `chmod 4755 helper`, `chmod 755 helper`, "Programs that are set-id wherever they are installed (su, sudo, ping, fusermount ...) are not found. setgid on a directory hands down the group and is common."},
		{"write-then-chmod-secret", `echo "$key" > file; chmod 600 file`, `(umask 077; echo "$key" > file)`, "A process that has the file open keeps it open, whatever the mode becomes."},
		{"secret-readable", `install -m 644 server.key /etc/app/`, `install -m 600 server.key /etc/app/`, "What is a secret is told by the name: *.key, id_*, .netrc, kubeconfig, *_token, tfstate and the like; not by *.pub, *.crt and keys of packages. A file that is given to a group beside it may be read by that group."},
		{"secret-without-mode", `os.Create("id_ed25519")`, `os.OpenFile("id_ed25519", os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)`, "Not found under umask 077, in a private directory made in the same function, or where the mode was set before."},
		{"secret-keeps-mode", `os.WriteFile("api_token", text, 0o600)`, `write a new file with O_EXCL and rename it`, "The mode in a call that creates counts only for a new file."},
		{"chmod-unchecked", "os.Chmod(key, 0o600)", `if err := os.Chmod(key, 0o600); err != nil { return err }`, "_ = os.Chmod(...) says that it is known and is not found."},
		{"rename-loses-mode", `t, _ := os.CreateTemp(dir, "x"); ...; os.Rename(t.Name(), path)`, `t.Chmod(old.Mode().Perm()) before os.Rename`, ""},
		{"walk-follows-links", `filepath.WalkDir(root, func(p string, ...) error { return os.Chmod(p, 0o644) })`, `if d.Type().IsRegular() { ... }`, "chown -RL does the same. chmod -R and chown -R without -L leave links alone."},
		{"check-then-change", `os.Stat(path); os.Chmod(path, 0o644)`, `f, _ := os.Open(path); f.Stat(); f.Chmod(0o644)`, ""},
		{"mkdir-existing", `os.MkdirAll(dir, 0o700)`, `os.Mkdir(dir, 0o700), or look at mode and owner afterwards`, ""},
		{"umask-in-library", `syscall.Umask(0o077)`, `give the mode in the call that creates`, "Found in functions that neither restore it nor start a program."},
		{"log-readable", `os.Create("server.log")`, `os.OpenFile("server.log", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o640)`, ""},
		{"no-windows-branch", `os.WriteFile(".netrc", text, 0o600)`, `a branch on runtime.GOOS, or a file for Unix only`, ""},
		{"mode-as-operand", `mkdir -p 0700 /root/.ssh`, `mkdir -p -m 0700 /root/.ssh`, "mkdir makes a directory called 0700 here."},
		{"invalid-mode", `chmod 0o755 file`, `chmod 0755 file`, "Digits of chmod are octal as they are; 8 and 9 are none."},
		{"recursive-without-x", `chmod -R 644 tree`, `chmod -R u=rwX,go=rX tree`, "X gives x to directories, and to files that have it for somebody."},
		{"recursive-with-x", `chmod -R 755 tree`, `chmod -R u=rwX,go=rX tree`, ""},
		{"broad-target", `chown -R app "$DIR/"`, `chown -R app "${DIR:?}/"`, "An empty variable makes it chown -R app /."},
		{"mkdir-parents-mode", `mkdir -p -m 700 a/b/c`, `(umask 077; mkdir -p a/b/c)`, "a and a/b get what the umask leaves."},
		{"install-default-x", `install app.conf /etc/app.conf`, `install -m 644 app.conf /etc/app.conf`, ""},
		{"key-redirect", `openssl genrsa > key.pem`, `openssl genrsa -out key.pem`, "openssl makes what -out names with 0600. Where a program has no such option: (umask 077; wg genkey > key)."},
		{"entrypoint-without-x", `COPY run.sh /run.sh` + "\n    " + `ENTRYPOINT ["/run.sh"]`, `COPY --chmod=0755 run.sh /run.sh`, "The mode is that of the file where the image is built: in git, 100644 or 100755."},
		{"copy-chmod-directory", `COPY --chmod=644 site/ /srv/site/`, `COPY --chmod=u=rwX,go=rX site/ /srv/site/`, "The mode is given to directories too."},
		{"chmod-doubles-layer", `COPY app /app` + "\n    " + `RUN chmod -R a+rX /app`, `COPY --chmod=a+rX app /app`, "A change of mode copies the whole file into the new layer."},
		{"symbolic-copy-chmod", `COPY --chmod=u+x run.sh /`, `COPY --chmod=0755 run.sh /`, "BuildKit knows clauses since Dockerfile syntax 1.14; Buildah and Podman do not."},
		{"kubernetes-mode", `defaultMode: 0755  # with quotes, or as 755`, `defaultMode: 0o755, or 493`, ""},
		{"config-decimal-mode", `mode: 755`, `mode: "0755"`, ""},
		{"fsgroup-widens", `fsGroup: 1000 beside defaultMode: 0400`, `no fsGroup, or a program that takes 0440`, ""},
		{"secret-volume-open", `secret: {secretName: key}`, `secret: {secretName: key, defaultMode: 0400}`, ""},
		{"artifact-loses-modes", `actions/upload-artifact of a directory with programs`, `tar it first, or chmod after the download`, ""},
		{"sudoers-writable", `mode: "0664" for a file of sudoers.d`, `mode: "0440"`, ""},
		{"directory-mode-unused", `RuntimeDirectoryMode=0750 alone`, `RuntimeDirectory=app beside it`, ""},
		{"terraform-file-default", `resource "local_file" with content = tls_private_key.a.private_key_pem`, `file_permission = "0600"`, ""},
		{"device-world-writable", `MODE="0666"`, `MODE="0660", GROUP="plugdev"`, ""},
	}
}

// withHelp gives rules the help that stands here.
func withHelp(rules []*Rule) []*Rule {
	for _, x := range examples() {
		for _, r := range rules {
			if r.ID == "lint/"+x.id && r.Help == "" {
				r.Help = x.text()
			}
		}
	}
	return rules
}

// text is an example in Markdown.
func (x example) text() string {
	var b strings.Builder
	b.WriteString("Wrong:\n\n    " + x.wrong + "\n\nRight:\n\n    " + x.right + "\n")
	if x.more != "" {
		b.WriteString("\n" + wrapped(x.more))
	}
	return b.String()
}

// wrapped is text in lines of at most 80 characters.
func wrapped(text string) string {
	var b strings.Builder
	column := 0
	for word := range strings.FieldsSeq(text) {
		switch {
		case column > 0 && column+1+len(word) > 80:
			b.WriteByte('\n')
			column = 0
		case column > 0:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += len(word)
	}
	return b.String() + "\n"
}
