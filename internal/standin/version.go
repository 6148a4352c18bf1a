package standin

// Stands is the release of GNU coreutils whose behaviour chmod, chown and chgrp
// have.
const Stands = "9.10"

// VersionText is what --version says of a command.
func (p *Program) VersionText(command string) string {
	return command + " (ward " + p.Version + ") does as GNU coreutils " + Stands + "\n"
}
