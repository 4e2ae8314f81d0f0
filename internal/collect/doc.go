// Package collect takes foreign files in: written reports, bundles of STIX
// objects, the consolidated list of the United Nations Security Council. It
// makes drafts of them, for officers to grade, mark and release; it files and
// releases nothing.
//
// Every importer is bounded in bytes, counts and depth, hashes the original
// byte for byte, and refuses what the rules do not let in before anything is
// stored:
//
//   - rule 2: more records of persons than the bound in one file;
//   - rule 3: places and times of persons finer than a province and a day.
//     Coordinates in running text, and addresses and days of birth on the
//     list, are left out, and the original is hashed and not kept; STIX
//     objects with coordinates are refused, because their bytes are kept.
//
// An import is repeatable: the same file gives the same keys and digests, so
// that (digest of the file, key) tells what is there already; and resumable:
// each draft comes with a [Cursor] behind which to continue.
package collect
