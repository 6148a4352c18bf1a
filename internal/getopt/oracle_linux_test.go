package getopt_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"ward/internal/getopt"
	"ward/internal/requires"
)

// getopt(1) of util-linux is the C library's getopt_long with its result printed.
func TestParserOracleGetopt(t *testing.T) {
	requires.Tool(t, "getopt")
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for range 500 {
		spec, short, long := generatedSpec(random)
		args := generatedArgs(random)
		// With "-" getopt(1) obeys POSIXLY_CORRECT, where the C library does not.
		posix := short[0] != '-' && random.IntN(4) == 0
		command := exec.Command("getopt", append([]string{"-n", "prog", "-o", short, "-l", long, "--"}, args...)...)
		command.Env = append(os.Environ(), "LC_ALL=C")
		if posix {
			command.Env = append(command.Env, "POSIXLY_CORRECT=1")
		}
		var out, errs bytes.Buffer
		command.Stdout, command.Stderr = &out, &errs
		_ = command.Run()
		gotOut, gotErrs := asGetopt(spec.Parser(args, posix))
		if gotOut != out.String() || gotErrs != errs.String() {
			t.Fatalf("seed %d: getopt -o %q -l %q -- %q (posix %v)\ngot  %swant %sgot  %swant %s", seed, short, long, args, posix, gotOut, &out, gotErrs, &errs)
		}
	}
}

// asGetopt prints a command line as getopt(1) does.
func asGetopt(p *getopt.Parser) (out, errs string) {
	for {
		for p.Next() {
			o := p.Option()
			switch {
			case o.Value == getopt.Operand:
				out += " '" + o.Arg + "'"
				continue
			case o.Long != "":
				out += " --" + o.Long
			default:
				out += " -" + string(rune(o.Value))
			}
			if o.HasArg || strings.Contains(takesArg, ","+strings.TrimLeft(out[strings.LastIndexByte(out, ' ')+1:], "-")+",") {
				out += " '" + o.Arg + "'"
			}
		}
		if p.Err() == nil {
			break
		}
		errs += "prog: " + p.Err().Error() + "\n"
	}
	out += " --"
	for _, o := range p.Operands() {
		out += " '" + o + "'"
	}
	return out + "\n", errs
}

// takesArg is the options that may have an argument, of which getopt(1) prints an
// empty one for none.
const takesArg = ",b,o,colour,column,reference,"

func generatedSpec(r *rand.Rand) (s getopt.Spec, short, long string) {
	short = []string{"", "+", "-"}[r.IntN(3)] + "Rcab:o::"
	names := []string{"changes", "recursive", "reference:", "quiet", "quick", "colour::", "column:", "re", "verbose"}
	r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	names = names[:1+r.IntN(len(names))]
	for i, n := range names {
		name := strings.TrimRight(n, ":")
		s.Long = append(s.Long, getopt.Long{Name: name, Argument: getopt.Argument(len(n) - len(name)), Value: 1000 + i})
	}
	s.Short = short
	return s, short, strings.Join(names, ",")
}

func generatedArgs(r *rand.Rand) []string {
	words := []string{
		"-R", "-c", "-b", "-o", "-ab", "-bx", "-oy", "-zR", "-", "--", "x", "y=z", "", "-:",
		"--re", "--rec", "--refer=x", "--reference", "--q", "--qui", "--quick=1", "--co", "--colour",
		"--col=", "--column", "--c", "--none", "--none=x", "--=", "--verbose", "--v",
	}
	args := make([]string, r.IntN(7))
	for i := range args {
		args[i] = words[r.IntN(len(words))]
	}
	return args
}
