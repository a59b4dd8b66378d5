package load

import (
	"errors"
	"io"
	"net"
	"sync"

	"rig/wire"
)

// pool hands tasks to free connections. With a fixed number of them, tasks wait in line, and their time runs.
type pool struct {
	order *Order
	tally *tally

	mutex   sync.Mutex
	idle    []*caller
	open    map[*caller]bool
	dialing int
	line    []*task
	left    sync.WaitGroup
}

func newPool(order *Order, tally *tally) *pool {
	return &pool{order: order, tally: tally, open: map[*caller]bool{}}
}

// prepare opens the fixed connections, or none.
func (p *pool) prepare() error {
	for range p.order.Connections {
		made, err := p.dial()
		if err != nil {
			return err
		}
		p.idle = append(p.idle, made)
	}
	return nil
}

func (p *pool) dial() (*caller, error) {
	conn, err := net.Dial("tcp", p.order.Address)
	if err != nil {
		return nil, err
	}
	p.tally.opened()
	made := &caller{pool: p, conn: conn, reader: wire.NewReader(conn, readBytes)}
	p.mutex.Lock()
	p.open[made] = true
	p.mutex.Unlock()
	go made.run()
	return made, nil
}

// arrive takes a new task; submit one that is asked again.
func (p *pool) arrive(t *task) {
	p.left.Add(1)
	p.tally.change(func(r *Result) { r.Scheduled++ })
	p.submit(t)
}

func (p *pool) submit(t *task) {
	p.mutex.Lock()
	if len(p.idle) > 0 {
		// The one that was idle longest: none is idle for so long that its server closes it.
		c := p.idle[0]
		p.idle = p.idle[1:]
		p.mutex.Unlock()
		p.give(c, t)
		return
	}
	if p.order.Connections > 0 && len(p.open)+p.dialing >= p.order.Connections {
		p.line = append(p.line, t)
		p.mutex.Unlock()
		return
	}
	p.dialing++
	p.mutex.Unlock()
	go p.dialFor(t)
}

func (p *pool) dialFor(t *task) {
	c, err := p.dial()
	p.mutex.Lock()
	p.dialing--
	p.mutex.Unlock()
	if err != nil {
		p.fail(reason(err))
		return
	}
	p.tally.begun()
	c.ask(t)
}

func (p *pool) give(c *caller, t *task) {
	if !t.again {
		p.tally.lag.record(wire.Now() - t.scheduledNs)
	}
	p.tally.begun()
	c.ask(t)
}

// free: the caller has had its answer. Who waits in line comes first.
func (p *pool) free(c *caller) {
	p.mutex.Lock()
	if len(p.line) == 0 {
		p.idle = append(p.idle, c)
		p.mutex.Unlock()
		return
	}
	t := p.line[0]
	p.line = p.line[1:]
	p.mutex.Unlock()
	p.tally.begun()
	c.ask(t)
}

// gone: the connection has ended, so whoever waits in line may have a new one.
func (p *pool) gone(c *caller) {
	p.mutex.Lock()
	delete(p.open, c)
	for i, idle := range p.idle {
		if idle == c {
			p.idle = append(p.idle[:i], p.idle[i+1:]...)
			break
		}
	}
	var next *task
	if len(p.line) > 0 {
		next = p.line[0]
		p.line = p.line[1:]
	}
	p.mutex.Unlock()
	if next != nil {
		p.submit(next)
	}
}

// broke: a connection ended before its answer's first byte. A kept one may have been closed for its age, so the request
// is asked once more, as every client does.
func (p *pool) broke(t *task, err error) {
	if t == nil {
		return
	}
	p.tally.ended()
	if t.again || !(errors.Is(err, io.EOF) || isReset(err)) {
		p.fail(reason(err))
		return
	}
	p.tally.change(func(r *Result) { r.AskedAgain++ })
	p.submit(&task{t.scheduledNs, t.request, t.aborts, true})
}

func (p *pool) done() { p.left.Done() }

func (p *pool) fail(why string) {
	p.tally.fail(why)
	p.left.Done()
}

// closeAll fails what still runs or waits.
func (p *pool) closeAll() {
	p.mutex.Lock()
	waiting := p.line
	p.line = nil
	open := make([]*caller, 0, len(p.open))
	for c := range p.open {
		open = append(open, c)
	}
	p.mutex.Unlock()
	for range waiting {
		p.fail("no connection in time")
	}
	for _, c := range open {
		c.conn.Close()
	}
}
