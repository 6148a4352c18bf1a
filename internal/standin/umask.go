package standin

import "ward/mode"

// Umask is the umask of the process.
func (p *Program) Umask() mode.Mode {
	if p.umask != nil {
		return *p.umask
	}
	return umaskNow()
}

// WithUmask makes the program believe in another umask, for tests.
func (p *Program) WithUmask(m mode.Mode) { p.umask = &m }
