// Package layered places the nodes of a directed graph in rows, so that edges lead
// downwards and few of them cross (Sugiyama, Tagawa and Toda 1981).
package layered
