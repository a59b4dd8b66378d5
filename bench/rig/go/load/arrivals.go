package load

import "math/rand/v2"

// arrivals makes the times of a Poisson process: gaps are exponential. The same seed gives the same times.
type arrivals struct {
	random    *rand.Rand
	meanGapNs float64
	atNs      float64
}

func newArrivals(perSecond float64, seed uint64) *arrivals {
	return &arrivals{random: rand.New(rand.NewPCG(seed, 0)), meanGapNs: 1e9 / perSecond}
}

// next is in nanoseconds since the beginning.
func (a *arrivals) next() int64 {
	a.atNs += a.random.ExpFloat64() * a.meanGapNs
	return int64(a.atNs)
}

// chance is true for so many of all calls.
func (a *arrivals) chance(share float64) bool {
	return share > 0 && a.random.Float64() < share
}
