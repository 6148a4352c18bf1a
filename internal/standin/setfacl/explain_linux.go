package setfacl

import (
	"ward/internal/standin/aclobject"
	"ward/internal/standin/inorder"
)

func (c *call) explainEntry(text string, at int) {}

func (v *visitor) explainStore(path string, o *aclobject.Object, err error, out *inorder.Output) {}
