package acl

import "testing"

func TestSpecDecides(t *testing.T) {
	for _, test := range []struct {
		spec string
		tag  Tag
		id   uint32
		def  bool
		want bool
	}{
		{"u:7:rX", User, 7, false, true},
		{"u:7:rX", User, 8, false, false},
		{"u:7:rX", User, 7, true, false},
		{"d:u:7:rX", User, 7, true, true},
		{"u:7:r,o::r", Other, NoID, false, true},
		{"exactly u:7:r", Group, 9, false, true},
		{"exactly u:7:r", Group, 9, true, false},
		{"exactly u:7:r", Other, NoID, false, false},
		{"none", Mask, NoID, true, true},
	} {
		s, err := ParseSpec(test.spec, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Decides(test.tag, test.id, test.def); got != test.want {
			t.Errorf("%s decides %v of %d (default: %v): %v", test.spec, test.tag, test.id, test.def, got)
		}
	}
}
