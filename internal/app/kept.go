package app

import (
	"bytes"
	"slices"

	"ward/internal/spill"
)

// kept takes the findings of one worker: all of them into the sorter, or only the
// first of each rule, so that a tree in which everything is wrong costs no more
// than what is shown of it.
type kept struct {
	adder  *spill.Adder
	limit  int               // of each rule; 0: none
	first  map[uint16]*least // by rule
	counts []int64           // by rule, all of them
	buffer []byte
}

// least is some records of a rule that come before all others, in order.
type least struct{ records [][]byte }

func (k *kept) add(r *record) error {
	k.counts[r.rule]++
	k.buffer = r.append(k.buffer[:0])
	if k.limit == 0 {
		return k.adder.Add(k.buffer)
	}
	h := k.first[r.rule]
	if h == nil {
		h = &least{}
		k.first[r.rule] = h
	}
	h.add(k.buffer, k.limit)
	return nil
}

func (h *least) add(b []byte, limit int) {
	if len(h.records) == limit && bytes.Compare(b, h.records[limit-1]) >= 0 {
		return
	}
	at, _ := slices.BinarySearchFunc(h.records, b, bytes.Compare)
	h.records = slices.Insert(h.records, at, bytes.Clone(b))
	h.records = h.records[:min(len(h.records), limit)]
}

// flush hands the first ones to the sorter.
func (k *kept) flush() error {
	for _, h := range k.first {
		for _, b := range h.records {
			if err := k.adder.Add(b); err != nil {
				return err
			}
		}
	}
	k.first = map[uint16]*least{}
	return nil
}
