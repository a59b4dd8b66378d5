package load

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync/atomic"

	"rig/wire"
)

// task is one request.
type task struct {
	scheduledNs int64
	request     []byte
	aborts      bool
	again       bool
}

var errHungUp = errors.New("hung up as ordered")

const readBytes = 16 << 10

// caller is one connection. The pool gives it one task at a time.
type caller struct {
	pool   *pool
	conn   net.Conn
	reader *wire.Reader
	// What is being asked, taken out by whoever concludes it.
	current atomic.Pointer[task]
	dead    atomic.Bool
}

// large requests are written by a goroutine of their own: the scheduler must not wait for a full socket.
const largeBytes = 32 << 10

func (c *caller) ask(t *task) {
	c.current.Store(t)
	if c.dead.Load() {
		// It ended while it was taken from the idle ones: one of the two sides finds the task.
		c.pool.broke(c.current.Swap(nil), io.EOF)
		return
	}
	if len(t.request) > largeBytes {
		go c.write(t)
	} else {
		c.write(t)
	}
}

// write leaves failures to the reader, which sees the same connection break.
func (c *caller) write(t *task) {
	if _, err := c.conn.Write(t.request); err != nil {
		c.conn.Close()
	}
}

// run reads answers until the connection ends.
func (c *caller) run() {
	defer c.pool.tally.closed()
	defer c.conn.Close()
	for {
		head, err := c.reader.Head()
		if err != nil {
			c.dead.Store(true)
			c.pool.gone(c)
			c.pool.broke(c.current.Swap(nil), err)
			return
		}
		t := c.current.Swap(nil)
		if t == nil {
			// Nobody asked: no server of HTTP does that.
			c.dead.Store(true)
			c.pool.gone(c)
			return
		}
		keeps, err := c.read(t, head)
		c.pool.tally.ended()
		c.conclude(t, err)
		if !keeps || err != nil {
			c.pool.gone(c)
			return
		}
		c.pool.free(c)
	}
}

// read takes the whole answer in.
func (c *caller) read(t *task, head wire.Head) (keeps bool, err error) {
	status := head.Status()
	closes := head.Closes()
	order := c.pool.order
	var seen marks
	err = c.reader.Body(head, true, func(piece []byte) {
		if status != 200 {
			return
		}
		seen.see(piece, c.reader.ReadNs, t.scheduledNs, c.pool.tally)
		if t.aborts && seen.count >= order.AbortAfter {
			c.conn.Close()
		}
	})
	switch {
	case t.aborts && seen.count >= order.AbortAfter:
		return false, errHungUp
	case err != nil:
		return false, err
	case status != 200:
		return !closes, fmt.Errorf("status %d", status)
	}
	c.pool.tally.answered(t.scheduledNs, c.reader.ReadNs, order.Marks, seen)
	return !closes, nil
}

func (c *caller) conclude(t *task, err error) {
	switch {
	case err == nil:
		c.pool.done()
	case errors.Is(err, errHungUp):
		c.pool.tally.change(func(r *Result) { r.Aborted++ })
		c.pool.done()
	default:
		c.pool.fail(reason(err))
	}
}
