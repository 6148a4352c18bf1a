package app

import (
	"ward/translate"
)

// ModelTable is every model with the command forms that set its values.
type ModelTable struct {
	Models []translate.Model
	Forms  []translate.Form
}

// Models is the table of models: all of them, or those that the ids name, by their own
// ids or by those of notations. An unknown id is a *RequestError.
func Models(ids []string) (*ModelTable, error) {
	t := &ModelTable{Models: translate.Models(), Forms: translate.Forms()}
	if len(ids) == 0 {
		return t, nil
	}
	t.Models = nil
	for _, id := range ids {
		m, _, err := findModel(id)
		if err != nil {
			return nil, err
		}
		t.Models = append(t.Models, m)
	}
	return t, nil
}

// FormsOf are the command forms that set values of a model.
func (t *ModelTable) FormsOf(m translate.Model) (forms []translate.Form) {
	for _, f := range t.Forms {
		if f.Model == m.ID {
			forms = append(forms, f)
		}
	}
	return forms
}
