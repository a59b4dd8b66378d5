package load

import (
	"errors"
	"io"
	"net"
	"syscall"
)

// reason is short and without addresses, so that the same failures count together.
func reason(err error) string {
	var number syscall.Errno
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection ended before the answer did"
	case errors.Is(err, net.ErrClosed):
		return "no answer in time"
	case errors.As(err, &number):
		return number.Error()
	}
	return err.Error()
}

func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
