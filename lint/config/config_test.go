package config_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ward/lint/config"
	"ward/lint/effect"
	"ward/lint/source"
)

// effects is what a file does, a line each: what, mode, path, and what stands where an
// edit of the mode would be made.
func effects(f *source.File) []string {
	s := config.Read(f)
	var lines []string
	for i := range s.Effects {
		e := &s.Effects[i]
		m := e.Mode.Symbolic
		if exact, ok := e.Exact(); ok {
			m = exact.Octal()
		}
		line := fmt.Sprintf("%s %s %s", e.API, m, e.Path.Known)
		if at := f.At(e.Mode.Span); at != "" {
			line += " <" + at + ">"
		}
		if e.AsRoot {
			line += " root"
		}
		lines = append(lines, strings.TrimSpace(line))
	}
	return lines
}

func TestEffects(t *testing.T) {
	for _, c := range []struct {
		name, dialect, text string
		want                []string
	}{
		{"playbook", config.Ansible, "- hosts: all\n  become: true\n  tasks:\n    - name: a\n      copy:\n        dest: /etc/a\n        mode: \"0644\"\n", []string{"copy 0644 /etc/a <0644> root"}},
		{"block", config.Ansible, "- block:\n    - file: {path: /d, state: directory, mode: 'u=rwx,go='}\n  rescue:\n    - file: path=/e mode=0600\n", []string{"file u=rwx,go= /d <u=rwx,go=>", "file 0600 /e <0600>"}},
		{"bare number", config.Ansible, "- name: a\n  ansible.builtin.file:\n    path: /a\n    mode: 755\n", []string{"ansible.builtin.file 1363 /a <755>"}},
		{"old action", config.Ansible, "- name: a\n  copy: {dest: /x}\n- name: b\n  action: template src=a dest='/b c' mode=\"0640\"\n", []string{"copy 0666 /x", "template 0640 /b c <0640>"}},
		{"shell", config.Ansible, "- name: a\n  become: yes\n  shell: |\n    umask 077\n    cat > /k <<EOF\n    x\n    EOF\n    chmod 0600 {{ dir }}/k\n", []string{"umask 0077  <077> root", "> 0666 /k root", "chmod 0600 /k <0600> root"}},
		{"command with arguments beside", config.Ansible, "- name: a\n  command: chmod 700 '{{ x }}'\n  args:\n    creates: /y\n", []string{"chmod 0700  <700>"}},
		{"folded", config.Ansible, "- name: a\n  shell: >-\n    chmod\n    0750\n    /x\n", []string{"chmod 0750 /x <0750>"}},
		{"double quotes", config.Ansible, "- name: a\n  shell: \"chmod 0750 /x\"\n", []string{"chmod 0750 /x <0750>"}},
		{"escapes have no place", config.Ansible, "- name: a\n  shell: \"chmod 0750 \\x41\\n\"\n", []string{"chmod 0750 A"}},
		{"removed", config.Ansible, "- file: {path: /x, state: absent, mode: 0777}\n  name: a\n", []string{"file  /x"}},
		{"template", config.Ansible, "- copy:\n    dest: /x\n    mode: '{{ m }}'\n  name: a\n", []string{"copy  /x <{{ m }}>"}},
		{"workflow", config.GitHub, "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n          cd x\n          sudo chmod 755 ${{ matrix.x }}/y # why\n      - shell: pwsh\n        run: chmod 777 x\n", []string{"chmod 0755 /y <755> root"}},
		{"windows", config.GitHub, "on: push\njobs:\n  a:\n    runs-on: windows-2022\n    steps:\n      - run: mkdir x\n", nil},
		{"action of steps", config.GitHub, "name: a\nruns:\n  using: composite\n  steps:\n    - shell: bash\n      run: install -m 755 a b\n", []string{"install 0755 b <755>"}},
		{"pipeline", config.GitLab, "stages: [a]\nbuild:\n  stage: a\n  script:\n    - chmod 600 $KEY\n    - \"umask 022\"\n", []string{"chmod 0600  <600>", "umask 0022  <022>"}},
		{"cloud-init", config.CloudInit, "#cloud-config\nwrite_files:\n  - path: /a\n    permissions: '0600'\n  - path: /b\nruncmd:\n  - chmod 700 /c\n  - [chmod, '640', /d]\n  - [sh, -c, \"umask 077\"]\n", []string{"write_files 0600 /a <0600> root", "write_files 0644 /b root", "chmod 0700 /c <700> root", "chmod 0640 /d <640> root", "umask 0077  <077> root"}},
		{"butane", config.Butane, "variant: fcos\nversion: 1.5.0\nstorage:\n  directories:\n    - path: /d\n      mode: 0750\n  files:\n    - path: /f\n      mode: 384\n", []string{"mode 0600 /f <384> root", "mode 0750 /d <0750> root"}},
		{"machine config", config.Kubernetes, "apiVersion: machineconfiguration.openshift.io/v1\nkind: MachineConfig\nspec:\n  config:\n    storage:\n      files:\n        - path: /f\n          mode: 420\n", []string{"mode 0644 /f <420> root"}},
		{"init container", config.Kubernetes, "apiVersion: v1\nkind: Pod\nspec:\n  initContainers:\n    - command: [sh, -c]\n      args: ['chown -R 1:1 /x; chmod 770 /x']\n      securityContext: {runAsUser: 0}\n", []string{"chown  /x root", "chmod 0770 /x <770> root"}},
		{"compose", config.Compose, "services:\n  a:\n    image: x\n    secrets:\n      - source: s\n        mode: 0o440\n    volumes:\n      - {type: tmpfs, target: /t, tmpfs: {mode: 01777}}\n    command: chmod 755 /y\n", []string{"mode 0440  <0o440>", "tmpfs mode 1777 /t <01777>", "chmod 0755 /y <755>"}},
		{"nfpm", config.Packager, "name: a\narch: all\ncontents:\n  - dst: /d\n    type: dir\n    file_info: {mode: 0700}\n", []string{"file_info.mode 0700 /d <0700>"}},
		{"goreleaser", config.Packager, "builds: []\nnfpms:\n  - contents:\n      - dst: /d\n        file_info: {mode: 0644}\narchives:\n  - files:\n      - dst: x\n        info: {mode: 0755}\n", []string{"file_info.mode 0644 /d <0644>", "file_info.mode 0755 x <0755>"}},
		{"something else", "", "mode: 0777\npath: /x\n", nil},
		{"broken after the first document", config.Kubernetes, "apiVersion: v1\nkind: Pod\nspec:\n  volumes:\n    - secret: {defaultMode: 0400}\n---\na: [\n", []string{"defaultMode 0400  <0400>"}},
		{"line ends of Windows", config.GitHub, "on: push\r\njobs:\r\n  a:\r\n    steps:\r\n      - run: |\r\n          true\r\n          chmod 755 x\r\n", []string{"chmod 0755 x <755>"}},
		{"characters of several bytes", config.Ansible, "- name: é\n  copy: {content: \"ñé\", dest: /ü, mode: 0640}\n", []string{"copy 0640 /ü <0640>"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &source.File{Path: "x.yml", Language: source.YAML, Text: []byte(c.text)}
			if diff := cmp.Diff(c.want, effects(f)); diff != "" {
				t.Error(diff)
			}
			if f.Dialect != c.dialect {
				t.Errorf("taken for %q", f.Dialect)
			}
		})
	}
}

// What PyYAML 6 with Ansible's int(mode, 8), and go.yaml.in/yaml/v3, make of a scalar.
func TestEachProgramReadsNumbersInItsWay(t *testing.T) {
	for _, c := range []struct{ written, ansible, kubernetes string }{
		{`0644`, "0644", "0644"},
		{`0o644`, "0644", "0644"},
		{`0O644`, "0644", "0644"},
		{`0_644`, "0644", "0644"},
		{`"0644"`, "0644", "0644"}, // as a string, which Kubernetes refuses
		{`'644'`, "0644", "0644"},
		{`644`, "1204", "1204"},
		{`420`, "0644", "0644"},
		{`0x1a4`, "0644", "0644"},
		{`08`, "", ""},
		{`0X1a4`, "", "0644"},
		{`0_x1`, "0_x1", "0001"},
		{`"0888"`, "", ""},
		{`u=rw,go=r`, "u=rw,go=r", "u=rw,go=r"},
	} {
		one := func(text string) string {
			s := config.Read(&source.File{Path: "x.yml", Language: source.YAML, Text: []byte(text)})
			if len(s.Effects) != 1 {
				t.Fatalf("%q: %d effects", text, len(s.Effects))
			}
			e := &s.Effects[0]
			if m, ok := e.Exact(); ok && e.Mode.Symbolic == "" {
				return m.Octal()
			}
			return e.Mode.Symbolic
		}
		if got := one("- name: a\n  copy:\n    dest: /a\n    mode: " + c.written + "\n"); got != c.ansible {
			t.Errorf("Ansible: %s is %q, want %q", c.written, got, c.ansible)
		}
		if got := one("apiVersion: v1\nkind: Pod\nspec:\n  volumes:\n    - secret:\n        defaultMode: " + c.written + "\n"); got != c.kubernetes {
			t.Errorf("Kubernetes: %s is %q, want %q", c.written, got, c.kubernetes)
		}
	}
}

func TestJSON(t *testing.T) {
	f := &source.File{Path: "a.ign", Language: source.JSON, Text: []byte("{\"ignition\": {}, \"storage\": {\"files\": [\n {\"path\": \"/a\\u0062\", \"mode\": 420}]}}")}
	if diff := cmp.Diff([]string{"mode 0644 /ab <420> root"}, effects(f)); diff != "" {
		t.Error(diff)
	}
	cut := &source.File{Path: "a.ign", Language: source.JSON, Text: []byte("{\"ignition\": {}, \"storage\": {\"files\": [{\"path\": \"/a\", \"mode\": 420}, ")}
	if s := config.Read(cut); len(s.Notes) != 1 {
		t.Errorf("a file that is cut off has %d notes", len(s.Notes))
	}
}

func FuzzYAML(f *testing.F) {
	f.Add("- name: a\n  copy: dest=/x mode=0644\n- shell: |\n    chmod 1 {{ x }}\n")
	f.Add("apiVersion: v1\nkind: Pod\n{{- if x }}\nspec: {volumes: [{secret: {defaultMode: \"4\\x30\"}}]}\n---\n- &a b\n- *a\n")
	f.Add("on: push\njobs:\n  a:\n    steps:\n      - run: >\n          a\n           b\n\n          chmod 755 'é'\n")
	f.Fuzz(func(t *testing.T, text string) {
		hold(t, &source.File{Path: "x.yml", Language: source.YAML, Text: []byte(text)})
	})
}

func FuzzJSON(f *testing.F) {
	f.Add(`{"ignition": {}, "storage": {"files": [{"path": "/\u0041", "mode": 420}, {}]}}`)
	f.Fuzz(func(t *testing.T, text string) {
		hold(t, &source.File{Path: "x.json", Language: source.JSON, Text: []byte(text)})
	})
}

// hold checks that all that is found has a place in the file, and that the text there
// is the number that was read.
func hold(t *testing.T, f *source.File) {
	t.Helper()
	s := config.Read(f)
	for i := range s.Effects {
		e := &s.Effects[i]
		for _, at := range []source.Span{e.Span, e.Mode.Span, e.Path.Span, e.Data.Span} {
			if at.Start < 0 || at.End > len(f.Text) || at.Start > at.End {
				t.Fatalf("%s stands at %v of %d bytes", e.API, at, len(f.Text))
			}
		}
		written(t, f, e)
	}
}

func written(t *testing.T, f *source.File, e *effect.Effect) {
	t.Helper()
	for _, n := range e.Mode.Numbers {
		if at := f.At(n.Span); !n.Quoted && n.Radix == 10 && at != n.Text {
			t.Fatalf("%q stands where %q was read", at, n.Text)
		}
	}
}
