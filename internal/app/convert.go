package app

import (
	"errors"
	"fmt"
	"math/bits"

	"ward/mode"
	"ward/translate"
)

// ConvertRequest asks for permissions in another model.
type ConvertRequest struct {
	Source        PermissionSource
	To            string // a model, a notation, or a command form
	Path          string // what commands are for; "": the source's path, or FILE
	AllowWidening bool
	Strict        bool
}

// Converted is permissions in another model.
type Converted struct {
	From    Permissions
	To      translate.Model
	ToID    string // the notation or the form
	Text    string // in the notation; "" where it was refused
	Command []string
	Shell   string // that the commands are for
	Result  translate.Result
	Mode    *mode.Mode // that the list stands beside, which its text does not say
	Refused *translate.RefusedError
	// Offer is what AllowWidening would give, where that keeps more; nil otherwise.
	Offer *Offer
}

// Offer is a conversion that nobody loses as much by, and somebody gains.
type Offer struct {
	Text   string // in the notation
	Widens []translate.Loss
}

// destination is what a conversion is to make.
type destination struct {
	model    translate.Model
	notation translate.Notation
	form     *translate.Form
}

func findDestination(id string) (destination, error) {
	for _, f := range translate.Forms() {
		if f.ID == id {
			m, n, err := findModel(f.Model)
			return destination{m, n, &f}, err
		}
	}
	m, n, err := findModel(id)
	return destination{model: m, notation: n}, err
}

// Convert converts the permissions of every argument; those that could be converted
// come with the errors about the rest.
func Convert(q ConvertRequest) ([]Converted, error) {
	to, err := findDestination(q.To)
	if err != nil {
		return nil, err
	}
	r, err := newPermissionReader(q.Source)
	if err != nil {
		return nil, err
	}
	sources, wrong := r.sources()
	var all []Converted
	for _, from := range sources {
		c, err := r.convert(q, from, to)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		all = append(all, c)
	}
	return all, errors.Join(wrong...)
}

func (r *permissionReader) convert(q ConvertRequest, from Permissions, to destination) (Converted, error) {
	c := Converted{From: from, To: to.model, ToID: to.notation.ID}
	options := translate.Options{AllowWidening: q.AllowWidening, Strict: q.Strict, Mapping: r.namesakes}
	result, err := translate.Convert(from.Object, to.model.ID, options)
	c.Result = result
	if errors.As(err, &c.Refused) {
		c.Result.Losses = c.Refused.Losses
		return c, nil
	}
	if err != nil {
		return c, fmt.Errorf("convert %q: %w", from.Source, err)
	}
	c.Offer = r.offer(options, from, to, result)
	if mac, ok := result.Object.Value.(translate.MacOS); ok && !unknownMode(q, from, to) {
		c.Mode = &mac.Mode
	}
	context := from.Context
	context.Kind, context.Owner, context.Group = result.Object.Kind, result.Object.Owner, result.Object.Group
	if to.form != nil {
		c.ToID, c.Shell = to.form.ID, to.form.Shell
		c.Command, err = translate.Commands(result.Object, to.form.ID, q.pathFor(from), context)
		if unknownMode(q, from, to) {
			c.Command = withoutMode(result.Object, c.Command)
		}
	} else {
		c.Text, err = translate.Format(result.Object, to.notation.ID, context)
	}
	if err != nil {
		return c, fmt.Errorf("write %q as %s: %w", from.Source, c.ToID, err)
	}
	return c, nil
}

// unknownMode: a list stays in its model, and its text does not tell the mode beside it.
func unknownMode(q ConvertRequest, from Permissions, to destination) bool {
	return from.Model.ID == to.model.ID && from.Carrier == "" && q.Source.Facts.Mode == ""
}

// offer is what else there is where somebody would lose a right to the contents that he
// keeps if others may gain.
func (r *permissionReader) offer(o translate.Options, from Permissions, to destination, result translate.Result) *Offer {
	lost := narrowedContents(result.Losses)
	if lost == 0 || o.AllowWidening || o.Strict {
		return nil
	}
	o.AllowWidening = true
	wider, err := translate.Convert(from.Object, to.model.ID, o)
	if err != nil || narrowedContents(wider.Losses) >= lost {
		return nil
	}
	offer := &Offer{}
	for _, l := range wider.Losses {
		if l.Effect == translate.Widened {
			offer.Widens = append(offer.Widens, l)
		}
	}
	context := from.Context
	context.Kind, context.Owner, context.Group = wider.Object.Kind, wider.Object.Owner, wider.Object.Group
	if offer.Text, err = translate.Format(wider.Object, to.notation.ID, context); err != nil {
		return nil
	}
	return offer
}

// narrowedContents counts the rights to the contents that anybody loses.
func narrowedContents(losses []translate.Loss) (n int) {
	for _, l := range losses {
		if l.Effect == translate.Narrowed && !l.Default {
			n += bits.OnesCount32(uint32(l.Rights & translate.Contents))
		}
	}
	return n
}

func (q *ConvertRequest) pathFor(from Permissions) string {
	switch {
	case q.Path != "":
		return q.Path
	case q.Source.From == "":
		return from.Source
	}
	return "FILE"
}
