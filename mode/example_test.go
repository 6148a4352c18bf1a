package mode_test

import (
	"fmt"
	"strings"

	"ward/mode"
)

func ExampleParse() {
	for _, s := range []string{"0750", "rwxr-x---", "drwxr-x---+", "S_IRWXU|S_IRGRP|S_IXGRP", "u=rwx,g=rx,o="} {
		m, err := mode.Parse(s)
		fmt.Println(m.Octal(), err)
	}
	// Output:
	// 0750 <nil>
	// 0750 <nil>
	// 0750 <nil>
	// 0750 <nil>
	// 0750 <nil>
}

func ExampleParseListing() {
	m, kind, suffix, _ := mode.ParseListing("drwxrws--T+")
	fmt.Printf("%s %s %c\n", m.Octal(), kind, suffix)
	// Output: 3770 directory +
}

func ExampleParseExpr() {
	e, _ := mode.ParseExpr("u=rwX,go=rX")
	fmt.Println(e.Apply(0o600, mode.Regular, 0).Octal())
	fmt.Println(e.Apply(0o600, mode.Directory, 0).Octal())
	// Output:
	// 0644
	// 0755
}

func ExampleParseRequirement() {
	_, err := mode.ParseRequirement("+x")
	fmt.Println(err)
	e, _ := mode.ParseRequirement("go-rwx")
	fmt.Println(e.Apply(0o600, mode.Regular, 0) == 0o600, e.Apply(0o644, mode.Regular, 0) == 0o644)
	// Output:
	// mode "+x": without who the result depends on the umask of whoever runs it; write a+x
	// true false
}

func ExampleAtMost() {
	fmt.Println(mode.AtMost(0o640).Apply(0o4751, mode.Regular, 0).Octal())
	// Output: 0640
}

func ExampleAtLeast() {
	fmt.Println(mode.AtLeast(0o111).Apply(0o644, mode.Regular, 0).Octal())
	// Output: 0755
}

func ExampleExpr_Decides() {
	e, _ := mode.ParseRequirement("u=rw,g-w")
	fmt.Println(e.Decides(0o644, mode.Regular).Octal())
	// Output: 4720
}

func ExampleExpr_Unsettled() {
	e, _ := mode.ParseExpr("g=u,u=o")
	m, k, again := e.Unsettled()
	fmt.Println(again, e.Apply(m, k, 0) == e.Apply(e.Apply(m, k, 0), k, 0))
	// Output: true false
}

func ExampleFromYAMLNumber() {
	m, _ := mode.FromYAMLNumber("0644")
	fmt.Println(m.Octal())
	_, err := mode.FromYAMLNumber("420")
	fmt.Println(err)
	// Output:
	// 0644
	// mode "420": is 0644 in decimal; write "0644"
}

func ExampleMode_Format() {
	fmt.Println(mode.Mode(0o6755).Format(mode.Regular), mode.Mode(0o1777).Format(mode.Directory))
	// Output: -rwsr-sr-x drwxrwxrwt
}

func ExampleMode_Constants() {
	fmt.Println(mode.Mode(0o640).Constants())
	// Output: S_IRUSR|S_IWUSR|S_IRGRP
}

func ExampleMode_Describe() {
	fmt.Println(strings.Join(mode.Mode(0o1750).Describe(mode.Directory), "\n"))
	// Output:
	// the owner may list it, reach what lies in it, and create, delete and rename in it
	// the group may list it and reach what lies in it
	// everybody else may do nothing in it
	// sticky: restricted deletion, only the owner of an entry, the directory's owner and root may delete or rename it
}

func ExampleMode_Suspicions() {
	for _, s := range mode.Mode(0o1363).Suspicions(mode.Regular)[:1] {
		fmt.Println(s.Problem)
	}
	// Output: 01363 is what decimal 755 comes to; 0755 was probably meant
}

func ExampleMode_Under() {
	fmt.Println(mode.Mode(0o666).Under(0o027).Octal())
	// Output: 0640
}

func ExampleMode_FileMode() {
	fmt.Println(mode.Mode(0o4755).FileMode(mode.Regular))
	// Output: urwxr-xr-x
}

func ExampleParseSpelling() {
	for _, text := range []string{"drwxrwx--T+", "S_IREAD|S_IWRITE", "100644", "2147484141", "755"} {
		s, _ := mode.ParseSpelling(text)
		fmt.Println(s.Mode.Octal(), s.Kind, s.Notation, len(s.Others))
	}
	// Output:
	// 1770 directory ls 0
	// 0600 unknown constants 0
	// 0644 file st_mode 0
	// 0755 directory Go number 0
	// 0755 unknown octal 2
}

func ExampleParseDecimal() {
	s, _ := mode.ParseDecimal("420")
	fmt.Println(s.Mode.Octal())
	// Output: 0644
}

func ExampleParseGo() {
	m, k, _ := mode.ParseGo("dgrwxrwx---")
	fmt.Println(m.Octal(), k)
	// Output: 2770 directory
}

func ExampleMode_GoSyntax() {
	fmt.Println(mode.Mode(0o4755).GoSyntax())
	// Output: fs.ModeSetuid|0o755
}

func ExampleMode_FormatOn() {
	fmt.Println(mode.Mode(0o2745).FormatOn(mode.Regular, "linux"), mode.Mode(0o2745).FormatOn(mode.Regular, "solaris"))
	// Output: -rwxr-Sr-x -rwxr-lr-x
}

func ExampleMode_Meanings() {
	for _, meaning := range mode.SetUID.Meanings(mode.Directory, "linux") {
		fmt.Println(meaning.Systems, meaning.Words)
	}
	// Output:
	// [linux darwin solaris] does nothing on a directory
	// [freebsd] does nothing, but on a mount with suiddir new entries take the directory's owner
}

func ExampleCompare() {
	for _, s := range mode.Compare(0o755, 0o750, mode.Directory) {
		fmt.Println(s.Who, "loses:", strings.Join(s.Loses, ", "))
	}
	// Output: everybody else loses: list it, reach what lies in it
}

func ExampleMode_Created() {
	fmt.Println(mode.Mode(0o666).Created(mode.Regular, 0o027).Octal(), mode.Mode(0o2777).Created(mode.Directory, 0o022).Octal())
	// Output: 0640 0755
}

func ExampleMode_UmaskFor() {
	mask, ok := mode.Mode(0o640).UmaskFor(mode.Regular)
	fmt.Println(mask.Octal(), ok)
	// Output: 0027 true
}

func ExampleParseUmask() {
	mask, _ := mode.ParseUmask("u=rwx,g=rx,o=", 0)
	fmt.Println(mask.Octal(), mode.FormatUmask(mask))
	// Output: 0027 u=rwx,g=rx,o=
}
