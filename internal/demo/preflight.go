package demo

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"

	"entente/internal/collect"
	"entente/label"
)

// ErrList: the list that was named cannot be read as one; the cause is wrapped.
var ErrList = errors.New("this is no consolidated list of the United Nations")

// ErrPorts: ports of the demonstration are taken; the text says which.
var ErrPorts = errors.New("stop what listens there, or move all ports with --port-shift")

// preflight looks whether the run can be made before keys are drawn, which
// takes its time: the ports, the list, and at last the directory, which is made.
func (o Options) preflight() error {
	if err := o.portsFree(); err != nil {
		return err
	}
	if o.UNList != "" {
		if err := checkList(o.UNList); err != nil {
			return fmt.Errorf("%w: %w", ErrList, err)
		}
	}
	return emptyDir(o.Dir)
}

// checkList reads a list to its end and keeps nothing of it.
func checkList(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = collect.UNList(f, collect.Options{Name: path}, nil)
	return err
}

// address is where the i-th member listens.
func address(first, shift, i int) string { return fmt.Sprintf("127.0.0.1:%d", first+shift+i) }

// portsFree tries every port of the demonstration and names those that are
// taken.
func (o Options) portsFree() error {
	var taken []string
	try := func(what string, m label.MemberID, addr string) {
		l, err := net.Listen("tcp", addr)
		if err != nil {
			var op *net.OpError
			if errors.As(err, &op) {
				err = op.Err
			}
			taken = append(taken, fmt.Sprintf("%s (%s of %s): %v", addr, what, m, err))
			return
		}
		l.Close()
	}
	for i, m := range members() {
		try("desk", m, address(firstDesk, o.PortShift, i))
		try("link", m, address(firstLink, o.PortShift, i))
		if m == served {
			try("TAXII", m, address(firstTaxii, o.PortShift, i))
		}
	}
	if len(taken) == 0 {
		return nil
	}
	return fmt.Errorf("these ports cannot be used: %s; %w", strings.Join(taken, ", "), ErrPorts)
}
