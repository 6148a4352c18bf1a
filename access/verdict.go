package access

import (
	"ward/entry"
	"ward/mode"
)

// Check is one thing that the kernel asked on the way to its answer.
type Check struct {
	Where   Where
	Wanted  mode.Rights // asked of the object's bits or list; 0 for checks of another kind
	Answer  Answer
	Errno   Errno       // "" unless denied
	Reason  Reason      // the rule that gave the answer
	Missing entry.Facts // what would have had to be known; where Unknown
}

// ruling is the answer of one check, small enough for registers.
type ruling struct {
	reason  Reason
	missing entry.Facts
	errno   errno
	answer  Answer
}

// errno is an error number of the calls that are judged.
type errno uint8

const (
	ok errno = iota
	eACCES
	eBUSY
	eCONNREFUSED
	eEXIST
	eINVAL
	eISDIR
	eLOOP
	eNAMETOOLONG
	eNOENT
	eNOEXEC
	eNOTDIR
	eNOTEMPTY
	eNXIO
	eOPNOTSUPP
	eOVERFLOW
	ePERM
	eROFS
	eXDEV
)

var errnoNames = [...]Errno{
	ok: "", eACCES: "EACCES", eBUSY: "EBUSY", eCONNREFUSED: "ECONNREFUSED", eEXIST: "EEXIST", eINVAL: "EINVAL",
	eISDIR: "EISDIR", eLOOP: "ELOOP", eNAMETOOLONG: "ENAMETOOLONG", eNOENT: "ENOENT", eNOEXEC: "ENOEXEC",
	eNOTDIR: "ENOTDIR", eNOTEMPTY: "ENOTEMPTY", eNXIO: "ENXIO", eOPNOTSUPP: "EOPNOTSUPP", eOVERFLOW: "EOVERFLOW",
	ePERM: "EPERM", eROFS: "EROFS", eXDEV: "EXDEV",
}

func (e errno) symbol() Errno { return errnoNames[e] }

// allowed, denied and unknown are the three rulings.
func allowed(why Reason) ruling { return ruling{reason: why, answer: Allowed} }

func denied(e errno, why Rule) ruling {
	return ruling{reason: Reason{Rule: why}, errno: e, answer: Denied}
}

// lacks is a denial for want of a capability.
func lacks(c capability) ruling {
	return ruling{reason: Reason{Rule: NoPrivilege, ID: uint32(c)}, errno: ePERM, answer: Denied}
}

func unknown(missing entry.Facts, why Reason) ruling {
	return ruling{reason: why, missing: missing, answer: Unknown}
}

// provided is r, or unknown where facts are missing that could turn an allowing r.
func (r ruling) provided(missing entry.Facts) ruling {
	if missing == 0 || r.answer == Denied {
		return r
	}
	return unknown(r.missing|missing, Reason{Rule: NotSeen})
}

// Allows reports whether the answer is that it is allowed.
func (v Verdict) Allows() bool { return v.Answer == Allowed }

// String is the answer's word: "allowed", "denied", "unknown".
func (a Answer) String() string {
	switch a {
	case Allowed:
		return "allowed"
	case Denied:
		return "denied"
	}
	return "unknown"
}
