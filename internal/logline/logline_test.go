package logline_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"ward/access"
	"ward/internal/logline"
)

func ExampleFind() {
	r, _ := logline.Find(`2024/05/03 10:11:12 [error] 812#812: *1 open() "/srv/www/index.html" failed (13: Permission denied), client: 10.0.0.1`)
	fmt.Println(r.Program, r.Path, r.Errno, r.Actions[0] == access.Reading)
	// Output: nginx /srv/www/index.html EACCES true
}

// Messages as programs print them.
var messages = []struct {
	line    string
	program string
	path    string
	action  access.Action // the likeliest; 0 where the message does not tell
	errno   access.Errno
}{
	{`PermissionError: [Errno 13] Permission denied: '/srv/app/data.db'`, "python", "/srv/app/data.db", 0, "EACCES"},
	{`PermissionError: [Errno 1] Operation not permitted: b'/srv/a\'b'`, "python", "/srv/a'b", 0, "EPERM"},
	{`OSError: [Errno 30] Read-only file system: '/usr/lib/x'`, "python", "/usr/lib/x", 0, "EROFS"},
	{`PermissionError: [Errno 13] Permission denied: '/a' -> '/b'`, "python", "/a", 0, "EACCES"},
	{`2024/05/03 10:11:12 open /etc/app/key.pem: permission denied`, "go", "/etc/app/key.pem", access.Reading, "EACCES"},
	{`panic: mkdir /var/lib/app: permission denied`, "go", "/var/lib/app", access.MakingDir, "EACCES"},
	{`fork/exec /opt/app/run.sh: permission denied`, "go", "/opt/app/run.sh", access.Executing, "EACCES"},
	{`level=error msg="write failed" err="open /var/log/app.log: permission denied"`, "go", "/var/log/app.log", access.Reading, "EACCES"},
	{`unlinkat /srv/x: operation not permitted`, "go", "/srv/x", access.Deleting, "EPERM"},
	{`rename /srv/a /srv/b: permission denied`, "go", "/srv/a", access.Renaming, "EACCES"},
	{`dial unix /var/run/docker.sock: connect: permission denied`, "go", "/var/run/docker.sock", access.Connecting, "EACCES"},
	{`listen unix /run/app/app.sock: bind: permission denied`, "go", "/run/app/app.sock", access.MakingNode, "EACCES"},
	{`Exception in thread "main" java.nio.file.AccessDeniedException: /srv/data/file.txt`, "java", "/srv/data/file.txt", 0, ""},
	{`java.io.FileNotFoundException: /srv/data/file.txt (Permission denied)`, "java", "/srv/data/file.txt", access.Reading, "EACCES"},
	{`java.io.IOException: Cannot run program "/opt/tool" (in directory "/tmp"): error=13, Permission denied`, "java", "/opt/tool", access.Executing, "EACCES"},
	{`java.nio.file.FileSystemException: /mnt/x: Read-only file system`, "java", "/mnt/x", access.Reading, ""},
	{`Error: EACCES: permission denied, open '/srv/app/.env'`, "node", "/srv/app/.env", access.Reading, "EACCES"},
	{`[Error: EACCES: permission denied, mkdir '/usr/local/lib/node_modules'] {`, "node", "/usr/local/lib/node_modules", access.MakingDir, "EACCES"},
	{`Error: EPERM: operation not permitted, rename '/a/b' -> '/a/c'`, "node", "/a/b", access.Renaming, "EPERM"},
	{`Error: EACCES: permission denied, scandir '/root'`, "node", "/root", access.Listing, "EACCES"},
	{`Error: spawn /opt/app/tool EACCES`, "node", "/opt/app/tool", access.Executing, "EACCES"},
	{`Error: connect EACCES /var/run/docker.sock`, "node", "/var/run/docker.sock", access.Connecting, "EACCES"},
	{"Error: Os { code: 13, kind: PermissionDenied, message: \"Permission denied\" }", "rust", "", 0, "EACCES"},
	{"Error: failed to open `/srv/data/x`: Os { code: 13, kind: PermissionDenied, message: \"Permission denied\" }", "rust", "/srv/data/x", access.Reading, "EACCES"},
	{`failed to create /srv/x: Os { code: 30, kind: ReadOnlyFilesystem, message: "Read-only file system" }`, "rust", "/srv/x", access.Creating, "EROFS"},
	{`Os { code: 13, kind: PermissionDenied, message: "Permission denied" } while reading "/etc/app.toml"`, "rust", "/etc/app.toml", 0, "EACCES"},
	{`Error: Custom { kind: PermissionDenied, error: "failed to read /etc/app.toml" }`, "rust", "/etc/app.toml", access.Reading, "EACCES"},
	{`Nov 22 09:00:00 h (app)[12]: app.service: Changing to the requested working directory failed: Permission denied`, "systemd", "", access.ChangingDir, "EACCES"},
	{`app.service: Failed to set up mount namespacing: /srv/data: Permission denied`, "systemd", "/srv/data", 0, "EACCES"},
	{`docker: Error response from daemon: OCI runtime create failed: runc create failed: unable to start container process: exec: "/entrypoint.sh": permission denied: unknown`, "docker", "/entrypoint.sh", access.Executing, "EACCES"},
	{"Error: crun: open `/x`: Permission denied: OCI permission denied", "docker", "/x", access.Reading, "EACCES"},
	{`PHP Warning:  mkdir(): Permission denied in /srv/www/a.php on line 3`, "", "", 0, ""},
	{`(CRON) error (can't cd to /root)`, "cron", "/root", access.ChangingDir, ""},
	{`cron[12]: (*system*) INSECURE MODE (group/other writable) (/etc/cron.d/x)`, "cron", "/etc/cron.d/x", 0, ""},
	{`Bad owner or permissions on /home/u/.ssh/config`, "ssh", "/home/u/.ssh/config", 0, ""},
	{`Load key "/home/u/.ssh/id_rsa": bad permissions`, "ssh", "/home/u/.ssh/id_rsa", 0, ""},
	{`FATAL:  data directory "/var/lib/postgresql/15/main" has invalid permissions`, "postgres", "/var/lib/postgresql/15/main", 0, ""},
	{`FATAL:  private key file "/etc/ssl/k.key" has group or world access`, "postgres", "/etc/ssl/k.key", 0, ""},
	{`[core:error] [pid 1] (13)Permission denied: AH00035: access to /x/y.html denied (filesystem path '/srv/www/x/y.html') because search permissions are missing on a component of the path`, "apache", "/srv/www/x/y.html", access.Stating, "EACCES"},
	{`type=LANDLOCK_ACCESS msg=audit(1795338149.221:30): domain=195ba459b blockers=fs.write_file path="/srv/x" dev="vda2" ino=351`, "landlock", "/srv/x", access.Writing, "EACCES"},
	{`bash: ./run.sh: Permission denied`, "shell", "./run.sh", access.Executing, "EACCES"},
	{`-bash: /srv/log/x: Permission denied`, "shell", "/srv/log/x", access.Executing, "EACCES"},
	{`bash: line 12: /var/log/app.log: Permission denied`, "shell", "/var/log/app.log", access.Executing, "EACCES"},
	{`/usr/local/bin/job: line 3: /opt/app/bin/run: Permission denied`, "shell", "/opt/app/bin/run", access.Executing, "EACCES"},
	{`-bash: cd: /root: Permission denied`, "shell", "/root", access.ChangingDir, "EACCES"},
	{`sh: 1: cannot create /var/log/x: Permission denied`, "shell", "/var/log/x", access.Creating, "EACCES"},
	{`/bin/sh: 1: cannot open /etc/shadow: Permission denied`, "shell", "/etc/shadow", access.Reading, "EACCES"},
	{`sh: 1: ./start.sh: Permission denied`, "shell", "./start.sh", access.Executing, "EACCES"},
	{`./deploy.sh: 4: cannot create /srv/x: Permission denied`, "shell", "/srv/x", access.Creating, "EACCES"},
	{`sh: 1: cd: can't cd to /root`, "", "", 0, ""},
	{`zsh: permission denied: ./tool`, "shell", "./tool", access.Executing, "EACCES"},
	{`bash: ./x.py: /opt/py/bin/python3: bad interpreter: Permission denied`, "shell", "/opt/py/bin/python3", access.Executing, "EACCES"},
	{`cat: /etc/shadow: Permission denied`, "cat", "/etc/shadow", access.Reading, "EACCES"},
	{`tee: /etc/motd: Permission denied`, "tee", "/etc/motd", access.Writing, "EACCES"},
	{`ls: cannot open directory '/root': Permission denied`, "ls", "/root", access.Listing, "EACCES"},
	{`ls: cannot access '/root/x': Permission denied`, "ls", "/root/x", access.Stating, "EACCES"},
	{`cp: cannot open '/etc/shadow' for reading: Permission denied`, "cp", "/etc/shadow", access.Reading, "EACCES"},
	{`cp: cannot create regular file '/srv/x/file name': Permission denied`, "cp", "/srv/x/file name", access.Creating, "EACCES"},
	{`cp: cannot create directory '/srv/x': Permission denied`, "cp", "/srv/x", access.MakingDir, "EACCES"},
	{`mkdir: cannot create directory ‘/srv/x’: Permission denied`, "mkdir", "/srv/x", access.MakingDir, "EACCES"},
	{`rm: cannot remove '/srv/x': Operation not permitted`, "rm", "/srv/x", access.Deleting, "EPERM"},
	{`mv: cannot move '/srv/a' to '/srv/b': Permission denied`, "mv", "/srv/a", access.Renaming, "EACCES"},
	{`touch: cannot touch '/srv/x': Permission denied`, "touch", "/srv/x", access.SettingTimes, "EACCES"},
	{`chmod: changing permissions of '/srv/x': Operation not permitted`, "chmod", "/srv/x", access.ChangingMode, "EPERM"},
	{`chown: changing ownership of '/srv/x': Operation not permitted`, "chown", "/srv/x", access.ChangingOwner, "EPERM"},
	{`ln: failed to create symbolic link '/srv/x': Permission denied`, "ln", "/srv/x", access.Symlinking, "EACCES"},
	{`ln: failed to create hard link '/tmp/x' => '/etc/shadow': Operation not permitted`, "ln", "/tmp/x", access.Linking, "EPERM"},
	{`find: ‘/root’: Permission denied`, "find", "/root", access.Listing, "EACCES"},
	{`tar: ./secret: Cannot open: Permission denied`, "tar", "./secret", access.Reading, "EACCES"},
	{`dd: failed to open '/dev/sda': Permission denied`, "dd", "/dev/sda", access.Reading, "EACCES"},
	{`sed: couldn't open temporary file /etc/sedAbC123: Permission denied`, "sed", "/etc/sedAbC123", access.Creating, "EACCES"},
	{`env: ‘/opt/x’: Permission denied`, "env", "/opt/x", access.Executing, "EACCES"},
	{`2024/05/03 10:11:12 [crit] 1#1: *2 connect() to unix:/run/php/fpm.sock failed (13: Permission denied) while connecting to upstream`, "nginx", "/run/php/fpm.sock", access.Connecting, "EACCES"},
	{`2024/05/03 10:11:12 [error] 1#1: *2 "/srv/www/index.html" is forbidden (13: Permission denied), client: 10.0.0.1`, "nginx", "/srv/www/index.html", access.Reading, "EACCES"},
	{`nginx: [emerg] mkdir() "/var/cache/nginx/client_temp" failed (13: Permission denied)`, "nginx", "/var/cache/nginx/client_temp", access.MakingDir, "EACCES"},
	{`[core:error] (13)Permission denied: [client 10.0.0.1:1] AH00035: access to /x denied (filesystem path '/home/bob/www/x') because search permissions are missing on a component of the path`, "apache", "/home/bob/www/x", access.Stating, "EACCES"},
	{`[core:error] (13)Permission denied: [client ::1:1] AH00132: file permissions deny server access: /var/www/html/x.html`, "apache", "/var/www/html/x.html", access.Reading, "EACCES"},
	{`May 03 10:11:12 host systemd[812]: app.service: Failed at step EXEC spawning /opt/app/run: Permission denied`, "systemd", "/opt/app/run", access.Executing, "EACCES"},
	{`app.service: Failed to execute /opt/app/run: Permission denied`, "systemd", "/opt/app/run", access.Executing, "EACCES"},
	{`app.service: Unable to locate executable '/home/bob/run': Permission denied`, "systemd", "/home/bob/run", access.Executing, "EACCES"},
	{`app.service: Main process exited, code=exited, status=203/EXEC`, "systemd", "", access.Executing, ""},
	{`app.service: Failed at step CHDIR spawning /usr/bin/app: Permission denied`, "systemd", "", access.ChangingDir, "EACCES"},
	{`sshd[99]: Authentication refused: bad ownership or modes for directory /home/bob`, "sshd", "/home/bob", 0, ""},
	{`sshd[99]: Could not open user 'bob' authorized keys '/home/bob/.ssh/authorized_keys': Permission denied`, "sshd", "/home/bob/.ssh/authorized_keys", access.Reading, "EACCES"},
	{`Permissions 0644 for '/home/bob/.ssh/id_ed25519' are too open.`, "ssh", "/home/bob/.ssh/id_ed25519", 0, ""},
	{`permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get "http://..."`, "docker", "/var/run/docker.sock", access.Connecting, "EACCES"},
	{`docker: Error response from daemon: OCI runtime create failed: container_linux.go:380: starting container process caused: exec: "/entrypoint.sh": permission denied: unknown.`, "docker", "/entrypoint.sh", access.Executing, "EACCES"},
	{`exec /entrypoint.sh: permission denied`, "docker", "/entrypoint.sh", access.Executing, "EACCES"},
	{`error: insufficient permission for adding an object to repository database .git/objects`, "git", ".git/objects", access.Creating, ""},
	{`error: cannot open '.git/FETCH_HEAD': Permission denied`, "git", ".git/FETCH_HEAD", access.Reading, "EACCES"},
	{`fatal: could not create work tree dir 'site': Permission denied`, "git", "site", access.MakingDir, "EACCES"},
	{`error: unable to unlink old 'conf/app.yaml': Permission denied`, "git", "conf/app.yaml", access.Deleting, "EACCES"},
	{`fatal: detected dubious ownership in repository at '/srv/git/x'`, "git", "/srv/git/x", 0, ""},
	{`rsync: [sender] send_files failed to open "/etc/shadow": Permission denied (13)`, "rsync", "/etc/shadow", access.Reading, "EACCES"},
	{`rsync: [receiver] mkstemp "/srv/x/.file.AbCdEf" failed: Permission denied (13)`, "rsync", "/srv/x/.file.AbCdEf", access.Creating, "EACCES"},
	{`rsync: [generator] chown "/srv/x" failed: Operation not permitted (1)`, "rsync", "/srv/x", access.ChangingOwner, "EPERM"},
	{`PHP Warning:  file_put_contents(/srv/www/cache/x): Failed to open stream: Permission denied in /srv/www/a.php on line 3`, "php", "/srv/www/cache/x", access.Writing, "EACCES"},
	{`PHP Warning:  unlink(/srv/www/x): Permission denied in /srv/www/a.php on line 3`, "php", "/srv/www/x", access.Deleting, "EACCES"},
	{"Permission denied @ rb_sysopen - /srv/app/log/production.log (Errno::EACCES)", "ruby", "/srv/app/log/production.log", access.Reading, "EACCES"},
	{"Can't open '/etc/x': Permission denied at ./a.pl line 3.", "perl", "/etc/x", access.Reading, "EACCES"},
	{`mysqld: Can't create/write to file '/var/run/mysqld/mysqld.pid' (Errcode: 13 - Permission denied)`, "mysql", "/var/run/mysqld/mysqld.pid", access.Creating, "EACCES"},
	{`FATAL:  could not open file "/var/lib/postgresql/x": Permission denied`, "", "/var/lib/postgresql/x", access.Reading, "EACCES"},
	{`openat(AT_FDCWD, "/etc/shadow", O_RDONLY|O_CLOEXEC) = -1 EACCES (Permission denied)`, "strace", "/etc/shadow", access.Reading, "EACCES"},
	{`[pid 812] openat(AT_FDCWD, "/tmp/x", O_WRONLY|O_CREAT|O_TRUNC, 0666) = -1 EACCES (Permission denied)`, "strace", "/tmp/x", access.Creating, "EACCES"},
	{`execve("/opt/x", ["/opt/x"], 0x7ffd /* 20 vars */) = -1 EACCES (Permission denied)`, "strace", "/opt/x", access.Executing, "EACCES"},
	{`rename("/srv/a", "/srv/b") = -1 EPERM (Operation not permitted)`, "strace", "/srv/a", access.Renaming, "EPERM"},
	{`connect(3, {sa_family=AF_UNIX, sun_path="/run/x.sock"}, 110) = -1 EACCES (Permission denied)`, "strace", "/run/x.sock", access.Connecting, "EACCES"},
	{`time="2024" level=fatal msg="failed to load config /etc/foo/bar.toml" error="permission denied"`, "", "/etc/foo/bar.toml", access.Reading, "EACCES"},
	{`worker: something about "/srv/data" went wrong: permission denied`, "", "/srv/data", 0, "EACCES"},

	// Nothing was refused, or nothing is named.
	{`GET /permission 200`, "", "", 0, ""},
	{`Permission denied (publickey).`, "", "", 0, ""},
	{`java.io.IOException: Permission denied`, "", "", 0, ""},
	{``, "", "", 0, ""},
}

func TestFind(t *testing.T) {
	for _, c := range messages {
		r, ok := logline.Find(c.line)
		if want := c.path != "" || c.program != ""; ok != want {
			t.Errorf("%s\nfound %v, want %v: %+v", c.line, ok, want, r)
			continue
		}
		var likeliest access.Action
		if len(r.Actions) > 0 {
			likeliest = r.Actions[0]
		}
		if r.Path != c.path || r.Program != c.program || likeliest != c.action || r.Errno != c.errno {
			t.Errorf("%s\nis %q %q %v %q, want %q %q %v %q", c.line, r.Program, r.Path, likeliest, r.Errno, c.program, c.path, c.action, c.errno)
		}
	}
}

func TestScan(t *testing.T) {
	const log = "starting\nTraceback (most recent call last):\n" +
		"  File \"/srv/app/main.py\", line 3, in <module>\n    with open('/srv/app/out', 'w') as f:\n         ~~~~^^^^^^^^\n" +
		"PermissionError: [Errno 13] Permission denied: '/srv/app/out'\n" +
		"cat: /etc/shadow: Permission denied"
	var found []string
	err := logline.Scan(strings.NewReader(log), func(r logline.Refusal) bool {
		found = append(found, fmt.Sprintf("%d %s %v", r.Line, r.Path, r.Actions[0] == access.Writing))
		return true
	})
	want := "[6 /srv/app/out true 7 /etc/shadow false]"
	if got := fmt.Sprint(found); err != nil || got != want {
		t.Errorf("found %s, %v; want %s", got, err, want)
	}
}

// A line of any length is read, and only its beginning is looked at.
func TestScanOfLongLines(t *testing.T) {
	log := strings.Repeat("x", 1<<20) + "\ncat: /etc/shadow: Permission denied\n"
	var lines []int
	err := logline.Scan(strings.NewReader(log), func(r logline.Refusal) bool { lines = append(lines, r.Line); return true })
	if err != nil || fmt.Sprint(lines) != "[2]" {
		t.Errorf("found in lines %v, %v", lines, err)
	}
}

func FuzzFind(f *testing.F) {
	for _, m := range messages {
		f.Add(m.line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		r, ok := logline.Find(line)
		if !ok {
			if r.Path != "" || r.Actions != nil {
				t.Errorf("%q: nothing found, but %+v", line, r)
			}
			return
		}
		if r.Path == "" && r.Unit == "" && r.Program != "rust" {
			t.Errorf("%q: found nothing: %+v", line, r)
		}
		if utf8.ValidString(line) && strings.ContainsAny(r.Path, "\n") && !strings.Contains(line, `\`) && !strings.Contains(line, "\n") {
			t.Errorf("%q: a path from nowhere: %q", line, r.Path)
		}
	})
}
