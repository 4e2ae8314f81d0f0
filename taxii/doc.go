// Package taxii is TAXII 2.1: the exchange of STIX objects over HTTP.
//
// [Server] answers every endpoint of the specification from a [Store]; [Client]
// asks a server and polls a collection so that it can go on where it stopped;
// [ReadMedallion] reads the data file of OASIS's medallion server. Objects are
// kept and handed on byte for byte.
//
// The specification is "TAXII Version 2.1", OASIS Standard, 10 June 2021; the
// clause numbers in this package are that document's. Each clause with yes,
// partly or no stands in spec/index.txt.
//
// What the text leaves open is decided so that users of medallion find what
// they are used to, with three differences: a collection that one may neither
// read nor write is answered like one that does not exist, everywhere (its
// existence does not leak); deleting an object without match[version] deletes
// all its versions, since clause 5.7 wants it gone afterwards; and an exact
// duplicate is no failure (5.5).
package taxii
