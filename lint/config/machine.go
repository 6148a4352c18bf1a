package config

import (
	"strings"

	"ward/lint/bits"
	"ward/lint/effect"
	"ward/mode"
)

// cloudInit reads write_files and the commands of cloud-config, which run as root.
func (r *reader) cloudInit(d *node) {
	r.root = true
	for _, f := range d.key("write_files").list() {
		e := made("write_files", f.Span, operand(f.key("path")), r.number.mode(f.key("permissions"), mode.Regular), mode.Regular)
		e.Data, e.AsRoot, e.Truncates = operand(f.key("content")), true, !f.key("append").isTrue()
		if !e.Mode.Given && f.key("permissions") == nil {
			e.Mode, e.Default = effect.Mode{Given: true, Value: bits.Of(0o644)}, true
		}
		if o := f.key("owner"); o != nil {
			c := e
			c.Verb, c.Data, c.Mode = effect.Chown, operand(o), effect.Mode{}
			r.add(c)
		}
		r.add(e)
	}
	for _, key := range []string{"bootcmd", "runcmd"} {
		leave := r.enter(d, key)
		for _, c := range d.key(key).list() {
			r.command(c.list(), key)
			r.shell(c, key)
		}
		leave()
	}
	r.root = false
}

// ignition reads the files and directories of Ignition and Butane, whose modes are
// numbers; in JSON, and in what becomes JSON, decimal ones.
func (r *reader) ignition(d *node) {
	for _, one := range []struct {
		key  string
		verb effect.Verb
		kind mode.Kind
	}{{"files", effect.Create, mode.Regular}, {"directories", effect.Mkdir, mode.Directory}} {
		for _, f := range d.at("storage", one.key).list() {
			m := r.number.mode(f.key("mode"), one.kind)
			if !m.Given {
				continue
			}
			e := made("mode", f.Span, operand(f.key("path")), m, one.kind)
			e.Verb, e.AsRoot = one.verb, true
			if f.has("user", "group") {
				c := e
				c.Verb, c.Mode = effect.Chown, effect.Mode{}
				r.add(c)
			}
			r.add(e)
		}
	}
}

// packager reads the contents of packages and archives in recipes of nfpm and
// goreleaser.
func (r *reader) packager(d *node) {
	r.contents(d.key("contents"))
	for _, key := range []string{"nfpms", "archives", "source"} {
		for _, one := range append(d.key(key).list(), d.key(key)) {
			r.contents(one.key("contents"))
			for _, f := range one.key("files").list() {
				r.packed(f, f.at("info", "mode"), f.key("dst"), mode.Regular)
			}
		}
	}
	for _, key := range []string{"nfpms", "universal_binaries", "builds"} {
		for _, b := range d.key(key).list() {
			for _, h := range append(b.at("hooks", "post").list(), b.at("hooks", "pre").list()...) {
				r.shell(h, "hook")
				r.shell(h.key("cmd"), "hook")
			}
		}
	}
	for _, h := range d.at("before", "hooks").list() {
		r.shell(h, "hook")
	}
}

func (r *reader) contents(list *node) {
	for _, c := range list.list() {
		kind := mode.Regular
		if t := c.key("type").string(); t == "dir" || t == "tree" {
			kind = mode.Directory
		}
		if t := c.key("type").string(); t == "tree" {
			kind = mode.Unknown // files in it keep their own
		}
		r.packed(c, c.at("file_info", "mode"), c.key("dst"), kind)
	}
}

func (r *reader) packed(c, m, dst *node, kind mode.Kind) {
	given := r.number.mode(m, kind)
	if !given.Given {
		return
	}
	e := made("file_info.mode", c.Span, operand(dst), given, kind)
	e.Verb = effect.Convey
	if c.has("owner") || c.at("file_info", "group") != nil || c.at("file_info", "owner") != nil {
		o := e
		o.Verb, o.Mode = effect.Chown, effect.Mode{}
		r.add(o)
	}
	r.add(e)
}

// github reads the steps of workflows and of actions made of steps.
func (r *reader) github(d *node) {
	for _, job := range d.key("jobs").entries() {
		leave := r.enter(job.value, job.key.text)
		r.steps(job.value, d)
		leave()
	}
	r.steps(d.key("runs"), d)
}

// steps reads each run: that is for a shell; the shell may be set for the step, the job
// or the whole file.
func (r *reader) steps(job, file *node) {
	for _, s := range job.key("steps").list() {
		program := s.key("shell").string()
		for _, outer := range []*node{job, file} {
			if program == "" {
				program = outer.at("defaults", "run", "shell").string()
			}
		}
		if program == "" && strings.Contains(job.key("runs-on").string(), "windows") {
			continue
		}
		if name, _, _ := strings.Cut(program, " "); name == "" || strings.HasSuffix(name, "bash") || strings.HasSuffix(name, "/sh") || name == "sh" {
			r.shell(s.key("run"), "run")
		}
		r.artifact(s)
	}
}

// artifact is a step that packs files into an archive without modes, or takes them out
// of one.
func (r *reader) artifact(s *node) {
	uses := s.key("uses")
	name, _, _ := strings.Cut(uses.string(), "@")
	var e effect.Effect
	switch name {
	case "actions/upload-artifact":
		e = effect.Effect{Span: uses.Span, Verb: effect.Convey, API: name, Path: operand(s.at("with", "path"))}
	case "actions/download-artifact":
		e = effect.Effect{Span: uses.Span, Verb: effect.Load, API: name, Path: operand(s.at("with", "path"))}
	default:
		return
	}
	e.Data = operand(s.at("with", "name"))
	r.add(e)
}

// isGitLab tells whether a document is a pipeline: something in it has a script and a
// stage, or it names the stages.
func isGitLab(d *node) bool {
	if !d.has("stages", "default", "before_script", "include", "image", "variables") {
		return false
	}
	for _, p := range d.entries() {
		if p.value.has("script") && (p.value.has("stage", "image", "rules", "only", "tags") || d.has("stages")) {
			return true
		}
	}
	return false
}

// gitlab reads the scripts of each job, which one shell runs from before_script on.
func (r *reader) gitlab(d *node) {
	r.scripts(d)
	for _, p := range d.entries() {
		if p.value.kind == mapping {
			leave := r.enter(p.value, p.key.text)
			r.scripts(p.value)
			leave()
		}
	}
}

func (r *reader) scripts(job *node) {
	for _, key := range []string{"before_script", "script", "after_script"} {
		s := job.key(key)
		r.shell(s, key)
		for _, line := range s.list() {
			r.shell(line, key)
		}
	}
}
