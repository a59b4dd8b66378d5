package load

import (
	"sync"

	hdr "github.com/HdrHistogram/hdrhistogram-go"
)

// Result is what became of an order. Times in nanoseconds.
type Result struct {
	Scheduled int `json:"scheduled"`
	Answered  int `json:"answered"`
	// Hung up on as ordered.
	Aborted int `json:"aborted"`
	Failed  int `json:"failed"`
	// Failed, by reason.
	Failures map[string]int `json:"failures,omitempty"`
	// Marks that an answer which ended well did not have, and those that came twice or in the wrong order.
	LostMarks       int `json:"lostMarks"`
	DisorderedMarks int `json:"disorderedMarks"`
	Marks           int `json:"marks"`
	// Asked again on a new connection because the kept one was closed before a byte came.
	AskedAgain         int     `json:"askedAgain"`
	ConnectionsOpened  int     `json:"connectionsOpened"`
	ConnectionsOpenMax int     `json:"connectionsOpenMax"`
	UnderWayMax        int     `json:"underWayMax"`
	ElapsedSeconds     float64 `json:"elapsedSeconds"`
	// Of this generator itself, user and system.
	ProcessorSeconds float64 `json:"processorSeconds"`

	// From the scheduled time to the last byte, and to the first mark.
	Latency    Times `json:"latency"`
	FirstToken Times `json:"firstToken"`
	// Between two marks of an answer, as they came.
	Gap Times `json:"gap"`
	// From the sending of a mark by the provider to its coming here.
	OnTheWay Times `json:"onTheWay"`
	// From the scheduled time to the sending, where a connection was free: how late the generator itself is.
	Lag Times `json:"lag"`
}

// Times of an HdrHistogram.
type Times struct {
	Count int64   `json:"count"`
	Mean  float64 `json:"mean"`
	P50   int64   `json:"p50"`
	P90   int64   `json:"p90"`
	P99   int64   `json:"p99"`
	P999  int64   `json:"p999"`
	Max   int64   `json:"max"`
	// The whole histogram, V2 compressed, in base64: those of several runs can be added.
	Histogram string `json:"histogram"`
}

const (
	timeNsMin = 100
	timeNsMax = 600_000_000_000
	digits    = 3
)

// timer is a histogram that connections share.
type timer struct {
	mutex     sync.Mutex
	histogram *hdr.Histogram
}

func newTimer() *timer {
	return &timer{histogram: hdr.New(timeNsMin, timeNsMax, digits)}
}

func (t *timer) record(ns int64) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	// Clamped, so never refused: a time that is too long must not be missing.
	_ = t.histogram.RecordValue(min(max(ns, timeNsMin), timeNsMax))
}

func (t *timer) times() (Times, error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	h := t.histogram
	encoded, err := h.Encode(hdr.V2CompressedEncodingCookieBase)
	return Times{
		Count: h.TotalCount(), Mean: h.Mean(), Max: h.Max(), Histogram: string(encoded),
		P50: h.ValueAtQuantile(50), P90: h.ValueAtQuantile(90), P99: h.ValueAtQuantile(99), P999: h.ValueAtQuantile(99.9),
	}, err
}
