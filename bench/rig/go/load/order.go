// Package load asks at times that a clock sets, whatever becomes of earlier requests.
package load

import (
	"errors"
	"time"
)

// Order is one measurement.
type Order struct {
	Address string `json:"address"`
	// Whole requests as the wire has them (base64 in JSON), asked in turn.
	Requests [][]byte `json:"requests"`
	// Of the Poisson process; arrivals do not wait for answers.
	PerSecond float64 `json:"perSecond"`
	Seconds   float64 `json:"seconds"`
	Seed      uint64  `json:"seed"`
	// Connections that are open from the beginning; arrivals wait for a free one. 0: as many as are needed.
	Connections int `json:"connections"`
	// Marks that each answer must have.
	Marks int `json:"marks"`
	// Of all requests, so many are hung up on after AbortAfter marks.
	AbortShare float64 `json:"abortShare"`
	AbortAfter int     `json:"abortAfter"`
	// How long answers are waited for behind the last arrival.
	PatienceSeconds float64 `json:"patienceSeconds"`
}

func (o Order) check() error {
	switch {
	case len(o.Requests) == 0:
		return errors.New("an order needs a request")
	case o.PerSecond <= 0 || o.Seconds <= 0:
		return errors.New("an order needs a rate and a duration")
	case o.Connections < 0 || o.Marks < 0:
		return errors.New("an order has no negative numbers")
	case o.AbortShare > 0 && o.AbortAfter >= o.Marks:
		return errors.New("who hangs up must do so before the last mark")
	}
	return nil
}

func (o Order) patience() time.Duration {
	if o.PatienceSeconds <= 0 {
		return 10 * time.Second
	}
	return time.Duration(o.PatienceSeconds * float64(time.Second))
}
