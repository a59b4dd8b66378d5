package provider

import (
	"syscall"
	"time"
)

// Go's timers are a millisecond late when nothing else runs, so short pauses ask the kernel, at the cost of a thread.
const shortPause = 5 * time.Millisecond

func pause(length time.Duration) {
	if length <= 0 {
		return
	}
	if length > shortPause {
		time.Sleep(length)
		return
	}
	until := time.Now().Add(length)
	for left := length; left > 0; left = time.Until(until) {
		wanted := syscall.NsecToTimespec(left.Nanoseconds())
		// Interrupted: what is left is slept in the next turn.
		_ = syscall.Nanosleep(&wanted, nil)
	}
}
