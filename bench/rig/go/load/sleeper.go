package load

import (
	"runtime"

	"golang.org/x/sys/unix"

	"rig/wire"
)

// sleeper waits on a thread of its own: Go's timers are up to a millisecond late on a quiet machine.
type sleeper struct{}

func newSleeper() sleeper {
	runtime.LockOSThread()
	// Without it the kernel may be 50 µs late to save wake-ups; where it is refused, lag shows that.
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
	return sleeper{}
}

func (sleeper) until(atNs int64) {
	for {
		left := atNs - wire.Now()
		if left <= 0 {
			return
		}
		wanted := unix.NsecToTimespec(left)
		_ = unix.Nanosleep(&wanted, nil)
	}
}
