package app

import "ward/internal/host/state"

// UndoTogether is the runs that are taken back with one, the last first: a command that
// went on with what it had opened is several runs. id is as in UndoRequest.
func UndoTogether(id string) ([]string, error) {
	dir, err := openState()
	if err != nil {
		return nil, err
	}
	j, err := toUndo(dir, id)
	if err != nil {
		return nil, err
	}
	id = j.Run().ID
	if err := j.Close(); err != nil {
		return nil, err
	}
	runs, err := dir.Runs()
	if len(runs) == 0 {
		return []string{id}, err
	}
	return together(runs, id), nil
}

// together goes to the end of what continues a run, and back to its beginning. A run
// that continues another and was taken back, or changed nothing, is left out.
func together(runs []state.Run, id string) []string {
	undone := undoneBy(runs)
	before, after := map[string]string{}, map[string]string{}
	open := map[string]bool{}
	for i := range runs {
		r := &runs[i]
		open[r.ID] = undone[r.ID] == "" && mayHaveChanged(r)
		if r.Continues != "" {
			before[r.ID], after[r.Continues] = r.Continues, r.ID
		}
	}
	last := id
	for after[last] != "" {
		last = after[last]
	}
	var all []string
	for at := last; at != ""; at = before[at] {
		if at == id || open[at] {
			all = append(all, at)
		}
	}
	return all
}
