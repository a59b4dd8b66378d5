package load

import (
	"syscall"
	"time"

	"rig/wire"
)

// Run carries an order out. An error is the order's or the address's fault; what requests suffer is in the result.
func Run(order Order) (Result, error) {
	if err := order.check(); err != nil {
		return Result{}, err
	}
	tally := newTally()
	pool := newPool(&order, tally)
	if err := pool.prepare(); err != nil {
		return Result{}, err
	}
	begunNs := wire.Now()
	schedule(&order, pool, begunNs)
	waitOrClose(pool, order.patience())
	elapsed := time.Duration(wire.Now() - begunNs)
	pool.closeAll()
	result, err := tally.finish()
	result.ElapsedSeconds = elapsed.Seconds()
	result.ProcessorSeconds = processorSeconds()
	return result, err
}

// schedule returns when the last request has arrived.
func schedule(order *Order, pool *pool, begunNs int64) {
	sleeper := newSleeper()
	arrivals := newArrivals(order.PerSecond, order.Seed)
	endNs := int64(order.Seconds * 1e9)
	for turn := 0; ; turn++ {
		at := arrivals.next()
		if at > endNs {
			return
		}
		request := order.Requests[turn%len(order.Requests)]
		aborts := arrivals.chance(order.AbortShare)
		sleeper.until(begunNs + at)
		pool.arrive(&task{scheduledNs: begunNs + at, request: request, aborts: aborts})
	}
}

func waitOrClose(pool *pool, patience time.Duration) {
	done := make(chan struct{})
	go func() {
		pool.left.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(patience):
		pool.closeAll()
		<-done
	}
}

func processorSeconds() float64 {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano()).Seconds()
}
