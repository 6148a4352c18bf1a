package config

import (
	"strings"

	"ward/lint/effect"
	"ward/mode"
)

// The words by which rules know what is mounted.
const (
	apiItem  = "items[].mode"
	apiGroup = "fsGroup"
)

// kubernetes reads a manifest: the volumes of every pod in it, the commands of its
// containers, and the files of a MachineConfig.
func (r *reader) kubernetes(d *node) {
	if d.key("kind").string() == "MachineConfig" {
		r.ignition(d.at("spec", "config"))
		return
	}
	d.walk(func(n *node) bool {
		if n.has("volumes", "containers", "initContainers") {
			r.pod(n)
			return false
		}
		return true
	})
}

// pod is a function: its group is that of its volumes.
func (r *reader) pod(n *node) {
	leave := r.enter(n, "pod")
	defer leave()
	if g := n.at("securityContext", "fsGroup"); g != nil {
		r.add(effect.Effect{Span: g.Span, Verb: effect.Chown, API: apiGroup, Data: operand(g), Kind: mode.Directory})
	}
	for _, v := range n.key("volumes").list() {
		r.volume(v)
	}
	for _, kind := range []string{"initContainers", "containers"} {
		for _, c := range n.key(kind).list() {
			r.container(c)
		}
	}
}

// volume reads the modes of a volume made of a Secret, a ConfigMap, the pod's own facts
// or several of them.
func (r *reader) volume(v *node) {
	for _, kind := range []string{"secret", "configMap", "downwardAPI", "projected"} {
		one := v.key(kind)
		r.volumeMode(one, "defaultMode", kind, v.key("name"))
		r.items(one.key("items"), kind)
		for _, s := range one.key("sources").list() {
			for _, inner := range []string{"secret", "configMap", "downwardAPI"} {
				r.items(s.at(inner, "items"), inner)
			}
		}
	}
}

func (r *reader) items(list *node, kind string) {
	for _, item := range list.list() {
		r.volumeMode(item, apiItem, kind, item.key("path"))
	}
}

// volumeMode is one mode of a volume. What kind it is stands in Data; there is no path:
// the container in which it lies has one user as a rule, so that readable by all is no
// more than by that one. Nobody can write there, whatever the mode says.
func (r *reader) volumeMode(owner *node, api, kind string, name *node) {
	key := strings.TrimPrefix(api, "items[].")
	m := r.number.mode(owner.key(key), mode.Regular)
	if !m.Given {
		return
	}
	e := made(api, owner.Span, effect.Operand{}, m, mode.Regular)
	e.Data = effect.Operand{Known: kind, Name: name.string()}
	e.Guarded = true
	r.add(e)
}

// container reads the commands of a container, as root if it says so.
func (r *reader) container(c *node) {
	outer := r.root
	defer func() { r.root = outer }()
	r.root = c.at("securityContext", "runAsUser").string() == "0"
	words := append(append([]*node(nil), c.key("command").list()...), c.key("args").list()...)
	r.command(words, "command")
	for _, hook := range []string{"postStart", "preStop"} {
		r.command(c.at("lifecycle", hook, "exec", "command").list(), hook)
	}
}

// compose reads what services are given as secrets and configs, the modes of their
// temporary file systems, and their commands.
func (r *reader) compose(d *node) {
	for _, p := range d.key("services").entries() {
		leave := r.enter(p.value, p.key.text)
		for _, kind := range []string{"secrets", "configs"} {
			for _, s := range p.value.key(kind).list() {
				r.volumeMode(s, "mode", strings.TrimSuffix(kind, "s"), s.key("source"))
			}
		}
		for _, v := range p.value.key("volumes").list() {
			r.tmpfs(v)
		}
		for _, key := range []string{"command", "entrypoint"} {
			c := p.value.key(key)
			r.command(c.list(), key)
			r.shell(c, key)
		}
		leave()
	}
}

// tmpfs is a volume in memory, which is a directory.
func (r *reader) tmpfs(v *node) {
	if m := r.number.mode(v.at("tmpfs", "mode"), mode.Directory); m.Given {
		e := made("tmpfs mode", v.Span, operand(v.key("target")), m, mode.Directory)
		e.Verb = effect.Mkdir
		r.add(e)
	}
}
