package feed

import (
	"context"
	"errors"

	"entente/act"
	"entente/internal/store/taxiidb"
	"entente/taxii"
)

// take hands what was written to the intake, until nothing waits or the intake
// cannot take it now. What was handed over and not noted as such is handed over
// again; the intake takes nothing in twice.
func (f *Feed) take(ctx context.Context) error {
	for {
		list, err := f.db.Waiting(ctx, takeRun)
		if err != nil || len(list) == 0 {
			return err
		}
		if err := f.takeSome(ctx, list); err != nil {
			return err
		}
	}
}

// takeSome hands over what it can of a run: one object that is refused must
// not keep the others back, so a refused run is divided.
func (f *Feed) takeSome(ctx context.Context, list []taxiidb.Received) error {
	objects := make([][]byte, len(list))
	for i := range list {
		objects[i] = list[i].Raw
	}
	err := f.o.Node.Take(ctx, list[0].Account, list[0].Officer, objects)
	if errors.Is(err, ErrRefused) && len(list) > 1 {
		half := len(list) / 2
		if err := f.takeSome(ctx, list[:half]); err != nil {
			return err
		}
		return f.takeSome(ctx, list[half:])
	}
	if errors.Is(err, ErrRefused) {
		f.o.Logger.Warn("an object that an account wrote is not taken in", "account", list[0].Account, "code", act.Code(err))
		err = nil
	}
	if err != nil {
		return err
	}
	return f.db.Arrived(ctx, list, taxii.TimestampOf(f.o.Now()))
}
