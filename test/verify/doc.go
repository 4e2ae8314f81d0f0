// Package verify holds the tests of testdata/verify.py, the verifier that was
// written from spec/ alone: it must agree with every vector, accept what the
// nodes write, and refuse what was tampered with. It has no code of its own.
package verify
