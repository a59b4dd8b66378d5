package relay

import (
	"bufio"
	"bytes"
	"io"
	"sync/atomic"
	"time"
)

type turns struct {
	faults Faults
	count  atomic.Int64
}

func (t *turns) next(body io.ReadCloser) io.ReadCloser {
	turn := t.count.Add(1)
	if every := int64(t.faults.StallEvery); every > 0 && turn%every == 0 {
		return stalling(body, t.faults.Stall)
	}
	if every := int64(t.faults.LoseEvery); every > 0 && turn%every == 0 {
		return losing(body)
	}
	return body
}

// stalling waits before its third read, so in the middle of a stream.
func stalling(body io.ReadCloser, length time.Duration) io.ReadCloser {
	reads := 0
	return faultyBody{body, func(into []byte) (int, error) {
		if reads++; reads == 3 {
			time.Sleep(length)
		}
		return body.Read(into)
	}}
}

// lostEvent is late enough to be text in every dialect of the bench.
const lostEvent = 5

// losing leaves one event out, whole, so that nothing but its number is missed.
func losing(body io.ReadCloser) io.ReadCloser {
	lines := bufio.NewReader(body)
	events := 0
	var rest []byte
	return faultyBody{body, func(into []byte) (int, error) {
		for len(rest) == 0 {
			event, err := readEvent(lines)
			if events++; events == lostEvent {
				event = nil
			}
			rest = event
			if err != nil && len(rest) == 0 {
				return 0, err
			}
		}
		count := copy(into, rest)
		rest = rest[count:]
		return count, nil
	}}
}

func readEvent(lines *bufio.Reader) ([]byte, error) {
	var event []byte
	for {
		line, err := lines.ReadBytes('\n')
		event = append(event, line...)
		if err != nil || len(bytes.TrimSpace(line)) == 0 {
			return event, err
		}
	}
}
