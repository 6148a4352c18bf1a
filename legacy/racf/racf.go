// Package racf holds the permissions of z/OS: profiles of RACF for data sets and general
// resources, with access lists and levels from NONE to ALTER, and the access lists of
// z/OS UNIX files.
//
// Profiles are read from the records of IRRDBU00 (ReadUnload) and from commands
// (ParseCommand). Pattern.Matches and System.Select find the profile that protects a
// name; System.Decide answers in the order in which RACROUTE REQUEST=AUTH looks, and
// Unix.Decide as ck_access does. Security levels, categories and labels are not judged:
// a verdict on a profile with a label says so.
package racf
