package taxii

import "context"

// Store holds what a server serves. Every method is told who asks; a store
// that tells users apart answers each as that user may see it, and what a user
// may not see does not exist for it ([ErrNotFound]), with the same cost and
// the same words. It is safe for concurrent use.
type Store interface {
	// Directory returns the API roots and collections that the user may see,
	// with the rights that it has. A collection with neither right is told
	// only where its existence is no secret: [Server.Rightless] decides whether
	// it is listed. It is called on every request and must be cheap.
	Directory(ctx context.Context, user string) (*Directory, error)

	// Page returns the objects that a selection takes, in ascending order of
	// their place, at most Limit of them. An object added later never stands
	// before one that was handed out.
	Page(ctx context.Context, user string, s Selection) (Page, error)

	// Apply adds or deletes objects. What a returned status calls a success is
	// durable and is found by every Page that begins afterwards. A status with
	// pending objects may change until [Store.Status] calls it complete. For a
	// deletion the count of successes is the number of objects deleted;
	// nothing to delete is ErrNotFound.
	Apply(ctx context.Context, user string, c Change) (*Status, error)

	// Status returns what became of a change that this user applied in the
	// root, for at least a day after it was complete (clause 4.3).
	Status(ctx context.Context, user, root, id string) (*Status, error)
}

// Place is where an object stands in its collection. Places order objects by
// the date they were added; the number tells apart what has the same date.
type Place struct {
	Added Timestamp
	Seq   int64
}

// Start is before every place.
var Start = Place{Added: NoTimestamp}

// Selection says which objects of a collection are asked for.
type Selection struct {
	// Root and Collection are the name of the root and the identifier (not the
	// alias) of the collection.
	Root, Collection string
	Filter           Filter
	// After is the place after which to begin.
	After Place
	// Limit is the greatest number of objects wanted, at least 1.
	Limit int
	// Bodies tells whether the bytes of the objects are wanted.
	Bodies bool
}

// Filter is the filter of clause 3.4. Its fields are joined by AND, the values
// of a field by OR; an empty list does not filter.
type Filter struct {
	// AddedAfter leaves out what was not added after it; NoTimestamp is all.
	AddedAfter Timestamp
	IDs, Types []string
	// SpecVersions is what match[spec_version] lists. Without it, only objects
	// of the latest specification version among those with the same identifier
	// that AddedAfter lets pass are meant.
	SpecVersions []string
	// Versions is applied after all else.
	Versions Versions
}

// Versions is what match[version] asks for. First and Last are chosen among
// the objects that the rest of the filter lets pass.
type Versions struct {
	All, First, Last bool
	// At lists versions by their keys ([VersionKey]).
	At []string
}

// Page is one answer to a selection.
type Page struct {
	Records []Record
	// More tells that further records follow the last one.
	More bool
	// Known tells whether the collection holds any object of the identifiers
	// asked for, in one of the versions of Versions.At where these alone are
	// asked for. It is only set for a page without records.
	Known bool
}

// Record is one version of one object in a collection.
type Record struct {
	Place     Place
	ID        string
	Version   string
	MediaType string
	// Raw is the object as it came, nil where bodies were not asked for.
	Raw []byte
}

// Change is a request to add objects, or to delete those that Delete selects.
type Change struct {
	Root, Collection string
	// Add lists what to add; the store fills Version where it is empty with the
	// date added.
	Add []Object
	// Refused are objects that were found wanting before; they count as
	// failures in the status.
	Refused []StatusDetail
	// Delete selects what to delete when not nil. Of it, IDs, SpecVersions and
	// Versions are regarded; no version is all versions.
	Delete *Filter
	// At is when the request came.
	At Timestamp
}
