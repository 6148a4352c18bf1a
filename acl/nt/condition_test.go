package nt

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
)

// As Windows writes them (Samba's tests for conditional entries, run on Windows).
func TestConditionsAsWindowsWrites(t *testing.T) {
	for in, want := range map[string]string{
		`(@User.Title == @User.Title)`:                                 `(@USER.Title == @USER.Title)`,
		`(@User.Title==""  )`:                                          `(@USER.Title == "")`,
		`(@User.ad://ext/AuthenticationSilo == "siloname")`:            `(@USER.ad://ext/AuthenticationSilo == "siloname")`,
		`(OctetStringType==##1#2#3##)`:                                 `(OctetStringType == #01020300)`,
		`(Member_of {SID(S-1-999-777-7-7), SID(BO)} && @Device.Bitlo)`: `((Member_of {SID(S-1-999-777-7-7), SID(BO)}) && (@DEVICE.Bitlo))`,
		`(@User.A=="PM" && (@User.B=="F" || @User.C =="S"))`:           `((@USER.A == "PM") && ((@USER.B == "F") || (@USER.C == "S")))`,
		`(@Device.colour == {"orange", "blue"})`:                       `(@DEVICE.colour == {"orange", "blue"})`,
		`(Device_Member_of{SID(BA)} || mEMBER_of SID(WD))`:             `((Device_Member_of {SID(BA)}) || (Member_of SID(WD)))`,
		`(Member_of(SID(S-1-1-0)))`:                                    `(Member_of SID(WD))`,
		`(Member_of_Any{SID(AS),SID(WD)})`:                             `(Member_of_any {SID(AS), SID(WD)})`,
		`(!(! (Member_of{SID(AA)})))`:                                  `(!(!(Member_of {SID(AA)})))`,
		`(!(@USER.Project Not_Any_of 1))`:                              `(!(@USER.Project Not_Any_of 1))`,
		`(a == @User.a)`:                                               `(a == @USER.a)`,
		`(@USER.A && @Device.B || @USER.C)`:                            `(((@USER.A) && (@DEVICE.B)) || (@USER.C))`,
		`(@USER.A || @Device.B && @USER.C)`:                            `((@USER.A) || ((@DEVICE.B) && (@USER.C)))`,
		`(@Device.bb == 0x7fffffffffffffff)`:                           `(@DEVICE.bb == 0x7fffffffffffffff)`,
		`(Member_of {1, 2, 3})`:                                        `(Member_of {1, 2, 3})`,
		`(exists @User.x && NOT_EXISTS y)`:                             `((Exists @USER.x) && (Not_Exists y))`,
		`(@User.x >= -5 && @User.y < +017)`:                            `((@USER.x >= -5) && (@USER.y < +017))`,
		`(@User.x == "a%0022b%0025")`:                                  `(@USER.x == "a%0022b%0025")`,
		`(@User.%0040x == "ü")`:                                        `(@USER.%0040x == "ü")`,
		`(@Resource.a contains @User.b)`:                               `(@RESOURCE.a Contains @USER.b)`,
		`(((@User.a == 1)))`:                                           `(@USER.a == 1)`,
		`(@User.a == 1 && (@User.b))`:                                  `((@USER.a == 1) && (@USER.b))`,
		`(@User.a any_of {})`:                                          `(@USER.a Any_of {})`,
		`(Not_Device_Member_of_Any {SID(BA)})`:                         `(Not_Device_Member_of_any {SID(BA)})`,
	} {
		c, err := ParseCondition(in, inDomain())
		if err != nil {
			t.Error(err)
			continue
		}
		if got := c.Format(inDomain()); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
		back, err := DecodeCondition(c.Encode())
		if err != nil || !bytes.Equal(back.Encode(), c.Encode()) {
			t.Errorf("%s: binary form: %v %v", in, back, err)
		}
	}
}

func TestConditionsRefused(t *testing.T) {
	for _, in := range []string{
		``, `()`, `("a")`, ` (Member_of {SID(ernie), SID(BO)})`, `(!!! !!!  !!! Member_of{SID(BA)})`, `(! Member_of{SID(BA)})`,
		`(Member_of_AnySID(S-1-1-0))`, `(@User.Title == !(@User.Title))`, `(a == a)`, `(@User.a == @User.a`, `(@User.a == {1, {2}})`,
		`(@Device.bb == 055555624677746777766777767)`, `(@Device.bb == 0x624677746777766777767)`, `(@Device.bb == 624677746777766777767)`,
		`(@Device.bb == 0x10000000000000000)`, `(@User.a == "x)`, `(@User.a == #123)`, `(@User. == 1)`, `(@User.a = 1)`, `(@User.a == 1) x`,
		`(@User.a == 0b1)`, `(@User.a == 1_0)`, strings.Repeat("(", 300) + "@User.a" + strings.Repeat(")", 300),
	} {
		if c, err := ParseCondition(in, inDomain()); err == nil {
			t.Errorf("%s was read as %v", in, c)
		}
	}
}

// Bytes that Windows made of text (libcli/security/tests/windows of Samba).
func TestConditionBytesOfWindows(t *testing.T) {
	for sddl, want := range map[string]string{
		`D:(XA;;0x1f;;;AA;(@Device.legs >= 1))`: "0100048000000000000000000000000014000000" + "0200400001000000" +
			"090038001f00000001020000000000052000000043020000" + "61727478fb080000006c00650067007300" + "040100000000000000030285000000",
		`D:(XA;;FX;;;S-1-1-0;(@User.Title == "PM"))`: "0100048000000000000000000000000014000000" + "02003c0001000000" +
			"09003400a0001200010100000000000100000000" + "61727478f90a0000005400690074006c006500" + "100400000050004d0080000000",
		`D:(XA;;0x1f;;;AA;(Device_Member_of{SID(AA)} || Member_of{SID(WD)}))`: "0100048000000000000000000000000014000000" + "0200580001000000" +
			"090050001f00000001020000000000052000000043020000" + "6172747850150000005110000000" + "01020000000000052000000043020000" + "8a" +
			"5011000000" + "510c000000" + "010100000000000100000000" + "89a100",
		`D:(XA;;0x1f;;;AA;(@Device.colour == @Resource.colour))S:(RA;;;;;WD;("colour",TS,0,"blue"))`: "0100148000000000000000001400000" + "05c000000" +
			"0200480001000000" + "1200400000000000010100000000000100000000" +
			"1400000003000000000000000100000022000000" + "63006f006c006f00750072000000" + "62006c00750065000000" +
			"0200480001000000" + "090040001f00000001020000000000052000000043020000" +
			"61727478fb0c00000063006f006c006f0075007200" + "fa0c00000063006f006c006f0075007200" + "8000",
	} {
		b, err := parse(t, sddl).EncodeAs(WindowsLayout)
		if got := hex.EncodeToString(b); err != nil || got != want {
			t.Errorf("%s:\ngot  %s %v\nwant %s", sddl, got, err, want)
		}
	}
}

func TestEvaluate(t *testing.T) {
	num := func(n string, vs ...int64) Claim {
		c := Claim{Name: n, Kind: Integer}
		for _, v := range vs {
			c.Values = append(c.Values, Value{Kind: Integer, Int: v})
		}
		return c
	}
	str := func(n string, vs ...string) Claim {
		c := Claim{Name: n, Kind: Text}
		for _, v := range vs {
			c.Values = append(c.Values, Value{Kind: Text, Text: v})
		}
		return c
	}
	f := Facts{
		User:     []Claim{num("n", 3), num("zero", 0), num("set", 1, 2), str("s", "Pm"), str("empty", ""), str("colours", "red", "Blue"), {Name: "u", Kind: Unsigned, Values: []Value{{Kind: Unsigned, Int: -1}}}},
		Resource: []Claim{num("set", 2, 1), {Name: "exact", Kind: Text, Flags: ClaimCaseSensitive, Values: []Value{{Kind: Text, Text: "PM"}}}},
		Member:   func(s SID) bool { return s == Everyone() || s == Users() },
	}
	for in, want := range map[string]Truth{
		`(@User.n == 3)`: True, `(@User.n != 3)`: False, `(@User.n < 4)`: True, `(@User.n <= 2)`: False, `(@User.n > 2)`: True, `(@User.n >= 4)`: False,
		`(@User.n)`: True, `(@User.zero)`: False, `(@User.s)`: True, `(@User.empty)`: False, `(@User.none)`: Unknown, `(@User.set)`: Unknown,
		`(@User.s == "pM")`: True, `(@User.s == @Resource.exact)`: False, `(@User.n == "3")`: Unknown,
		`(@User.set == @Resource.set)`: True, `(@User.set == 1)`: False, `(@User.set Contains 1)`: True, `(@User.set Contains {1,3})`: False, `(@User.set Any_of {1,3})`: True,
		`(@User.set Not_Any_of {1,3})`: False, `(@User.set Not_Contains 3)`: True, `(@User.colours Contains "blue")`: True, `(@User.none Contains 1)`: Unknown,
		`(Exists @User.n)`: True, `(Exists @User.none)`: False, `(Not_Exists @User.none)`: True,
		`(Member_of {SID(WD), SID(BU)})`: True, `(Member_of {SID(WD), SID(BA)})`: False, `(Member_of_Any {SID(WD), SID(BA)})`: True,
		`(Not_Member_of {SID(WD), SID(BA)})`: True, `(Not_Member_of_Any {SID(BA)})`: True, `(Member_of {1})`: Unknown, `(Device_Member_of {SID(WD)})`: Unknown,
		`(@User.none || @User.n)`: True, `(@User.none && @User.n)`: Unknown, `(@User.none && @User.zero)`: False, `(!(@User.none))`: Unknown, `(!(@User.zero))`: True,
		`(@User.u > 5)`: True, `(@USER.N == 0x3)`: True, `(@User.n == -3)`: False,
	} {
		c, err := ParseCondition(in, SDDLOptions{})
		if err != nil {
			t.Error(err)
		} else if got := c.Evaluate(f); got != want {
			t.Errorf("%s: %d, want %d", in, got, want)
		}
	}
}

func TestConditionalEntriesDecide(t *testing.T) {
	s := someone()
	s.Claims = &Claims{User: []Claim{{Name: "Title", Kind: Text, Values: []Value{{Kind: Text, Text: "PM"}}}}, DeviceGroups: []SID{Users()}}
	for _, c := range []struct {
		sddl    string
		allowed bool
	}{
		{`D:(XA;;FR;;;WD;(@User.Title == "PM"))`, true},
		{`D:(XA;;FR;;;WD;(@User.Title == "VP"))`, false},
		{`D:(XA;;FR;;;WD;(@User.Other == "VP"))`, false},
		{`D:(XD;;FR;;;WD;(@User.Title == "VP"))(A;;FA;;;WD)`, true},
		{`D:(XD;;FR;;;WD;(@User.Other == "VP"))(A;;FA;;;WD)`, false}, // unknown denies
		{`D:(XA;;FR;;;WD;(@User.Title Any_of @Resource.titles))S:(RA;;;;;WD;("titles",TS,0,"VP","pm"))`, true},
		{`D:(XA;;FR;;;WD;(Device_Member_of {SID(BU)}))`, true},
		{`D:(XA;;FR;;;WD;(Device_Member_of {SID(BA)}))`, false},
	} {
		if v := parse(t, c.sddl).Decide(s, FileRead, Object{}); v.Allowed != c.allowed || v.Doubtful {
			t.Errorf("%s: %+v", c.sddl, v)
		}
	}
	s.Claims = nil
	if v := parse(t, `D:(XA;;FR;;;WD;(@User.Title == "PM"))`).Decide(s, FileRead, Object{}); v.Allowed || !v.Doubtful {
		t.Errorf("claims that are not known: %+v", v)
	}
}

func TestClaims(t *testing.T) {
	for _, in := range []string{
		`("n",TI,0x0,1,-2)`, `("n",TU,0x2,18446744073709551615)`, `("n",TS,0x0,"a","b%0022")`, `("n",TD,0x0,SID(BA),SID(S-1-5-21-1-2-3-4))`,
		`("n",TB,0x0,1,0)`, `("n",TX,0x0,#0102,#)`, `("ü",TS,0xffff0000)`,
	} {
		sddl := "S:(RA;;;;;WD;" + in + ")"
		d := parse(t, sddl)
		if got, err := d.FormatSDDL(SDDLOptions{}); err != nil || got != sddl {
			t.Errorf("%s: %s %v", sddl, got, err)
		}
		if e := d.SACL.Entries[0]; len(e.Data)%4 != 0 {
			t.Errorf("%s: %d bytes", sddl, len(e.Data))
		}
	}
}
