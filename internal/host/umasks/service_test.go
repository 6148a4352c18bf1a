package umasks_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"ward/internal/host/umasks"
)

func TestServiceOf(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"usr/lib/systemd/system/app@.service":               "[Unit]\nUser=no\n[Service]\nUser=app\nWorkingDirectory=-/srv/old\n; Group=no\n",
		"etc/systemd/system/app@.service.d/10-here.conf":    "[Service]\nWorkingDirectory=/srv/app\n",
		"etc/systemd/system/app@one.service.d/20-more.conf": "[Service]\nGroup = web\nUser=%i\n",
		"usr/lib/systemd/system/home.service":               "[Service]\nUser=bob\nWorkingDirectory=~\n",
	} {
		at := filepath.Join(root, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), os.WriteFile(at, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]umasks.Service{
		"app@one": {User: "app", Group: "web", WorkingDirectory: "/srv/app"}, "home.service": {User: "bob", WorkingDirectory: "~"},
	} {
		if got, err := umasks.ServiceOf(root, name); err != nil || got != want {
			t.Errorf("%s: %+v %v", name, got, err)
		}
	}
	var missing *umasks.UnitError
	if _, err := umasks.ServiceOf(root, "none"); !errors.As(err, &missing) {
		t.Errorf("%v", err)
	}
}
