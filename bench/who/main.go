// Command who measures what it costs to say who of ten thousand users may do a
// thing, beside one decision for each of them.
package main

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"ward/access"
	"ward/account"
	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

func main() {
	const users = 10_000
	db, q := town(users), question()
	together := testing.Benchmark(func(b *testing.B) {
		for b.Loop() {
			access.WhoMay(q, db)
		}
	})
	each := testing.Benchmark(func(b *testing.B) {
		for b.Loop() {
			asked := *q
			for _, u := range db.Users() {
				asked.Caller = &access.Caller{Subject: db.Subject(u.UID)}
				access.Decide(&asked)
			}
		}
	})
	fmt.Printf("who of %d users: %d µs; one decision for each: %d µs; ratio %.3f (at most 0.1)\n",
		users, together.NsPerOp()/1000, each.NsPerOp()/1000, float64(together.NsPerOp())/float64(each.NsPerOp()))
}

// town is users in one primary group, each in three of a hundred others.
func town(n int) *account.Database {
	users, groups := []account.User{{Name: "root"}}, make([]account.Group, 100)
	for i := range groups {
		groups[i] = account.Group{Name: fmt.Sprint("group", i), GID: ident.GID(1000 + i)}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		u := account.User{Name: fmt.Sprint("user", i), UID: ident.UID(10000 + i), GID: 100}
		for range 3 {
			g := &groups[r.IntN(len(groups))]
			g.Members = append(g.Members, u.Name)
		}
		users = append(users, u)
	}
	return account.New(users, append(groups, account.Group{Name: "users", GID: 100}))
}

// question is about a file with a list, below a directory of a group, five
// components in all.
func question() *access.Question {
	list := acl.List{
		{Tag: acl.UserObj, ID: acl.NoID, Rights: 6},
		{Tag: acl.User, ID: 10077, Rights: 4},
		{Tag: acl.GroupObj, ID: acl.NoID, Rights: 4},
		{Tag: acl.Group, ID: 1007, Rights: 4},
		{Tag: acl.Mask, ID: acl.NoID, Rights: 4},
		{Tag: acl.Other, ID: acl.NoID},
	}
	way, mount := &access.Way{}, &access.Mount{FSType: "ext4"}
	for i, st := range []entry.State{
		{Mode: 0o755}, {Mode: 0o755}, {Mode: 0o755}, {Mode: 0o750, GID: 1005}, {Mode: 0o640, UID: 10007, GID: 1006, ACL: list},
	} {
		kind := mode.Directory
		if i == 4 {
			kind = mode.Regular
		}
		known := entry.Stat | entry.AccessACL | entry.Attributes
		way.Steps = append(way.Steps, access.Step{Parent: i - 1, Mount: mount, Entry: entry.Entry{Kind: kind, State: st, Known: known}})
	}
	return &access.Question{Host: &access.Host{}, Action: access.Reading, Way: way}
}
