// Package wire is what the fake provider and the load generator agree on.
package wire

import "golang.org/x/sys/unix"

// MarkBytes is the length of a mark: "~00017@0000012345678901234".
const MarkBytes = 1 + seqDigits + 1 + timeDigits

const (
	seqDigits  = 5
	timeDigits = 19
)

// Now is the machine's monotonic clock in nanoseconds, the same for every process on it.
func Now() int64 {
	var at unix.Timespec
	// Fails only where the clock does not exist, which Linux rules out.
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &at)
	return at.Nano()
}

// PutMark writes a mark over the first MarkBytes of at: which piece of an answer this is, and when it was sent.
// It is plain ASCII without anything that JSON escapes, so it passes relays and translations alike.
func PutMark(at []byte, seq int, sentNs int64) {
	at[0] = '~'
	putDigits(at[1:1+seqDigits], int64(seq))
	at[1+seqDigits] = '@'
	putDigits(at[2+seqDigits:MarkBytes], sentNs)
}

func putDigits(at []byte, value int64) {
	for i := len(at) - 1; i >= 0; i-- {
		at[i] = byte('0' + value%10)
		value /= 10
	}
}

// parseMark reads a mark at the beginning of text, which is at least MarkBytes long.
func parseMark(text []byte) (seq int, sentNs int64, ok bool) {
	if text[0] != '~' || text[1+seqDigits] != '@' {
		return 0, 0, false
	}
	number, ok := digits(text[1 : 1+seqDigits])
	if !ok {
		return 0, 0, false
	}
	sentNs, ok = digits(text[2+seqDigits : MarkBytes])
	return int(number), sentNs, ok
}

func digits(text []byte) (value int64, ok bool) {
	for _, digit := range text {
		if digit < '0' || digit > '9' {
			return 0, false
		}
		value = value*10 + int64(digit-'0')
	}
	return value, true
}
