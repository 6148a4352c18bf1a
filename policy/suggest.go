package policy

import "fmt"

// DidYouMean is a hint that names the word nearest to what was written, or "".
func DidYouMean(written string, words []string) string {
	best, distance := "", len(written)/3+2
	for _, w := range words {
		if d := editDistance(written, w, distance); d < distance {
			best, distance = w, d
		}
	}
	if best == "" || best == written {
		return ""
	}
	return fmt.Sprintf("did you mean %q?", best)
}

// editDistance counts insertions, deletions, substitutions and swaps of neighbours
// (optimal string alignment). Answers of limit or more may be too small.
func editDistance(a, b string, limit int) int {
	if abs(len(a)-len(b)) >= limit {
		return limit
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+differ(a[i-1], b[j-1]))
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

func differ(a, b byte) int {
	if a == b {
		return 0
	}
	return 1
}

func abs(n int) int {
	return max(n, -n)
}
