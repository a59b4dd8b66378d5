package load

import (
	"sync"
)

// tally is what all connections write down together.
type tally struct {
	latency, firstToken, gap, onTheWay, lag *timer
	mutex                                   sync.Mutex
	result                                  Result
	open, underWay                          int
}

func newTally() *tally {
	return &tally{
		latency: newTimer(), firstToken: newTimer(), gap: newTimer(), onTheWay: newTimer(), lag: newTimer(),
		result: Result{Failures: map[string]int{}},
	}
}

func (t *tally) change(how func(*Result)) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	how(&t.result)
}

func (t *tally) fail(why string) {
	t.change(func(r *Result) { r.Failed++; r.Failures[why]++ })
}

func (t *tally) opened() {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.open++
	t.result.ConnectionsOpened++
	t.result.ConnectionsOpenMax = max(t.result.ConnectionsOpenMax, t.open)
}

func (t *tally) closed() {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.open--
}

func (t *tally) begun() {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.underWay++
	t.result.UnderWayMax = max(t.result.UnderWayMax, t.underWay)
}

func (t *tally) ended() {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.underWay--
}

// answered writes down an answer that ended well: scheduled and ended are by wire.Now.
func (t *tally) answered(scheduledNs, endedNs int64, wanted int, seen marks) {
	t.latency.record(endedNs - scheduledNs)
	t.change(func(r *Result) {
		r.Answered++
		r.Marks += seen.count
		r.DisorderedMarks += seen.disordered
		r.LostMarks += max(0, wanted-seen.count)
	})
}

func (t *tally) finish() (Result, error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	for timer, into := range map[*timer]*Times{
		t.latency: &t.result.Latency, t.firstToken: &t.result.FirstToken, t.gap: &t.result.Gap,
		t.onTheWay: &t.result.OnTheWay, t.lag: &t.result.Lag,
	} {
		times, err := timer.times()
		if err != nil {
			return t.result, err
		}
		*into = times
	}
	return t.result, nil
}
