package getopt_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ward/internal/getopt"
)

var example = getopt.Spec{
	Short: "Rcab:o::",
	Long: []getopt.Long{
		{Name: "changes", Value: 'c'},
		{Name: "recursive", Value: 'R'},
		{Name: "reference", Argument: getopt.Required, Value: 256},
		{Name: "quiet", Value: 'f'},
		{Name: "quick", Value: 'f'},
		{Name: "colour", Argument: getopt.Optional, Value: 257},
	},
}

// said runs a parser to its end and tells all of it in one line.
func said(p *getopt.Parser) string {
	var all []string
	for {
		for p.Next() {
			o := p.Option()
			text := fmt.Sprint(o.Value)
			if o.Value < 256 && o.Value != getopt.Operand {
				text = string(rune(o.Value))
			}
			if o.HasArg {
				text += "=" + o.Arg
			}
			all = append(all, text)
		}
		if p.Err() == nil {
			break
		}
		all = append(all, "("+p.Err().Error()+")")
	}
	return strings.Join(append(all, "|"+strings.Join(p.Operands(), ",")), " ")
}

func TestParser(t *testing.T) {
	for _, c := range []struct {
		situation string
		args      string
		posix     bool
		want      string
	}{
		{situation: "nothing", args: "", want: "|"},
		{situation: "operands before options", args: "x -R y --changes", want: "R c |x,y"},
		{situation: "operands end the options", args: "-R x -c", posix: true, want: "R |x,-c"},
		{situation: "two dashes end the options", args: "-R x -- -c --", want: "R |x,-c,--"},
		{situation: "two dashes after an operand", args: "x -- y", posix: true, want: "|x,--,y"},
		{situation: "a dash is an operand", args: "- -c", want: "c |-"},
		{situation: "a cluster", args: "-Rca", want: "R c a |"},
		{situation: "an argument in the cluster", args: "-Rbc x", want: "R b=c |x"},
		{situation: "an argument in the next word", args: "-b -- x", want: "b=-- |x"},
		{situation: "an argument behind an operand", args: "x -b y z", want: "b=y |x,z"},
		{situation: "an argument missing", args: "x -b", want: "(option requires an argument -- 'b') |x"},
		{situation: "an optional argument", args: "-o x -oy", want: "o o=y |x"},
		{situation: "an unknown letter in a cluster", args: "-RzcZ", want: "R (invalid option -- 'z') c (invalid option -- 'Z') |"},
		{situation: "a colon is no option", args: "-:", want: "(invalid option -- ':') |"},
		{situation: "a whole name", args: "--reference=x --reference y", want: "256=x 256=y |"},
		{situation: "an empty argument", args: "--reference= --colour= --colour", want: "256= 257= 257 |"},
		{situation: "an abbreviation", args: "--rec --ref=x", want: "R 256=x |"},
		{situation: "names of one value", args: "--qui", want: "f |"},
		{situation: "ambiguous", args: "--re=x", want: "(option '--re=x' is ambiguous; possibilities: '--recursive' '--reference') |"},
		{situation: "ambiguous beyond the first letter", args: "--c", want: "(option '--c' is ambiguous; possibilities: '--changes' '--colour') |"},
		{situation: "no name at all", args: "--=", want: "(option '--=' is ambiguous; possibilities: '--changes' '--recursive' '--reference' '--quiet' '--quick' '--colour') |"},
		{situation: "unknown", args: "--nonsense=1 x", want: "(unrecognized option '--nonsense=1') |x"},
		{situation: "an argument nobody wants", args: "--rec=1 x", want: "(option '--recursive' doesn't allow an argument) |x"},
		{situation: "a long option without its argument", args: "--refer", want: "(option '--reference' requires an argument) |"},
	} {
		t.Run(c.situation, func(t *testing.T) {
			if got := said(example.Parser(strings.Fields(c.args), c.posix)); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestOperandsInOrder(t *testing.T) {
	spec := getopt.Spec{Short: "-:m:d", Long: example.Long}
	got := said(spec.Parser(strings.Fields("-m a x -d y -- -d z"), true))
	if want := "m=a 1=x d 1=y |-d,z"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestWord(t *testing.T) {
	p := example.Parser([]string{"-Rcoxy"}, false)
	var words []string
	for p.Next() {
		words = append(words, p.Option().Word)
	}
	if diff := cmp.Diff([]string{"-Rcoxy", "-Rcoxy", "-Rcoxy"}, words); diff != "" {
		t.Error(diff)
	}
}

func ExampleParser() {
	spec := getopt.Spec{
		Short: "Rv",
		Long:  []getopt.Long{{Name: "recursive", Value: 'R'}, {Name: "reference", Argument: getopt.Required, Value: 256}},
	}
	p := spec.Parser([]string{"file", "-v", "--ref", "other", "--recursive=yes"}, false)
	for p.Next() {
		fmt.Printf("%c %q\n", p.Option().Value, p.Option().Arg)
	}
	fmt.Println(p.Err())
	// Output:
	// v ""
	// Ā "other"
	// option '--recursive' doesn't allow an argument
}
