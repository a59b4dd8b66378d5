package load

import "rig/wire"

// marks of one answer.
type marks struct {
	scanner           wire.Scanner
	count, disordered int
	next              int
	lastNs            int64
}

// see takes a piece of the body that came at nowNs. Each mark is timed.
func (m *marks) see(piece []byte, nowNs, scheduledNs int64, tally *tally) {
	m.scanner.Scan(piece, func(seq int, sentNs int64) {
		if m.count == 0 {
			tally.firstToken.record(nowNs - scheduledNs)
		} else {
			tally.gap.record(nowNs - m.lastNs)
		}
		tally.onTheWay.record(nowNs - sentNs)
		if seq < m.next {
			m.disordered++
		} else {
			m.count++
			m.next = seq + 1
		}
		m.lastNs = nowNs
	})
}
