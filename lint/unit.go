package lint

import (
	"fmt"
	"strings"

	"ward/finding"
	"ward/lint/effect"
	"ward/lint/source"
	"ward/mode"
)

// The rules of family C on units of systemd and on udev.
func unitRules() []*Rule {
	return []*Rule{
		{
			Rule: finding.Rule{
				ID: "lint/directory-mode-unused", Severity: finding.Warning, Title: "a mode for a directory that the unit does not make",
				Reason: "RuntimeDirectoryMode= and the like count only beside the setting that names the directory, and of two the last one counts.",
			},
			Anywhere: true, Languages: []source.Language{source.Systemd}, Judge: directoryModeUnused,
		},
		{
			Rule: finding.Rule{
				ID: "lint/device-world-writable", Severity: finding.Info, Title: "a device that everybody may write",
				Reason: "MODE=\"0666\" opens it to every user and service. A group, or TAG+=\"uaccess\" for who sits at the machine, opens it to those who need it.",
			},
			OptIn: true, Languages: []source.Language{source.Lines}, Judge: deviceWorldWritable,
		},
		{
			Rule: finding.Rule{
				ID: "lint/terraform-file-default", Severity: finding.Warning, Title: "a secret is written with the mode that the provider gives",
				Reason: "local_file gives 0777 under the umask without file_permission: everybody may read the file, and run it.",
			},
			Languages: []source.Language{source.Terraform}, Judge: terraformFileDefault,
		},
	}
}

// directoryModeUnused finds StateDirectoryMode= without StateDirectory= (C8). A drop-in
// may speak of what the unit itself names.
func directoryModeUnused(s *effect.Script, e *effect.Effect) []Finding {
	setting, ok := strings.CutSuffix(e.API, "Mode=")
	if !ok || e.Path.Name != "" || !strings.HasSuffix(setting, "Directory") || setting == "Directory" || strings.Contains(s.File.Path, ".d/") {
		return nil
	}
	f := found(e, fmt.Sprintf("%s has no effect: the unit has no %s=", e.API, setting))
	for _, other := range s.Function(e) {
		if other.API == e.API && other.Path.Name != "" {
			f.What = fmt.Sprintf("%s has no effect: the one below counts", e.API)
			f.Related = []source.Span{other.Mode.Span}
		}
	}
	f.Advice = fmt.Sprintf("Name the directory with %s=, or take the mode away.", setting)
	return []Finding{f}
}

// terraformFileDefault finds a local_file whose contents are a key (O9). Where the name
// of the file tells, secret-without-mode speaks.
func terraformFileDefault(_ *effect.Script, e *effect.Effect) []Finding {
	if e.API != "local_file" || !e.Default || secret(e.Path) || !secretReference(e.Data.Name) {
		return nil
	}
	f := found(e, "local_file writes what looks like a secret with 0777 (rwxrwxrwx) under the umask")
	f.Span = e.Span
	f.Gains = []string{"everybody may read it under the usual umask"}
	f.Advice = "file_permission = \"0600\", or the resource local_sensitive_file."
	return []Finding{f}
}

// secretReference tells whether an expression of Terraform is the attribute of a
// resource that holds a secret.
func secretReference(expression string) bool {
	for _, word := range [...]string{"private_key", "random_password", "kube_config", "kubeconfig", ".secret_string", "secret_data", "client_key", ".password"} {
		if strings.Contains(expression, word) && !strings.Contains(expression, "public_key") {
			return true
		}
	}
	return false
}

// deviceWorldWritable finds MODE="0666" in a rule of udev (C11).
func deviceWorldWritable(_ *effect.Script, e *effect.Effect) []Finding {
	set, _ := e.Executed()
	if e.API != "MODE=" || set&mode.OtherWrite == 0 {
		return nil
	}
	f := found(e, fmt.Sprintf("MODE= lets everybody write the device: %s", executedText(e)))
	f.Gains = []string{"every user and service of the machine may write to it"}
	f.Advice = "MODE=\"0660\" with GROUP=, or TAG+=\"uaccess\"."
	return []Finding{f}
}
