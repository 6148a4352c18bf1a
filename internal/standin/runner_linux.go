package standin

import (
	"sync"

	"ward/ident"
	"ward/internal/host/accounts"
	"ward/internal/host/sys"
)

// Runner is who runs the command, as far as it matters to whether a change that
// changes nothing would be allowed.
type Runner struct {
	subject func() ident.Subject
}

// Who is the runner of this process, looked up when somebody asks.
func Who() Runner {
	return Runner{sync.OnceValue(func() ident.Subject { return accounts.Runner().Subject })}
}

// nobody is what the kernel shows of ids that this user namespace does not know.
// Capabilities do not hold for such objects.
const nobody = 65534

// MayChange reports whether the runner may surely set the mode of an object, and its
// owner and group to what they are (setattr_prepare): he owns it, or is privileged.
func (r Runner) MayChange(st *sys.Stat) bool {
	if st.Attributes_mask&sys.Locked != sys.Locked || st.Attributes&sys.Locked != 0 {
		return false
	}
	s := r.subject()
	if uint32(s.UID) == st.Uid {
		return true
	}
	return s.Caps.Has(ident.CapFOwner) && s.Caps.Has(ident.CapChown) && st.Uid != nobody && st.Gid != nobody
}

// UID is the runner's.
func (r Runner) UID() uint32 { return uint32(r.subject().UID) }

// KeepsSetGID reports whether the runner's chmod keeps setgid on everybody's files.
func (r Runner) KeepsSetGID() bool { return r.subject().Caps.Has(ident.CapFSetID) }

// WarnOfRoot says that --preserve-root left "/" alone.
func (p *Program) WarnOfRoot(path string) {
	if path == "/" {
		p.Fail("it is dangerous to operate recursively on %s", p.Quoting.Name(path))
	} else {
		p.Fail("it is dangerous to operate recursively on %s (same as %s)", p.Quoting.Name(path), p.Quoting.Name("/"))
	}
	p.Fail("use --no-preserve-root to override this failsafe")
}
